import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { askSources } from './change-sources.ts';
import { targetOf } from './change-targets.ts';

const action = 'firewall-dnat';

/** Narrows the sources of the DNAT rules by which firewalls lead to a machine's port. */
export async function tightenFirewallRule(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { machine, port } = await targetOf(flow.parts, node, 'firewall');
  const sources = await askSources(flow.parts, { machine, port, addressesOnly: true });
  return flow.run(await planFor(flow.parts.estate, { action, machines: [machine.id], port, sources }), machine.name);
}

/** Removes the DNAT rules by which firewalls lead to a machine's port. */
export async function removeFirewallRule(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { machine, port } = await targetOf(flow.parts, node, 'firewall');
  return flow.run(await planFor(flow.parts.estate, { action, machines: [machine.id], port }), machine.name);
}

/** A DNAT rule of a firewall that is there, or of its policy. */
export async function publishThroughFirewall(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { machine, port } = await targetOf(flow.parts, node, 'any');
  if (machine.verdict?.ports.some(one => one.port === port && one.paths.some(isOpenDnat)))
    throw new OperationError(
      `A firewall leads to port ${port} of ${machine.name} already: tighten its rule, or remove it first.`,
    );
  const firewall = await askFirewall(flow);
  const sources = await askSources(flow.parts, { machine, port, addressesOnly: true });
  const request = { action, machines: [machine.id], port, sources, firewall } as const;
  return flow.run(await planFor(flow.parts.estate, request), machine.name);
}

function isOpenDnat(path: { readonly kind: string; readonly reach: string }): boolean {
  return path.kind === 'firewall-dnat' && path.reach !== 'none';
}

async function askFirewall(flow: ChangeFlow): Promise<string> {
  const all = flow.parts.estate.resources.filter(one => /\/azureFirewalls\/[^/]+$/i.test(String(one.id)));
  if (all.length === 0)
    throw new OperationError('There is no Azure Firewall in what was read: create a jump path, or use Bastion.');
  if (all.length === 1) return String(all[0]!.id);
  const items = all.map(({ id }) => ({
    label: parseId(String(id)).name,
    description: parseId(String(id)).resourceGroup,
    id: String(id),
  }));
  const chosen = await pickOne(items, { title: 'Firewall to Publish Through', matchOnDescription: true });
  return chosen.id;
}
