import { CallFailure, expectNumber, expectText, type FunctionEntry, known } from './call.ts';
import { numberValue, objectValue, textValue } from './values.ts';

/**
 * `parseCidr`, `cidrSubnet` and `cidrHost`.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr
 */

interface Network {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly length: number;
}

function parseNetwork(text: string): Network {
  const [address = '', length, ...more] = text.trim().split('/');
  const number = Number(length);
  const v4 = parseIpv4(address);
  const v6 = v4 === undefined ? parseIpv6(address) : undefined;
  const bits = v4 === undefined ? 128 : 32;
  const value = v4 ?? v6;
  if (value === undefined || more.length > 0 || !/^\d{1,3}$/.test(length ?? '') || number > bits) {
    throw new CallFailure('the text is not a CIDR');
  }
  return { bits, address: value, length: number };
}

function parseIpv4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    if (Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const groups = halves.map(half => (half === '' ? [] : half.split(':')));
  const head = groups[0] ?? [];
  const tail = groups[1] ?? [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<string>(missing).fill('0'), ...tail]) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

function write(bits: 32 | 128, address: bigint): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => (address >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((address >> BigInt((7 - index) * 16)) & 0xffffn));
  let start = -1;
  let longest = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > longest) {
      longest = end - at;
      start = at;
    }
  }
  const hex = groups.map(group => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`;
}

function firstOf({ bits, address, length }: Network): bigint {
  const size = BigInt(bits - length);
  return (address >> size) << size;
}

function lastOf(network: Network): bigint {
  return firstOf(network) + (1n << BigInt(network.bits - network.length)) - 1n;
}

export const cidrFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  [
    'parseCidr',
    known(1, 1, ([text], call) => {
      const network = parseNetwork(expectText(text, 'the network'));
      const { bits, length } = network;
      const first = firstOf(network);
      const last = lastOf(network);
      const reserved = bits === 32 && length < 31 ? 1n : 0n;
      const entry = (address: bigint) => textValue(write(bits, address), call.origin);
      return objectValue(
        [
          ['network', entry(first)],
          ['netmask', entry(((1n << BigInt(length)) - 1n) << BigInt(bits - length))],
          ...(bits === 32 ? ([['broadcast', entry(last)]] as const) : []),
          ['firstUsable', entry(first + reserved)],
          ['lastUsable', entry(last - reserved)],
          ['cidr', numberValue(length, call.origin)],
        ],
        call.origin,
      );
    }),
  ],
  [
    'cidrSubnet',
    known(3, 3, ([text, newLength, index], call) => {
      const network = parseNetwork(expectText(text, 'the network'));
      const length = expectNumber(newLength, 'the length');
      const number = expectNumber(index, 'the index');
      if (length < network.length || length > network.bits || number < 0) {
        throw new CallFailure('the subnet does not lie in the network');
      }
      const address = firstOf(network) + (BigInt(number) << BigInt(network.bits - length));
      if (address > lastOf(network)) throw new CallFailure('the subnet does not lie in the network');
      return textValue(`${write(network.bits, address)}/${length}`, call.origin);
    }),
  ],
  [
    'cidrHost',
    known(2, 2, ([text, index], call) => {
      const network = parseNetwork(expectText(text, 'the network'));
      const number = expectNumber(index, 'the index');
      const reserved = network.bits === 32 && network.length < 31 ? 1n : 0n;
      const address = firstOf(network) + reserved + BigInt(number);
      if (number < 0 || address > lastOf(network)) throw new CallFailure('the host does not lie in the network');
      return textValue(write(network.bits, address), call.origin);
    }),
  ],
]);
