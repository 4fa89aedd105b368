import { type QuickInputButton, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { TenantReading } from '../azure/subscriptions.ts';
import type { Estate } from './estate.ts';

interface SubscriptionItem extends QuickPickItem {
  readonly subscriptionId?: string;
  readonly tenant?: TenantReading;
}

const signIn: QuickInputButton = { iconPath: new ThemeIcon('sign-in'), tooltip: 'Sign in to this tenant' };

/** Lets the person tick the subscriptions to read. Undefined when they changed nothing. */
export async function pickSubscriptions(estate: Estate): Promise<readonly string[] | undefined> {
  const items = itemsOf(estate);
  const picker = window.createQuickPick<SubscriptionItem>();
  picker.title = 'Select Subscriptions';
  picker.placeholder = 'Only the ticked subscriptions are read; none ticked means none';
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.items = items;
  const { chosen } = estate;
  picker.selectedItems = items.filter(
    item => item.subscriptionId !== undefined && chosen.has(item.subscriptionId.toLowerCase()),
  );
  try {
    return await new Promise<readonly string[] | undefined>(resolve => {
      picker.onDidAccept(() => resolve(picker.selectedItems.flatMap(item => item.subscriptionId ?? [])));
      picker.onDidHide(() => resolve(undefined));
      picker.onDidTriggerItemButton(({ item }) => {
        if (!item.tenant) return;
        const { account, tenant } = item.tenant;
        resolve(undefined);
        void estate.signIn(account, tenant.tenantId === '' ? undefined : tenant.tenantId);
      });
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}

function itemsOf(estate: Estate): SubscriptionItem[] {
  const several = estate.tenants.length > 1;
  const items: SubscriptionItem[] = [];
  const seen = new Set<string>();
  for (const reading of estate.tenants) {
    const { tenant, account, subscriptions, failure } = reading;
    if (several) items.push({ label: `${tenant.displayName} (${account.label})`, kind: QuickPickItemKind.Separator });
    if (failure !== undefined) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      items.push({
        label: `$(warning) ${tenant.displayName} could not be read`,
        detail: reason,
        tenant: reading,
        buttons: [signIn],
      });
    }
    for (const subscription of subscriptions) {
      if (seen.has(subscription.subscriptionId)) continue;
      seen.add(subscription.subscriptionId);
      items.push({
        label: subscription.displayName,
        description:
          subscription.state === 'Enabled'
            ? subscription.subscriptionId
            : `${subscription.subscriptionId} · ${subscription.state}`,
        subscriptionId: subscription.subscriptionId,
      });
    }
  }
  return items;
}
