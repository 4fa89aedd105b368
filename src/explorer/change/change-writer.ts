import type { ArmReader } from '../../azure/arm-client.ts';
import type { TenantReading } from '../../azure/subscriptions.ts';
import type { ArmWriter } from '../../azure/write.ts';
import { OperationError } from '../../commands/operation-error.ts';
import type { Estate } from '../estate.ts';

/**
 * A writer for the subscriptions of some resources, each with the account and tenant by which it was read.
 * @throws OperationError when one of them is none of the person's.
 */
export async function openWriter(estate: Estate, ids: readonly string[]): Promise<ArmWriter> {
  const [{ createArmWriter }, { sessionCredential }] = await Promise.all([
    import('../../azure/write.ts'),
    import('../../azure/sessions.ts'),
  ]);
  const bySubscription = new Map<string, ArmWriter>();
  for (const id of ids) {
    const subscription = subscriptionOf(id);
    if (bySubscription.has(subscription)) continue;
    const { account, tenant } = tenantOf(estate, subscription);
    const credential = sessionCredential(estate.sessions, account, tenant.tenantId);
    bySubscription.set(subscription, await createArmWriter({ cloud: estate.sessions.cloud, credential }));
  }
  const writerOf = (id: string): ArmWriter => {
    const found = bySubscription.get(subscriptionOf(id));
    if (!found) throw new OperationError(`${id} lies in a subscription that this change is not about.`);
    return found;
  };
  const [any] = bySubscription.values();
  if (!any) throw new OperationError('This change is about no resource.');
  return {
    ...any,
    read: (id, apiVersion, signal) => writerOf(id).read(id, apiVersion, signal),
    write: write => writerOf(write.id).write(write),
  };
}

/** A reader for one subscription. @throws OperationError when it is none of the person's. */
export function openReaderOf(estate: Estate, subscription: string): Promise<ArmReader> {
  const { account, tenant } = tenantOf(estate, subscription);
  return estate.openReader(account, tenant.tenantId);
}

function tenantOf(estate: Estate, subscription: string): TenantReading {
  const found = estate.tenantOf(subscription);
  if (found) return found;
  throw new OperationError(
    `Subscription ${estate.subscriptionName(subscription)} is not among yours: sign in and read your machines first.`,
  );
}

function subscriptionOf(id: string): string {
  return (id.split('/')[2] ?? '').toLowerCase();
}
