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
  async createJumpPath(flow, node, selected) {
    const { createJumpPath } = await import('../jump-path/create-jump-path.ts');
    await createJumpPath(flow, node, selected);
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
