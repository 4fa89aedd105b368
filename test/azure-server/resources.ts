import { type ChildKind, readOnlyProperties, type TypeBehaviour, withDefaults } from './behaviours.ts';
import {
  anotherOperation,
  childNotFound,
  etagMismatch,
  groupNotFound,
  networkError,
  resourceNotFound,
} from './errors.ts';
import { type ArmPath, parsePath, typeKey } from './ids.ts';
import { copy, type Json, property, type Resource, rename, sameId } from './json.ts';
import { keepPortMappings } from './load-balancers.ts';
import type { Answer, Operations } from './operations.ts';
import { behaviours } from './other-types.ts';
import type { ResourceStore } from './store.ts';
import { throwIfSubnetInUse } from './virtual-networks.ts';

export interface ResourceContext {
  readonly store: ResourceStore;
  readonly operations: Operations;
  readonly guid: () => string;
  readonly dnsZone: string;
  readonly operationMilliseconds: () => number;
  /** Resource groups by lower-case id. */
  readonly groups: ReadonlyMap<string, Resource>;
}

export interface WriteRequest {
  readonly path: ArmPath;
  readonly apiVersion: string;
  readonly body: Json;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** Where a path leads: a resource of its own, or an item inside one. */
interface Target {
  readonly behaviour: TypeBehaviour;
  /** The resource that is stored. */
  readonly resourceId: string;
  /** The lists to walk through to the child, outermost first; empty for the resource itself. */
  readonly steps: readonly { readonly kind: ChildKind; readonly name: string }[];
  readonly id: string;
}

export function findTarget(path: ArmPath): Target | undefined {
  if (path.types.length !== path.names.length || path.names.length === 0) return undefined;
  const whole = behaviours.get(typeKey(path));
  if (whole) return { behaviour: whole, resourceId: path.text, steps: [], id: path.text };
  for (let depth = path.types.length - 1; depth > 0; depth--) {
    const behaviour = behaviours.get([path.provider!.toLowerCase(), ...path.types.slice(0, depth)].join('/'));
    if (!behaviour) continue;
    const steps: { kind: ChildKind; name: string }[] = [];
    let kinds = behaviour.children ?? [];
    for (let index = depth; index < path.types.length; index++) {
      const kind = kinds.find(candidate => candidate.property.toLowerCase() === path.types[index]);
      if (!kind) return undefined;
      steps.push({ kind, name: path.names[index]! });
      kinds = kind.children ?? [];
    }
    const resourceId = path.text
      .split('/')
      .slice(0, -2 * steps.length)
      .join('/');
    return { behaviour, resourceId, steps, id: path.text };
  }
  return undefined;
}

/** A copy of a stored resource as Azure sends it out. */
export function render(resource: Resource, store: ResourceStore): Resource {
  const out = copy(resource);
  behaviours.get(out.type.toLowerCase())?.render?.(out, store);
  return out;
}

export function read(path: ArmPath, context: ResourceContext): Answer {
  const target = findTarget(path);
  if (!target) throw resourceNotFound(path.text);
  const stored = context.store.get(target.resourceId);
  if (!stored) throw notThere(target, path, context);
  const rendered = render(stored, context.store);
  const found = descend(rendered, target);
  if (!found) throw childNotFound(path.text);
  return { status: 200, headers: etagHeader(found), body: found };
}

/** A collection: all resources of a type in a subscription or group, or a resource's children. */
export function list(path: ArmPath, context: ResourceContext): Json[] | undefined {
  const type = typeKey(path);
  if (path.names.length === 0) {
    if (!behaviours.has(type)) return undefined;
    if (path.resourceGroup !== undefined) groupOf(path, context);
    const prefix = `${path.scope.toLowerCase()}/`;
    return context.store
      .ofType(type)
      .filter(resource => resource.id.toLowerCase().startsWith(prefix))
      .map(resource => render(resource, context.store));
  }
  if (behaviours.has(type)) {
    const prefix = `${path.text.split('/').slice(0, -1).join('/').toLowerCase()}/`;
    return context.store
      .ofType(type)
      .filter(resource => resource.id.toLowerCase().startsWith(prefix))
      .map(resource => render(resource, context.store));
  }
  const parent = parsePath(path.text.split('/').slice(0, -1).join('/'));
  const target = findTarget(parent);
  if (!target) return undefined;
  const kinds = target.steps.at(-1)?.kind.children ?? target.behaviour.children ?? [];
  const kind = kinds.find(candidate => candidate.property.toLowerCase() === path.types.at(-1));
  if (!kind && path.types.at(-1) !== 'defaultsecurityrules') return undefined;
  const resource = read(parent, context).body as Resource;
  return resource.properties?.[kind?.property ?? 'defaultSecurityRules'] ?? [];
}

export function put(request: WriteRequest, context: ResourceContext): Answer {
  const { path, body } = request;
  const { store } = context;
  const target = findTarget(path);
  if (!target) throw networkError(404, 'InvalidResourceType', `The resource type of ${path.text} could not be found.`);
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw networkError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  const group = groupOf(path, context);
  const stored = store.get(target.resourceId);
  if (target.steps.length > 0 && !stored) throw notThere(target, path, context);
  const previous = stored && descend(stored, target);
  refuseWhileUpdating(stored, path);
  checkEtag(request, stored, previous);
  const next = stored ? copy(stored) : undefined;
  const sent = clean(copy(body), target.id);
  const id = previous?.id ?? target.id;
  let whole: Resource;
  if (target.steps.length === 0) {
    whole = { ...sent, id, name: id.slice(id.lastIndexOf('/') + 1), type: target.behaviour.type };
    whole.properties ??= {};
    const location = sent.location ?? stored?.location ?? (target.behaviour.global ? undefined : group?.location);
    if (location !== undefined) whole.location = String(location).replaceAll(' ', '').toLowerCase();
    if (stored && whole.location !== stored.location) {
      throw networkError(
        409,
        'InvalidResourceLocation',
        `The resource '${whole.name}' already exists in location '${stored.location}' in resource group '${path.resourceGroup}'. A resource with the same name cannot be created in location '${whole.location}'. Please select a new resource name.`,
      );
    }
    if (target.behaviour.resourceGuid)
      whole.properties.resourceGuid = stored?.properties.resourceGuid ?? context.guid();
    if (stored?.portMappings) whole.portMappings = stored.portMappings;
  } else {
    whole = next!;
    replaceChild(whole, target, { ...sent, name: target.steps.at(-1)!.name });
  }
  const state = target.behaviour.putState ?? (target.behaviour.asynchronous ? 'Updating' : 'Succeeded');
  finish(whole, target.behaviour, state, stored, context, target.steps.length > 0 ? target.id : undefined);
  store.put(whole);
  afterMembership(store);
  const out = render(whole, store);
  const answer = descend(out, target)!;
  const headers: Record<string, string> = {};
  if (state === 'Updating') {
    const { asyncOperation } = context.operations.start({
      subscriptionId: path.subscriptionId!,
      provider: path.provider!,
      location: whole.location ?? group?.location ?? '',
      apiVersion: request.apiVersion,
      milliseconds: context.operationMilliseconds(),
      complete: () => succeed(whole.id, target.behaviour, context),
    });
    headers['azure-asyncoperation'] = asyncOperation;
  }
  return { status: previous ? 200 : 201, headers, body: answer };
}

export function remove(request: WriteRequest, context: ResourceContext): Answer {
  const { path } = request;
  const { store } = context;
  const target = findTarget(path);
  if (!target) throw resourceNotFound(path.text);
  groupOf(path, context);
  const stored = store.get(target.resourceId);
  const previous = stored && descend(stored, target);
  if (!stored || !previous) return { status: 204 };
  refuseWhileUpdating(stored, path);
  checkEtag(request, stored, previous);
  if (target.steps.length === 0) {
    const reason = target.behaviour.inUse?.(stored, store);
    if (reason) throw reason;
    store.delete(stored.id);
    target.behaviour.deleted?.(stored, store);
  } else {
    if (target.steps[0]!.kind.property === 'subnets') throwIfSubnetInUse(previous, store);
    const next = copy(stored);
    replaceChild(next, target, undefined);
    finish(next, target.behaviour, 'Succeeded', stored, context, undefined);
    store.put(next);
    target.behaviour.deleted?.(previous, store);
  }
  afterMembership(store);
  if (!target.behaviour.asynchronous) return { status: 200 };
  const links = context.operations.start({
    subscriptionId: path.subscriptionId!,
    provider: path.provider!,
    location: stored.location ?? '',
    apiVersion: request.apiVersion,
    milliseconds: context.operationMilliseconds(),
    complete: () => undefined,
  });
  return { status: 202, headers: { 'azure-asyncoperation': links.asyncOperation, location: links.location } };
}

/** PATCH of network resources changes tags and nothing else. */
export function patchTags(request: WriteRequest, context: ResourceContext): Answer {
  const stored = context.store.get(request.path.text);
  if (!stored) throw resourceNotFound(request.path.text);
  const next = copy(stored);
  next.tags = { ...(request.body?.tags ?? {}) };
  next.etag = `W/"${context.guid()}"`;
  context.store.put(next);
  return { status: 200, body: render(next, context.store) };
}

/** Puts a resource into the store as if it had been there for long: for estates and for tests. */
export function seed(resource: Json, context: ResourceContext): Resource {
  const target = findTarget(parsePath(resource.id));
  if (!target || target.steps.length > 0) throw new Error(`${resource.id} is not a resource that can be seeded`);
  const whole = clean(copy(resource), resource.id) as Resource;
  whole.id = resource.id;
  whole.name = resource.id.slice(resource.id.lastIndexOf('/') + 1);
  whole.type = target.behaviour.type;
  whole.properties ??= {};
  if (target.behaviour.resourceGuid) whole.properties.resourceGuid = context.guid();
  identify(whole, target.behaviour.children ?? [], whole.id);
  target.behaviour.complete?.(whole, undefined, context);
  stamp(whole, target.behaviour, 'Succeeded', context.guid());
  context.store.put(whole);
  if (whole.properties.ipConfigurations?.some((item: Json) => item.properties?.loadBalancerBackendAddressPools)) {
    afterMembership(context.store);
  }
  return whole;
}

function groupOf(path: ArmPath, context: ResourceContext): Resource | undefined {
  if (path.resourceGroup === undefined) return undefined;
  const group = context.groups.get(
    `/subscriptions/${path.subscriptionId}/resourcegroups/${path.resourceGroup}`.toLowerCase(),
  );
  if (!group) throw groupNotFound(path.resourceGroup);
  return group;
}

function notThere(target: Target, path: ArmPath, context: ResourceContext) {
  groupOf(path, context);
  return resourceNotFound(target.resourceId);
}

function descend(resource: Resource, target: Target): Resource | undefined {
  let current: Resource | undefined = resource;
  for (const { kind, name } of target.steps) {
    const items: Resource[] = current?.properties?.[kind.property] ?? [];
    current = items.find(item => item.name.toLowerCase() === name.toLowerCase());
  }
  return current;
}

function replaceChild(resource: Resource, target: Target, child: Json | undefined): void {
  let parent = resource;
  for (const { kind, name } of target.steps.slice(0, -1)) {
    parent = parent.properties[kind.property].find((item: Resource) => item.name.toLowerCase() === name.toLowerCase());
  }
  const { kind, name } = target.steps.at(-1)!;
  parent.properties[kind.property] ??= [];
  const items: Resource[] = parent.properties[kind.property];
  const at = items.findIndex(item => item.name.toLowerCase() === name.toLowerCase());
  if (child === undefined) items.splice(at, 1);
  else if (at >= 0) items[at] = { ...child, name: items[at]!.name };
  else items.push(child);
}

/** Completes and checks a resource, and gives it a new etag. */
function finish(
  whole: Resource,
  behaviour: TypeBehaviour,
  state: 'Updating' | 'Succeeded',
  previous: Resource | undefined,
  context: ResourceContext,
  changedChild: string | undefined,
): void {
  identify(whole, behaviour.children ?? [], whole.id);
  behaviour.complete?.(whole, previous, context);
  stamp(whole, behaviour, state, context.guid(), changedChild);
  behaviour.check?.(whole, previous, context);
}

function succeed(id: string, behaviour: TypeBehaviour, context: ResourceContext): Resource | undefined {
  const resource = context.store.get(id);
  if (!resource) return undefined;
  const next = copy(resource);
  stamp(next, behaviour, 'Succeeded', context.guid());
  context.store.put(next);
  return next;
}

function identify(parent: Resource, kinds: readonly ChildKind[], id: string): void {
  for (const kind of kinds) {
    rename(parent.properties, kind.property);
    const items = parent.properties[kind.property];
    if (items === undefined) continue;
    if (!Array.isArray(items))
      throw networkError(400, 'InvalidRequestFormat', `Cannot parse the request: ${kind.property} is not a list.`);
    const names = new Set<string>();
    for (const item of items) {
      const name =
        item?.name ?? (typeof item?.id === 'string' ? item.id.slice(item.id.lastIndexOf('/') + 1) : undefined);
      if (typeof name !== 'string' || name === '')
        throw networkError(400, 'InvalidResourceName', `An item of ${kind.property} of ${id} has no name.`);
      if (names.has(name.toLowerCase()))
        throw networkError(
          400,
          'InvalidRequestFormat',
          `Cannot parse the request: duplicate name ${name} in ${kind.property}.`,
        );
      names.add(name.toLowerCase());
      item.name = name;
      item.id = `${id}/${kind.property}/${name}`;
      item.type = kind.type;
      item.properties ??= {};
      if (kind.defaults) withDefaults(item.properties, kind.defaults);
      identify(item, kind.children ?? [], item.id);
    }
  }
}

function stamp(resource: Resource, behaviour: TypeBehaviour, state: string, guid: string, changedChild?: string): void {
  if (behaviour.etag !== 'none') resource.etag = behaviour.etag === 'weak' ? `W/"${guid}"` : guid;
  resource.properties.provisioningState = state;
  const visit = (parent: Resource, kinds: readonly ChildKind[]) => {
    for (const kind of kinds) {
      for (const item of parent.properties[kind.property] ?? []) {
        item.etag = resource.etag;
        item.properties.provisioningState =
          changedChild === undefined || sameId(changedChild, item.id) ? state : 'Succeeded';
        visit(item, kind.children ?? []);
      }
    }
  };
  visit(resource, behaviour.children ?? []);
  for (const rule of resource.properties.defaultSecurityRules ?? []) {
    rule.etag = resource.etag;
    rule.properties.provisioningState = state;
  }
}

function clean(value: Json, id: string): Json {
  if (Array.isArray(value)) return value.map(item => clean(item, id));
  if (value === null || typeof value !== 'object') return value;
  // A reference of a network resource may carry the whole resource that it names; only its id counts.
  if (
    id.toLowerCase().includes('/providers/microsoft.network/') &&
    typeof value.id === 'string' &&
    !value.id.toLowerCase().startsWith(`${id.toLowerCase()}/`) &&
    !sameId(value.id, id)
  ) {
    const kept = property(value, 'properties')?.primary;
    return kept === undefined ? { id: value.id } : { id: value.id, properties: { primary: kept } };
  }
  const out: Json = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null || readOnlyProperties.has(name.toLowerCase())) continue;
    out[name === 'Properties' ? 'properties' : name] = clean(item, id);
  }
  return out;
}

