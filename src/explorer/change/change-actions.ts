import { window } from 'vscode';
import { OperationError } from '../../commands/operation-error.ts';
import type { PlanAction } from '../../remediation/plan.ts';
import { PlanError } from '../../remediation/plan-error.ts';
import type { MachinesNode } from '../nodes.ts';
import { connectThroughBastion, createBastion } from './bastion-actions.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { askSources } from './change-sources.ts';
import { targetOf } from './change-targets.ts';
import { closeAll } from './close-all-action.ts';
import { publishThroughFirewall, removeFirewallRule, tightenFirewallRule } from './firewall-actions.ts';
import { enableJustInTime, requestAccess, showJustInTime } from './just-in-time-actions.ts';
import { preventPublicAddresses } from './prevention-action.ts';

/** `selected`: all rows that are marked, when a menu was opened on one of several. */
export type ChangeAction = (
  flow: ChangeFlow,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[] | undefined,
) => Promise<unknown>;

/** What each command asks, and the plan that it hands to the flow; by the command's id without its prefix. */
export const changeActions = {
  denyPort: closing('deny'),
  deleteOpenRule: closing('delete'),
  denyManagementPorts: closing('deny-management-ports'),
  tightenSource,
  async createJumpPath(flow, node, selected) {
    const { createJumpPath } = await import('../jump-path/create-jump-path.ts');
    return createJumpPath(flow, node, selected);
  },
  enableJustInTime,
  requestAccess,
  showJustInTime,
  tightenFirewallRule,
  removeFirewallRule,
  publishThroughFirewall,
  connectThroughBastion,
  createBastion,
  preventPublicAddresses,
  closeAll,
} as const satisfies Readonly<Record<string, ChangeAction>>;

export type ChangeActionName = keyof typeof changeActions;

function closing(action: PlanAction): ChangeAction {
  return async (flow, node, selected = []) => {
    if (selected.length > 1) return closeAll(flow, node, selected);
    const { machine, port } = await targetOf(flow.parts, node);
    return flow.run(await planFor(flow.parts.estate, { action, machines: [machine.id], port }), machine.name);
  };
}

/** Sources that would let in more than come in now are taken only when the person says so in so many words. */
async function tightenSource(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { estate } = flow.parts;
  const { machine, port } = await targetOf(flow.parts, node);
  const sources = await askSources(flow.parts, { machine, port });
  const request = { action: 'tighten', machines: [machine.id], port, sources } as const;
  try {
    return await flow.run(await planFor(estate, request), machine.name);
  } catch (error) {
    if (!(error instanceof OperationError && error.cause instanceof PlanError)) throw error;
    if (error.cause.problem !== 'not-narrower') throw error;
    const wider = 'Admit More Than Now';
    const chosen = await window.showWarningMessage(
      `This lets in addresses that are kept out now.`,
      { modal: true, detail: error.cause.message },
      wider,
    );
    if (chosen !== wider) return undefined;
    return flow.run(await planFor(estate, { ...request, allowWider: true }), machine.name);
  }
}
