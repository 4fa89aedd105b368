import type { FileSystem } from '../../templates/file-system.ts';
import type { TextEdit } from '../../templates/source-editor.ts';

/** Edits of one text applied; undefined when two of them overlap. Several insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .sort(
      (a, b) => a.edit.range.start - b.edit.range.start || a.edit.range.end - b.edit.range.end || a.index - b.index,
    );
  let out = '';
  let at = 0;
  for (const { edit } of ordered) {
    const { start, end } = edit.range;
    if (start < at || end > text.length) return undefined;
    out += text.slice(at, start) + edit.newText;
    at = end;
  }
  return out + text.slice(at);
}

/** The texts of all edited files as they would be; undefined when a file cannot be read or edits overlap. */
export function editedTexts(files: FileSystem, edits: readonly TextEdit[]): ReadonlyMap<string, string> | undefined {
  const out = new Map<string, string>();
  for (const file of new Set(edits.map(edit => edit.file))) {
    const read = files.read(file);
    // A file that is not there can be made.
    const before = 'text' in read ? read.text : read.reason === 'missing' ? '' : undefined;
    const own = edits.filter(edit => edit.file === file);
    const text = before === undefined ? undefined : applyEdits(before, own);
    if (text === undefined) return undefined;
    out.set(file, text);
  }
  return out;
}
