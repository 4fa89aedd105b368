import type { ArmReader } from './arm-client.ts';
import type { AzureAccount } from './sessions.ts';

export interface AzureTenant {
  readonly tenantId: string;
  readonly displayName: string;
}

export interface AzureSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly account: AzureAccount;
  /** `Enabled`, `Disabled`, `Warned` … */
  readonly state: string;
}

/** What could be read of one tenant: its subscriptions, or why not. */
export interface TenantReading {
  readonly account: AzureAccount;
  readonly tenant: AzureTenant;
  readonly subscriptions: readonly AzureSubscription[];
  /** Set when this tenant could not be read; the others are not affected. */
  readonly failure?: unknown;
}

/** A reader for an account in one tenant, or in its own when none is named. */
export type OpenReader = (account: AzureAccount, tenantId?: string) => Promise<ArmReader>;

/** Every tenant of every account with its subscriptions. Each tenant fails alone; an account whose tenants cannot be listed is one failing tenant. */
export async function readTenants(
  accounts: readonly AzureAccount[],
  open: OpenReader,
  signal?: AbortSignal,
): Promise<readonly TenantReading[]> {
  const perAccount = await Promise.all(
    accounts.map(async account => {
      let tenants: readonly AzureTenant[];
      try {
        const home = await open(account);
        tenants = (await home.list('/tenants?api-version=2022-12-01', signal)).flatMap(tenantOf);
      } catch (failure) {
        signal?.throwIfAborted();
        return [{ account, tenant: { tenantId: '', displayName: account.label }, subscriptions: [], failure }];
      }
      return Promise.all(tenants.map(tenant => readTenant(account, tenant, open, signal)));
    }),
  );
  return perAccount.flat();
}

async function readTenant(
  account: AzureAccount,
  tenant: AzureTenant,
  open: OpenReader,
  signal?: AbortSignal,
): Promise<TenantReading> {
  try {
    const reader = await open(account, tenant.tenantId);
    const items = await reader.list('/subscriptions?api-version=2022-12-01', signal);
    const subscriptions = items.flatMap(item => subscriptionOf(item, account, tenant.tenantId));
    subscriptions.sort((a, b) => a.displayName.localeCompare(b.displayName));
    return { account, tenant, subscriptions };
  } catch (failure) {
    signal?.throwIfAborted();
    return { account, tenant, subscriptions: [], failure };
  }
}

function tenantOf(item: unknown): AzureTenant[] {
  const { tenantId, displayName, defaultDomain } = (item ?? {}) as Record<string, unknown>;
  if (typeof tenantId !== 'string') return [];
  const name = [displayName, defaultDomain].find(value => typeof value === 'string' && value !== '');
  return [{ tenantId, displayName: typeof name === 'string' ? name : tenantId }];
}

function subscriptionOf(item: unknown, account: AzureAccount, tenantId: string): AzureSubscription[] {
  const { subscriptionId, displayName, state } = (item ?? {}) as Record<string, unknown>;
  if (typeof subscriptionId !== 'string') return [];
  return [
    {
      subscriptionId,
      displayName: typeof displayName === 'string' && displayName !== '' ? displayName : subscriptionId,
      tenantId,
      account,
      state: typeof state === 'string' ? state : 'Enabled',
    },
  ];
}
