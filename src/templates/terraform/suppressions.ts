import type { TextRange } from '../../network/origin.ts';
import type { SuppressionComment } from '../reading.ts';
import { parseSuppression } from '../suppression-text.ts';
import type { Body, SourceFile } from './syntax.ts';

const comment = /(#|\/\/)[ \t]*(portcullis-ignore\b[^\r\n]*)|\/\*[ \t]*(portcullis-ignore\b[\s\S]*?)\*\//g;

/** The comments `# portcullis-ignore <id>[, <id>] -- <reason>` of a text, each with what it covers. */
export function suppressionComments(text: string, syntax: SourceFile): SuppressionComment[] {
  const found: SuppressionComment[] = [];
  if (!text.includes('portcullis-ignore')) return found;
  for (const match of text.matchAll(comment)) {
    const range = { start: match.index, end: match.index + match[0].length };
    const parsed = parseSuppression((match[2] ?? match[3] ?? '').trim());
    if (parsed) found.push({ ...parsed, range, covers: covered(text, range, syntax) });
  }
  return found;
}

/** The line that the comment ends; of a comment on a line of its own, the block or attribute behind it. */
function covered(text: string, range: TextRange, syntax: SourceFile): TextRange {
  const lineStart = text.lastIndexOf('\n', range.start - 1) + 1;
  if (text.slice(lineStart, range.start).trim() !== '') {
    const block = opening(syntax.body, lineStart, range.start);
    return block ?? { start: lineStart, end: range.start };
  }
  let next = range.end;
  for (;;) {
    while (next < text.length && /\s/.test(text.charAt(next))) next++;
    if (text.charAt(next) !== '#' && !text.startsWith('//', next)) break;
    const end = text.indexOf('\n', next);
    next = end < 0 ? text.length : end;
  }
  const end = text.indexOf('\n', next);
  return startingAt(syntax.body, next) ?? { start: next, end: end < 0 ? text.length : end };
}

/** A comment behind an opening brace covers the block that opens there. */
function opening(body: Body, from: number, to: number): TextRange | undefined {
  for (const block of body.blocks) {
    if (block.start >= from && block.headerEnd <= to && block.end > to) return { start: block.start, end: block.end };
    if (block.start <= from && block.end >= to) return opening(block.body, from, to);
  }
  return undefined;
}

/** What begins at an offset; of something that holds it, the part that begins there. */
function startingAt(body: Body, offset: number): TextRange | undefined {
  for (const attribute of body.attributes)
    if (attribute.start === offset) return { start: attribute.start, end: attribute.end };
  for (const block of body.blocks) {
    if (block.start === offset) return { start: block.start, end: block.end };
    if (block.start < offset && block.end > offset) return startingAt(block.body, offset);
  }
  return undefined;
}
