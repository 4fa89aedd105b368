import { OperationError } from '../../commands/operation-error.ts';
import type { Plan, PlanRequest } from '../../remediation/plan.ts';
import type { Estate } from '../estate.ts';

/**
 * Plans a change over what was read. @param more resources that an inventory does not have @throws OperationError with the reason when it cannot be planned.
 */
export async function planFor(
  estate: Estate,
  request: Omit<PlanRequest, 'random' | 'now'>,
  more: readonly unknown[] = [],
): Promise<Plan> {
  if (!estate.judged)
    throw new OperationError('No machines have been read yet: sign in and select subscriptions first.');
  const [{ planChange }, { PlanError }] = await Promise.all([
    import('../../remediation/plan.ts'),
    import('../../remediation/plan-error.ts'),
  ]);
  try {
    return planChange([...estate.resources, ...more], { ...request, random, now: new Date() });
  } catch (error) {
    if (error instanceof PlanError)
      throw new OperationError(`${sentence(error.message)}. Nothing was changed.`, { cause: error });
    throw error;
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}`;
}

/** From 0 to less than 1; nobody can guess the next one, as a port that is chosen by it asks for. */
export function random(): number {
  return globalThis.crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
