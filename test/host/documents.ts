import assert from 'node:assert/strict';
import {
  type CodeAction,
  type CodeLens,
  commands,
  type Diagnostic,
  type Hover,
  languages,
  MarkdownString,
  Position,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';

/** How long a condition may take on a loaded machine. */
const patience = Number(process.env.PORTCULLIS_PATIENCE || 90_000);

/** A file of the test workspace: `first/azuredeploy.json`. */
export function fileUri(path: string): Uri {
  const [name, ...rest] = path.split('/');
  const folder = workspace.workspaceFolders?.find(candidate => candidate.name === name);
  assert.ok(folder, `${name} is no workspace folder`);
  return Uri.joinPath(folder.uri, ...rest);
}

export async function show(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(fileUri(path));
  await window.showTextDocument(document);
  return document;
}

/** Waits until a condition gives something, and gives it. */
export async function until<T>(what: string, condition: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise(resolve => setTimeout(resolve, 25));
  }
}

/** Our problems of a file with an id. */
export function problems(uri: Uri, id: string): readonly Diagnostic[] {
  return languages.getDiagnostics(uri).filter(diagnostic => {
    return diagnostic.source === 'Portcullis' && typeof diagnostic.code === 'object' && diagnostic.code.value === id;
  });
}

export async function problemAt(path: string, id: string, text: string): Promise<Diagnostic> {
  const document = await workspace.openTextDocument(fileUri(path));
  return until(`${path} has ${id} at ${text}`, () =>
    problems(document.uri, id).find(problem => document.getText(problem.range).includes(text)),
  );
}

export async function lensTitles(uri: Uri): Promise<readonly string[]> {
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  return lenses.flatMap(lens => lens.command?.title ?? []);
}

export async function hoverText(document: TextDocument, at: string): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(at) + 1);
  const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, position);
  return hovers
    .flatMap(hover => hover.contents)
    .map(content => (content instanceof MarkdownString ? content.value : String(content)))
    .join('\n');
}

/** The code actions at a place, or at the first occurrence of a text. */
export async function actionsAt(document: TextDocument, at: string | Range): Promise<readonly CodeAction[]> {
  const position = typeof at === 'string' ? document.positionAt(document.getText().indexOf(at) + 1) : at.start;
  const range = new Range(position, position);
  return commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range);
}

/** Replaces the first occurrence of a text, without saving. */
export async function replace(document: TextDocument, from: string, to: string): Promise<void> {
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, `${from} is not in ${document.uri.path}`);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(at), document.positionAt(at + from.length)), to);
  assert.ok(await workspace.applyEdit(edit));
}

/** Gives a document its saved text again and closes all editors. */
export async function revertAll(): Promise<void> {
  for (const document of workspace.textDocuments) {
    if (!document.isDirty) continue;
    await window.showTextDocument(document);
    await commands.executeCommand('workbench.action.files.revert');
  }
  await commands.executeCommand('workbench.action.closeAllEditors');
}

/** The very start of a document. */
export const start = new Position(0, 0);
