import { WorkspaceEdit } from 'vscode';
import type { TextEdit } from '../templates/source-editor.ts';
import type { RootResult } from './root-analyser.ts';
import { TextRanges } from './text-ranges.ts';

/**
 * Edits as a workspace edit. With a label, what changes in more than one place is shown in VS Code's preview before it
 * is applied: whoever chooses the fix sees only one of the places.
 */
export function workspaceEditOf(
  edits: readonly TextEdit[],
  result: RootResult,
  label?: string,
  needsConfirmation = edits.length > 1,
): WorkspaceEdit {
  const metadata = label !== undefined && needsConfirmation ? { needsConfirmation: true, label } : undefined;
  const ranges = new TextRanges(result.files);
  const out = new WorkspaceEdit();
  for (const { file, range, newText } of edits) {
    out.replace(result.files.uriOf(file), ranges.rangeOf(file, range), newText, metadata);
  }
  return out;
}
