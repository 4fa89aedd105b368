import type { ArmError } from './errors.ts';
import type { Json, Resource } from './json.ts';
import type { ResourceStore } from './store.ts';

/** A list inside a resource whose items are resources of their own: `securityRules` of a group. */
export interface ChildKind {
  /** Both the property's name and the segment in the child's id. */
  readonly property: string;
  readonly type: string;
  readonly children?: readonly ChildKind[];
  /** The order in which Azure writes back what the caller left out. */
  readonly defaults?: Readonly<Record<string, Json>>;
}

export interface WriteContext {
  readonly store: ResourceStore;
  readonly guid: () => string;
  /** The cloud's zone for public DNS labels: `cloudapp.azure.com`. */
  readonly dnsZone: string;
}

/** How one resource type behaves. What is not said here is the same for all: see `resources.ts`. */
export interface TypeBehaviour {
  /** In the letter case that Azure answers with. */
  readonly type: string;
  readonly children?: readonly ChildKind[];
  /** `weak`: `W/"guid"` on the resource and its children. `bare`: a guid, as firewall policies have. */
  readonly etag: 'weak' | 'bare' | 'none';
  /** A PUT gives an `Azure-AsyncOperation`. */
  readonly asynchronous: boolean;
  /** Without a location: children of other resources, extension resources. */
  readonly global?: boolean;
  readonly resourceGuid?: boolean;
  /** The state in a PUT's own answer. */
  readonly putState?: 'Updating' | 'Succeeded';
  /** Fills in what Azure fills in. */
  complete?(resource: Resource, previous: Resource | undefined, context: WriteContext): void;
  /** Throws what Azure refuses. */
  check?(resource: Resource, previous: Resource | undefined, context: WriteContext): void;
  /** Adds the back references to a copy that goes out. */
  render?(resource: Resource, store: ResourceStore): void;
  /** Why it cannot be deleted. */
  inUse?(resource: Resource, store: ResourceStore): ArmError | undefined;
  /** What else changes when it is gone. */
  deleted?(resource: Resource, store: ResourceStore): void;
}

/** Properties that only Azure writes: dropped from what a caller sends, at any depth. */
export const readOnlyProperties = new Set(['etag', 'provisioningstate', 'resourceguid', 'defaultsecurityrules']);

export function withDefaults(object: Json, defaults: Readonly<Record<string, Json>>): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (object[name] === undefined) object[name] = structuredClone(value);
  }
}

export function references(ids: readonly string[]): { id: string }[] {
  return ids.map(id => ({ id }));
}

/** Sets a back reference, or leaves it away when nothing refers. */
export function setBack(properties: Json, name: string, ids: readonly string[]): void {
  delete properties[name];
  if (ids.length > 0) properties[name] = references(ids);
}
