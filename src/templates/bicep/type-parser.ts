import { deepestNesting, type ExpressionParser } from './expression-parser.ts';
import type { TypeNode, TypeProperty } from './syntax.ts';
import { Token } from './token.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads types: https://learn.microsoft.com/azure/azure-resource-manager/bicep/user-defined-data-types */
export class TypeParser {
  #depth = 0;

  constructor(
    private readonly reader: TokenReader,
    private readonly expressions: ExpressionParser,
    private readonly decorators: () => void,
  ) {}

  /** The type of a parameter, variable or output: a type expression, or `resource '…'`. */
  declared(): TypeNode {
    const { reader } = this;
    if (reader.isWord('resource') && reader.peek(1) !== Token.Less) {
      const start = reader.start;
      reader.advance();
      if (reader.kind() === Token.StringComplete || reader.kind() === Token.StringStart) this.expressions.text();
      return { kind: 'type-other', start, end: reader.previousEnd };
    }
    return this.type();
  }

  type(): TypeNode {
    const { reader } = this;
    if (this.#depth >= deepestNesting) {
      const start = reader.start;
      reader.fail(`This type is nested more than ${deepestNesting} levels deep and is not read.`);
      if (
        reader.kind() === Token.LeftBrace ||
        reader.kind() === Token.LeftSquare ||
        reader.kind() === Token.LeftParen
      ) {
        reader.skipBrackets();
      } else {
        reader.skipLine();
      }
      return { kind: 'type-other', start, end: Math.max(start, reader.previousEnd) };
    }
    this.#depth++;
    const type = this.#union();
    this.#depth--;
    return type;
  }

  #union(): TypeNode {
    const { reader } = this;
    const start = reader.start;
    const leading = this.#acceptPipe();
    const first = this.#unary();
    const members = [first];
    while (this.#acceptPipe()) members.push(this.#unary());
    if (members.length === 1 && !leading) return first;
    return { kind: 'type-union', members, start, end: reader.previousEnd };
  }

