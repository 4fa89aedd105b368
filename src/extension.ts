import { type ExtensionContext, window } from 'vscode';
import { CommandManager } from './commands/command-manager.ts';
import { activateEditorFeature } from './editor/editor-feature.ts';
import { activateExplorerFeature } from './explorer/explorer-feature.ts';

/** Starts the extension. Whatever is heavy is loaded by the first document or command that needs it. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Portcullis', { log: true });
  const commandManager = new CommandManager(log);
  context.subscriptions.push(log, commandManager, activateEditorFeature(context, commandManager, log));
  context.subscriptions.push(activateExplorerFeature(context, commandManager, log));
}
