import { type Change, isAsWritten } from './change.ts';
import { comparable } from './plan-resource-id.ts';

/** A resource that is not as the plan found it. */
export interface StaleResource {
  readonly id: string;
  readonly how: 'gone' | 'changed' | 'there-already';
}

/**
 * Resources that somebody has changed between reading and planning, and now; of each the first step counts, since later
 * ones find what earlier ones have written.
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
    first.map(async ({ step, inverse }): Promise<StaleResource | undefined> => {
      const now = await read(step.id, step.apiVersion);
      const expected = inverse?.body ?? null;
      if (isAsWritten(now, expected, step.body)) return undefined;
      return { id: step.id, how: now === undefined ? 'gone' : expected === null ? 'there-already' : 'changed' };
    }),
  );
  return found.filter(one => one !== undefined);
}
