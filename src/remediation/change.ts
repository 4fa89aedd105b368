import type { PlannedMachine } from './plan.ts';
import { isObject, type JsonObject } from './plan-json.ts';
import type { PlanStep } from './plan-steps.ts';

/** What a step found, and what it has done so far. */
export type StepState = 'waiting' | 'started' | 'done' | 'rolled-back' | 'remains';

export interface ChangeStep {
  readonly step: PlanStep;
  /** What takes it back by the plan; undefined for a POST, which nothing does. */
  readonly inverse: PlanStep | undefined;
  readonly state: StepState;
  /** The body that would write the resource as it stood there just before the step; null when there was none. */
  readonly before?: JsonObject | null;
  /** The same of the resource as Azure showed it after the step: what nobody else may have changed since. */
  readonly after?: JsonObject | null;
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

/** The change with one step as given. */
export function withStep(change: Change, at: number, step: Partial<ChangeStep>): Change {
  return { ...change, steps: change.steps.map((one, i): ChangeStep => (i === at ? { ...one, ...step } : one)) };
}

/** The body that the plan found in the inventory; null when there was no such resource. */
export function plannedBefore({ inverse }: ChangeStep): JsonObject | null {
  return isObject(inverse?.body) ? inverse.body : null;
}
