import type { AddressItem, PortItem, Rule, Span } from './first-match.ts';

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same rules on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.below(most) }, make);
  }
}

const everyV4: Span = { family: 4, low: 0, high: 2 ** 32 - 1 };
const everyV6: Span = { family: 6, low: 0n, high: (1n << 128n) - 1n };
const everything: AddressItem = { text: '*', spans: [everyV4, everyV6] };

const bases4 = [
  0x00000000, 0x80000000, 0x40000000, 0xc0000000, 0x0a000000, 0x08000000, 0xcb007100, 0xcb007180, 0x08080808,
];
const lengths4 = [0, 1, 1, 2, 3, 4, 5, 7, 8, 12, 16, 23, 24, 24, 25, 26, 30, 31, 32, 32];
const bases6 = [0n, 0x2001_0db8n << 96n, (0x2001_0db8n << 96n) + 1n, 0x2000n << 112n, 0x3000n << 112n];
const lengths6 = [0, 1, 3, 4, 12, 16, 32, 47, 48, 64, 127, 128];

export function randomAddresses(random: Random): AddressItem {
  const kind = random.below(100);
  if (kind < 18) return everything;
  if (kind < 30) return { text: random.pick(['Internet', 'INTERNET', 'internet']), spans: [], internet: true };
  if (kind < 36) return { text: random.pick(['VirtualNetwork', 'virtualnetwork']), spans: [], virtualNetwork: true };
  if (kind < 44) {
    const tag = random.pick(['AzureCloud', 'AzureCloud.WestEurope', 'azurecloud', 'Storage', 'Storage.EastUS']);
    return { text: tag, spans: [], tag };
  }
  if (kind < 80) return v4Item(random);
  if (kind < 88) {
    const low = random.pick(bases4) + random.below(300);
    const high = Math.min(0xffffffff, low + random.below(2 ** random.below(31)));
    return { text: `${dotted(low)}-${dotted(high)}`, spans: [{ family: 4, low, high }] };
  }
  const base = random.pick(bases6) + BigInt(random.below(4));
  const length = random.pick(lengths6);
  const size = 1n << BigInt(128 - length);
  const low = base - (base % size);
  const text = length === 128 && random.chance(50) ? hexGroups(base) : `${hexGroups(base)}/${length}`;
  return { text, spans: [{ family: 6, low, high: low + size - 1n }] };
}

function v4Item(random: Random): AddressItem {
  const base = (random.pick(bases4) + random.below(random.pick([1, 4, 300, 70000]))) >>> 0;
  const length = random.pick(lengths4);
  const size = 2 ** (32 - length);
  const low = base - (base % size);
  // With host bits left in, or cleared; a single address with and without a mask.
  const written = random.chance(50) ? base : low;
  const text = length === 32 && random.chance(50) ? dotted(base) : `${dotted(written)}/${length}`;
  return { text, spans: [{ family: 4, low, high: low + size - 1 }] };
}

function dotted(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

function hexGroups(value: bigint): string {
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':');
}

export function randomPorts(random: Random): PortItem {
  const kind = random.below(100);
  if (kind < 25) return { text: '*', low: 0, high: 65535 };
  const port = random.pick([22, 22, 22, 21, 23, 3389, 80, 0, 65535]);
  if (kind < 60) return { text: random.chance(30) ? port : String(port), low: port, high: port };
  const end = Math.min(65535, port + random.below(random.pick([1, 5, 4000])));
  return { text: `${port}-${end}`, low: port, high: end };
}

export const groupNames = ['asg-a', 'asg-b'] as const;

export function randomRule(random: Random, priority: number): Rule {
  const plainDestination = random.chance(65);
  const byGroup = !plainDestination && random.chance(25);
  return {
    direction: random.chance(93) ? 'Inbound' : 'Outbound',
    access: random.chance(55) ? 'Allow' : 'Deny',
    priority,
    protocol: random.pick(['Tcp', 'Tcp', '*', '*', 'Udp', 'Icmp']),
    sources: random.some(random.chance(60) ? 1 : 4, () => randomAddresses(random)),
    sourcePorts: random.chance(80) ? [{ text: '*', low: 0, high: 65535 }] : random.some(2, () => randomPorts(random)),
    destinations: byGroup ? [] : plainDestination ? [everything] : random.some(2, () => randomAddresses(random)),
    destinationGroups: byGroup ? random.some(2, () => random.pick(groupNames)) : [],
    destinationPorts: random.some(2, () => randomPorts(random)),
    exists: true,
  };
}

export function randomRules(random: Random, most: number): Rule[] {
  const priorities = new Set<number>();
  const count = 1 + random.below(most);
  while (priorities.size < count)
    priorities.add(random.chance(10) ? random.pick([100, 4096]) : 100 + random.below(400));
  return [...priorities].map(priority => randomRule(random, priority));
}
