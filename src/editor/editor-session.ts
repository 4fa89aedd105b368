import { commands, type LogOutputChannel, languages, Position, Range, type TreeView, type Uri, window } from 'vscode';
import type { CommandManager } from '../commands/command-manager.ts';
import { Disposables } from '../commands/disposables.ts';
import type { DeclaredGroupPlace, DeployedGroups } from '../commands/group-links.ts';
import type { RuleChange } from '../findings/fixes/rule-changes.ts';
import { AnalysisService } from './analysis-service.ts';
import { codeActionMetadata, FixActions } from './code-actions.ts';
import { GroupLenses } from './code-lenses.ts';
import { placesOfGroup } from './declared-groups.ts';
import { Diagnostics } from './diagnostics.ts';
import { registerFindingCommands } from './finding-commands.ts';
import { FindingFixes } from './finding-fixes.ts';
import { createLanguageStatus } from './language-status.ts';
import { ProofHover } from './proof-hover.ts';
import { documentSelector } from './template-documents.ts';
import { TemplateTree } from './template-tree.ts';
import { WorkspaceScan } from './workspace-scan.ts';

/** Everything of the editor's part that works on analyses. */
export class EditorSession extends Disposables {
  readonly service: AnalysisService;
  readonly tree: TemplateTree;
  readonly scan: WorkspaceScan;

  constructor(
    extensionUri: Uri,
    moduleCache: Uri | undefined,
    commandManager: CommandManager,
    log: LogOutputChannel,
    view: TreeView<unknown>,
    deployments: DeployedGroups,
  ) {
    super();
    this.service = this.register(new AnalysisService(extensionUri, moduleCache, log));
    this.tree = this.register(new TemplateTree(this.service, deployments));
    this.scan = new WorkspaceScan(this.service, view);
    this.register(new Diagnostics(this.service));
    const fixes = new FindingFixes();
    const actions = new FixActions(this.service, fixes);
    this.register(languages.registerCodeActionsProvider(documentSelector, actions, codeActionMetadata));
    registerFindingCommands(commandManager, this.service, fixes);
    const lenses = this.register(new GroupLenses(this.service, fixes, deployments));
    this.register(languages.registerCodeLensProvider(documentSelector, lenses));
    this.register(languages.registerHoverProvider(documentSelector, new ProofHover(this.service)));
    this.register(createLanguageStatus(this.service));
    commandManager.register('portcullis.explainSecurityGroup', explainSecurityGroup);
  }

  /** Makes changes of deployed rules in the templates that declare their groups. */
  async changeDeclaredRules(changes: readonly RuleChange[]): Promise<void> {
    const { changeDeclaredRules } = await import('./template-changes.ts');
    await changeDeclaredRules(this.service.results, changes);
  }

  /** Where the analysed templates declare groups of a name. */
  placesOfGroup(name: string): readonly DeclaredGroupPlace[] {
    return placesOfGroup(this.service.results, name);
  }
}

/** Opens the hover on a group's first line, which is its proof. */
async function explainSecurityGroup(uri: Uri, line: number, character: number): Promise<void> {
  const at = new Position(line, character);
  const editor = await window.showTextDocument(uri, { selection: new Range(at, at) });
  editor.revealRange(new Range(at, at));
  await commands.executeCommand('editor.action.showHover', { focus: 'focusIfVisible' });
}
