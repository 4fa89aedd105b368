import type { TextRange } from '../../network/origin.ts';
import { ExpressionParser, type PutOff } from './expression-parser.ts';
import { type TokenBuffers, type TokenList, tokenize } from './lexer.ts';
import { Skimmer } from './skimmer.ts';
import type { ArrayNode, Expression, ObjectNode, PropertyNode, ResourceNode, SpreadNode } from './syntax.ts';
import { TokenReader } from './token-reader.ts';

/** The objects and arrays of one text that are passed over, and read when somebody looks at what is in them. */
export class UnreadBrackets implements PutOff {
  readonly #skimmer: Skimmer;
  readonly #text: UnreadText;

  constructor(text: string, tokens: TokenList, buffers: TokenBuffers) {
    this.#skimmer = new Skimmer(text, tokens);
    this.#text = new UnreadText(text, buffers);
  }

  pass(reader: TokenReader): TextRange | undefined {
    const behind = this.#skimmer.brackets(reader.position);
    if (behind < 0) return undefined;
    const { start } = reader;
    reader.moveTo(behind);
    return { start, end: reader.previousEnd };
  }

  object({ start, end }: TextRange): ObjectNode {
    return new UnreadObject(this.#text, start, end);
  }

  array({ start, end }: TextRange): ArrayNode {
    return new UnreadArray(this.#text, start, end);
  }
}

/** A text of which parts are read later. */
class UnreadText {
  constructor(
    private readonly text: string,
    private readonly buffers: TokenBuffers,
  ) {}

  parserOf(part: TextRange): ExpressionParser {
    const tokens = tokenize(this.text, { part, buffers: this.buffers });
    return new ExpressionParser(new TokenReader(this.text, tokens, false), () => undefined);
  }
}

const noResources: readonly ResourceNode[] = [];

class UnreadObject implements ObjectNode {
  readonly kind = 'object';
  readonly damaged = false;
  #properties: ObjectNode['properties'] | undefined;

  constructor(
    private readonly text: UnreadText,
    readonly start: number,
    readonly end: number,
  ) {}

  get properties(): readonly (PropertyNode | SpreadNode)[] {
    this.#properties ??= this.text.parserOf(this).object(false).properties;
    return this.#properties;
  }

  get resources(): readonly ResourceNode[] {
    return noResources;
  }
}

class UnreadArray implements ArrayNode {
  readonly kind = 'array';
  readonly damaged = false;
  #items: ArrayNode['items'] | undefined;

  constructor(
    private readonly text: UnreadText,
    readonly start: number,
    readonly end: number,
  ) {}

  get items(): readonly (Expression | SpreadNode)[] {
    this.#items ??= this.text.parserOf(this).array().items;
    return this.#items;
  }
}
