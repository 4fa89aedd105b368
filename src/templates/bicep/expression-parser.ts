import type { TextRange } from '../../network/origin.ts';
import { continuesLine, operators, precedences } from './operators.ts';
import { trimFirstLineEnd, unescapeText } from './string-text.ts';
import type {
  ArrayNode,
  Expression,
  ForNode,
  IfNode,
  LambdaNode,
  Name,
  ObjectNode,
  PropertyNode,
  ResourceNode,
  SpreadNode,
} from './syntax.ts';
import { Token } from './token.ts';
import type { TokenReader } from './token-reader.ts';

/** How deep brackets and operators may nest. Deeper text is passed over, with an error. */
export const deepestNesting = 250;

/** Puts off the reading of what stands in brackets until somebody looks at it. */
export interface PutOff {
  /** Passes over an object or array without a fault in it; undefined when it is to be read at once. */
  pass(reader: TokenReader): TextRange | undefined;
  object(range: TextRange): ObjectNode;
  array(range: TextRange): ArrayNode;
}

/** How deep brackets may stand whose reading is put off. */
const deepestPutOff = 40;

/** Reads expressions, recovering: what cannot be read becomes a `missing` node and an error. */
export class ExpressionParser {
  #depth = 0;
  /** Brackets around the position that are read at once, so that all in them is. */
  #atOnce = 0;

  constructor(
    readonly reader: TokenReader,
    /** Reads a nested resource with its decorators. */
    private readonly nestedResource: () => ResourceNode | undefined,
    private readonly putOff?: PutOff,
  ) {}

  expression(): Expression {
    if (this.#depth >= deepestNesting) return this.#tooDeep();
    this.#depth++;
    const expression = this.#ternary();
    this.#depth--;
    return expression;
  }

  #tooDeep(): Expression {
    const { reader } = this;
    const start = reader.start;
    reader.fail(`This is nested more than ${deepestNesting} levels deep and is not read.`, start, reader.end);
    const kind = reader.kind();
    if (kind === Token.LeftBrace || kind === Token.LeftSquare || kind === Token.LeftParen) reader.skipBrackets();
    else if (!reader.atOuterEnd() && kind !== Token.NewLine) reader.skipLine();
    return { kind: 'missing', start, end: Math.max(start, reader.previousEnd) };
  }

