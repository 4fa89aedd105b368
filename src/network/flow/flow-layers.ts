import type { Access, Direction, FieldList, SecurityRule } from '../model.ts';
import type { SecurityAdminRule } from '../network-model.ts';
import type { RuleLayer } from '../rule-layer.ts';
import { fixed, type InNetwork, type Match, matches, type Packet, type PacketRule } from './packet.ts';

/** Where a decision fell. */
export type DecisionPlace = 'network manager' | 'subnet' | 'interface' | 'route';

/** A rule that decides, or possibly does. */
export interface FlowDecision {
  readonly direction: Direction;
  readonly place: DecisionPlace;
  /** Undefined for security admin rules and routes. */
  readonly securityGroup?: string;
  readonly rule: string;
  readonly access: Access | 'AlwaysAllow';
}

/** What one group, or the security admin rules of a network, do with a packet: one access, or several possible ones. */
export interface Outcome {
  readonly decisions: readonly FlowDecision[];
  /** What it hangs on which of the decisions it is. */
  readonly dependsOn: readonly string[];
}

interface Candidate {
  readonly name: string;
  /** Undefined when it is not known. */
  readonly priority?: number;
  readonly accesses: readonly (Access | 'AlwaysAllow')[];
  readonly match: () => Match;
}

/** What stands for a decision where no security admin rule matches. */
export const noAdminRule = '(no security admin rule)';

const any: FieldList<string> = { items: [fixed('*')] };
const none: FieldList<string> = { items: [] };

function defaultRule(name: string, source: string, destination: string): PacketRule {
  return {
    name,
    protocol: fixed('*'),
    sources: { items: [fixed(source)] },
    sourceGroups: none,
    sourcePorts: any,
    destinations: { items: [fixed(destination)] },
    destinationGroups: none,
    destinationPorts: any,
  };
}

/** https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules */
const defaultRules: Readonly<Record<Direction, readonly (readonly [number, Access, PacketRule])[]>> = {
  Inbound: [
    [65000, 'Allow', defaultRule('AllowVnetInBound', 'VirtualNetwork', 'VirtualNetwork')],
    [65001, 'Allow', defaultRule('AllowAzureLoadBalancerInBound', 'AzureLoadBalancer', '*')],
    [65500, 'Deny', defaultRule('DenyAllInBound', '*', '*')],
  ],
  Outbound: [
    [65000, 'Allow', defaultRule('AllowVnetOutBound', 'VirtualNetwork', 'VirtualNetwork')],
    [65001, 'Allow', defaultRule('AllowInternetOutBound', '*', 'Internet')],
    [65500, 'Deny', defaultRule('DenyAllOutBound', '*', '*')],
  ],
};

/** What a security group does with a packet. */
export function groupOutcome(
  layer: RuleLayer,
  place: DecisionPlace,
  direction: Direction,
  packet: Packet,
  inNetwork: InNetwork,
): Outcome {
  const shown = { direction, place, securityGroup: layer.name } as const;
  if (!layer.group) {
    return {
      decisions: (['Allow', 'Deny'] as const).map(access => ({ ...shown, rule: '(not readable)', access })),
      dependsOn: layer.unreadable ?? [`not readable: security group ${layer.name}`],
    };
  }
  const candidates = layer.group.rules.map(rule => candidateOf(rule, direction, packet, inNetwork));
  const further = layer.group.furtherRules;
  if (further) {
    candidates.push({
      name: `(rules from ${further.dependsOn.join(', ')})`,
      accesses: ['Allow', 'Deny'],
      match: () => ({ level: 1, dependsOn: further.dependsOn }),
    });
  }
  for (const [priority, access, rule] of defaultRules[direction]) {
    candidates.push({
      name: rule.name,
      priority,
      accesses: [access],
      match: () => matches(rule, packet, inNetwork),
    });
  }
  const { decided, dependsOn } = firstMatch(candidates);
  return { decisions: decided.map(one => ({ ...shown, ...one })), dependsOn };
}

function candidateOf(rule: SecurityRule, direction: Direction, packet: Packet, inNetwork: InNetwork): Candidate {
  const { name, priority, access } = rule;
  const shown = name.known ? name.value : (name.alternatives?.join(' or ') ?? 'a rule without a name');
  const fields: PacketRule = {
    name: shown,
    protocol: rule.protocol,
    sources: rule.sourceAddressPrefixes,
    sourceGroups: rule.sourceApplicationSecurityGroups,
    sourcePorts: rule.sourcePortRanges,
    destinations: rule.destinationAddressPrefixes,
    destinationGroups: rule.destinationApplicationSecurityGroups,
    destinationPorts: rule.destinationPortRanges,
  };
  return {
    name: shown,
    ...(priority.known ? { priority: priority.value } : {}),
    accesses: access.known ? [access.value] : (access.alternatives ?? ['Allow', 'Deny']),
    match: () => {
      const own = rule.direction;
      if (own.known && own.value !== direction) return { level: 0, dependsOn: [] };
      const match = matches(fields, packet, inNetwork);
      const doubts = [
        ...(own.known ? [] : own.dependsOn),
        ...(rule.existence.kind === 'depends' ? rule.existence.on : []),
      ];
      if (match.level === 0 || doubts.length === 0) return match;
      return { level: 1, dependsOn: [...doubts, ...match.dependsOn] };
    },
  };
}

