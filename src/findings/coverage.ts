import { parsePrefix } from '../network/address-prefix.ts';
import {
  type AddressSet,
  everyAddress,
  includesAddresses,
  uniteAddresses,
  uniteAllAddresses,
} from '../network/address-set.ts';
import { intervalsInclude, intervalsOverlap, uniteAllIntervals } from '../network/intervals.ts';
import type { FieldList, Protocol, SecurityGroup, SecurityRule } from '../network/model.ts';
import { everyPort, type PortSet, parsePorts } from '../network/port-set.ts';
import { publicAddresses } from '../network/reach.ts';
import { tagIncludes, tagKind } from '../network/service-tag.ts';

/** One side of a rule: who, or where to. */
interface Side {
  readonly addresses: AddressSet;
  readonly tags: readonly string[];
  /** Identities of application security groups. */
  readonly groups: readonly string[];
}

/** An inbound rule of which everything is known, in sets. */
export interface KnownRule {
  readonly rule: SecurityRule;
  readonly priority: number;
  readonly allows: boolean;
  readonly protocols: readonly Protocol[];
  readonly ports: PortSet;
  readonly sourcePorts: PortSet;
  readonly source: Side;
  readonly destination: Side;
}

const protocols: readonly Protocol[] = ['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah'];

/** More rules than this before another one are not put together: a group made to be slow stays quick. */
const mostTogether = 64;
/** The same for rules with long lists of sources: Azure takes 4,000 in a group. */
const mostSources = 10_000;

/** Several kinds of findings look at the same rules. */
const knownRules = new WeakMap<SecurityGroup, readonly KnownRule[]>();

/** The inbound rules of a group of which everything is known, first match first. */
export function knownInboundRules(group: SecurityGroup): readonly KnownRule[] {
  let rules = knownRules.get(group);
  if (!rules) {
    rules = readKnownRules(group);
    knownRules.set(group, rules);
  }
  return rules;
}

function readKnownRules(group: SecurityGroup): readonly KnownRule[] {
  const out: KnownRule[] = [];
  for (const rule of group.rules) {
    const known = knownRule(rule);
    if (known) out.push(known);
  }
  return out.sort((a, b) => a.priority - b.priority);
}

function knownRule(rule: SecurityRule): KnownRule | undefined {
  const { direction, access, priority, protocol } = rule;
  if (rule.existence.kind !== 'certain' || !direction.known || direction.value !== 'Inbound') return undefined;
  if (!access.known || !priority.known || !protocol.known) return undefined;
  const ports = portsOf(rule.destinationPortRanges);
  const sourcePorts = rule.sourcePortRanges.items.length === 0 ? everyPort : portsOf(rule.sourcePortRanges);
  const source = sideOf(rule.sourceAddressPrefixes, rule.sourceApplicationSecurityGroups);
  const destination = sideOf(rule.destinationAddressPrefixes, rule.destinationApplicationSecurityGroups);
  if (!ports || !sourcePorts || !source || !destination || ports.length === 0) return undefined;
  return {
    rule,
    priority: priority.value,
    allows: access.value === 'Allow',
    protocols: protocol.value === '*' ? protocols : [protocol.value],
    ports,
    sourcePorts,
    source,
    destination,
  };
}

function portsOf(list: FieldList<string>): PortSet | undefined {
  if (list.rest) return undefined;
  const ports: PortSet[] = [];
  for (const item of list.items) {
    if (!item.known) return undefined;
    ports.push(parsePorts(item.value).ports);
  }
  return uniteAllIntervals(ports);
}

function sideOf(prefixes: FieldList<string>, members: FieldList<string>): Side | undefined {
  if (prefixes.rest || members.rest) return undefined;
  const sets: AddressSet[] = [];
  const tags: string[] = [];
  const groups: string[] = [];
  for (const item of prefixes.items) {
    if (!item.known) return undefined;
    const parsed = parsePrefix(item.value);
    sets.push(parsed.addresses);
    tags.push(...parsed.tags);
  }
  const addresses = uniteAllAddresses(sets);
  for (const item of members.items) {
    if (!item.known) return undefined;
    groups.push(item.value);
  }
  const nothing = tags.length === 0 && groups.length === 0 && addresses.v4.length === 0 && addresses.v6.length === 0;
  return nothing ? undefined : { addresses, tags, groups };
}

