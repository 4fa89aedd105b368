import { parsePrefix } from './address-prefix.ts';
import {
  type AddressSet,
  everyAddress,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  noAddresses,
  uniteAddresses,
  uniteAllAddresses,
} from './address-set.ts';
import { interfaceOfAddress } from './interface-address.ts';
import { intersectIntervals, intervalsContain, intervalsInclude, uniteAllIntervals } from './intervals.ts';
import type { Field, FieldList, SecurityRule } from './model.ts';
import { everyPort, noPorts, type PortSet, parsePorts } from './port-set.ts';
import { publicAddresses } from './reach.ts';
import { tagKind } from './service-tag.ts';
import { everySource, intersectSources, noSources, type SourceSet, sourcesOf, uniteAllSources } from './source-set.ts';
import type { UnknownValue } from './value.ts';

/** How surely something holds: 0 not, 1 possibly, 2 surely. */
export type Level = 0 | 1 | 2;

/** A lower and an upper bound: what surely, and what possibly is in a set. */
export interface Bounds<T> {
  readonly must: T;
  readonly may: T;
}

/** The priorities that Azure takes for rules of a group: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview */
export const lowestPriority = 100;
export const highestPriority = 4096;

/** A part of a rule, and what it hangs on, in words. */
export interface Dependency {
  readonly part: 'existence' | 'priority' | 'protocol' | 'port' | 'source-port' | 'source' | 'destination';
  readonly on: string;
}

/** An inbound rule with its fields parsed into sets. */
export interface CompiledRule {
  /** Undefined for default rules and for rules that are only possibly there. */
  readonly rule?: SecurityRule;
  readonly name: string;
  /** The priority lies between these; they are equal when it is known. */
  readonly from: number;
  readonly to: number;
  readonly priorityKnown: boolean;
  /** How surely it is there and an Allow (or AlwaysAllow), a Deny. */
  readonly allows: Level;
  readonly denies: Level;
  readonly tcp: Level;
  readonly udp: Level;
  readonly ports: Bounds<PortSet>;
  readonly sourcePorts: Bounds<PortSet>;
  readonly destination: Bounds<AddressSet>;
  /** Application security groups it names as destination, by identity, and interfaces by whose address it does, by key. */
  readonly destinationGroups: ReadonlyMap<string, Level>;
  /** How surely it matches members of application security groups that cannot be told. */
  readonly otherDestinationGroups: Level;
  readonly sources: Bounds<SourceSet>;
  /** Private sources it names: what a firewall or gateway in the network sends from. */
  readonly inside: Bounds<AddressSet>;
  /** What its unknown parts hang on. Empty when all is known. */
  readonly dependsOn: readonly Dependency[];
  /** How "everybody" stands in the rule, `*` or `Internet`; undefined when addresses say it. */
  readonly whole?: string | undefined;
}

export function minLevel(a: Level, b: Level): Level {
  return a < b ? a : b;
}

export function maxLevel(a: Level, b: Level): Level {
  return a > b ? a : b;
}

const everyPortBounds: Bounds<PortSet> = { must: everyPort, may: everyPort };
const everyAddressBounds: Bounds<AddressSet> = { must: everyAddress, may: everyAddress };
const everySourceBounds: Bounds<SourceSet> = { must: everySource, may: everySource };
const noAddressBounds: Bounds<AddressSet> = { must: noAddresses, may: noAddresses };
const noGroups: { known: ReadonlyMap<string, Level>; other: Level } = { known: new Map(), other: 0 };

const isInbound = (value: string): boolean => value === 'Inbound';
const isAllow = (value: string): boolean => value === 'Allow';
const isDeny = (value: string): boolean => value === 'Deny';
const isTcp = (value: string): boolean => value === 'Tcp' || value === '*';
const isUdp = (value: string): boolean => value === 'Udp' || value === '*';

