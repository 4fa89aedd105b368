import type { RuleChange } from '../findings/fixes/rule-changes.ts';
import type { Json } from '../network/value.ts';
import type { Plan } from './plan.ts';
import { type JsonObject, pick } from './plan-json.ts';
import { comparable, parentOf, parseId, sameId } from './plan-resource-id.ts';

const ruleId = /\/networkSecurityGroups\/[^/]+\/securityRules\/[^/]+$/i;

/**
 * What a plan changes in rules of security groups, as templates that declare the groups would have it: each rule once, as
 * it is after all steps, in the order of the plan.
 */
export function ruleChangesOf({ steps, undo }: Pick<Plan, 'steps' | 'undo'>): readonly RuleChange[] {
  const ids = new Map<string, string>();
  for (const { id, method } of steps) if (method !== 'POST' && ruleId.test(id)) ids.set(comparable(id), id);
  return [...ids.values()].flatMap((id): RuleChange[] => {
    const last = steps.findLast(step => sameId(step.id, id));
    // The undo goes back step by step: the last one to a rule gives it what it had at first.
    const first = undo.findLast(step => sameId(step.id, id));
    const before = first?.method === 'PUT' ? propertiesOf(first.body) : undefined;
    const after = last?.method === 'PUT' ? propertiesOf(last.body) : undefined;
    const named = { group: parseId(parentOf(id)).name, rule: parseId(id).name };
    if (!after) return before ? [{ ...named, kind: 'remove', properties: new Map() }] : [];
    if (!before) return [{ ...named, kind: 'add', properties: after }];
    const changed = new Map<string, Json | undefined>();
    for (const name of new Set([...before.keys(), ...after.keys()]))
      if (JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name))) changed.set(name, after.get(name));
    return changed.size > 0 ? [{ ...named, kind: 'set', properties: changed }] : [];
  });
}

/** A rule's properties that say something: Azure shows lists that are empty, too. */
function propertiesOf(body: JsonObject | null): ReadonlyMap<string, Json> {
  const entries = Object.entries((pick(body, 'properties') ?? {}) as { readonly [name: string]: Json });
  return new Map(entries.filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)));
}