/**
 * The rules of `earlier` that together decide everything that a rule matches, or everything to one TCP port;
 * undefined when something is left for it. Source ports and destinations are not put together from several rules, so
 * what is said to be covered surely is.
 */
export function coveredBy(
  rule: KnownRule,
  earlier: readonly KnownRule[],
  port?: number,
): readonly KnownRule[] | undefined {
  const wantedPorts = port === undefined ? rule.ports : [port, port + 1];
  const wantedProtocols = port === undefined ? rule.protocols : (['Tcp'] as const);
  const able = earlier.filter(
    one =>
      one.priority < rule.priority &&
      intervalsOverlap(one.ports, wantedPorts) &&
      one.protocols.some(protocol => wantedProtocols.includes(protocol)) &&
      intervalsInclude(one.sourcePorts, rule.sourcePorts) &&
      covers([one.destination], rule.destination),
  );
  if (able.length === 0 || able.length > mostTogether) return undefined;
  const sources = able.reduce((count, { source }) => count + source.addresses.v4.length / 2, 0);
  if (sources > mostSources) return undefined;
  const deciding = new Set<KnownRule>();
  for (const protocol of wantedProtocols) {
    const ofProtocol = able.filter(one => one.protocols.includes(protocol));
    for (const cell of cellsOf(wantedPorts, ofProtocol)) {
      const matching = ofProtocol.filter(one => intervalsInclude(one.ports, cell));
      const enough = firstEnough(matching, rule.source);
      if (!enough) return undefined;
      for (const one of enough) deciding.add(one);
    }
  }
  return [...deciding];
}

/** The fewest rules from the first on whose sources are all of a side. */
function firstEnough(matching: readonly KnownRule[], source: Side): readonly KnownRule[] | undefined {
  const areEnough = (count: number): boolean =>
    covers(
      matching.slice(0, count).map(one => one.source),
      source,
    );
  if (!areEnough(matching.length)) return undefined;
  let low = 1;
  let high = matching.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (areEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return matching.slice(0, low);
}

/** Ports cut at every edge of some rules' ports. */
function cellsOf(ports: PortSet, rules: readonly KnownRule[]): PortSet[] {
  const edges = new Set<number>();
  for (const one of rules) for (const edge of one.ports) edges.add(edge);
  const sorted = [...edges].sort((a, b) => a - b);
  const out: PortSet[] = [];
  for (let i = 0; i < ports.length; i += 2) {
    let start = ports[i]!;
    const end = ports[i + 1]!;
    for (const edge of sorted) {
      if (edge <= start || edge >= end) continue;
      out.push([start, edge]);
      start = edge;
    }
    out.push([start, end]);
  }
  return out;
}

function covers(outer: readonly Side[], inner: Side): boolean {
  const addresses = uniteAllAddresses(outer.map(side => side.addresses));
  let internet = false;
  let network = false;
  for (const side of outer) {
    internet ||= side.tags.some(tag => tagKind(tag) === 'internet');
    network ||= side.tags.some(tag => tagKind(tag) === 'virtual-network');
  }
  const everybody = includesAddresses(addresses, everyAddress);
  const reachable = internet ? uniteAddresses(addresses, publicAddresses) : addresses;
  if (!includesAddresses(reachable, inner.addresses)) return false;
  for (const tag of inner.tags) {
    if (outer.some(side => side.tags.some(other => tagIncludes(other, tag)))) continue;
    // Azure's services ask for rules with their own tags even where a wider rule stands before: Bastion, for one.
    const kind = tagKind(tag);
    const general = kind === 'internet' || kind === 'virtual-network' || kind === 'cloud';
    if (!(general && everybody) && !(kind === 'cloud' && internet)) return false;
  }
  return inner.groups.every(id => everybody || network || outer.some(side => side.groups.includes(id)));
}