/** The rule in sets; undefined when it surely has no part in inbound traffic. */
export function compileRule(rule: SecurityRule): CompiledRule | undefined {
  const { direction } = rule;
  const inbound = levelOf(direction, isInbound);
  if (inbound === 0) return undefined;
  const { access, protocol, priority, existence } = rule;
  const { sourceAddressPrefixes, sourceApplicationSecurityGroups, sourcePortRanges } = rule;
  const { destinationAddressPrefixes, destinationApplicationSecurityGroups, destinationPortRanges } = rule;
  const name = ruleName(rule);
  const dependsOn: Dependency[] = [];
  if (existence.kind === 'depends') note(dependsOn, 'existence', existence.on);
  noteField(dependsOn, 'existence', direction);
  noteField(dependsOn, 'existence', access);
  noteField(dependsOn, 'protocol', protocol);
  noteField(dependsOn, 'priority', priority);
  noteList(dependsOn, 'port', destinationPortRanges);
  noteList(dependsOn, 'source-port', sourcePortRanges);
  noteList(dependsOn, 'source', sourceAddressPrefixes);
  noteList(dependsOn, 'source', sourceApplicationSecurityGroups);
  const destinations = withoutInterfaces(destinationAddressPrefixes);
  noteList(dependsOn, 'destination', destinations.list);
  noteList(dependsOn, 'destination', destinationApplicationSecurityGroups);

  const there = existence.kind === 'depends' ? minLevel(inbound, 1) : inbound;
  const priorities = optionsOf(priority);
  const from = priorities ? Math.min(...priorities) : lowestPriority;
  const to = priorities ? Math.max(...priorities) : highestPriority;

  let ports = portBounds(destinationPortRanges);
  if (isAbsent(destinationPortRanges)) {
    note(dependsOn, 'port', [`the destination port of rule ${name}, which is not given`]);
    ports = { must: noPorts, may: everyPort };
  }

  const source = sourceBounds(sourceAddressPrefixes);
  let { sources, inside } = source;
  if (!isAbsent(sourceApplicationSecurityGroups)) {
    // Members have private addresses: they are nobody on the internet, and may be what a firewall sends from.
    inside = { must: inside.must, may: everyAddress };
  } else if (isAbsent(sourceAddressPrefixes) && isWritten(rule)) {
    // Azure rejects a template whose rule has no source: the rule never admits anybody, and is told as invalid.
    sources = { must: noSources, may: noSources };
    inside = { must: noAddresses, may: noAddresses };
  } else if (isAbsent(sourceAddressPrefixes)) {
    note(dependsOn, 'source', [`the source of rule ${name}, which is not given`]);
    sources = { must: noSources, may: everySource };
    inside = { must: noAddresses, may: everyAddress };
  }

  // Without source ports or a destination Azure rejects the rule; whoever leaves them out means any.
  const noDestination = isAbsent(destinationAddressPrefixes) && isAbsent(destinationApplicationSecurityGroups);
  const groups = isAbsent(destinationApplicationSecurityGroups)
    ? noGroups
    : applicationGroups(destinationApplicationSecurityGroups);
  const members = new Map([...groups.known, ...destinations.interfaces.map(key => [key, 2] as const)]);

  return {
    rule,
    name,
    from,
    to,
    priorityKnown: from === to && priorities !== undefined,
    allows: minLevel(there, levelOf(access, isAllow)),
    denies: minLevel(there, levelOf(access, isDeny)),
    tcp: levelOf(protocol, isTcp),
    udp: levelOf(protocol, isUdp),
    ports,
    sourcePorts: isAbsent(sourcePortRanges) ? everyPortBounds : portBounds(sourcePortRanges),
    destination: noDestination ? everyAddressBounds : destinationBounds(destinations.list),
    destinationGroups: members,
    otherDestinationGroups: groups.other,
    sources,
    inside,
    dependsOn,
    whole: source.whole,
  };
}

function note(out: Dependency[], part: Dependency['part'], names: readonly string[]): void {
  for (const on of names) out.push({ part, on });
}

function noteField(out: Dependency[], part: Dependency['part'], field: Field<unknown>): void {
  if (!field.known) note(out, part, field.dependsOn);
}

function noteList(out: Dependency[], part: Dependency['part'], list: FieldList<string>): void {
  for (const item of list.items) noteField(out, part, item);
  if (list.rest) note(out, part, list.rest.dependsOn);
}

/** A rule's name as written, or what stands for it. */
export function ruleName(rule: SecurityRule): string {
  if (rule.name.known) return rule.name.value;
  return rule.name.alternatives?.join(' or ') ?? `(name from ${rule.name.dependsOn.join(', ')})`;
}

/** What matches every packet but for its sender: the part that rules which nobody wrote have in common. */
export const everyPacket = {
  tcp: 2,
  udp: 2,
  ports: { must: everyPort, may: everyPort },
  sourcePorts: { must: everyPort, may: everyPort },
  destination: { must: everyAddress, may: everyAddress },
  destinationGroups: new Map(),
  otherDestinationGroups: 0,
} as const;

/** Rules that may be there besides those read: anything, at any priority. */
export function possibleRules(unknown: UnknownValue): CompiledRule {
  return {
    name: `(rules from ${unknown.dependsOn.join(', ')})`,
    from: lowestPriority,
    to: highestPriority,
    priorityKnown: false,
    allows: 1,
    denies: 1,
    ...everyPacket,
    tcp: 1,
    udp: 1,
    ports: { must: noPorts, may: everyPort },
    sources: { must: noSources, may: everySource },
    inside: { must: noAddresses, may: everyAddress },
    dependsOn: unknown.dependsOn.map(on => ({ part: 'existence', on })),
    whole: 'Internet',
  };
}