  #ternary(): Expression {
    const { reader } = this;
    const condition = this.#binary(0);
    if (reader.kind() === Token.NewLine && reader.peek(1) === Token.Question) reader.advance();
    if (reader.kind() !== Token.Question) return condition;
    reader.advance();
    this.#continueOnNextLine();
    const whenTrue = this.expression();
    if (reader.kind() === Token.NewLine && reader.peek(1) === Token.Colon) reader.advance();
    let whenFalse: Expression;
    if (reader.accept(Token.Colon)) {
      this.#continueOnNextLine();
      whenFalse = this.expression();
    } else {
      reader.fail("':' is missing: a condition needs a value for both outcomes.");
      whenFalse = this.missing();
    }
    return { kind: 'ternary', condition, whenTrue, whenFalse, start: condition.start, end: whenFalse.end };
  }

  #continueOnNextLine(): void {
    const { reader } = this;
    if (reader.kind() !== Token.NewLine) return;
    reader.advance();
  }

  #binary(least: number): Expression {
    const { reader } = this;
    let left = this.#unary();
    for (;;) {
      let kind = reader.kind();
      if (kind === Token.NewLine && continuesLine(reader.peek(1))) {
        reader.advance();
        kind = reader.kind();
      }
      const precedence = precedences[kind]!;
      if (precedence <= least) return left;
      reader.advance();
      this.#continueOnNextLine();
      if (this.#depth >= deepestNesting) return this.#tooDeep();
      this.#depth++;
      const right = this.#binary(precedence);
      this.#depth--;
      left = { kind: 'binary', operator: operators[kind]!, left, right, start: left.start, end: right.end };
    }
  }

  #unary(): Expression {
    const { reader } = this;
    const kind = reader.kind();
    if (kind !== Token.Exclamation && kind !== Token.Minus && kind !== Token.Plus) return this.#member();
    const start = reader.start;
    reader.advance();
    if (this.#depth >= deepestNesting) return this.#tooDeep();
    this.#depth++;
    const operand = this.#unary();
    this.#depth--;
    if (kind === Token.Plus) return operand;
    return { kind: 'unary', operator: kind === Token.Minus ? '-' : '!', operand, start, end: operand.end };
  }

  #member(): Expression {
    const { reader } = this;
    let target = this.#primary();
    for (;;) {
      switch (reader.kind()) {
        case Token.Dot:
          target = this.#dotted(target);
          break;
        case Token.LeftSquare:
          // An item of an array on its own line would have a line end before it.
          target = this.#indexed(target);
          break;
        case Token.DoubleColon: {
          reader.advance();
          const name = this.name('the name of a nested resource');
          target = { kind: 'nested', target, name, start: target.start, end: Math.max(name.end, target.end) };
          break;
        }
        case Token.Exclamation:
          // `a!` says that it is not null; the value is the same.
          reader.advance();
          break;
        default:
          return target;
      }
    }
  }

  #dotted(target: Expression): Expression {
    const { reader } = this;
    reader.advance();
    const optional = reader.accept(Token.Question);
    const name = this.name('the name of a property');
    if (reader.kind() === Token.LeftParen && name.text !== '') {
      const args = this.args();
      return { kind: 'call', target, name, args, start: target.start, end: reader.previousEnd };
    }
    return { kind: 'member', target, name, optional, start: target.start, end: Math.max(name.end, target.end) };
  }

  #indexed(target: Expression): Expression {
    const { reader } = this;
    reader.advance();
    reader.squares++;
    const optional = reader.accept(Token.Question);
    const fromEnd = reader.accept(Token.Hat);
    reader.skipNewLines();
    const index = this.expression();
    reader.skipNewLines();
    reader.squares--;
    if (!reader.accept(Token.RightSquare)) reader.fail("']' is missing.");
    return { kind: 'index', target, index, optional, fromEnd, start: target.start, end: reader.previousEnd };
  }

  #primary(): Expression {
    const { reader } = this;
    const { start, end } = reader;
    const kind = reader.kind();
    switch (kind) {
      case Token.StringComplete:
      case Token.MultilineString:
      case Token.StringStart:
      case Token.MultilineStart:
        return this.text();
      case Token.Integer: {
        const value = Number(reader.value);
        reader.advance();
        return { kind: 'number', value, start, end };
      }
      case Token.LeftBrace:
        return this.object(false);
      case Token.LeftSquare:
        return this.#isLoop() ? this.loop(() => this.#loopBody()) : this.array();
      case Token.LeftParen:
        return this.#parentheses();
      case Token.Identifier:
        return reader.atLineStart && reader.atDeclaration() ? this.missing() : this.#named(start, end);
      default:
        return this.missing();
    }
  }

  #named(start: number, end: number): Expression {
    const { reader } = this;
    const text = reader.value;
    reader.advance();
    switch (text) {
      case 'true':
      case 'false':
        return { kind: 'boolean', value: text === 'true', start, end };
      case 'null':
        return { kind: 'null', start, end };
    }
    if (reader.kind() === Token.LeftParen) {
      const args = this.args();
      return { kind: 'call', target: undefined, name: { text, start, end }, args, start, end: reader.previousEnd };
    }
    if (reader.kind() === Token.Arrow) return this.lambdaBody([{ text, start, end }], start);
    return { kind: 'reference', name: text, start, end };
  }

  /** Behind the parameters of a lambda: `=>` and its body. */
  lambdaBody(parameters: readonly Name[], start: number): LambdaNode {
    const { reader } = this;
    reader.advance();
    this.#continueOnNextLine();
    const body = this.expression();
    return { kind: 'lambda', parameters, body, start, end: body.end };
  }

  /** Arguments of a call, from `(` to `)`. */
  args(): Expression[] {
    const { reader } = this;
    reader.advance();
    reader.parentheses++;
    const args = this.#list(Token.RightParen, "')' is missing.");
    reader.parentheses--;
    reader.accept(Token.RightParen);
    return args;
  }

  /** Expressions with commas between them, up to a closing bracket that is left to the caller. */
  #list(close: number, missing: string): Expression[] {
    const { reader } = this;
    const items: Expression[] = [];
    for (;;) {
      reader.skipNewLines();
      if (reader.kind() === close) return items;
      if (reader.atOuterEnd() || reader.atDeclaration()) {
        reader.fail(missing);
        return items;
      }
      const before = reader.position;
      items.push(this.expression());
      if (reader.kind() === Token.NewLine) {
        // A list of arguments that goes on without a comma has lost its end.
        reader.skipNewLines();
        if (reader.kind() !== close && reader.kind() !== Token.Comma) {
          reader.fail(missing);
          return items;
        }
      }
      if (reader.accept(Token.Comma)) continue;
      if (reader.kind() !== close && reader.position === before) reader.skipLine();
      if (reader.kind() !== close) {
        reader.fail(missing);
        return items;
      }
    }
  }

  #parentheses(): Expression {
    const { reader } = this;
    const start = reader.start;
    reader.advance();
    reader.parentheses++;
    const items = this.#list(Token.RightParen, "')' is missing.");
    reader.parentheses--;
    reader.accept(Token.RightParen);
    if (reader.kind() === Token.Arrow) {
      const parameters = items.flatMap(item =>
        item.kind === 'reference' ? [{ text: item.name, start: item.start, end: item.end }] : [],
      );
      return this.lambdaBody(parameters, start);
    }
    const inner = items[0];
    if (!inner || items.length > 1) {
      reader.fail('Parentheses hold exactly one expression.', start, reader.previousEnd);
      return { kind: 'missing', start, end: reader.previousEnd };
    }
    return inner;
  }

  #passed(): TextRange | undefined {
    return this.#atOnce > 0 || this.#depth > deepestPutOff ? undefined : this.putOff?.pass(this.reader);
  }

  array(): ArrayNode {
    const passed = this.#passed();
    if (passed && this.putOff) return this.putOff.array(passed);
    this.#atOnce++;
    const node = this.#readArray();
    this.#atOnce--;
    return node;
  }

  #readArray(): ArrayNode {
    const { reader } = this;
    const start = reader.start;
    const items: (Expression | SpreadNode)[] = [];
    let damaged = false;
    reader.advance();
    reader.squares++;
    for (;;) {
      while (reader.kind() === Token.NewLine || reader.kind() === Token.Comma) reader.advance();
      if (reader.kind() === Token.RightSquare) break;
      if (reader.atOuterEnd() || reader.atDeclaration()) {
        reader.fail("']' is missing.");
        damaged = true;
        break;
      }
      const before = reader.position;
      const item = reader.kind() === Token.Ellipsis ? this.#spread() : this.expression();
      if (item.kind === 'missing') damaged = true;
      else items.push(item);
      if (this.#afterElement(Token.RightSquare, before)) damaged = true;
    }
    reader.squares--;
    reader.accept(Token.RightSquare);
    return { kind: 'array', items, damaged, start, end: reader.previousEnd };
  }

  /** Passes what stands between an element and the next; true when something could not be read. */
  #afterElement(close: number, before: number): boolean {
    const { reader } = this;
    if (reader.kind() === Token.NewLine || reader.kind() === Token.Comma || reader.kind() === close) return false;
    // An element that has lost its end leaves the reader where the next declaration begins.
    if (reader.kind() === Token.EndOfFile || reader.atDeclaration()) return false;
    reader.fail('A line end or a comma is missing here.');
    reader.skipLine();
    if (reader.position === before && !reader.atOuterEnd()) reader.advance();
    return true;
  }

  #spread(): SpreadNode {
    const { reader } = this;
    const start = reader.start;
    reader.advance();
    const operand = this.expression();
    return { kind: 'spread', operand, start, end: operand.end };
  }

  object(resourcesAllowed: boolean): ObjectNode {
    const passed = this.#passed();
    if (passed && this.putOff) return this.putOff.object(passed);
    this.#atOnce++;
    const node = this.#readObject(resourcesAllowed);
    this.#atOnce--;
    return node;
  }

  #readObject(resourcesAllowed: boolean): ObjectNode {
    const { reader } = this;
    const start = reader.start;
    const properties: (PropertyNode | SpreadNode)[] = [];
    const resources: ResourceNode[] = [];
    let damaged = false;
    reader.advance();
    reader.braces++;
    for (;;) {
      while (reader.kind() === Token.NewLine || reader.kind() === Token.Comma) reader.advance();
      if (reader.kind() === Token.RightBrace) break;
      if (reader.atOuterEnd() || reader.atDeclaration(resourcesAllowed)) {
        reader.fail("'}' is missing.");
        damaged = true;
        break;
      }
      const before = reader.position;
      if (reader.kind() === Token.Ellipsis) {
        properties.push(this.#spread());
      } else if (resourcesAllowed && this.#atNestedResource()) {
        const resource = this.nestedResource();
        if (resource) resources.push(resource);
        else damaged = true;
      } else {
        const property = this.#property();
        if (property) properties.push(property);
        else damaged = true;
      }
      if (this.#afterElement(Token.RightBrace, before)) damaged = true;
    }
    reader.braces--;
    reader.accept(Token.RightBrace);
    return { kind: 'object', properties, resources, damaged, start, end: reader.previousEnd };
  }

  #atNestedResource(): boolean {
    const { reader } = this;
    if (reader.kind() === Token.At) return true;
    return reader.peek(1) === Token.Identifier && reader.isWord('resource');
  }

  #property(): PropertyNode | undefined {
    const { reader } = this;
    const { start } = reader;
    const kind = reader.kind();
    let key: PropertyNode['key'];
    if (kind === Token.Identifier) {
      key = { text: reader.value, start, end: reader.end };
      reader.advance();
    } else if (kind === Token.StringComplete || kind === Token.StringStart || kind === Token.MultilineString) {
      const text = this.text();
      key = text.kind === 'text' ? { text: text.value, start, end: text.end } : text;
    } else {
      reader.fail('The name of a property is missing.');
      if (!reader.atOuterEnd()) reader.skipLine();
      return undefined;
    }
    if (!reader.accept(Token.Colon)) {
      reader.fail("':' is missing behind the name of a property.");
      return undefined;
    }
    const value = this.expression();
    return { kind: 'property', key, value, start, end: Math.max(value.end, reader.previousEnd) };
  }

  /** A text with its holes. */
  text(): Extract<Expression, { kind: 'text' | 'interpolation' }> {
    const { reader } = this;
    const { start, end, value } = reader;
    const kind = reader.kind();
    reader.advance();
    if (kind === Token.StringComplete) {
      const closed = value.length > 1 && value.endsWith("'");
      return { kind: 'text', value: unescapeText(value.slice(1, closed ? -1 : undefined)), start, end };
    }
    if (kind === Token.MultilineString) {
      const dollars = value.indexOf("'");
      const closed = value.length >= dollars + 6 && value.endsWith("'''");
      return { kind: 'text', value: trimFirstLineEnd(value.slice(dollars + 3, closed ? -3 : undefined)), start, end };
    }
    const multiline = kind === Token.MultilineStart;
    const dollars = multiline ? value.indexOf("'") : 1;
    const first = value.slice(multiline ? dollars + 3 : 1, -(dollars + 1));
    const texts = [multiline ? trimFirstLineEnd(first) : unescapeText(first)];
    const holes: Expression[] = [];
    for (;;) {
      reader.skipNewLines();
      holes.push(this.expression());
      reader.skipNewLines();
      if (!this.#atTextPart()) {
        reader.fail('Only one expression stands in a hole of a string.');
        while (!this.#atTextPart() && reader.kind() !== Token.EndOfFile) reader.advance();
      }
      const part = reader.value;
      const last = reader.kind();
      if (last === Token.EndOfFile) {
        texts.push('');
        break;
      }
      reader.advance();
      if (last === Token.StringMiddle || last === Token.MultilineMiddle) {
        const middle = part.slice(1, -(dollars + 1));
        texts.push(multiline ? middle : unescapeText(middle));
        continue;
      }
      const closing = multiline ? "'''" : "'";
      const tail = part.endsWith(closing) ? part.slice(1, -closing.length) : part.slice(1);
      texts.push(multiline ? tail : unescapeText(tail));
      break;
    }
    return { kind: 'interpolation', texts, holes, start, end: Math.max(reader.previousEnd, end) };
  }

  #atTextPart(): boolean {
    switch (this.reader.kind()) {
      case Token.StringMiddle:
      case Token.StringEnd:
      case Token.MultilineMiddle:
      case Token.MultilineEnd:
        return true;
      default:
        return false;
    }
  }

  /** Whether `[` here opens a loop. */
  #isLoop(): boolean {
    const { reader } = this;
    const at = reader.peek(1) === Token.NewLine ? 2 : 1;
    if (reader.peek(at) !== Token.Identifier || reader.peekValue(at) !== 'for') return false;
    const next = reader.peek(at + 1);
    return next === Token.Identifier || next === Token.LeftParen;
  }

  #loopBody(): Expression {
    return this.reader.isWord('if') && this.reader.peek(1) === Token.LeftParen
      ? this.condition(() => this.expression())
      : this.expression();
  }

  /** `[for (item, index) in source: body]`, from `[`. */
  loop(readBody: () => Expression): ForNode {
    const { reader } = this;
    const start = reader.start;
    reader.advance();
    reader.squares++;
    reader.skipNewLines();
    reader.advance();
    let item: Name;
    let index: Name | undefined;
    if (reader.accept(Token.LeftParen)) {
      item = this.name('a name for the item');
      if (reader.accept(Token.Comma)) index = this.name('a name for the index');
      if (!reader.accept(Token.RightParen)) reader.fail("')' is missing.");
    } else {
      item = this.name('a name for the item');
    }
    if (!reader.acceptWord('in')) reader.fail("'in' is missing.");
    const source = this.expression();
    if (!reader.accept(Token.Colon)) reader.fail("':' is missing.");
    reader.skipNewLines();
    const body = readBody();
    if (reader.kind() === Token.NewLine) reader.skipNewLines();
    reader.squares--;
    if (!reader.accept(Token.RightSquare)) reader.fail("']' is missing.");
    return { kind: 'for', item, index, source, body, start, end: reader.previousEnd };
  }

  /** `if (condition) body`, from `if`. */
  condition(readBody: () => Expression): IfNode {
    const { reader } = this;
    const start = reader.start;
    reader.advance();
    let condition: Expression;
    if (reader.kind() === Token.LeftParen) {
      condition = this.#parentheses();
    } else {
      reader.fail("'(' is missing behind 'if'.");
      condition = this.missing();
    }
    reader.skipNewLines();
    const body = readBody();
    return { kind: 'if', condition, body, start, end: Math.max(body.end, condition.end) };
  }

  name(what: string): Name {
    const { reader } = this;
    const { start, end } = reader;
    if (reader.kind() !== Token.Identifier) {
      reader.fail(`Here belongs ${what}.`);
      return { text: '', start, end: start };
    }
    const text = reader.value;
    reader.advance();
    return { text, start, end };
  }

  missing(): Expression {
    const { reader } = this;
    const start = reader.kind() === Token.NewLine ? reader.previousEnd : reader.start;
    reader.fail('An expression is missing here.', start, start);
    return { kind: 'missing', start, end: start };
  }
}
