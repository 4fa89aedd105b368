import { isObject, type JsonObject, pick } from '../remediation/plan-json.ts';

/** Lists within lists: pages of pages are as deep as any tool writes them. */
const deepestList = 6;

/**
 * The resources in a JSON document, whatever wrote it: a bare array, an answer of a list call or of Resource Graph (as
 * objects or as a table of columns and rows), pages of such answers, a batch of them, an object of lists, one resource
 * alone. What is no object is left out. Undefined when it holds no list at all.
 */
export function listedResources(json: unknown): JsonObject[] | undefined {
  const out: JsonObject[] = [];
  return collect(json, 0, out) ? out : undefined;
}

/** Adds what a value lists; false when it is no list. */
function collect(json: unknown, depth: number, out: JsonObject[]): boolean {
  if (depth > deepestList) return false;
  if (Array.isArray(json)) {
    for (const item of json) {
      if (typeof item !== 'object' || item === null) continue;
      if (!isResource(item) && collect(item, depth + 1, out)) continue;
      if (isObject(item)) out.push(item);
    }
    return true;
  }
  if (!isObject(json)) return false;
  if (isResource(json)) {
    out.push(json);
    return true;
  }
  const rows = tableRows(json);
  if (rows) return collect(rows, depth + 1, out);
  const some = (values: readonly unknown[]): boolean => {
    let found = false;
    for (const value of values) if (collect(value, depth + 1, out)) found = true;
    return found;
  };
  return (
    some(['resources', 'data', 'value'].map(name => pick(json, name))) ||
    some(['responses', 'tables', 'content', 'body'].map(name => pick(json, name))) ||
    some(Object.values(json).filter(value => Array.isArray(value) && value.some(isResource)))
  );
}

/** `{columns: [{name}], rows: [[…]]}` as objects. */
function tableRows(json: JsonObject): readonly unknown[] | undefined {
  const [columns, rows] = [pick(json, 'columns'), pick(json, 'rows')];
  if (!Array.isArray(columns) || !Array.isArray(rows)) return undefined;
  const names = columns.map(column => (isObject(column) ? String(pick(column, 'name')) : String(column)));
  return rows.map(row => (Array.isArray(row) ? Object.fromEntries(names.map((name, i) => [name, row[i]])) : row));
}

function isResource(value: unknown): boolean {
  return (
    isObject(value) &&
    [pick(value, 'id'), pick(value, 'type')].some(text => typeof text === 'string' && text.includes('/'))
  );
}

/** What stands beside `properties` in a resource or a part of one. */
const envelope = new Set([
  'id',
  'name',
  'type',
  'kind',
  'location',
  'etag',
  'sku',
  'zones',
  'tags',
  'plan',
  'identity',
  'managedby',
  'extendedlocation',
  'resourcegroup',
  'subscriptionid',
  'tenantid',
  'apiversion',
  'systemdata',
  'instanceid',
  // Of `az resource list`, which does not show what a resource is made of.
  'createdtime',
  'changedtime',
  'provisioningstate',
]);

/** Parts of resources that have `properties` of their own in Azure's answers. */
const parts = new Set([
  'securityrules',
  'defaultsecurityrules',
  'subnets',
  'virtualnetworkpeerings',
  'ipconfigurations',
  'frontendipconfigurations',
  'backendaddresspools',
  'loadbalancerbackendaddresses',
  'loadbalancingrules',
  'inboundnatrules',
  'inboundnatpools',
  'outboundrules',
  'probes',
  'networkinterfaceconfigurations',
  'publicipaddressconfiguration',
  'natrulecollections',
  'gatewayipconfigurations',
  'frontendports',
  'listeners',
  'routingrules',
  'backendsettingscollection',
]);

const flattenedTypes = /^microsoft\.(network|compute|security)\//i;

/**
 * A resource in the shape of Azure's answers. The Azure command line writes what is in `properties` beside the name, in
 * a resource and in its parts, and Resource Graph's tables may hold `properties` as text.
 */
export function inAzureShape(resource: JsonObject): JsonObject {
  const properties = pick(resource, 'properties');
  if (typeof properties === 'string' && properties.trimStart().startsWith('{')) {
    const parsed = parsedObject(properties);
    if (parsed) return { ...withoutProperties(resource), properties: parsed };
  }
  if (properties !== undefined && properties !== null) return resource;
  const type = pick(resource, 'type');
  const id = pick(resource, 'id');
  const word =
    typeof type === 'string' ? type : typeof id === 'string' ? (/\/providers\/([^/]+\/)/i.exec(id)?.[1] ?? '') : '';
  return flattenedTypes.test(word) ? unflattened(resource, 0) : resource;
}

function unflattened(object: JsonObject, depth: number): JsonObject {
  const outside: [string, unknown][] = [];
  const inside: [string, unknown][] = [];
  for (const [name, value] of Object.entries(object)) {
    const lower = name.toLowerCase();
    if (lower === 'properties') continue;
    if (envelope.has(lower)) outside.push([name, value]);
    else inside.push([name, withParts(lower, value, depth)]);
  }
  return Object.fromEntries(inside.length > 0 ? [...outside, ['properties', Object.fromEntries(inside)]] : outside);
}

/** Deeper than any part of a resource lies: a scale set's profile, its interface, its configuration, its address. */
const deepestPart = 8;

function withParts(name: string, value: unknown, depth: number): unknown {
  if (depth > deepestPart) return value;
  if (Array.isArray(value)) return parts.has(name) ? value.map(item => partOf(item, depth + 1)) : value;
  if (!isObject(value)) return value;
  if (parts.has(name)) return partOf(value, depth + 1);
  if (!/profile|configuration$/.test(name)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withParts(key.toLowerCase(), item, depth + 1)]),
  );
}

function partOf(item: unknown, depth: number): unknown {
  return isObject(item) && pick(item, 'properties') === undefined ? unflattened(item, depth) : item;
}

function withoutProperties(resource: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => name.toLowerCase() !== 'properties'));
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Resources without their repetitions, ids in any letter case. Of several with one id the first that says what it is
 * made of counts: `az resource list` shows resources without their properties.
 */
export function withoutRepetitions(resources: readonly JsonObject[]): JsonObject[] {
  const places = new Map<string, number>();
  const out: JsonObject[] = [];
  for (const resource of resources) {
    const id = pick(resource, 'id');
    const key = typeof id === 'string' ? id.toLowerCase() : undefined;
    const at = key === undefined ? undefined : places.get(key);
    if (at === undefined) {
      if (key !== undefined) places.set(key, out.length);
      out.push(resource);
    } else if (!isObject(pick(out[at]!, 'properties')) && isObject(pick(resource, 'properties'))) {
      out[at] = resource;
    }
  }
  return out;
}
