import { parseExpression } from './expression.ts';
import { JsonText, type NodeBuffer } from './json.ts';

/** Characters of texts whose nodes are kept: the files around the one that somebody types in. */
const mostCharacters = 2_000_000;
const mostExpressions = 2000;

/** What was parsed lately, by its text: a template is read again for each parameter file and each fix that is tried. */
export class ParsedTexts {
  readonly #texts = new Map<string, JsonText>();
  readonly #expressions = new Map<string, ReturnType<typeof parseExpression>>();
  readonly #buffer: NodeBuffer = { nodes: new Int32Array(1 << 14) };
  #characters = 0;

  json(text: string): JsonText {
    const known = this.#texts.get(text);
    if (known) {
      this.#texts.delete(text);
      this.#texts.set(text, known);
      return known;
    }
    const json = new JsonText(text, this.#buffer);
    this.#texts.set(text, json);
    this.#characters += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#characters <= mostCharacters || oldest === text) break;
      this.#texts.delete(oldest);
      this.#characters -= oldest.length;
    }
    return json;
  }

  expression(text: string): ReturnType<typeof parseExpression> {
    let parsed = this.#expressions.get(text);
    if (!parsed) {
      if (this.#expressions.size >= mostExpressions) this.#expressions.clear();
      parsed = parseExpression(text);
      this.#expressions.set(text, parsed);
    }
    return parsed;
  }
}
