import {
  type AddressSet,
  everyAddress,
  intersectAddresses,
  isEmpty,
  noAddresses,
  subtractAddresses,
  uniteAddresses,
  uniteAllAddresses,
} from './address-set.ts';
import { tagIncludes, tagKind } from './service-tag.ts';

/**
 * Sources of traffic: addresses, and service tags whose addresses are not known here. A tag comes with the addresses
 * it is narrowed to: after a Deny of `0.0.0.0/1`, `AzureCloud` is what of it lies in the other half.
 */
export interface SourceSet {
  readonly addresses: AddressSet;
  readonly tags: ReadonlyMap<string, AddressSet>;
}

const noTags: ReadonlyMap<string, AddressSet> = new Map();

export const noSources: SourceSet = { addresses: noAddresses, tags: noTags };
export const everySource: SourceSet = { addresses: everyAddress, tags: noTags };

export function sourcesOf(addresses: AddressSet, tags: Iterable<string> = []): SourceSet {
  const map = new Map<string, AddressSet>();
  for (const tag of tags) map.set(tag, everyAddress);
  if (map.size === 0 && addresses === everyAddress) return everySource;
  return { addresses, tags: map.size === 0 ? noTags : map };
}

export function hasSources(set: SourceSet): boolean {
  return set.tags.size > 0 || !isEmpty(set.addresses);
}

export function uniteSources(a: SourceSet, b: SourceSet): SourceSet {
  if (a === b || !hasSources(b)) return a;
  if (!hasSources(a)) return b;
  const addresses = uniteAddresses(a.addresses, b.addresses);
  if (b.tags.size === 0) return addresses === a.addresses ? a : { addresses, tags: a.tags };
  if (a.tags.size === 0) return { addresses, tags: b.tags };
  const tags = new Map(a.tags);
  for (const [tag, region] of b.tags) {
    const same = sameTag(tags, tag);
    tags.set(same ?? tag, same === undefined ? region : uniteAddresses(tags.get(same)!, region));
  }
  return { addresses, tags };
}

/** The union of many sets at once. */
export function uniteAllSources(sets: readonly SourceSet[]): SourceSet {
  if (sets.length <= 2) return sets.reduce(uniteSources, noSources);
  const tags = sets.filter(set => set.tags.size > 0).map(set => ({ addresses: noAddresses, tags: set.tags }));
  const addresses = uniteAllAddresses(sets.map(set => set.addresses));
  return tags.reduce<SourceSet>(uniteSources, addresses === everyAddress ? everySource : { addresses, tags: noTags });
}

/** What is in `a` and not in `b`. A tag in `b` takes itself and its regions away, never addresses given as such. */
export function subtractSources(a: SourceSet, b: SourceSet): SourceSet {
  if (!hasSources(a) || !hasSources(b)) return a;
  if (a === b || b.addresses === everyAddress) return noSources;
  const addresses = subtractAddresses(a.addresses, b.addresses);
  if (a.tags.size === 0) return { addresses, tags: noTags };
  const tags = new Map<string, AddressSet>();
  for (const [tag, region] of a.tags) {
    let left = subtractAddresses(region, b.addresses);
    for (const [outer, outerRegion] of b.tags) {
      if (tagIncludes(outer, tag)) left = subtractAddresses(left, outerRegion);
    }
    if (!isEmpty(left)) tags.set(tag, left);
  }
  return { addresses, tags };
}

/** What is in both. Of two tags the narrower one; a service's tag is taken to lie within `AzureCloud`. */
export function intersectSources(a: SourceSet, b: SourceSet): SourceSet {
  if (a === b || b === everySource) return a;
  if (a === everySource) return b;
  const addresses = intersectAddresses(a.addresses, b.addresses);
  if (a.tags.size === 0 && b.tags.size === 0) return { addresses, tags: noTags };
  const tags = new Map<string, AddressSet>();
  const add = (tag: string, region: AddressSet): void => {
    if (isEmpty(region)) return;
    const same = sameTag(tags, tag);
    tags.set(same ?? tag, same === undefined ? region : uniteAddresses(tags.get(same)!, region));
  };
  for (const [tag, region] of a.tags) {
    add(tag, intersectAddresses(region, b.addresses));
    for (const [other, otherRegion] of b.tags) {
      const both = narrower(tag, other);
      if (both !== undefined) add(both, intersectAddresses(region, otherRegion));
    }
  }
  for (const [tag, region] of b.tags) add(tag, intersectAddresses(region, a.addresses));
  return { addresses, tags };
}

/** The sources limited to some addresses. */
export function limitSources(set: SourceSet, within: AddressSet): SourceSet {
  if (within === everyAddress || !hasSources(set)) return set;
  if (set === everySource) return { addresses: within, tags: noTags };
  return intersectSources(set, { addresses: within, tags: noTags });
}

function narrower(a: string, b: string): string | undefined {
  if (tagIncludes(a, b)) return b;
  if (tagIncludes(b, a)) return a;
  if (tagKind(a) === 'cloud' && tagKind(b) === 'service') return b;
  if (tagKind(b) === 'cloud' && tagKind(a) === 'service') return a;
  return undefined;
}

function sameTag(tags: ReadonlyMap<string, AddressSet>, tag: string): string | undefined {
  if (tags.has(tag)) return tag;
  for (const known of tags.keys()) if (known.toLowerCase() === tag.toLowerCase()) return known;
  return undefined;
}
