import { pickOne, pickSome } from '../../commands/quick-pick.ts';
import { policyApi, preventionId } from '../../remediation/plan-other-actions.ts';
import type { Estate } from '../estate.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { openWriter } from './change-writer.ts';

interface Scope {
  readonly id: string;
  readonly label: string;
}

/**
 * Assigns the built-in policy against public addresses on interfaces to a subscription or resource group: reporting
 * only at first, enforced when the person says so.
 */
export async function preventPublicAddresses(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { estate } = flow.parts;
  const scope = scopeOf(estate, node) ?? (await askScope(estate));
  const title = `Prevent Public IP Addresses in ${scope.label}`;
  const exclusions = await askExclusions(estate, scope, title);
  const enforced = await askEnforcement(title);
  const request = { action: 'prevent', machines: [], port: 22, scope: scope.id, exclusions, enforced } as const;
  // An assignment of an earlier time is changed, and can be given back as it was.
  const writer = await openWriter(estate, [scope.id]);
  const existing = await writer.read(preventionId(scope.id), policyApi);
  const plan = await planFor(estate, request, existing === undefined ? [] : [existing]);
  return flow.run(plan, scope.label);
}

function scopeOf(estate: Estate, node: MachinesNode | undefined): Scope | undefined {
  if (node?.kind !== 'group') return undefined;
  if (node.subscriptionId !== undefined)
    return { id: `/subscriptions/${node.subscriptionId}`, label: estate.subscriptionName(node.subscriptionId) };
  return node.resourceGroupId === undefined ? undefined : { id: node.resourceGroupId, label: node.group.label };
}

async function askScope(estate: Estate): Promise<Scope> {
  const subscriptions = estate.chosenSubscriptions.map(({ subscriptionId, displayName }) => ({
    label: displayName,
    description: 'subscription',
    id: `/subscriptions/${subscriptionId}`,
  }));
  const groups = estate.chosenSubscriptions.flatMap(({ subscriptionId, displayName }) =>
    groupsIn(estate, `/subscriptions/${subscriptionId}`).map(({ id, label }) => ({
      label,
      description: `resource group in ${displayName}`,
      id,
    })),
  );
  return pickOne([...subscriptions, ...groups], {
    title: 'Prevent Public IP Addresses',
    placeHolder: 'A subscription or resource group',
    matchOnDescription: true,
  });
}

/** Resource groups with a network interface or machine in them: those that the policy is about. */
function groupsIn(estate: Estate, scope: string): Scope[] {
  const found = new Map<string, Scope>();
  for (const { id } of estate.resources) {
    const group = String(id).split('/').slice(0, 5).join('/');
    if (!/\/(networkInterfaces|virtualMachines)\/[^/]+$/i.test(String(id))) continue;
    if (!group.toLowerCase().startsWith(`${scope.toLowerCase()}/`)) continue;
    if (!found.has(group.toLowerCase()))
      found.set(group.toLowerCase(), { id: group, label: group.slice(group.lastIndexOf('/') + 1) });
  }
  return [...found.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

async function askExclusions(estate: Estate, scope: Scope, title: string): Promise<string[]> {
  const groups = groupsIn(estate, scope.id);
  if (groups.length === 0) return [];
  const chosen = await pickSome(groups, {
    title,
    placeHolder: 'Tick resource groups that stay out of it; none: it holds for all',
  });
  return chosen.map(({ id }) => id);
}

async function askEnforcement(title: string): Promise<boolean> {
  const items = [
    { label: 'Report Only', detail: 'DoNotEnforce: shows what is in violation, and denies nothing', enforced: false },
    { label: 'Enforce', detail: 'New public addresses on interfaces are denied', enforced: true },
  ];
  const chosen = await pickOne(items, { title });
  return chosen.enforced;
}
