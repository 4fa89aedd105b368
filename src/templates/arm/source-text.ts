import type { OriginChain, TextPlace } from '../../network/origin.ts';
import type { ParsedExpression } from './expression.ts';
import type { JsonNode, JsonText } from './json.ts';

/** A parsed file. */
export interface SourceText {
  readonly file: string;
  readonly json: JsonText;
  /** Those of its expressions that were evaluated. */
  readonly expressions: Map<JsonNode, PlacedExpression>;
}

/** An expression with the step that the chains of its values begin with. */
export interface PlacedExpression {
  readonly parsed: ParsedExpression;
  readonly use: OriginChain;
}

export function placeOf(source: SourceText, node: JsonNode): TextPlace {
  return place(source, source.json.start(node), source.json.end(node));
}

export function place(source: SourceText, start: number, end: number): TextPlace {
  return { kind: 'text', file: source.file, range: { start, end } };
}

/** The first line of a node: where a declaration opens. */
export function openingPlace(source: SourceText, node: JsonNode): TextPlace {
  const start = source.json.start(node);
  const end = source.json.end(node);
  const { text } = source.json;
  let at = start;
  while (at < end && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  while (at > start + 1 && text.charCodeAt(at - 1) <= 32) at--;
  return place(source, start, at);
}
