import { parsePrefix } from './address-prefix.ts';
import {
  type Address,
  type AddressSet,
  cidrBlocks,
  countV4,
  countV6,
  everyV4,
  formatAddress,
  hasAddress,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  noAddresses,
  parseV4,
  parseV6,
  subtractAddresses,
  uniteAddresses,
} from './address-set.ts';
import { type Intervals, intersectIntervals, intervalsOverlap } from './intervals.ts';
import type { Reach } from './model.ts';
import { tagKind } from './service-tag.ts';
import { hasSources, limitSources, type SourceSet } from './source-set.ts';

const notPublicV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '168.63.129.16',
].reduce((set, cidr) => uniteAddresses(set, parsePrefix(cidr).addresses), noAddresses);

/**
 * Addresses a stranger can send from. Documentation ranges are in it: in a template they stand for somebody's address.
 * Of IPv6, the global unicast space 2000::/3.
 */
export const publicAddresses: AddressSet = {
  v4: subtractAddresses(everyV4, notPublicV4).v4,
  v6: parsePrefix('2000::/3').addresses.v6,
};

const order: readonly Reach[] = ['none', 'restricted', 'wide', 'internet'];

export function widerReach(a: Reach, b: Reach): Reach {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

function narrowerReach(a: Reach, b: Reach): Reach {
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
}

/** The class of some sources by their public part: `internet` from a /4 of IPv4 or a /12 of IPv6 on. */
export function reachOf(sources: SourceSet): Reach {
  let reach = reachOfAddresses(sources.addresses);
  for (const [tag, region] of sources.tags) {
    const widest: Reach = tagKind(tag) === 'cloud' ? 'wide' : 'restricted';
    reach = widerReach(reach, narrowerReach(widest, reachOfAddresses(region)));
  }
  return reach;
}

/** Whether the internet gets in, or more of it than a few addresses. */
export function isWide(reach: Reach): boolean {
  return reach === 'internet' || reach === 'wide';
}

/** Rules hand on the same few sets: each is measured once. */
const measured = new WeakMap<AddressSet, Reach>();

function reachOfAddresses(addresses: AddressSet): Reach {
  let reach = measured.get(addresses);
  if (!reach) {
    reach = measure(addresses);
    measured.set(addresses, reach);
  }
  return reach;
}

function measure(addresses: AddressSet): Reach {
  if (isEmpty(addresses)) return 'none';
  const v4 = countOf(intersectIntervals(addresses.v4, publicAddresses.v4));
  if (v4 >= 2 ** 28) return 'internet';
  const v6 = countV6({ v4: [], v6: intersectIntervals(addresses.v6, publicAddresses.v6) });
  if (v6 >= 1n << 116n) return 'internet';
  if (v4 > 256 || v6 > 1n << 80n) return 'wide';
  return v4 > 0 || v6 > 0n ? 'restricted' : 'none';
}

function countOf(v4: Intervals<number>): number {
  return countV4({ v4, v6: [] });
}

/** Whether any public address or any tag is among the sources. */
export function hasPublicSources(sources: SourceSet): boolean {
  if (!hasSources(sources)) return false;
  if (!isEmpty(intersectAddresses(sources.addresses, publicAddresses))) return true;
  for (const region of sources.tags.values()) if (!isEmpty(intersectAddresses(region, publicAddresses))) return true;
  return false;
}

/**
 * Sources as few CIDR blocks and tags as say their public part, addresses first. `within` limits them to a family.
 * `whole` is how "everybody" is written when all of it is among them, as the rule has it: `*` or `Internet`.
 */
export function describeSources(sources: SourceSet, whole?: string, within: AddressSet = publicAddresses): string[] {
  const universe = intersectAddresses(within, publicAddresses);
  const open = intersectAddresses(sources.addresses, universe);
  if (whole !== undefined && !isEmpty(universe) && includesAddresses(open, universe)) return [whole];
  const out = [
    ...fewest({ v4: sources.addresses.v4, v6: [] }, { v4: universe.v4, v6: [] }),
    ...fewest({ v4: [], v6: sources.addresses.v6 }, { v4: [], v6: universe.v6 }),
  ];
  for (const [tag, region] of sources.tags) if (!isEmpty(intersectAddresses(region, universe))) out.push(tag);
  return out;
}

/** An address that is not public may be counted in when that gives fewer blocks: nobody can send from it. */
function fewest(set: AddressSet, universe: AddressSet): string[] {
  const open = intersectAddresses(set, universe);
  if (isEmpty(open)) return [];
  if (includesAddresses(open, universe)) return [universe.v4.length > 0 ? '0.0.0.0/0' : '::/0'];
  const exact = publicBlocks(set, open);
  if (exact.length <= 1) return exact;
  const everything: AddressSet = universe.v4.length > 0 ? everyV4 : { v4: [], v6: [0n, 1n << 128n] };
  const loose = publicBlocks(uniteAddresses(open, subtractAddresses(everything, universe)), open);
  return loose.length < exact.length ? loose : exact;
}

function publicBlocks(set: AddressSet, open: AddressSet): string[] {
  return cidrBlocks(set)
    .filter(({ set: { v4, v6 } }) => intervalsOverlap(v4, open.v4) || intervalsOverlap(v6, open.v6))
    .map(block => block.text);
}

const examples: readonly Address[] = ['203.0.113.10', '198.51.100.10', '192.0.2.10', '2001:db8::10'].map(
  text => parseV4(text) ?? parseV6(text)!,
);

/** One public address among the sources; one from the documentation ranges when they are in it. */
export function exampleAddress(sources: SourceSet): string | undefined {
  const open = intersectAddresses(sources.addresses, publicAddresses);
  const documented = examples.find(address => hasAddress(open, address));
  const address = documented ?? open.v4[0] ?? open.v6[0];
  return address === undefined ? undefined : formatAddress(address);
}

/** The public part of some sources. */
export function publicSources(sources: SourceSet): SourceSet {
  return limitSources(sources, publicAddresses);
}
