import { isObject, type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { comparable, kindOf, parentOf, parseId, sameId } from './plan-resource-id.ts';

/** One call to Azure. */
export interface PlanStep {
  /** What it does, as a person would say it. */
  readonly title: string;
  readonly method: 'PUT' | 'DELETE' | 'POST';
  /** Of the resource, or of the child resource; for POST with the action's name at its end. */
  readonly id: string;
  readonly apiVersion: string;
  /** The whole resource as sent; null for DELETE. */
  readonly body: JsonObject | null;
  /** The ETag that the resource had in the inventory, when nothing before in the plan changes it. */
  readonly ifMatch?: string;
}

/** Where a parent lists its children. */
const listed: ReadonlyMap<string, readonly string[]> = new Map([
  ['microsoft.network/networksecuritygroups', ['securityRules']],
  ['microsoft.network/loadbalancers', ['inboundNatRules', 'backendAddressPools']],
  ['microsoft.network/virtualnetworks', ['subnets']],
]);

/** Fields of an answer that stay when a resource is written again. */
const kept: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'microsoft.network/networkinterfaces',
    ['virtualMachine', 'macAddress', 'primary', 'provisioningState', 'resourceGuid'],
  ],
  [
    'microsoft.network/networksecuritygroups',
    ['defaultSecurityRules', 'networkInterfaces', 'subnets', 'provisioningState', 'resourceGuid'],
  ],
  ['microsoft.network/publicipaddresses', ['ipAddress', 'ipConfiguration', 'provisioningState', 'resourceGuid']],
]);

/**
 * The resources as they are after some steps, without Azure: PUT replaces or adds, a child inside its parent's list;
 * DELETE takes away; POST changes nothing that is listed. What was given is not changed.
 */
export function applySteps(resources: readonly unknown[], steps: readonly PlanStep[]): readonly unknown[] {
  let out = resources;
  for (const step of steps) out = applyStep(out, step);
  return out;
}

export function applyStep(resources: readonly unknown[], step: PlanStep): readonly unknown[] {
  if (step.method === 'POST') return resources;
  const alone = resources.findIndex(one => sameId(pickText(one, 'id'), step.id));
  const put = step.method === 'PUT' ? (step.body ?? {}) : undefined;
  let out = resources;
  if (alone >= 0) {
    out = put
      ? out.map((one, i) => (i === alone ? rewritten(one, put, step.id) : one))
      : out.filter((_, i) => i !== alone);
  }
  const kind = kindOf(step.id);
  const parent = parentOf(step.id);
  const lists = listed.get(parseId(parent).type.toLowerCase())?.find(one => one.toLowerCase() === kind.toLowerCase());
  const at = lists === undefined ? -1 : out.findIndex(one => sameId(pickText(one, 'id'), parent));
  if (lists !== undefined && at >= 0) {
    const holder = out[at] as JsonObject;
    const changed = inParent(holder, lists, step, put, alone >= 0);
    return out.map((one, i) => (i === at ? changed : one));
  }
  if (alone < 0 && put) return [...out, rewritten(undefined, put, step.id)];
  return out;
}

function inParent(
  holder: JsonObject,
  list: string,
  step: PlanStep,
  put: JsonObject | undefined,
  standing: boolean,
): JsonObject {
  const name = parseId(step.id).name.toLowerCase();
  const items = pickList(holder, 'properties', list);
  const found = items.findIndex(item => pickText(item, 'name')?.toLowerCase() === name);
  const next = put
    ? found >= 0
      ? items.map((item, i) => (i === found ? rewritten(item, put, step.id) : item))
      : standing
        ? items
        : [...items, rewritten(undefined, put, step.id)]
    : items.filter((_, i) => i !== found);
  const properties = pick(holder, 'properties');
  return withProperty(holder, 'properties', withProperty(isObject(properties) ? properties : {}, list, next));
}

function rewritten(before: unknown, body: JsonObject, id: string): JsonObject {
  const { type, name } = parseId(id);
  const old = isObject(before) ? before : undefined;
  const properties = pick(body, 'properties');
  const keep = (kept.get(type.toLowerCase()) ?? []).flatMap((field): [string, unknown][] => {
    const value = pick(old, 'properties', field);
    return value === undefined || pick(properties, field) !== undefined ? [] : [[field, value]];
  });
  const head: [string, unknown][] = ['id', 'name', 'type', 'etag', 'resourceGroup', 'subscriptionId', 'location']
    .map((field): [string, unknown] => [field, pick(old, field)])
    .filter(([field, value]) => value !== undefined && pick(body, field) === undefined);
  const own = new Map(head);
  return {
    ...(own.has('id') ? {} : { id }),
    ...(own.has('name') || pick(body, 'name') !== undefined ? {} : { name }),
    ...(own.has('type') ? {} : { type }),
    ...Object.fromEntries(head),
    ...body,
    ...(isObject(properties) ? { properties: { ...properties, ...Object.fromEntries(keep) } } : {}),
  };
}

/** The resources by what their ids are compared by; the first of several counts. */
export function byId(resources: readonly unknown[]): Map<string, JsonObject> {
  const out = new Map<string, JsonObject>();
  for (const resource of resources) {
    const id = pickText(resource, 'id');
    if (id !== undefined && isObject(resource) && !out.has(comparable(id))) out.set(comparable(id), resource);
  }
  return out;
}
