import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import type { ListedMachine } from '../machine-list.ts';
import { portLabel, portSummary } from '../machine-text.ts';
import type { PortNode } from '../nodes.ts';
import type { ChangeActionName } from './change-actions.ts';
import type { ChangeFlow } from './change-flow.ts';

/** What closes a group's ports, the one that keeps most first. */
const actions: readonly { readonly label: string; readonly detail: string; readonly action: ChangeActionName }[] = [
  { label: 'Narrow the Sources', detail: 'Only addresses that you choose get in.', action: 'tightenSource' },
  {
    label: 'Deny',
    detail: 'The rule that lets the internet in denies it; its other ports stay open.',
    action: 'denyPort',
  },
  {
    label: 'Deny Management Ports from the Internet',
    detail: 'One rule in front of all others.',
    action: 'denyManagementPorts',
  },
  { label: 'Delete the Open Rule', detail: 'Its other ports close, too.', action: 'deleteOpenRule' },
  {
    label: 'Create a Jump Path',
    detail: 'A load balancer leads to the machine; the direct way may be closed then.',
    action: 'createJumpPath',
  },
];

/**
 * Plans what closes a deployed security group, which the editor's lens names: for a machine behind it that is open, by
 * the action that the person picks.
 */
export async function closeDeployedGroup(flow: ChangeFlow, groupId: unknown): Promise<unknown> {
  const { estate } = flow.parts;
  const name = String(groupId).split('/').at(-1) ?? '';
  if (!estate.judged) throw new OperationError('No machines have been read yet: sign in and select subscriptions.');
  const { machinesBehind } = await import('../../remediation/plan-machines.ts');
  const behind = new Set(machinesBehind(estate.judged.model, String(groupId)).map(({ id }) => id));
  const rows = estate.machines.filter(({ verdict }) => verdict && behind.has(verdict.machine.id)).flatMap(openPorts);
  if (rows.length === 0)
    throw new OperationError(
      behind.size === 0
        ? `No machine that was read is behind ${name}, so that there is nothing to close.`
        : `No management port of the machines behind ${name} is open to the internet.`,
    );
  const row = rows.length === 1 ? rows[0]! : await pickRow(rows, name);
  const chosen = await pickOne(actions, {
    title: `Close ${portLabel(row.port.port)} of ${row.machine.name}`,
  });
  const { changeActions } = await import('./change-actions.ts');
  return changeActions[chosen.action](flow, row, undefined);
}

function openPorts(machine: ListedMachine): PortNode[] {
  return (machine.verdict?.ports ?? [])
    .filter(({ reach }) => reach !== 'none')
    .map(port => ({ kind: 'port', key: `${machine.id} ${port.port}`, machine, port }));
}

async function pickRow(rows: readonly PortNode[], group: string): Promise<PortNode> {
  const items = rows.map(row => ({
    label: `${row.machine.name}: ${portLabel(row.port.port)}`,
    description: portSummary(row.port),
    row,
  }));
  const chosen = await pickOne(items, { title: `Machines behind ${group}` });
  return chosen.row;
}
