import { CancellationError, window } from 'vscode';
import type { PlanAction } from '../../remediation/plan.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { askSources } from './change-sources.ts';
import { targetOf } from './change-targets.ts';

type ChangeAction = (
  flow: ChangeFlow,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[] | undefined,
) => Promise<void>;

/** What each command asks, and the plan that it hands to the flow. */
export const changeActions = {
  denyPort: closing('deny'),
  deleteOpenRule: closing('delete'),
  denyManagementPorts: closing('deny-management-ports'),
  async tightenSource(flow, node) {
    const { machine, port } = await targetOf(flow.parts, node);
    const sources = await askSources(false);
    const plan = await planFor(flow.parts.estate, { action: 'tighten', machines: [machine.id], port, sources });
    await flow.run(plan, machine.name);
  },
  async createJumpPath(flow, node) {
    const { machine, port } = await targetOf(flow.parts, node);
    const sources = await askSources(false);
    const closeDirect = await askCloseDirect();
    const request = { action: 'jump-path', machines: [machine.id], port, sources, closeDirect } as const;
    await flow.run(await planFor(flow.parts.estate, request), machine.name);
  },
  async enableJustInTime(flow, node) {
    const { machine, port } = await targetOf(flow.parts, node);
    const sources = await askSources(true);
    const plan = await planFor(flow.parts.estate, { action: 'just-in-time', machines: [machine.id], port, sources });
    await flow.run(plan, machine.name);
  },
} as const satisfies Readonly<Record<string, ChangeAction>>;

/** The command's id, without its prefix. */
export type ChangeActionName = keyof typeof changeActions;

function closing(action: PlanAction): ChangeAction {
  return async (flow, node) => {
    const { machine, port } = await targetOf(flow.parts, node);
    await flow.run(await planFor(flow.parts.estate, { action, machines: [machine.id], port }), machine.name);
  };
}

async function askCloseDirect(): Promise<boolean> {
  const chosen = await window.showQuickPick(
    [
      { label: 'Leave the direct way as it is', close: false },
      {
        label: 'Close the direct way',
        detail: 'Denies the open rules and takes the public IP from the machine',
        close: true,
      },
    ],
    { title: 'The Way That Is Open Now' },
  );
  if (!chosen) throw new CancellationError();
  return chosen.close;
}
