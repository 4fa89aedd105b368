import {
  type Intervals,
  intersectIntervals,
  intervalsContain,
  intervalsInclude,
  subtractIntervals,
  uniteAllIntervals,
  uniteIntervals,
} from './intervals.ts';

/** IPv4 and IPv6 addresses as sets of half-open intervals; an IPv4 address is its 32-bit number. */
export interface AddressSet {
  readonly v4: Intervals<number>;
  readonly v6: Intervals<bigint>;
}

/** An address: IPv4 as a number, IPv6 as a bigint. */
export type Address = number | bigint;

const V4_END = 2 ** 32;
const V6_END = 1n << 128n;

export const noAddresses: AddressSet = { v4: [], v6: [] };
export const everyV4: AddressSet = { v4: [0, V4_END], v6: [] };
export const everyV6: AddressSet = { v4: [], v6: [0n, V6_END] };
export const everyAddress: AddressSet = { v4: everyV4.v4, v6: everyV6.v6 };

export function isEmpty(set: AddressSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0;
}

export function uniteAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (a === b || isEmpty(b) || a === everyAddress) return a;
  if (isEmpty(a) || b === everyAddress) return b;
  return { v4: uniteIntervals(a.v4, b.v4), v6: uniteIntervals(a.v6, b.v6) };
}

export function intersectAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (a === b || b === everyAddress || isEmpty(a)) return a;
  if (a === everyAddress || isEmpty(b)) return b;
  return { v4: intersectIntervals(a.v4, b.v4), v6: intersectIntervals(a.v6, b.v6) };
}

/** The union of many sets at once. */
export function uniteAllAddresses(sets: readonly AddressSet[]): AddressSet {
  if (sets.length <= 2) return sets.reduce(uniteAddresses, noAddresses);
  if (sets.includes(everyAddress)) return everyAddress;
  return { v4: uniteAllIntervals(sets.map(set => set.v4)), v6: uniteAllIntervals(sets.map(set => set.v6)) };
}

/** What is in `a` and not in `b`. */
export function subtractAddresses(a: AddressSet, b: AddressSet): AddressSet {
  if (isEmpty(b) || isEmpty(a)) return a;
  if (a === b || b === everyAddress) return noAddresses;
  return { v4: subtractIntervals(a.v4, b.v4), v6: subtractIntervals(a.v6, b.v6) };
}

/** Whether every address of `b` is in `a`. */
export function includesAddresses(a: AddressSet, b: AddressSet): boolean {
  return a === b || a === everyAddress || (intervalsInclude(a.v4, b.v4) && intervalsInclude(a.v6, b.v6));
}

export function hasAddress(set: AddressSet, address: Address): boolean {
  return typeof address === 'number' ? intervalsContain(set.v4, address) : intervalsContain(set.v6, address);
}

/** How many IPv4 addresses are in the set. */
export function countV4(set: AddressSet): number {
  let total = 0;
  for (let i = 0; i < set.v4.length; i += 2) total += set.v4[i + 1]! - set.v4[i]!;
  return total;
}

/** How many IPv6 addresses are in the set. */
export function countV6(set: AddressSet): bigint {
  let total = 0n;
  for (let i = 0; i < set.v6.length; i += 2) total += set.v6[i + 1]! - set.v6[i]!;
  return total;
}

/** The fewest CIDR blocks that make up the set, IPv4 first. Single addresses are written with `/32` and `/128`. */
export function toCidrs(set: AddressSet): string[] {
  return cidrBlocks(set).map(block => block.text);
}

/** One CIDR block and its text. */
export interface CidrBlock {
  readonly text: string;
  readonly set: AddressSet;
}

/** As {@link toCidrs}, each block with the addresses in it. */
export function cidrBlocks(set: AddressSet): CidrBlock[] {
  const out: CidrBlock[] = [];
  for (let i = 0; i < set.v4.length; i += 2) {
    let start = set.v4[i]!;
    const end = set.v4[i + 1]!;
    while (start < end) {
      let bits = 0;
      while (bits < 32 && start % 2 ** (bits + 1) === 0 && start + 2 ** (bits + 1) <= end) bits++;
      const next = start + 2 ** bits;
      out.push({ text: `${formatAddress(start)}/${32 - bits}`, set: { v4: [start, next], v6: [] } });
      start = next;
    }
  }
  for (let i = 0; i < set.v6.length; i += 2) {
    let start = set.v6[i]!;
    const end = set.v6[i + 1]!;
    while (start < end) {
      let bits = 0n;
      while (bits < 128n && start % (1n << (bits + 1n)) === 0n && start + (1n << (bits + 1n)) <= end) bits++;
      const next = start + (1n << bits);
      out.push({ text: `${formatAddress(start)}/${128n - bits}`, set: { v4: [], v6: [start, next] } });
      start = next;
    }
  }
  return out;
}

/** An address as people write it; IPv6 in the short form of RFC 5952. */
export function formatAddress(address: Address): string {
  if (typeof address === 'number') {
    return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
  }
  const groups: string[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(((address >> shift) & 0xffffn).toString(16));
  let longest = { at: 0, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === '0') length++;
    if (length > longest.length) longest = { at, length };
  }
  if (longest.length < 2) return groups.join(':');
  return `${groups.slice(0, longest.at).join(':')}::${groups.slice(longest.at + longest.length).join(':')}`;
}

/** An IPv4 address in four decimal numbers; undefined for anything else, also for octal-looking `010.0.0.1`. */
export function parseV4(text: string): number | undefined {
  let value = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 46;
    if (code === 46) {
      if (octet < 0) return undefined;
      value = value * 256 + octet;
      octet = -1;
      if (++octets > 4) return undefined;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return undefined;
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
      if (octet > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return octets === 4 ? value : undefined;
}

/** An IPv6 address in any of its forms, with an IPv4 tail or without; undefined for anything else, also with a zone. */
export function parseV6(text: string): bigint | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined;
  let body = text;
  const dot = body.indexOf('.');
  if (dot >= 0) {
    const colon = body.lastIndexOf(':');
    const tail = parseV4(body.slice(colon + 1));
    if (tail === undefined) return undefined;
    body = `${body.slice(0, colon + 1)}${Math.floor(tail / 65536).toString(16)}:${(tail % 65536).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const group of text.split(':')) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    groups.push(Number.parseInt(group, 16));
  }
  return groups;
}

/** The block of an address and prefix length, host bits ignored as Azure does. */
export function block(address: Address, length: number): AddressSet {
  if (typeof address === 'number') {
    const size = 2 ** (32 - length);
    const start = address - (address % size);
    return { v4: [start, start + size], v6: [] };
  }
  const size = 1n << BigInt(128 - length);
  const start = address - (address % size);
  return { v4: [], v6: [start, start + size] };
}

/** The addresses from `first` to `last`, both included; empty when `last` comes before `first`. */
export function addressRange(first: Address, last: Address): AddressSet {
  if (typeof first === 'number' && typeof last === 'number') {
    return last < first ? noAddresses : { v4: [first, last + 1], v6: [] };
  }
  if (typeof first === 'bigint' && typeof last === 'bigint') {
    return last < first ? noAddresses : { v4: [], v6: [first, last + 1n] };
  }
  return noAddresses;
}
