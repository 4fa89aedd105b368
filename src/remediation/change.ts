import type { PlannedMachine } from './plan.ts';
import { isObject, type JsonObject, pick, pickText } from './plan-json.ts';
import type { PlanStep } from './plan-steps.ts';

/** What a step found, and what it has done so far. */
export type StepState = 'waiting' | 'started' | 'done' | 'rolled-back' | 'remains';

export interface ChangeStep {
  readonly step: PlanStep;
  /** What takes it back; undefined for a POST, which nothing does. */
  readonly inverse: PlanStep | undefined;
  readonly state: StepState;
}

export type ChangeState = 'applying' | 'applied' | 'rolling-back' | 'rolled-back' | 'partly' | 'undone';

/** A plan that is or was applied: what the journal keeps. */
export interface Change {
  readonly id: string;
  readonly title: string;
  readonly startedAt: string;
  readonly state: ChangeState;
  readonly steps: readonly ChangeStep[];
  /** What it promises for machines; absent in changes of older versions. */
  readonly machines?: readonly PlannedMachine[];
  /** What could not be taken back, in words. */
  readonly remains: readonly string[];
}

/** Steps with their inverses. A plan's `undo` is in the order of doing, the last step's first. */
export function newChange(
  id: string,
  title: string,
  startedAt: Date,
  plan: {
    readonly steps: readonly PlanStep[];
    readonly undo: readonly PlanStep[];
    readonly machines?: readonly PlannedMachine[];
  },
): Change {
  const inverses = [...plan.undo].reverse();
  let next = 0;
  const steps = plan.steps.map((step): ChangeStep => {
    const inverse = step.method === 'POST' ? undefined : inverses[next++];
    return { step, inverse, state: 'waiting' };
  });
  return {
    id,
    title,
    startedAt: startedAt.toISOString(),
    state: 'applying',
    steps,
    machines: plan.machines ?? [],
    remains: [],
  };
}

/**
 * Whether a resource as read is as a body would make it. What Azure adds by itself does not count; what only `other`
 * has, the body before or after, must not be there.
 */
export function isAsWritten(current: unknown, body: JsonObject | null, other: JsonObject | null | undefined): boolean {
  if (body === null) return current === undefined;
  return isObject(current) && covers(current, body, other, 0);
}

/** Everything that `wanted` says is so in `actual`; letter case aside, which Azure does not keep in ids and words. */
function covers(actual: unknown, wanted: unknown, other: unknown, depth: number): boolean {
  if (depth > 60) return false;
  if (isNothing(wanted)) return isNothing(actual) || (isNothing(other) && depth > 0 && wanted === undefined);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((item, i) => covers(partner(actual, item, i), item, partner(other, item, i), depth + 1));
  }
  if (isObject(wanted)) {
    if (!isObject(actual)) return false;
    const names = new Set([...Object.keys(wanted), ...(isObject(other) ? Object.keys(other) : [])]);
    return [...names].every(name => covers(pick(actual, name), pick(wanted, name), pick(other, name), depth + 1));
  }
  return String(actual).toLowerCase() === String(wanted).toLowerCase();
}

/** The item of a list with the same name, else at the same place. */
function partner(list: unknown, item: unknown, at: number): unknown {
  if (!Array.isArray(list)) return undefined;
  const name = pickText(item, 'name')?.toLowerCase();
  return name === undefined ? list[at] : list.find(one => pickText(one, 'name')?.toLowerCase() === name);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
