import type { SecurityGroup, SecurityRule } from '../../network/model.ts';
import type { Place } from '../../network/origin.ts';
import type { Finding, RelatedPlace } from '../finding.ts';
import { quoted, shown } from '../message-text.ts';
import { callPlaces, distinctPlaces, groupLabel, hasSecretSource } from '../places.ts';
import type { FindingRule } from '../rule.ts';

export const invalidRule: FindingRule = {
  id: 'invalid-rule',
  level: 'warning',
  summary: 'A security rule or group has something that Azure rejects.',
  *check({ groups }) {
    for (const { group } of groups) {
      for (const { message, place } of group.problems) {
        yield invalid(group, undefined, `Security group ${groupLabel(group)}: ${shown(message, 200)}`, place);
      }
      for (const rule of group.rules) {
        for (const { message, place } of rule.problems) {
          const text = hasSecretSource(rule) ? secretProblem : shown(message, 200);
          yield invalid(group, rule, `${label(rule, group)}: ${text}`, place);
        }
      }
      yield* sharedPriorities(group);
    }
  },
};

/** The problem can quote the value. */
const secretProblem = 'Azure rejects it; its source is in a secure parameter and not shown.';

/** Azure takes one rule for each priority and direction: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview */
function* sharedPriorities(group: SecurityGroup): Generator<Finding> {
  const first = new Map<string, SecurityRule>();
  for (const rule of group.rules) {
    const { priority, direction } = rule;
    if (rule.existence.kind !== 'certain' || !priority.known || !direction.known) continue;
    const key = `${direction.value} ${priority.value}`;
    const before = first.get(key);
    if (!before) {
      first.set(key, rule);
      continue;
    }
    if (sameName(before, rule)) continue;
    const message = `${label(rule, group)}: priority ${priority.value} is also that of rule ${nameOf(before)}, and Azure takes each once for ${direction.value.toLowerCase()} rules.`;
    yield invalid(group, rule, message, priority.origin[0]?.place ?? rule.place, [
      {
        place: before.priority.origin[0]?.place ?? before.place,
        message: `Rule ${nameOf(before)} has the same priority.`,
      },
    ]);
  }
}

/** Two rules of one name are one rule, deployed twice. */
function sameName(a: SecurityRule, b: SecurityRule): boolean {
  return a.name.known && b.name.known && a.name.value.toLowerCase() === b.name.value.toLowerCase();
}

function invalid(
  group: SecurityGroup,
  rule: SecurityRule | undefined,
  message: string,
  place: Place,
  related: readonly RelatedPlace[] = [],
): Finding {
  return {
    id: invalidRule.id,
    level: invalidRule.level,
    message,
    place,
    address: group.declaration.address,
    ...(group.name.known ? { securityGroup: group.name.value } : {}),
    ...(rule?.name.known ? { securityRule: rule.name.value } : {}),
    related: distinctPlaces([...related, ...callPlaces(group)], place),
    subject: { group, ...(rule ? { rule } : {}) },
  };
}

function label(rule: SecurityRule, group: SecurityGroup): string {
  return `Rule ${nameOf(rule)} in ${groupLabel(group)}`;
}

function nameOf(rule: SecurityRule): string {
  return rule.name.known ? quoted(rule.name.value) : 'without a known name';
}