  #acceptPipe(): boolean {
    const { reader } = this;
    if (reader.kind() === Token.NewLine && reader.peek(1) === Token.Pipe) reader.advance();
    return reader.accept(Token.Pipe);
  }

  #unary(): TypeNode {
    const { reader } = this;
    const start = reader.start;
    let type: TypeNode;
    if (reader.kind() === Token.Minus || reader.kind() === Token.Plus || reader.kind() === Token.Exclamation) {
      const negative = reader.kind() === Token.Minus;
      const inverted = reader.kind() === Token.Exclamation;
      reader.advance();
      const inner = this.#member();
      type = signed(inner, negative, inverted, start);
    } else {
      type = this.#member();
    }
    while (reader.kind() === Token.Question || reader.kind() === Token.Exclamation) {
      const nullable = reader.kind() === Token.Question;
      reader.advance();
      type = { kind: 'type-nullable', inner: type, nullable, start, end: reader.previousEnd };
    }
    return type;
  }

  #member(): TypeNode {
    const { reader } = this;
    const start = reader.start;
    let type = this.#primary();
    for (;;) {
      if (reader.kind() === Token.LeftSquare) {
        reader.advance();
        if (reader.accept(Token.RightSquare)) {
          type = { kind: 'type-array', item: type, start, end: reader.previousEnd };
          continue;
        }
        if (!reader.accept(Token.Asterisk)) this.expressions.expression();
        if (!reader.accept(Token.RightSquare)) reader.fail("']' is missing.");
        type = { kind: 'type-other', start, end: reader.previousEnd };
      } else if (reader.kind() === Token.Dot) {
        reader.advance();
        if (reader.accept(Token.Asterisk)) {
          type = { kind: 'type-other', start, end: reader.previousEnd };
          continue;
        }
        const name = this.expressions.name('the name of a property');
        if (reader.kind() === Token.Less) this.#arguments();
        const end = reader.previousEnd;
        type =
          type.kind === 'type-name'
            ? { kind: 'type-name', path: [...type.path, name.text], start, end }
            : { kind: 'type-other', start, end };
      } else {
        return type;
      }
    }
  }

  /** `<…>` of a parameterised type. */
  #arguments(): void {
    const { reader } = this;
    reader.advance();
    for (;;) {
      reader.skipNewLines();
      if (reader.kind() === Token.Greater || reader.kind() === Token.EndOfFile || reader.atDeclaration()) break;
      const before = reader.position;
      this.type();
      reader.skipNewLines();
      if (!reader.accept(Token.Comma) && reader.position === before) break;
    }
    // `<a<b>=`: two tokens that the lexer joins.
    if (!reader.accept(Token.Greater)) reader.fail("'>' is missing.");
  }

  #primary(): TypeNode {
    const { reader } = this;
    const { start, end } = reader;
    const kind = reader.kind();
    switch (kind) {
      case Token.Integer:
      case Token.StringComplete:
      case Token.StringStart:
      case Token.MultilineString:
      case Token.MultilineStart:
        return this.#literal(start);
      case Token.LeftBrace:
        return this.#object();
      case Token.LeftSquare:
        return this.#tuple();
      case Token.LeftParen: {
        reader.advance();
        reader.parentheses++;
        reader.skipNewLines();
        const inner = this.type();
        reader.skipNewLines();
        reader.parentheses--;
        if (!reader.accept(Token.RightParen)) reader.fail("')' is missing.");
        return inner;
      }
      case Token.Identifier: {
        const text = reader.value;
        if (text === 'true' || text === 'false' || text === 'null') return this.#literal(start);
        if (reader.atLineStart && reader.atDeclaration()) break;
        reader.advance();
        if (reader.kind() !== Token.Less) return { kind: 'type-name', path: [text], start, end };
        this.#arguments();
        return { kind: 'type-other', start, end: reader.previousEnd };
      }
    }
    reader.fail('A type is missing here.', start, start);
    return { kind: 'type-other', start, end: start };
  }

  #literal(start: number): TypeNode {
    const { reader } = this;
    const { end } = reader;
    const kind = reader.kind();
    if (kind === Token.Integer) {
      const value = Number(reader.value);
      reader.advance();
      return { kind: 'type-literal', value: { kind: 'number', value, start, end }, start, end };
    }
    if (kind === Token.Identifier) {
      const text = reader.value;
      reader.advance();
      const value =
        text === 'null'
          ? ({ kind: 'null', start, end } as const)
          : ({ kind: 'boolean', value: text === 'true', start, end } as const);
      return { kind: 'type-literal', value, start, end };
    }
    const value = this.expressions.text();
    return { kind: 'type-literal', value, start, end: value.end };
  }

  #object(): TypeNode {
    const { reader } = this;
    const start = reader.start;
    const properties: TypeProperty[] = [];
    reader.advance();
    reader.braces++;
    this.#elements(Token.RightBrace, "'}' is missing.", () => {
      const from = reader.start;
      let name = '*';
      if (reader.kind() === Token.Identifier) {
        name = reader.value;
        reader.advance();
      } else if (reader.kind() === Token.StringComplete || reader.kind() === Token.StringStart) {
        const text = this.expressions.text();
        name = text.kind === 'text' ? text.value : '*';
      } else if (!reader.accept(Token.Asterisk)) {
        reader.fail('The name of a property is missing.');
        return;
      }
      if (!reader.accept(Token.Colon)) {
        reader.fail("':' is missing behind the name of a property.");
        return;
      }
      const type = this.type();
      properties.push({ name, type, start: from, end: type.end });
    });
    reader.braces--;
    reader.accept(Token.RightBrace);
    return { kind: 'type-object', properties, start, end: reader.previousEnd };
  }

  #tuple(): TypeNode {
    const { reader } = this;
    const start = reader.start;
    reader.advance();
    reader.squares++;
    this.#elements(Token.RightSquare, "']' is missing.", () => {
      this.type();
    });
    reader.squares--;
    reader.accept(Token.RightSquare);
    return { kind: 'type-other', start, end: reader.previousEnd };
  }

  #elements(close: number, missing: string, element: () => void): void {
    const { reader } = this;
    for (;;) {
      while (reader.kind() === Token.NewLine || reader.kind() === Token.Comma) reader.advance();
      if (reader.kind() === close) return;
      if (reader.atOuterEnd() || reader.atDeclaration(true)) {
        reader.fail(missing);
        return;
      }
      const before = reader.position;
      if (reader.kind() === Token.At) this.decorators();
      element();
      if (reader.kind() === Token.NewLine || reader.kind() === Token.Comma || reader.kind() === close) continue;
      if (reader.kind() === Token.EndOfFile) continue;
      reader.fail('A line end or a comma is missing here.');
      reader.skipLine();
      if (reader.position === before && !reader.atOuterEnd()) reader.advance();
    }
  }
}

function signed(type: TypeNode, negative: boolean, inverted: boolean, start: number): TypeNode {
  if (type.kind !== 'type-literal') return { kind: 'type-other', start, end: type.end };
  const { value, end } = type;
  if (value.kind === 'number' && negative) {
    return { kind: 'type-literal', value: { ...value, value: -value.value, start }, start, end };
  }
  if (value.kind === 'boolean' && inverted) {
    return { kind: 'type-literal', value: { ...value, value: !value.value, start }, start, end };
  }
  return { ...type, start };
}