/**
 * The default rule that admits the network's own machines. The one for load balancer probes admits no client, and
 * DenyAllInBound is what is left over.
 */
export const allowVnetInBound: CompiledRule = {
  name: 'AllowVnetInBound',
  from: 65000,
  to: 65000,
  priorityKnown: true,
  allows: 2,
  denies: 0,
  ...everyPacket,
  sources: { must: noSources, may: noSources },
  inside: { must: everyAddress, may: everyAddress },
  dependsOn: [],
};

/** How surely the rule matches a protocol and port, whoever sends. */
export function portLevel(rule: CompiledRule, protocol: 'Tcp' | 'Udp', port: number): Level {
  const level = protocol === 'Tcp' ? rule.tcp : rule.udp;
  return level === 0 ? 0 : minLevel(level, memberLevel(rule.ports, port));
}

/** How surely a number is in a set with bounds. */
export function memberLevel(bounds: Bounds<PortSet>, value: number): Level {
  if (intervalsContain(bounds.must, value)) return 2;
  return intervalsContain(bounds.may, value) ? 1 : 0;
}

/** How surely an address that lies somewhere in `where` is in a set with bounds. */
export function addressLevel(bounds: Bounds<AddressSet>, where: AddressSet): Level {
  if (includesAddresses(bounds.must, where)) return 2;
  return isEmpty(intersectAddresses(bounds.may, where)) ? 0 : 1;
}

/** Whether all of a rule stands in a template, so that what is not there is surely left out. */
function isWritten({ declaration, value }: SecurityRule): boolean {
  const properties = value.kind === 'object' && !value.rest ? value.get('properties') : undefined;
  return declaration.place.kind === 'text' && properties?.kind === 'object' && !properties.rest;
}

function isAbsent(list: FieldList<string>): boolean {
  return list.items.length === 0 && list.rest === undefined;
}

/** The values a field can have; undefined when it can have any. */
export function optionsOf<T>(field: Field<T>): readonly T[] | undefined {
  if (field.known) return [field.value];
  return field.alternatives && field.alternatives.length > 0 ? field.alternatives : undefined;
}

/** How surely a field passes a test. */
export function levelOf<T>(field: Field<T>, test: (value: T) => boolean): Level {
  if (field.known) return test(field.value) ? 2 : 0;
  const options = optionsOf(field);
  if (!options) return 1;
  if (options.every(test)) return 2;
  return options.some(test) ? 1 : 0;
}

/** The texts that further items of a list have by each choice; undefined when they can be anything. */
function restChoices(rest: UnknownValue): readonly (readonly string[])[] | undefined {
  if (!rest.alternatives || rest.alternatives.length === 0) return undefined;
  const choices: string[][] = [];
  for (const alternative of rest.alternatives) {
    const items = alternative.kind === 'array' ? alternative.items : [alternative];
    if (alternative.kind === 'array' && alternative.rest) return undefined;
    const texts: string[] = [];
    for (const item of items) {
      if (item.kind === 'string') texts.push(item.value);
      else if (item.kind === 'number') texts.push(String(item.value));
      else if (item.kind !== 'null') return undefined;
    }
    choices.push(texts);
  }
  return choices;
}

/** How sets of a kind are put together. */
interface Algebra<T> {
  parse(text: string): T;
  uniteAll(sets: readonly T[]): T;
  intersect(a: T, b: T): T;
  readonly everything: T;
}