/** What the security admin rules in effect for a network do with a packet; undefined when none of them matches. */
export function adminOutcome(
  rules: readonly SecurityAdminRule[],
  direction: Direction,
  packet: Packet,
  inNetwork: InNetwork,
): Outcome {
  const candidates = rules.map((rule): Candidate => {
    const protocol = rule.protocol.known ? packetProtocol(rule.protocol.value) : undefined;
    const fields: PacketRule = {
      name: rule.name,
      protocol: protocol === undefined ? { known: false, dependsOn: protocolDoubt(rule), origin: [] } : fixed(protocol),
      sources: rule.sources,
      sourceGroups: none,
      sourcePorts: rule.sourcePorts,
      destinations: rule.destinations,
      destinationGroups: none,
      destinationPorts:
        rule.destinationPorts.items.length === 0 && !rule.destinationPorts.rest ? any : rule.destinationPorts,
    };
    return {
      name: rule.name,
      ...(rule.priority.known ? { priority: rule.priority.value } : {}),
      accesses: rule.access.known ? [rule.access.value] : ['Allow', 'Deny', 'AlwaysAllow'],
      match: () => {
        const own = rule.direction;
        if (own.known && own.value.toLowerCase() !== direction.toLowerCase()) return { level: 0, dependsOn: [] };
        const match = matches(fields, packet, inNetwork);
        if (match.level === 0 || (own.known && rule.access.known)) return match;
        const doubts = [...(own.known ? [] : own.dependsOn), ...(rule.access.known ? [] : rule.access.dependsOn)];
        return own.known ? { ...match, dependsOn: doubts } : { level: 1, dependsOn: [...doubts, ...match.dependsOn] };
      },
    };
  });
  // What no security admin rule matches goes on to the security groups, as after an Allow.
  candidates.push({
    name: noAdminRule,
    priority: Number.POSITIVE_INFINITY,
    accesses: ['Allow'],
    match: () => ({ level: 2, dependsOn: [] }),
  });
  const { decided, dependsOn } = firstMatch(candidates);
  return { decisions: decided.map(one => ({ direction, place: 'network manager', ...one })), dependsOn };
}

function packetProtocol(text: string): 'Tcp' | 'Udp' | 'Icmp' | 'Esp' | 'Ah' | '*' | undefined {
  const words = { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', esp: 'Esp', ah: 'Ah', any: '*', '*': '*' } as const;
  return Object.hasOwn(words, text.toLowerCase()) ? words[text.toLowerCase() as keyof typeof words] : undefined;
}

function protocolDoubt(rule: SecurityAdminRule): readonly string[] {
  return rule.protocol.known ? [`the protocol of security admin rule ${rule.name}`] : rule.protocol.dependsOn;
}

interface Decided {
  readonly rule: string;
  readonly access: Access | 'AlwaysAllow';
}

/**
 * Azure's first match by priority. A rule that only possibly matches, or whose priority is not known, decides possibly;
 * so does what comes after it. Rules of one priority, which Azure would reject, can stand in either order.
 */
function firstMatch(candidates: readonly Candidate[]): { decided: readonly Decided[]; dependsOn: readonly string[] } {
  const decided: Decided[] = [];
  const dependsOn = new Set<string>();
  const add = (candidate: Candidate, match: Match): void => {
    for (const access of candidate.accesses) decided.push({ rule: candidate.name, access });
    for (const text of match.dependsOn) dependsOn.add(text);
  };
  for (const candidate of candidates) {
    if (candidate.priority !== undefined) continue;
    const match = candidate.match();
    if (match.level === 0) continue;
    add(candidate, match);
    if (match.dependsOn.length === 0) dependsOn.add(`the priority of rule ${candidate.name}, which is not given`);
  }
  const ordered = candidates.filter(one => one.priority !== undefined).sort((a, b) => a.priority! - b.priority!);
  let end: number | undefined;
  for (const candidate of ordered) {
    if (end !== undefined && candidate.priority !== end) break;
    const match = candidate.match();
    if (match.level === 0) continue;
    if (end !== undefined) dependsOn.add(`the order of rules of priority ${end}`);
    add(candidate, match);
    if (match.level === 2) end = candidate.priority;
  }
  const different = new Set(decided.map(one => one.access)).size > 1;
  if (different && dependsOn.size === 0) dependsOn.add(`the access of rule ${decided[0]!.rule}, which is not given`);
  return { decided, dependsOn: different ? [...dependsOn] : [] };
}
