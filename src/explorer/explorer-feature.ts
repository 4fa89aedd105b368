import { commands, type Disposable, type ExtensionContext, type LogOutputChannel, window, workspace } from 'vscode';
import { isLocal } from '../azure/cloud.ts';
import type { CommandManager } from '../commands/command-manager.ts';
import { Disposables } from '../commands/disposables.ts';
import type { DeclaredGroups, DeployedGroups } from '../commands/group-links.ts';
import { AccountSessions, type ExplorerSessions } from './account-sessions.ts';
import { registerChangeCommands, tellUnfinished } from './change/change-commands.ts';
import { ChangeJournal } from './change/change-journal.ts';
import { ChangesTree } from './change/changes-tree.ts';
import { deployedGroups } from './deployed-groups.ts';
import { Estate } from './estate.ts';
import { machineOf, registerExplorerCommands } from './explorer-commands.ts';
import { registerJumpPathCommands } from './jump-path/jump-path-commands.ts';
import { describeFilter, openMachines } from './machine-list.ts';
import { MachinesTree } from './machines-tree.ts';
import type { MachinesNode } from './nodes.ts';
import { ResourceDocuments, resourceScheme } from './resource-documents.ts';
import { SecureScoreTree } from './secure-score-tree.ts';

/** What other features and tests use of the explorer. */
export interface Explorer extends Disposable {
  readonly deployedGroups: DeployedGroups;
  readonly estate: Estate;
  readonly machines: MachinesTree;
  readonly score: SecureScoreTree;
  readonly documents: ResourceDocuments;
}

/** The live views: machines and the secure score. Nothing is read before a view is looked at. */
export function activateExplorerFeature(
  context: ExtensionContext,
  commandManager: CommandManager,
  log: LogOutputChannel,
  declared: DeclaredGroups,
): Explorer {
  const disposables = new Disposables();
  const sessions = disposables.register(new AccountSessions());
  const estate = disposables.register(new Estate(sessions, context.globalState, message => log.info(message)));
  const machines = new MachinesTree(estate, declared);
  const score = new SecureScoreTree(estate);
  const documents = disposables.register(new ResourceDocuments(estate));
  disposables.register(workspace.registerTextDocumentContentProvider(resourceScheme, documents));
  const view = disposables.register(
    window.createTreeView('portcullis.machines', {
      treeDataProvider: machines,
      showCollapseAll: true,
      canSelectMany: true,
    }),
  );
  const scoreView = disposables.register(
    window.createTreeView('portcullis.secureScore', { treeDataProvider: score, showCollapseAll: true }),
  );
  const look = () => {
    if (estate.phase === 'not-started' && (view.visible || scoreView.visible)) void estate.start();
  };
  disposables.register(view.onDidChangeVisibility(look));
  disposables.register(scoreView.onDidChangeVisibility(look));
  const show = () => {
    const { phase, fileName, readAt } = estate;
    void commands.executeCommand('setContext', 'portcullis.machines.state', stateOf(estate));
    void commands.executeCommand(
      'setContext',
      'portcullis.machines.reading',
      phase === 'reading' || phase === 'listing',
    );
    void commands.executeCommand('setContext', 'portcullis.machines.file', fileName !== undefined);
    void commands.executeCommand('setContext', 'portcullis.machines.filtered', describeFilter(machines.filter) !== '');
    const firewalls = estate.judged?.model.firewalls ?? [];
    void commands.executeCommand('setContext', 'portcullis.machines.firewalls', firewalls.length > 0);
    const open = openMachines(estate.machines);
    view.badge =
      open === 0
        ? undefined
        : { value: open, tooltip: `${open} ${open === 1 ? 'machine' : 'machines'} open to the internet` };
    void commands.executeCommand('setContext', 'portcullis.machines.demo', isDemo(sessions));
    view.description = fileName === undefined ? (isDemo(sessions) ? 'demo' : undefined) : `${fileName} · read-only`;
    view.message = messageOf(estate, machines);
    scoreView.description =
      readAt === undefined || fileName !== undefined ? undefined : `as of ${readAt.toLocaleTimeString()}`;
  };
  disposables.register(
    estate.onDidChange(() => {
      show();
      machines.refresh();
      score.redraw();
    }),
  );
  disposables.register(machines.onDidChangeTreeData(show));
  registerExplorerCommands(commandManager, { estate, machines, documents, view, log });
  registerJumpPathCommands(commandManager, estate);
  const journal = disposables.register(new ChangeJournal(context.globalState));
  disposables.register(
    window.createTreeView('portcullis.changes', { treeDataProvider: new ChangesTree(journal), showCollapseAll: true }),
  );
  registerChangeCommands(commandManager, {
    estate,
    documents,
    journal,
    memory: context.globalState,
    declared,
    machineOf: (node?: MachinesNode) => machineOf({ estate, view }, node),
    reveal: async id => {
      const node = view.visible ? machines.find(id) : undefined;
      if (!node) return;
      // The first finds the row; the second, where it stands once the rows are drawn anew.
      await view.reveal(node, { select: true });
      await view.reveal(node, { select: true });
    },
  });
  void tellUnfinished(journal.unfinished);
  show();
  look();
  const find = (name: string) => deployedGroups(estate, name);
  return {
    estate,
    machines,
    score,
    documents,
    deployedGroups: { onDidChange: estate.onDidChange, find },
    dispose: () => disposables.dispose(),
  };
}

/** What the welcome texts of an empty view hang on. */
function stateOf(estate: Estate): string {
  if (estate.phase === 'ready' && estate.machines.length === 0) return estate.cancelled ? 'cancelled' : 'nothing-found';
  return estate.phase;
}

function messageOf(estate: Estate, machines: MachinesTree): string | undefined {
  const { phase, failure, fileName } = estate;
  if (phase === 'failed') return failure;
  if (phase === 'reading' && fileName === undefined && estate.machines.length > 0 && !estate.judged) {
    return `Reading … ${estate.machines.length} machines so far`;
  }
  const filter = describeFilter(machines.filter);
  const parts = [
    fileName === undefined ? '' : 'An inventory file, not Azure: nothing here can be changed.',
    filter === '' ? '' : `${machines.shown.length} of ${estate.machines.length} machines: ${filter}`,
  ];
  return parts.filter(Boolean).join(' ') || undefined;
}

function isDemo(sessions: ExplorerSessions): boolean {
  try {
    return isLocal(sessions.cloud);
  } catch {
    return false;
  }
}
