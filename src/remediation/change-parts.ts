import type { Change, ChangeStep } from './change.ts';
import { comparable, parentOf, referencesIn, rootOf } from './plan-resource-id.ts';

/** Steps of a change that write to one resource, or to several that refer to each other. */
export interface ChangePart {
  /** What is written to, by what ids are compared by; of a rule its group. */
  readonly resources: readonly string[];
  readonly change: Change;
}

/**
 * A change cut into parts that have nothing to do with each other: each may be applied beside the others, fail and be
 * taken back alone. `idOf` names each part.
 */
export function changeParts(whole: Change, idOf: () => string): ChangePart[] {
  const roots = whole.steps.map(({ step }) => ownerOf(step.id));
  const parts: { resources: Set<string>; steps: ChangeStep[] }[] = [];
  for (const [at, step] of whole.steps.entries()) {
    const root = roots[at]!;
    const touched = new Set([
      root,
      ...referencesIn(step.step.body)
        .map(ownerOf)
        .filter(id => roots.includes(id)),
    ]);
    const joined = parts.filter(part => [...touched].some(id => part.resources.has(id)));
    const [first = { resources: new Set<string>(), steps: [] }, ...others] = joined;
    if (joined.length === 0) parts.push(first);
    for (const other of others) {
      first.steps.push(...other.steps);
      for (const id of other.resources) first.resources.add(id);
      parts.splice(parts.indexOf(other), 1);
    }
    first.steps.push(step);
    for (const id of touched) first.resources.add(id);
  }
  const order = new Map(whole.steps.map((step, at) => [step, at]));
  return parts.map(({ resources, steps }) => {
    steps.sort((a, b) => order.get(a)! - order.get(b)!);
    const [first] = steps;
    const title = steps.length === 1 ? first!.step.title : `${first!.step.title}, and ${steps.length - 1} more`;
    return { resources: [...resources], change: { ...whole, id: idOf(), title, steps, machines: [] } };
  });
}

/** What an id is written as a part of, by what ids are compared by; pools of a load balancer belong to it, too. */
function ownerOf(id: string): string {
  return comparable(/\/backendAddressPools\/[^/]+$/i.test(id) ? parentOf(id) : rootOf(id));
}
