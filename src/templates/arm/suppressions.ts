import type { TextRange } from '../../network/origin.ts';
import type { SuppressionComment } from '../reading.ts';
import { parseSuppression } from '../suppression-text.ts';
import { beginsLine, lineEndOf, lineStartOf } from '../text-lines.ts';
import { type JsonNode, JsonText } from './json.ts';

/** Strings, which may hold what looks like a comment, and comments. */
const stringsAndComments = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g;

/** Properties that say something to people: `"_comment": "portcullis-ignore …"`, also inside `metadata`. */
const commentProperties = new Set(['_comment', '_comments', 'comment', 'comments', 'portcullis']);

/**
 * Suppressions in a JSON text. A comment on a line of its own covers the property or item behind it, one at a line's
 * end that line. A `_comment` property, or one in a `metadata` object, covers the object that it stands in.
 */
export function suppressionsIn(text: string): readonly SuppressionComment[] {
  if (!text.includes('portcullis-ignore')) return [];
  const json = new JsonText(text);
  const found: SuppressionComment[] = [];
  for (const match of text.matchAll(stringsAndComments)) {
    const [written] = match;
    const range = { start: match.index, end: match.index + written.length };
    if (written.startsWith('"')) {
      const covers = written.includes('portcullis-ignore') ? coveredByProperty(json, range) : undefined;
      const parsed = covers && parseSuppression(written.slice(1, -1));
      if (covers && parsed) found.push({ ...parsed, range, covers });
      continue;
    }
    const parsed = parseSuppression(written.replace(/^\/[/*]/, '').replace(/\*\/$/, ''));
    if (parsed) found.push({ ...parsed, range, covers: coveredByComment(json, text, range) });
  }
  return found;
}

function coveredByComment(json: JsonText, text: string, comment: TextRange): TextRange {
  if (!beginsLine(text, comment.start)) return { start: lineStartOf(text, comment.start), end: comment.start };
  const next = nextToken(text, comment.end);
  const path = json.pathTo(next, next + 1);
  const node = path.at(-1);
  if (node === undefined || json.start(node) !== next) return { start: next, end: lineEndOf(text, next) };
  const parent = path.at(-2);
  if (parent === undefined || json.kind(parent) !== 'object') return { start: next, end: json.end(node) };
  return { start: next, end: json.end(json.after(node)) };
}

/** The object that a comment property speaks of. */
function coveredByProperty(json: JsonText, string: TextRange): TextRange | undefined {
  const path = json.pathTo(string.start, string.end);
  const [outer, holder, node] = [path.at(-3), path.at(-2), path.at(-1)];
  if (node === undefined || holder === undefined || json.kind(holder) !== 'object') return undefined;
  if (outer !== undefined && nameIn(json, outer, holder) === 'metadata') return rangeOf(json, outer);
  return commentProperties.has(nameIn(json, holder, node) ?? '') ? rangeOf(json, holder) : undefined;
}

/** The name of a value in an object, in lower case. */
function nameIn(json: JsonText, object: JsonNode, wanted: JsonNode): string | undefined {
  let found: string | undefined;
  json.eachProperty(object, (name, value) => {
    if (value === wanted) found = json.string(name).toLowerCase();
  });
  return found;
}

function rangeOf(json: JsonText, node: JsonNode): TextRange {
  return { start: json.start(node), end: json.end(node) };
}

/** The first character behind blank space and further comments. */
function nextToken(text: string, from: number): number {
  const blank = /(?:\s|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)*/y;
  blank.lastIndex = from;
  return from + (blank.exec(text)?.[0].length ?? 0);
}
