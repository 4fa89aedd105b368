import { type Disposable, env, Uri, window } from 'vscode';
import type { CommandManager } from '../commands/command-manager.ts';
import { Disposables } from '../commands/disposables.ts';

/** What the editor shows of templates: problems, lenses, hovers, fixes and the workspace scan. */
export function activateEditorFeature(commandManager: CommandManager): Disposable {
  const disposables = new Disposables();
  disposables.register(
    window.registerTreeDataProvider('portcullis.templates', {
      getTreeItem: (item: never) => item,
      getChildren: () => [],
    }),
  );
  commandManager.register('portcullis.scanWorkspace', () => undefined);
  commandManager.register('portcullis.showRuleDocumentation', (id?: string) =>
    env.openExternal(Uri.parse(`https://github.com/portcullis/portcullis/blob/main/docs/rules/${id ?? 'README'}.md`)),
  );
  return disposables;
}