function refuseWhileUpdating(stored: Resource | undefined, path: ArmPath): void {
  if (stored?.properties?.provisioningState !== 'Updating') return;
  throw anotherOperation(stored.id, `Put${path.types.at(-1)}Operation`);
}

function checkEtag(request: WriteRequest, stored: Resource | undefined, previous: Resource | undefined): void {
  const { ifMatch, ifNoneMatch, path } = request;
  if (ifNoneMatch === '*' && previous) throw etagMismatch(path.text, '*', previous.etag ?? '');
  if (ifMatch === undefined) return;
  const actual = previous ? (previous.etag ?? stored?.etag ?? '') : '';
  if (ifMatch === '*' ? !previous : ifMatch !== actual) throw etagMismatch(path.text, ifMatch, actual);
}

export function etagHeader(resource: Json): Record<string, string> {
  return typeof resource?.etag === 'string' ? { etag: resource.etag } : {};
}

/** Pool members come and go with the interfaces that name the pool; the balancers' port mappings follow. */
function afterMembership(store: ResourceStore): void {
  for (const balancer of store.ofType('microsoft.network/loadbalancers')) {
    if ((balancer.properties.inboundNatRules ?? []).some((rule: Resource) => rule.properties.backendAddressPool)) {
      keepPortMappings(balancer, undefined, store);
    }
  }
}
