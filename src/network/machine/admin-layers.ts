import { everyAddress } from '../address-set.ts';
import { type CompiledRule, compileRule, everyPacket } from '../compiled-rule.ts';
import type { Access, Field, SecurityRule } from '../model.ts';
import type { SecurityAdminRule } from '../network-model.ts';
import { certainExistence, type ResourceDeclaration } from '../resource.ts';
import { layerOf, type RuleLayer } from '../rule-layer.ts';
import { everySource } from '../source-set.ts';
import type { Value } from '../value.ts';

/** Security admin rules as two layers: who is not denied by them, and who skips the security groups. */
export interface AdminLayers {
  readonly pass: RuleLayer;
  readonly skip: RuleLayer;
}

/** What stands for a group's name in proofs of security admin rules. */
export const adminLayerName = 'Virtual Network Manager';

/** What no security admin rule matches goes on to the security groups. */
const passesOn: CompiledRule = {
  name: '(no security admin rule)',
  from: 100_000,
  to: 100_000,
  priorityKnown: true,
  allows: 2,
  denies: 0,
  ...everyPacket,
  sources: { must: everySource, may: everySource },
  inside: { must: everyAddress, may: everyAddress },
  dependsOn: [],
};

export function compileAdminRules(rules: readonly SecurityAdminRule[]): AdminLayers {
  return {
    pass: layerOf(adminLayerName, [...compiled(rules, access => (access === 'Deny' ? 'Deny' : 'Allow')), passesOn]),
    skip: layerOf(
      adminLayerName,
      compiled(rules, access => (access === 'AlwaysAllow' ? 'Allow' : 'Deny')),
    ),
  };
}

function compiled(
  rules: readonly SecurityAdminRule[],
  accessOf: (access: 'Allow' | 'Deny' | 'AlwaysAllow') => Access,
): CompiledRule[] {
  return rules.flatMap(rule => {
    const one = compileRule(asSecurityRule(rule, accessOf));
    if (!one) return [];
    const { rule: _, ...bare } = one;
    return [bare];
  });
}

const nothing: Value = { kind: 'null', origin: [] };

/** A security admin rule has the fields of a security rule but its accesses. */
function asSecurityRule(
  rule: SecurityAdminRule,
  accessOf: (access: 'Allow' | 'Deny' | 'AlwaysAllow') => Access,
): SecurityRule {
  const access: Field<Access> = rule.access.known
    ? { known: true, value: accessOf(rule.access.value), origin: [] }
    : { known: false, dependsOn: rule.access.dependsOn, origin: [] };
  const word = <T extends string>(field: Field<string>, words: readonly T[]): Field<T> => {
    const text = field.known ? words.find(one => one.toLowerCase() === field.value.toLowerCase()) : undefined;
    if (text !== undefined) return { known: true, value: text, origin: field.origin };
    const dependsOn = field.known ? [`'${field.value}' in security admin rule ${rule.name}`] : field.dependsOn;
    return { known: false, dependsOn, origin: field.origin };
  };
  const protocol =
    rule.protocol.known && /^any$/i.test(rule.protocol.value) ? { ...rule.protocol, value: '*' } : rule.protocol;
  return {
    name: { known: true, value: rule.name, origin: [] },
    direction: word(rule.direction, ['Inbound', 'Outbound']),
    access,
    priority: rule.priority,
    protocol: word(protocol, ['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*']),
    sourceAddressPrefixes: rule.sources,
    sourceApplicationSecurityGroups: { items: [] },
    sourcePortRanges: rule.sourcePorts,
    destinationAddressPrefixes: rule.destinations,
    destinationApplicationSecurityGroups: { items: [] },
    destinationPortRanges:
      rule.destinationPorts.items.length === 0 && !rule.destinationPorts.rest
        ? { items: [{ known: true, value: '*', origin: [] }] }
        : rule.destinationPorts,
    existence: certainExistence,
    value: nothing,
    place: { kind: 'resource', id: rule.name, path: '' },
    declaration: noDeclaration,
    standalone: false,
    problems: [],
  };
}

const noDeclaration: ResourceDeclaration = {
  type: 'Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules',
  id: nothing,
  name: nothing,
  body: { kind: 'object', origin: [], get: () => undefined, property: () => undefined, properties: () => [] },
  existence: certainExistence,
  existing: true,
  address: '',
  place: { kind: 'resource', id: '', path: '' },
  extent: { kind: 'resource', id: '', path: '' },
  via: [],
};
