import { parseAddresses, parsePrefix } from '../address-prefix.ts';
import {
  type AddressSet,
  everyAddress,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  uniteAddresses,
} from '../address-set.ts';
import { type Level, levelOf, maxLevel, memberLevel, minLevel, optionsOf } from '../compiled-rule.ts';
import type { Field, FieldList, Protocol } from '../model.ts';
import type { IpConfiguration, NetworkInterface } from '../network-model.ts';
import { parsePorts } from '../port-set.ts';
import { publicAddresses } from '../reach.ts';
import { tagKind } from '../service-tag.ts';

/** One end of a flow: an address of a machine's interface, or an address outside of what was read. */
export interface FlowEnd {
  /** Where the address lies: one address, or a subnet when the interface's own is not known. */
  readonly where: AddressSet;
  /** For messages: the address as written, or the interface's name. */
  readonly shown: string;
  readonly interface?: NetworkInterface;
  readonly configuration?: IpConfiguration;
}

/** A packet that opens a connection. */
export interface Packet {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly protocol: 'Tcp' | 'Udp';
  readonly port: number;
  /** Undefined: any port that a client may choose. */
  readonly sourcePort?: number;
}

/** How surely an end belongs to the tag `VirtualNetwork`, as a network sees it. */
export type InNetwork = (end: FlowEnd) => { readonly level: Level; readonly dependsOn: readonly string[] };

/** What a security rule, a default rule or a security admin rule looks at. */
export interface PacketRule {
  readonly name: string;
  readonly protocol: Field<Protocol>;
  readonly sources: FieldList<string>;
  readonly sourceGroups: FieldList<string>;
  readonly sourcePorts: FieldList<string>;
  readonly destinations: FieldList<string>;
  readonly destinationGroups: FieldList<string>;
  readonly destinationPorts: FieldList<string>;
}

/** How surely a rule matches, and what it hangs on when it is not sure. */
export interface Match {
  readonly level: Level;
  readonly dependsOn: readonly string[];
}

const sure: Match = { level: 2, dependsOn: [] };
const never: Match = { level: 0, dependsOn: [] };

/** Whether a rule matches a packet, by its protocol, ports and both addresses. */
export function matches(rule: PacketRule, packet: Packet, inNetwork: InNetwork): Match {
  return every([
    () => ({
      level: levelOf(rule.protocol, value => value === '*' || value === packet.protocol),
      dependsOn: rule.protocol.known ? [] : rule.protocol.dependsOn,
    }),
    () =>
      portMatch(rule.destinationPorts, packet.port, `the destination port of rule ${rule.name}, which is not given`),
    () => sourcePortMatch(rule, packet),
    () => sideMatch(rule.name, 'source', rule.sources, rule.sourceGroups, packet.from, inNetwork),
    () => sideMatch(rule.name, 'destination', rule.destinations, rule.destinationGroups, packet.to, inNetwork),
  ]);
}

/** All must match: as sure as the least sure of them. */
function every(parts: readonly (() => Match)[]): Match {
  let level: Level = 2;
  const dependsOn: string[] = [];
  for (const part of parts) {
    const one = part();
    if (one.level === 0) return never;
    level = minLevel(level, one.level);
    if (one.level === 1) dependsOn.push(...one.dependsOn);
  }
  return { level, dependsOn };
}

/** One must match: as sure as the surest of them. */
function some(parts: readonly Match[]): Match {
  const level = parts.reduce<Level>((most, one) => maxLevel(most, one.level), 0);
  return level === 1 ? { level, dependsOn: parts.flatMap(one => one.dependsOn) } : { level, dependsOn: [] };
}

function portMatch(list: FieldList<string>, port: number, absent: string): Match {
  if (list.items.length === 0 && !list.rest) return { level: 1, dependsOn: [absent] };
  return listMatch(list, text => {
    const { ports } = parsePorts(text);
    return { level: memberLevel({ must: ports, may: ports }, port), dependsOn: [] };
  });
}

function sourcePortMatch({ name, sourcePorts }: PacketRule, { sourcePort }: Packet): Match {
  if (sourcePorts.items.length === 0 && !sourcePorts.rest) return sure;
  return listMatch(sourcePorts, text => {
    const { ports } = parsePorts(text);
    if (sourcePort !== undefined) return { level: memberLevel({ must: ports, may: ports }, sourcePort), dependsOn: [] };
    if (ports.length === 2 && ports[0]! <= 1 && ports[1] === 65536) return sure;
    return ports.length === 0 ? never : { level: 1, dependsOn: [`the client's port, which rule ${name} looks at`] };
  });
}

