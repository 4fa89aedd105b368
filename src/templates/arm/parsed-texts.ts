import { type ParsedExpression, parseExpression } from './expression.ts';
import { JsonText, type NodeBuffer } from './json.ts';
import type { SourceText } from './source-text.ts';

/** Of one file: as it is, and with an edit that is tried. */
const mostOfFile = 2;
const mostFiles = 2000;
const mostExpressions = 10_000;

/** What was parsed lately: a template is read again for each parameter file, caller and fix that is tried. */
export class ParsedTexts {
  readonly #sources = new Map<string, readonly SourceText[]>();
  readonly #expressions = new Map<string, ParsedExpression>();
  readonly #buffer: NodeBuffer = { nodes: new Int32Array(1 << 14) };

  source(file: string, text: string): SourceText {
    const sources = this.#sources.get(file) ?? [];
    const known = sources.find(source => source.json.text === text);
    if (known) return known;
    const source = { file, json: new JsonText(text, this.#buffer), expressions: new Map() };
    if (this.#sources.size >= mostFiles) this.#sources.clear();
    this.#sources.set(file, [source, ...sources.slice(0, mostOfFile - 1)]);
    return source;
  }

  /** Many expressions stand in one file again and again, and in others. */
  expression(text: string): ParsedExpression {
    let parsed = this.#expressions.get(text);
    if (!parsed) {
      if (this.#expressions.size >= mostExpressions) this.#expressions.clear();
      parsed = parseExpression(text);
      this.#expressions.set(text, parsed);
    }
    return parsed;
  }
}
