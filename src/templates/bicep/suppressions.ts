import type { TextRange } from '../../network/origin.ts';
import type { SuppressionComment } from '../reading.ts';
import { parseSuppression } from '../suppression-text.ts';
import { lineEndOf, lineStartOf } from '../text-lines.ts';
import type { Program } from './program.ts';
import { nodeAt } from './syntax-walk.ts';

/** The comments `// portcullis-ignore <id>[, <id>] -- <reason>` of a text, each with what it covers. */
export function suppressionComments(program: Program): readonly SuppressionComment[] {
  const { text, tree } = program;
  if (!text.includes('portcullis-ignore')) return [];
  const found: SuppressionComment[] = [];
  for (let at = 0; at + 1 < tree.comments.length; at += 2) {
    const range = { start: tree.comments[at]!, end: tree.comments[at + 1]! };
    const written = text.slice(range.start, range.end);
    const parsed = parseSuppression(written.replace(/^\/[/*]/, '').replace(/\*\/\s*$/, ''));
    if (parsed) found.push({ ...parsed, range, covers: covered(program, range) });
  }
  return found;
}

/** The line that the comment ends; of a comment on a line of its own, what stands behind it. */
function covered(program: Program, comment: TextRange): TextRange {
  const { text, tree } = program;
  const lineStart = lineStartOf(text, comment.start);
  if (text.slice(lineStart, comment.start).trim() !== '') return { start: lineStart, end: comment.start };
  const next = nextToken(text, comment.end, tree.comments);
  const node = nodeAt(tree, next);
  return node ? { start: node.start, end: node.end } : { start: next, end: lineEndOf(text, next) };
}

/** The first character behind blank space and further comments. */
function nextToken(text: string, from: number, comments: readonly number[]): number {
  let at = from;
  let index = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    while (index < comments.length && comments[index]! < at) index += 2;
    if (comments[index] !== at) return at;
    at = comments[index + 1] ?? text.length;
  }
}
