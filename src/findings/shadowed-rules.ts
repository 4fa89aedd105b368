import type { SecurityGroup } from '../network/model.ts';
import { coveredBy, type KnownRule, knownInboundRules } from './coverage.ts';
import type { Finding, Level } from './finding.ts';
import { joined, quoted } from './message-text.ts';
import { callPlaces, distinctPlaces, groupLabel } from './places.ts';

/** A rule for which earlier ones leave nothing: of everything it matches, or of one port. */
export interface ShadowedRule {
  readonly group: SecurityGroup;
  readonly rule: KnownRule;
  readonly by: readonly KnownRule[];
  /** Set when only this port of the rule is decided before. */
  readonly port?: number;
}

/**
 * Azure takes 1,000 rules in a group: of many more nobody needs to know which one comes too late.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#networking-limits
 */
const mostRules = 5000;

function isComparable({ rules }: SecurityGroup): boolean {
  return rules.length > 1 && rules.length <= mostRules;
}

/** The inbound rules of a group that never decide anything. */
export function* shadowedRules(group: SecurityGroup): Generator<ShadowedRule> {
  if (!isComparable(group)) return;
  const rules = knownInboundRules(group);
  for (const [i, rule] of rules.entries()) {
    if (i === 0) continue;
    const by = coveredBy(rule, rules.slice(0, i));
    if (by) yield { group, rule, by };
  }
}

/** Deny rules that name one of some ports and come too late for it, though not for everything. */
export function* lateForPort(group: SecurityGroup, ports: readonly number[]): Generator<ShadowedRule> {
  if (!isComparable(group)) return;
  const rules = knownInboundRules(group);
  for (const [i, rule] of rules.entries()) {
    if (i === 0 || rule.allows) continue;
    const earlier = rules.slice(0, i);
    const named = ports.filter(port => names(rule, port));
    if (named.length === 0 || coveredBy(rule, earlier)) continue;
    for (const port of named) {
      const by = coveredBy(rule, earlier, port);
      if (by?.some(one => one.allows)) yield { group, rule, by, port };
    }
  }
}

/** Whether a rule is for TCP and one of its ports is written as just this one. */
export function names(rule: KnownRule, port: number): boolean {
  if (!rule.protocols.includes('Tcp')) return false;
  return rule.rule.destinationPortRanges.items.some(
    item => item.known && (item.value === String(port) || item.value === `${port}-${port}`),
  );
}

export function isDenyAfterAllow({ rule, by }: ShadowedRule): boolean {
  return !rule.allows && by.some(one => one.allows);
}

/** The finding about a shadowed rule; `place` is what a person would change. */
export function shadowedFinding(
  id: string,
  level: Level,
  shadowed: ShadowedRule,
  message: string,
  pointAt: 'name' | 'priority',
  port?: number,
): Finding {
  const { group, rule, by } = shadowed;
  const place = rule.rule[pointAt].origin[0]?.place ?? rule.rule.place;
  return {
    id,
    level,
    message,
    place,
    address: group.declaration.address,
    ...(group.name.known ? { securityGroup: group.name.value } : {}),
    ...(rule.rule.name.known ? { securityRule: rule.rule.name.value } : {}),
    ...(port === undefined ? {} : { port }),
    related: distinctPlaces(
      [
        ...by.map(one => ({
          place: one.rule.name.origin[0]?.place ?? one.rule.place,
          message: `Rule ${nameOf(one)} (priority ${one.priority}) is matched first.`,
        })),
        ...callPlaces(group),
      ],
      place,
    ),
    subject: { group, rule: rule.rule },
  };
}

export function nameOf({ rule }: KnownRule): string {
  return rule.name.known ? quoted(rule.name.value) : 'without a known name';
}

/** `rule 'a' (priority 100)`, `rules 'a' (priority 100) and 'b' (priority 110)`. */
export function rulesPhrase(rules: readonly KnownRule[]): string {
  const all = rules.map(one => `${nameOf(one)} (priority ${one.priority})`);
  return `${all.length === 1 ? 'rule' : 'rules'} ${joined(all, 3)}`;
}

export function shadowedLabel({ group, rule }: ShadowedRule): string {
  return `Rule ${nameOf(rule)} (priority ${rule.priority}) in ${groupLabel(group)}`;
}
