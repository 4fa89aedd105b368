import type { TextRange } from '../network/origin.ts';
import type { TextEdit } from './source-editor.ts';

/** The offset at which a line begins, behind a byte order mark. */
export function lineStartOf(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\r') at--;
  return at === 0 && offset > 0 && text.charCodeAt(0) === 0xfeff ? 1 : at;
}

/** The offset of a line's end, before its line break. */
export function lineEndOf(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/** The offset behind the line break at a line's end. */
export function behindLineBreak(text: string, lineEnd: number): number {
  if (text.startsWith('\r\n', lineEnd)) return lineEnd + 2;
  return lineEnd < text.length ? lineEnd + 1 : lineEnd;
}

/** The offset before the line break that a line's start stands behind. */
export function beforeLineBreak(text: string, lineStart: number): number {
  if (text.slice(Math.max(0, lineStart - 2), lineStart) === '\r\n') return lineStart - 2;
  return lineStart > 0 && /[\r\n]/.test(text[lineStart - 1] ?? '') ? lineStart - 1 : lineStart;
}

/** How a text breaks its lines. */
export function lineBreakIn(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The blank space at the start of an offset's line. */
export function indentationAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStartOf(text, offset), offset))?.[0] ?? '';
}

/** Whether only blank space stands before an offset on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStartOf(text, offset), offset).trim() === '';
}

/** The lines of a range where nothing else stands on them, with the blank line behind them if asked; else the range. */
export function wholeLines(text: string, range: TextRange, withBlankLine = false): TextRange {
  const start = lineStartOf(text, range.start);
  const lineEnd = lineEndOf(text, range.end);
  const isAlone = text.slice(start, range.start).trim() === '' && text.slice(range.end, lineEnd).trim() === '';
  if (!isAlone) return { start: range.start, end: range.end };
  const end = behindLineBreak(text, lineEnd);
  const nextEnd = lineEndOf(text, end);
  const isBlank = end < text.length && text.slice(end, nextEnd).trim() === '';
  return { start, end: withBlankLine && isBlank ? behindLineBreak(text, nextEnd) : end };
}

/** A part of a text with the edits inside it applied. The edits must not overlap. */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
  part: TextRange = { start: 0, end: text.length },
): string {
  let result = '';
  let at = part.start;
  for (const { range, newText } of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    result += text.slice(at, range.start) + newText;
    at = range.end;
  }
  return result + text.slice(at, part.end);
}
