import { createArmReader } from './arm-client.ts';
import { publicCloud } from './cloud.ts';
import { type Inventory, readInventory } from './inventory.ts';
import { QueryQuota } from './patience.ts';

/**
 * Reads subscriptions with the identity of the surroundings: environment, workload identity, managed identity, then
 * the Azure CLI and its relatives. `@azure/identity` is loaded here and nowhere else.
 * https://learn.microsoft.com/javascript/api/overview/azure/identity-readme#defaultazurecredential
 */
export async function readWithDefaultIdentity(
  subscriptionIds: readonly string[],
  signal?: AbortSignal,
): Promise<Inventory> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const cloud = publicCloud;
  const credential = new DefaultAzureCredential({ authorityHost: cloud.authority });
  const quota = new QueryQuota();
  const open = () => createArmReader({ cloud, credential, quota });
  return readInventory([{ tenantId: '', subscriptionIds, open }], signal ? { signal } : {});
}
