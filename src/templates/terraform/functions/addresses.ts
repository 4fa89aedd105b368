import type { Value } from '../../../network/value.ts';
import { sequence, stringValue } from '../terraform-value.ts';
import { numberOf, textOf } from './arguments.ts';
import { FunctionError, strict, type TerraformFunction } from './definition.ts';

interface Network {
  readonly bits: 32 | 128;
  readonly base: bigint;
  readonly length: number;
}

export const addressFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'cidrhost',
    strict(2, 2, ([prefix, host], call) => {
      const network = parseNetwork(textOf(prefix));
      const size = 1n << BigInt(network.bits - network.length);
      const number = BigInt(Math.trunc(numberOf(host)));
      const offset = number < 0n ? size + number : number;
      if (offset < 0n || offset >= size) throw new FunctionError('cidrhost of a host outside the network');
      return stringValue(addressText(network.base + offset, network.bits), call.origin);
    }),
  ],
  [
    'cidrnetmask',
    strict(1, 1, ([prefix], call) => {
      const network = parseNetwork(textOf(prefix));
      if (network.bits !== 32) throw new FunctionError('cidrnetmask of an IPv6 network');
      return stringValue(addressText(mask(network), 32), call.origin);
    }),
  ],
  [
    'cidrsubnet',
    strict(3, 3, ([prefix, newBits, number], call) => {
      const network = parseNetwork(textOf(prefix));
      return stringValue(subnet(network, numberOf(newBits), BigInt(Math.trunc(numberOf(number)))), call.origin);
    }),
  ],
  [
    'cidrsubnets',
    strict(1, undefined, ([prefix, ...newBits], call) => {
      const network = parseNetwork(textOf(prefix));
      const items: Value[] = [];
      let next = network.base;
      for (const extra of newBits) {
        const length = network.length + numberOf(extra);
        checkLength(length, network);
        const size = 1n << BigInt(network.bits - length);
        const base = ((next + size - 1n) / size) * size;
        if (base + size > network.base + (1n << BigInt(network.bits - network.length)))
          throw new FunctionError('cidrsubnets of more than the network holds');
        items.push(stringValue(`${addressText(base, network.bits)}/${length}`, call.origin));
        next = base + size;
      }
      return sequence(items, call.origin, 'list');
    }),
  ],
];

function subnet(network: Network, newBits: number, number: bigint): string {
  const length = network.length + newBits;
  checkLength(length, network);
  if (number < 0n || number >= 1n << BigInt(newBits))
    throw new FunctionError('cidrsubnet of a number that the new bits cannot hold');
  const base = network.base + (number << BigInt(network.bits - length));
  return `${addressText(base, network.bits)}/${length}`;
}

function checkLength(length: number, network: Network): void {
  if (!Number.isInteger(length) || length < network.length || length > network.bits)
    throw new FunctionError('a subnet that does not fit its network');
}

function mask(network: Network): bigint {
  const ones = (1n << BigInt(network.length)) - 1n;
  return ones << BigInt(network.bits - network.length);
}

function parseNetwork(text: string): Network {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? '' : text.slice(0, slash));
  const length = Number(text.slice(slash + 1));
  if (!address || !Number.isInteger(length) || length < 0 || length > address.bits)
    throw new FunctionError('a network function with something that is no CIDR');
  const bare: Network = { bits: address.bits, base: 0n, length };
  return { ...bare, base: address.number & mask(bare) };
}

function parseAddress(text: string): { readonly bits: 32 | 128; readonly number: bigint } | undefined {
  const four = parseFour(text);
  if (four !== undefined) return { bits: 32, number: four };
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return undefined;
  const groups = (half: string | undefined) => (half ? half.split(':') : []);
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let number = 0n;
  for (const group of [...head, ...new Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    number = (number << 16n) | BigInt(Number.parseInt(group, 16));
  }
  return { bits: 128, number };
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let number = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    number = (number << 8n) | BigInt(part);
  }
  return number;
}

function addressText(number: bigint, bits: 32 | 128): string {
  const width = bits === 32 ? 8n : 16n;
  const groups: number[] = [];
  for (let shift = BigInt(bits) - width; shift >= 0n; shift -= width)
    groups.push(Number((number >> shift) & ((1n << width) - 1n)));
  if (bits === 32) return groups.join('.');
  // The longest run of zero groups is written as `::`.
  let best = { from: -1, length: 1 };
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (groups[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  const hex = groups.map(group => group.toString(16));
  if (best.from < 0) return hex.join(':');
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`;
}
