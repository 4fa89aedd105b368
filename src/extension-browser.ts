import { type ExtensionContext, window } from 'vscode';
import { CommandManager } from './commands/command-manager.ts';
import { noDeployments } from './commands/group-links.ts';
import { activateEditorFeature } from './editor/editor-feature.ts';

/** The Bicep tools do not run in a browser. */
const noModuleCache = () => undefined;

/** Starts the extension in a browser: everything about templates, nothing about Azure. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Portcullis', { log: true });
  const commandManager = new CommandManager(log);
  context.subscriptions.push(
    log,
    commandManager,
    activateEditorFeature(context, commandManager, log, noDeployments, noModuleCache),
  );
}
