import { commands, window } from 'vscode';
import type { CommandManager } from '../../commands/command-manager.ts';
import type { Change } from '../../remediation/change.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeActionName } from './change-actions.ts';
import type { ChangeFlow, ChangeParts } from './change-flow.ts';
import type { ChangesNode } from './changes-tree.ts';

/** What closes ports in Azure, and takes it back. All of it is loaded with the first command. */
export function registerChangeCommands(manager: CommandManager, parts: ChangeParts): void {
  let flow: ChangeFlow | undefined;
  const flowNow = async (): Promise<ChangeFlow> => {
    const { ChangeFlow } = await import('./change-flow.ts');
    flow ??= new ChangeFlow(parts);
    return flow;
  };
  const register = (id: `portcullis.${ChangeActionName}`): void =>
    manager.register(id, async (node?: MachinesNode, selected?: readonly MachinesNode[]) => {
      const { changeActions } = await import('./change-actions.ts');
      await changeActions[id.slice('portcullis.'.length) as ChangeActionName](await flowNow(), node, selected);
    });
  register('portcullis.denyPort');
  register('portcullis.deleteOpenRule');
  register('portcullis.denyManagementPorts');
  register('portcullis.closeAll');
  register('portcullis.tightenSource');
  register('portcullis.createJumpPath');
  register('portcullis.enableJustInTime');
  register('portcullis.requestAccess');
  register('portcullis.showJustInTime');
  register('portcullis.tightenFirewallRule');
  register('portcullis.removeFirewallRule');
  register('portcullis.publishThroughFirewall');
  register('portcullis.connectThroughBastion');
  register('portcullis.createBastion');
  register('portcullis.preventPublicAddresses');
  manager.register('portcullis.closeDeployedGroup', async (groupId: unknown) => {
    const { closeDeployedGroup } = await import('./group-action.ts');
    await closeDeployedGroup(await flowNow(), groupId);
  });
  manager.register('portcullis.undoChange', async (node?: ChangesNode) => (await flowNow()).undo(node?.change));
  manager.register('portcullis.finishChange', async (node?: ChangesNode) => (await flowNow()).finish(node?.change));
}

/** Tells of a change that was under way when VS Code ended. */
export async function tellUnfinished(unfinished: readonly Change[]): Promise<void> {
  const [first] = unfinished;
  if (!first) return;
  const chosen = await window.showWarningMessage(
    `A change to Azure was not finished: ${first.title}.`,
    'Finish',
    'Roll Back',
  );
  if (chosen === 'Finish') await commands.executeCommand('portcullis.finishChange', { change: first });
  if (chosen === 'Roll Back') await commands.executeCommand('portcullis.undoChange', { change: first });
}
