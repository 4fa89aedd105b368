import { applyEdits, modify } from 'jsonc-parser';
import { CancellationTokenSource, Range, type Uri, WorkspaceEdit, window, workspace } from 'vscode';
import type { CommandManager } from '../commands/command-manager.ts';
import { OperationError } from '../commands/operation-error.ts';
import { configurationFile } from '../findings/configuration.ts';
import { parseAddresses } from '../network/address-prefix.ts';
import type { TextPlace } from '../network/origin.ts';
import type { AnalysisService } from './analysis-service.ts';
import { type EditorFinding, type FindingFixes, findByKey } from './finding-fixes.ts';
import { workspaceEditOf } from './fix-edits.ts';
import type { RootResult } from './root-analyser.ts';

/** The commands behind fixes that ask for something first, and behind the fixes on lenses. */
export function registerFindingCommands(
  commandManager: CommandManager,
  service: AnalysisService,
  fixes: FindingFixes,
): void {
  commandManager.register('portcullis.applyFix', async (uri: Uri, key: unknown, title: unknown) => {
    const { result, finding } = await find(service, uri, key);
    const fix = fixes.of(finding, result).find(candidate => candidate.title === title);
    if (!fix) throw new OperationError('This fix no longer fits the text: choose one of those offered now.');
    await workspace.applyEdit(workspaceEditOf(fix.edits, result, fix.title));
  });

  commandManager.register('portcullis.enterSource', async (uri: Uri, key: unknown) => {
    const entered = await window.showInputBox({
      title: 'Let In Only an Address or Range',
      prompt: 'IPv4 or IPv6 addresses or ranges, separated by commas',
      placeHolder: '203.0.113.7, 198.51.100.0/24',
      ignoreFocusOut: true,
      validateInput: value => sourcesProblem(value),
    });
    if (entered === undefined) return;
    const { result, finding } = await find(service, uri, key);
    const fix = fixes.finder(result).tightenTo(finding, sourcesIn(entered));
    if (!fix) {
      const rule = finding.securityRule ?? 'This rule';
      throw new OperationError(`${rule} cannot be narrowed down to ${entered} without changing something else.`);
    }
    await workspace.applyEdit(workspaceEditOf(fix.edits, result, fix.title));
  });

  commandManager.register('portcullis.acceptFinding', async (uri: Uri, key: unknown) => {
    const reason = await window.showInputBox({
      title: 'Accept a Finding',
      prompt: 'Why is it accepted? Whoever reads the template later will see this.',
      ignoreFocusOut: true,
      validateInput: value => (value.trim() === '' ? 'A reason is needed.' : undefined),
    });
    if (reason === undefined) return;
    const { result, finding } = await find(service, uri, key);
    await accept(result, finding, reason.trim().replace(/\s+/g, ' '));
  });
}

/** The finding as it is in the present text. */
async function find(service: AnalysisService, uri: Uri, key: unknown) {
  const document = await workspace.openTextDocument(uri);
  const source = new CancellationTokenSource();
  try {
    const result = await service.existingAnalyserOf(uri)?.current(document, source.token);
    const finding = result && findByKey(result, key);
    if (!finding) throw new OperationError('The text has changed, and this finding is no longer there.');
    return { result, finding };
  } finally {
    source.dispose();
  }
}

/** By a comment where the language has a place for one, else by an entry in the configuration file. */
async function accept(result: RootResult, finding: EditorFinding, reason: string): Promise<void> {
  const at = finding.subject.rule?.place ?? finding.place;
  const language = finding.foundIn[0]?.language;
  const read = at.kind === 'text' ? result.files.read(at.file) : undefined;
  const edits =
    at.kind === 'text' && read && 'text' in read
      ? language?.editor.suppress({ path: at.file, text: read.text }, at.range, finding.id, reason)
      : undefined;
  if (edits) await workspace.applyEdit(workspaceEditOf(edits, result));
  else if (at.kind === 'text') await acceptInConfiguration(result, finding, at, reason);
}

async function acceptInConfiguration(result: RootResult, finding: EditorFinding, at: TextPlace, reason: string) {
  const entry = {
    id: finding.id,
    file: at.file,
    ...(finding.securityGroup === undefined ? {} : { securityGroup: finding.securityGroup }),
    ...(finding.securityRule === undefined ? {} : { securityRule: finding.securityRule }),
    reason,
  };
  const read = result.files.read(configurationFile);
  const before = 'text' in read && read.text.trim() !== '' ? read.text : '{}';
  const options = { isArrayInsertion: true, formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' } };
  const text = applyEdits(before, modify(before, ['suppressions', -1], entry, options));
  const uri = result.files.uriOf(configurationFile);
  const edit = new WorkspaceEdit();
  if ('text' in read) {
    const document = await workspace.openTextDocument(uri);
    edit.replace(uri, new Range(0, 0, document.lineCount, 0), text);
  } else {
    edit.createFile(uri, { contents: new TextEncoder().encode(`${text}\n`) });
  }
  await workspace.applyEdit(edit);
  await window.showTextDocument(uri, { preview: true });
}

function sourcesIn(entered: string): readonly string[] {
  return entered
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}

function sourcesProblem(entered: string): string | undefined {
  const sources = sourcesIn(entered);
  if (sources.length === 0) return 'Enter at least one address or range.';
  const wrong = sources.find(source => !parseAddresses(source));
  return wrong === undefined ? undefined : `${wrong} is neither an address nor a range such as 203.0.113.0/24.`;
}