/** A list of which one item must match; an unknown item possibly does. */
function listMatch(list: FieldList<string>, match: (text: string) => Match): Match {
  const parts = list.items.map((item): Match => {
    const options = optionsOf(item);
    if (item.known) return match(item.value);
    const found = (options ?? []).map(match);
    if (found.length > 0 && found.every(one => one.level === 2)) return sure;
    if (found.length > 0 && found.every(one => one.level === 0)) return never;
    return { level: 1, dependsOn: item.dependsOn };
  });
  if (list.rest) parts.push({ level: 1, dependsOn: list.rest.dependsOn });
  return some(parts);
}

function sideMatch(
  rule: string,
  side: 'source' | 'destination',
  addresses: FieldList<string>,
  groups: FieldList<string>,
  end: FlowEnd,
  inNetwork: InNetwork,
): Match {
  const noAddresses = addresses.items.length === 0 && !addresses.rest;
  const noGroups = groups.items.length === 0 && !groups.rest;
  if (noAddresses && noGroups) {
    return side === 'destination' ? sure : { level: 1, dependsOn: [`the source of rule ${rule}, which is not given`] };
  }
  return some([
    ...(noAddresses ? [] : [listMatch(addresses, text => prefixMatch(text, end, inNetwork))]),
    ...(noGroups ? [] : [listMatch(groups, id => memberMatch(id, end))]),
  ]);
}

function prefixMatch(text: string, end: FlowEnd, inNetwork: InNetwork): Match {
  const { addresses, tags } = parsePrefix(text);
  const own = { level: addressesLevel(addresses, end.where), dependsOn: [`the address of ${end.shown}`] };
  return some([own, ...tags.map(tag => tagMatch(tag, end, inNetwork))]);
}

function addressesLevel(set: AddressSet, where: AddressSet): Level {
  if (set === everyAddress || includesAddresses(set, where)) return 2;
  return isEmpty(intersectAddresses(set, where)) ? 0 : 1;
}

/** Where Azure's own services inside the host answer, which are no part of the internet. */
export const azureHost = parseAddresses('168.63.129.16')!;
const metadataService = parseAddresses('169.254.169.254')!;

/** https://learn.microsoft.com/azure/virtual-network/service-tags-overview */
function tagMatch(tag: string, end: FlowEnd, inNetwork: InNetwork): Match {
  switch (tagKind(tag)) {
    case 'virtual-network':
      return inNetwork(end);
    case 'internet': {
      const inside = inNetwork(end);
      const open = end.configuration ? 0 : addressesLevel(publicAddresses, end.where);
      if (open === 0 || inside.level === 2) return never;
      return inside.level === 1 ? inside : { level: open, dependsOn: [`the address of ${end.shown}`] };
    }
    case 'not-public': {
      const lower = tag.toLowerCase();
      const set = lower === 'azureplatformimds' ? metadataService : azureHost;
      return { level: addressesLevel(set, end.where), dependsOn: [`the address of ${end.shown}`] };
    }
    default:
      return end.configuration || isEmpty(intersectAddresses(end.where, publicAddresses))
        ? never
        : { level: 1, dependsOn: [`whether ${end.shown} belongs to service tag ${tag}`] };
  }
}

const outsiders = uniteAddresses(publicAddresses, azureHost);

/** Membership in an application security group. */
function memberMatch(id: string, end: FlowEnd): Match {
  const name = id.slice(id.lastIndexOf('/') + 1);
  if (!end.configuration) {
    // Members are interfaces; one that was not read may have this address, if it is a private one.
    const outside = includesAddresses(outsiders, end.where);
    return outside ? never : { level: 1, dependsOn: [`whether ${end.shown} is in application security group ${name}`] };
  }
  const { applicationSecurityGroups: own } = end.configuration;
  if (own.items.some(group => group.id === id.toLowerCase() && !group.uncertain)) return sure;
  const unclear = own.items.find(group => group.id === undefined || (group.uncertain && group.id === id.toLowerCase()));
  if (unclear) return { level: 1, dependsOn: unclear.dependsOn };
  return own.more ? { level: 1, dependsOn: own.more } : never;
}

/** A field that is known, for rules that nobody wrote. */
export function fixed<T>(value: T): Field<T> {
  return { known: true, value, origin: [] };
}