/** Of a text with unknown parts, the service tag that it names a region of: `AzureCloud.{location}`. */
function tagOfRegion(symbol: string): string | undefined {
  return /^([a-z][a-z0-9_]*)\.\{/i.exec(symbol)?.[1];
}

function boundsOf<T>(list: FieldList<string>, algebra: Algebra<T>): Bounds<T> {
  const must: T[] = [];
  const may: T[] = [];
  let anything = false;
  for (const item of list.items) {
    const options = optionsOf(item);
    if (!options) {
      const tag = item.known || item.symbol === undefined ? undefined : tagOfRegion(item.symbol);
      if (tag === undefined) anything = true;
      else may.push(algebra.parse(tag));
      continue;
    }
    const sets = options.map(algebra.parse);
    must.push(sets.length === 1 ? sets[0]! : sets.reduce(algebra.intersect));
    may.push(...sets);
  }
  if (list.rest) {
    const choices = restChoices(list.rest);
    if (choices) {
      const sets = choices.map(texts => algebra.uniteAll(texts.map(algebra.parse)));
      must.push(sets.reduce(algebra.intersect));
      may.push(...sets);
    } else anything = true;
  }
  const sure = algebra.uniteAll(must);
  if (anything) return { must: sure, may: algebra.everything };
  return { must: sure, may: may.length === must.length ? sure : algebra.uniteAll(may) };
}

const portAlgebra: Algebra<PortSet> = {
  parse: text => parsePorts(text).ports,
  uniteAll: uniteAllIntervals,
  intersect: intersectIntervals,
  everything: everyPort,
};

function portBounds(list: FieldList<string>): Bounds<PortSet> {
  const only = onlyItem(list);
  if (only !== undefined) {
    const { ports } = parsePorts(only);
    return { must: ports, may: ports };
  }
  return boundsOf(list, portAlgebra);
}

const internet: SourceSet = sourcesOf(publicAddresses);

function onlyItem(list: FieldList<string>): string | undefined {
  const item = list.items.length === 1 && !list.rest ? list.items[0] : undefined;
  return item?.known ? item.value : undefined;
}

const sourceAlgebra: Algebra<SourceSet> = {
  parse: sourcesIn,
  uniteAll: uniteAllSources,
  intersect: intersectSources,
  everything: everySource,
};

const insideAlgebra: Algebra<AddressSet> = {
  parse: insideIn,
  uniteAll: uniteAllAddresses,
  intersect: intersectAddresses,
  everything: everyAddress,
};

function saysEverybody(text: string): boolean {
  return text === '*' || tagKind(text) === 'internet';
}

interface SourceBounds {
  readonly sources: Bounds<SourceSet>;
  readonly inside: Bounds<AddressSet>;
  readonly whole?: string;
}

function sourceBounds(list: FieldList<string>): SourceBounds {
  const only = onlyItem(list);
  if (only === '*') return { sources: everySourceBounds, inside: everyAddressBounds, whole: '*' };
  if (only !== undefined && tagKind(only) === 'internet') {
    return { sources: { must: internet, may: internet }, inside: noAddressBounds, whole: only };
  }
  const sources = boundsOf(list, sourceAlgebra);
  const inside = boundsOf(list, insideAlgebra);
  const whole = list.items.flatMap(item => optionsOf(item) ?? []).find(saysEverybody);
  if (whole !== undefined) return { sources, inside, whole };
  return sources.may === everySource ? { sources, inside, whole: 'Internet' } : { sources, inside };
}

function sourcesIn(text: string): SourceSet {
  const parsed = parsePrefix(text);
  if (parsed.tags.length === 0) return sourcesOf(parsed.addresses);
  let addresses = parsed.addresses;
  const tags: string[] = [];
  for (const tag of parsed.tags) {
    const kind = tagKind(tag);
    if (kind === 'internet') addresses = uniteAddresses(addresses, publicAddresses);
    else if (kind === 'cloud' || kind === 'service') tags.push(tag);
  }
  return sourcesOf(addresses, tags);
}

/** The part of a source that machines inside the network have: `VirtualNetwork` is all of them. */
function insideIn(text: string): AddressSet {
  const parsed = parsePrefix(text);
  return parsed.tags.some(tag => tagKind(tag) === 'virtual-network') ? everyAddress : parsed.addresses;
}

function destinationBounds(list: FieldList<string>): Bounds<AddressSet> {
  if (onlyItem(list) === '*') return everyAddressBounds;
  // What arrives at an interface has a private address as destination: `VirtualNetwork` is all of them, `Internet` and
  // the services' tags are none.
  return boundsOf(list, insideAlgebra);
}

/** Takes out destinations that are the address of an interface: it need not be known to tell what they match. */
function withoutInterfaces(list: FieldList<string>): { list: FieldList<string>; interfaces: readonly string[] } {
  const interfaces: string[] = [];
  const items = list.items.filter(item => {
    const key = item.known || item.symbol === undefined ? undefined : interfaceOfAddress(item.symbol);
    if (key !== undefined) interfaces.push(key);
    return key === undefined;
  });
  if (interfaces.length === 0) return { list, interfaces };
  return { list: list.rest ? { items, rest: list.rest } : { items }, interfaces };
}

function applicationGroups(list: FieldList<string>): { known: ReadonlyMap<string, Level>; other: Level } {
  const known = new Map<string, Level>();
  let other: Level = list.rest ? 1 : 0;
  for (const item of list.items) {
    const options = optionsOf(item);
    if (!options) other = 1;
    else
      for (const id of options)
        known.set(id.toLowerCase(), maxLevel(known.get(id.toLowerCase()) ?? 0, item.known ? 2 : 1));
  }
  return { known, other };
}

/** Whether a rule matches every source port and every destination, so that only the sender counts. */
export function dependsOnSenderOnly(rule: CompiledRule): boolean {
  return (
    intervalsInclude(rule.sourcePorts.must, everyPort) &&
    (rule.destination.must === everyAddress || includesAddresses(rule.destination.must, everyAddress))
  );
}
