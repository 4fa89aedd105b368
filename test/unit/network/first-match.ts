/**
 * A second evaluator, by brute force: it takes single packets and asks one rule after the other. It shares nothing with
 * the product but the facts of Azure, so that the two can be compared.
 */
export type Family = 4 | 6;

export interface Span {
  readonly family: Family;
  /** First and last address. */
  readonly low: Address;
  readonly high: Address;
}

/** IPv4 as a number, IPv6 as a bigint. */
export type Address = number | bigint;

/** One item of a source or destination, as written and as meant. */
export interface AddressItem {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly tag?: string;
  /** Everybody on the internet, whatever address. */
  readonly internet?: boolean;
  readonly virtualNetwork?: boolean;
}

export interface PortItem {
  readonly text: string | number;
  readonly low: number;
  readonly high: number;
}

export interface Rule {
  readonly direction: 'Inbound' | 'Outbound';
  readonly access: 'Allow' | 'Deny';
  readonly priority: number;
  readonly protocol: 'Tcp' | 'Udp' | 'Icmp' | '*';
  readonly sources: readonly AddressItem[];
  readonly sourcePorts: readonly PortItem[];
  readonly destinations: readonly AddressItem[];
  readonly destinationGroups: readonly string[];
  readonly destinationPorts: readonly PortItem[];
  readonly exists: boolean;
}

export interface Packet {
  readonly family: Family;
  readonly source: Address;
  /** A tag that the sender's address belongs to. */
  readonly tag: string | undefined;
  readonly sourcePort: number;
  readonly destination: Address;
  readonly destinationGroup: string | undefined;
}

const notPublic: readonly (readonly [number, number, number, number, number])[] = [
  [0, 0, 0, 0, 8],
  [10, 0, 0, 0, 8],
  [100, 64, 0, 0, 10],
  [127, 0, 0, 0, 8],
  [169, 254, 0, 0, 16],
  [172, 16, 0, 0, 12],
  [192, 0, 0, 0, 24],
  [192, 168, 0, 0, 16],
  [198, 18, 0, 0, 15],
  [224, 0, 0, 0, 3],
  [168, 63, 129, 16, 32],
];

export const privateSpans: readonly Span[] = notPublic.map(([a, b, c, d, length]) => {
  const low = ((a * 256 + b) * 256 + c) * 256 + d;
  return { family: 4, low, high: low + 2 ** (32 - length) - 1 };
});

export function isPublic(address: Address): boolean {
  if (typeof address === 'bigint') return address >> 125n === 1n;
  return !privateSpans.some(span => address >= span.low && address <= span.high);
}

/** Whether the first rule by priority that matches lets the packet in; the default rules let nobody public in. */
export function letsIn(rulesByPriority: readonly Rule[], packet: Packet): boolean {
  for (const rule of rulesByPriority) if (matches(rule, packet)) return rule.access === 'Allow';
  return false;
}

/** The inbound rules for a protocol and port, first to last. */
export function rulesFor(rules: readonly Rule[], protocol: 'Tcp' | 'Udp', port: number): Rule[] {
  return rules
    .filter(rule => rule.exists && rule.direction === 'Inbound')
    .filter(rule => rule.protocol === '*' || rule.protocol === protocol)
    .filter(rule => rule.destinationPorts.some(item => port >= item.low && port <= item.high))
    .sort((a, b) => a.priority - b.priority);
}

function matches(rule: Rule, packet: Packet): boolean {
  if (!rule.sourcePorts.some(item => packet.sourcePort >= item.low && packet.sourcePort <= item.high)) return false;
  return rule.sources.some(item => fromItem(item, packet)) && toRule(rule, packet);
}

function fromItem(item: AddressItem, packet: Packet): boolean {
  if (item.internet) return isPublic(packet.source);
  if (item.virtualNetwork) return false;
  if (item.tag !== undefined) {
    const own = packet.tag?.toLowerCase();
    const given = item.tag.toLowerCase();
    return own !== undefined && (own === given || own.startsWith(`${given}.`));
  }
  return inSpans(item.spans, packet.family, packet.source);
}

function toRule(rule: Rule, packet: Packet): boolean {
  if (packet.destinationGroup !== undefined && rule.destinationGroups.includes(packet.destinationGroup)) return true;
  return rule.destinations.some(item => {
    if (item.virtualNetwork) return true;
    if (item.internet || item.tag !== undefined) return false;
    return inSpans(item.spans, packet.family, packet.destination);
  });
}

function inSpans(spans: readonly Span[], family: Family, address: Address): boolean {
  return spans.some(span => span.family === family && address >= span.low && address <= span.high);
}
