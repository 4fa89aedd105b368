import { type Change, plannedBefore } from './change.ts';
import { differenceText } from './merge.ts';
import { comparable } from './plan-resource-id.ts';
import { asStanding, NotAsExpected, rebased } from './write-step.ts';

/** A resource that is not as the plan found it. */
export interface StaleResource {
  readonly id: string;
  readonly how: 'gone' | 'changed' | 'there-already';
  /** What is other than the plan found it. */
  readonly differences: readonly string[];
}

/**
 * Resources of which somebody has changed, between reading and planning and now, what a step changes; of each the first
 * step counts, since later ones find what earlier ones have written. What else others have changed of them stays, and
 * stands in no step's way.
 */
export async function staleResources(
  { steps }: Change,
  read: (id: string, apiVersion: string) => Promise<unknown>,
): Promise<StaleResource[]> {
  const seen = new Set<string>();
  const first = steps.filter(
    ({ step }) => step.method !== 'POST' && !seen.has(comparable(step.id)) && seen.add(comparable(step.id)),
  );
  const found = await Promise.all(
    first.map(async (held): Promise<StaleResource | undefined> => {
      const { step } = held;
      const expected = plannedBefore(held);
      const { body } = asStanding(await read(step.id, step.apiVersion), step.id);
      try {
        rebased(step, expected, step.body, body);
        return undefined;
      } catch (error) {
        if (!(error instanceof NotAsExpected)) throw error;
        const how = body === null ? 'gone' : expected === null ? 'there-already' : 'changed';
        return { id: step.id, how, differences: error.differences.map(differenceText) };
      }
    }),
  );
  return found.filter(one => one !== undefined);
}
