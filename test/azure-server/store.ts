import { covers } from './ids.ts';
import { copy, type Json, type Resource } from './json.ts';

/** A place that names another resource: a child's id or the resource's own, and the property that holds the reference. */
export interface Referrer {
  readonly id: string;
  readonly property: string;
}

/**
 * The resources, by id in lower case. Back references (a subnet's ip configurations, a group's interfaces) are not
 * held but found through `referrers`, so that they cannot disagree with what refers to them.
 */
export class ResourceStore {
  readonly #resources = new Map<string, Resource>();
  readonly #byType = new Map<string, Set<string>>();
  readonly #referrers = new Map<string, Map<string, Referrer>>();
  readonly #outgoing = new Map<string, [string, string][]>();

  get(id: string): Resource | undefined {
    return this.#resources.get(id.toLowerCase());
  }

  put(resource: Resource): void {
    const key = resource.id.toLowerCase();
    this.#forget(key);
    this.#resources.set(key, resource);
    const type = resource.type.toLowerCase();
    const ids = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, ids.add(key));
    const outgoing: [string, string][] = [];
    for (const { target, from } of references(resource)) {
      const targetKey = target.toLowerCase();
      const found = this.#referrers.get(targetKey) ?? new Map<string, Referrer>();
      this.#referrers.set(targetKey, found);
      const referrerKey = `${from.property}\n${from.id.toLowerCase()}`;
      found.set(referrerKey, from);
      outgoing.push([targetKey, referrerKey]);
    }
    this.#outgoing.set(key, outgoing);
  }

  delete(id: string): void {
    const key = id.toLowerCase();
    const resource = this.#resources.get(key);
    if (!resource) return;
    this.#forget(key);
    this.#resources.delete(key);
    this.#byType.get(resource.type.toLowerCase())?.delete(key);
  }

  clear(): void {
    for (const held of [this.#resources, this.#byType, this.#referrers, this.#outgoing]) held.clear();
  }

  /** In the order of their ids. */
  ofType(type: string): Resource[] {
    const ids = [...(this.#byType.get(type.toLowerCase()) ?? [])].sort();
    return ids.map(id => this.#resources.get(id)!);
  }

  ofTypes(types: readonly string[]): Resource[] {
    return types.flatMap(type => this.ofType(type));
  }

  under(scope: string): Resource[] {
    return [...this.#resources.values()].filter(resource => covers(scope, resource.id));
  }

  all(): Iterable<Resource> {
    return this.#resources.values();
  }

  /** Who refers to this id, by the name of the property that does. */
  referrers(id: string, property?: string): Referrer[] {
    const found = [...(this.#referrers.get(id.toLowerCase())?.values() ?? [])];
    const wanted = property === undefined ? found : found.filter(referrer => referrer.property === property);
    return wanted.sort((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
  }

  /** Everything held, for comparing an estate before and after. */
  snapshot(): Resource[] {
    return copy([...this.#resources.values()].sort((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1)));
  }

  #forget(key: string): void {
    for (const [target, referrer] of this.#outgoing.get(key) ?? []) this.#referrers.get(target)?.delete(referrer);
    this.#outgoing.delete(key);
  }
}

function* references(resource: Resource): Iterable<{ target: string; from: Referrer }> {
  const own = `${resource.id.toLowerCase()}/`;
  const pending: { value: Json; owner: string; property: string }[] = [
    { value: resource.properties, owner: resource.id, property: 'properties' },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, owner, property } = next;
    if (value === null || typeof value !== 'object') continue;
    if (Array.isArray(value)) {
      for (const item of value) pending.push({ value: item, owner, property });
      continue;
    }
    const id = value.id;
    const carries = value.properties !== undefined || value.etag !== undefined;
    const isChild = typeof id === 'string' && carries && id.toLowerCase().startsWith(own);
    if (typeof id === 'string' && !isChild && id.startsWith('/')) yield { target: id, from: { id: owner, property } };
    for (const [name, item] of Object.entries(value)) {
      if (item === null || typeof item !== 'object') continue;
      pending.push({ value: item, owner: isChild ? id : owner, property: name === 'properties' ? property : name });
    }
  }
}
