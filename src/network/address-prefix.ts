import {
  type Address,
  type AddressSet,
  addressRange,
  block,
  everyAddress,
  everyV4,
  isEmpty,
  noAddresses,
  parseV4,
  parseV6,
  uniteAddresses,
} from './address-set.ts';
import { looksLikeTag } from './service-tag.ts';

/** What an address field says: addresses and tags, and what Azure would reject in it. */
export interface ParsedPrefix {
  readonly addresses: AddressSet;
  /** Service tags as written. */
  readonly tags: readonly string[];
  readonly problem?: string;
}

const none: readonly string[] = [];
const all: ParsedPrefix = { addresses: everyAddress, tags: none };

/**
 * An address, CIDR, address range, service tag or `*`, as in `sourceAddressPrefix`. Host bits are ignored and a missing
 * mask is one address, as in Azure. Where Azure would reject a spelling whose meaning is plain (`any`, `/0`, `0/0`, a
 * comma list in one string, blanks around it), the addresses are those meant, with the problem said. What means nothing
 * matches nothing.
 */
export function parsePrefix(text: string): ParsedPrefix {
  if (text === '*') return all;
  const addresses = parseAddresses(text);
  if (addresses) return { addresses, tags: none };
  return parseOddPrefix(text);
}

/** An address, CIDR or `a-b` range; undefined for anything else. */
export function parseAddresses(text: string): AddressSet | undefined {
  const first = text.charCodeAt(0);
  const maybeAddress = (first >= 48 && first <= 57) || text.includes(':');
  if (!maybeAddress || text.length > 100) return undefined;
  const slash = text.indexOf('/');
  if (slash >= 0) {
    const address = parseAddress(text.slice(0, slash));
    const mask = text.slice(slash + 1);
    if (address === undefined) return undefined;
    const width = typeof address === 'number' ? 32 : 128;
    if (/^\d{1,3}$/.test(mask)) return Number(mask) <= width ? block(address, Number(mask)) : undefined;
    const length = typeof address === 'number' ? maskLength(mask) : undefined;
    return length === undefined ? undefined : block(address, length);
  }
  const dash = text.indexOf('-');
  if (dash >= 0) {
    const from = parseAddress(text.slice(0, dash).trim());
    const to = parseAddress(text.slice(dash + 1).trim());
    if (from === undefined || to === undefined) return undefined;
    const range = addressRange(from, to);
    return isEmpty(range) ? undefined : range;
  }
  const address = parseAddress(text);
  return address === undefined ? undefined : block(address, typeof address === 'number' ? 32 : 128);
}

/** One IPv4 or IPv6 address; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  return parseV4(text) ?? parseV6(text);
}

function parseOddPrefix(text: string): ParsedPrefix {
  const trimmed = text.trim();
  if (/^any$/i.test(trimmed)) {
    return { ...all, problem: `'${shown(text)}' is not an address: Azure wants '*' for all addresses` };
  }
  if (trimmed === '/0' || trimmed === '0/0') {
    return { addresses: everyV4, tags: none, problem: `'${shown(text)}' is not a CIDR block: write '0.0.0.0/0'` };
  }
  if (trimmed.includes(',')) {
    let addresses = noAddresses;
    const tags: string[] = [];
    for (const item of trimmed.split(',')) {
      const part = parsePrefix(item.trim());
      addresses = uniteAddresses(addresses, part.addresses);
      tags.push(...part.tags);
    }
    return {
      addresses,
      tags,
      problem: `'${shown(text)}' is a list in one string, which Azure rejects: use the plural property`,
    };
  }
  if (trimmed !== text && trimmed !== '') {
    return { ...parsePrefix(trimmed), problem: `'${shown(text)}' has blanks around it, which Azure rejects` };
  }
  if (looksLikeTag(text)) return { addresses: noAddresses, tags: [text] };
  const bare = /^\d+$/.test(text)
    ? 'a number, not an address: it matches nothing'
    : 'not an address, CIDR block or service tag';
  return { addresses: noAddresses, tags: none, problem: `'${shown(text)}' is ${bare}` };
}

function maskLength(mask: string): number | undefined {
  const bits = parseV4(mask);
  if (bits === undefined) return undefined;
  for (let length = 0; length <= 32; length++) if (bits === 2 ** 32 - 2 ** (32 - length)) return length;
  return undefined;
}

/** Text from a template, cut to a length that fits a message. */
function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
