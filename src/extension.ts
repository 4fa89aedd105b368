import { homedir } from 'node:os';
import { type ExtensionContext, Uri, window } from 'vscode';
import { CommandManager } from './commands/command-manager.ts';
import type { DeclaredGroups } from './commands/group-links.ts';
import { activateEditorFeature } from './editor/editor-feature.ts';
import { activateExplorerFeature } from './explorer/explorer-feature.ts';

/** Where the Bicep tools keep modules of registries on the machine that the extension runs on. */
const moduleCache = () => Uri.joinPath(Uri.file(homedir()), '.bicep');

/** Starts the extension. Whatever is heavy is loaded by the first document or command that needs it. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Portcullis', { log: true });
  const commandManager = new CommandManager(log);
  const declared: DeclaredGroups = {
    find: name => editor.declaredGroups.find(name),
    change: changes => editor.declaredGroups.change(changes),
  };
  const explorer = activateExplorerFeature(context, commandManager, log, declared);
  const editor = activateEditorFeature(context, commandManager, log, explorer.deployedGroups, moduleCache);
  context.subscriptions.push(log, commandManager, explorer, editor);
}
