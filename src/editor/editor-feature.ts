import {
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { CommandManager } from '../commands/command-manager.ts';
import { Disposables } from '../commands/disposables.ts';
import type { DeclaredGroups, DeployedGroups } from '../commands/group-links.ts';
import type { EditorSession } from './editor-session.ts';
import { mayBeTemplateDocument } from './template-documents.ts';

/** What the explorer uses of the editor's part. */
export interface EditorFeature extends Disposable {
  readonly declaredGroups: DeclaredGroups;
}

/**
 * What the editor shows of templates: problems, lenses, hovers, fixes and the workspace scan. Only the commands and an
 * empty view are there at first; the rest is loaded when the first template is opened or a command asks for it.
 *
 * @param moduleCache where the Bicep tools keep modules of registries; undefined where there are no such tools
 */
export function activateEditorFeature(
  context: ExtensionContext,
  commandManager: CommandManager,
  log: LogOutputChannel,
  deployments: DeployedGroups,
  moduleCache: () => Uri | undefined,
): EditorFeature {
  const disposables = new Disposables();
  const arrived = disposables.register(new EventEmitter<void>());
  let session: EditorSession | undefined;
  let loading: Promise<EditorSession> | undefined;

  const view = disposables.register(
    window.createTreeView<unknown>('portcullis.templates', {
      treeDataProvider: {
        onDidChangeTreeData: arrived.event,
        getChildren: node => session?.tree.getChildren(node as never) ?? [],
        getTreeItem: node => (session as EditorSession).tree.getTreeItem(node as never),
      },
      showCollapseAll: true,
    }),
  );
  const load = () => {
    loading ??= import('./editor-session.ts').then(({ EditorSession }) => {
      session = disposables.register(
        new EditorSession(context.extensionUri, moduleCache(), commandManager, log, view, deployments),
      );
      disposables.register(session.tree.onDidChangeTreeData(() => arrived.fire()));
      arrived.fire();
      return session;
    });
    return loading;
  };

  commandManager.register('portcullis.scanWorkspace', async () => (await load()).scan.run());
  commandManager.register('portcullis.cancelScan', () => session?.scan.cancel());
  commandManager.register('portcullis.showRuleDocumentation', async (id?: unknown) => {
    const { showRuleDocumentation } = await import('./rule-documentation.ts');
    await showRuleDocumentation(context.extensionUri, id);
  });

  const waiting = new Disposables();
  disposables.register(waiting);
  const look = (document: Parameters<typeof mayBeTemplateDocument>[0]) => {
    if (loading || !mayBeTemplateDocument(document)) return;
    waiting.dispose();
    load().catch(error => log.error(`The editor's part could not be loaded: ${error}`));
  };
  waiting.register(workspace.onDidOpenTextDocument(look));
  waiting.register(workspace.onDidChangeTextDocument(({ document }) => look(document)));
  for (const document of workspace.textDocuments) look(document);
  return {
    declaredGroups: {
      find: name => (session ? session.placesOfGroup(name) : []),
      change: async changes => (await load()).changeDeclaredRules(changes),
    },
    dispose: () => disposables.dispose(),
  };
}
