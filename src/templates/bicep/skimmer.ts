import type { TokenList } from './lexer.ts';
import { continuesLine, precedences } from './operators.ts';
import { Token } from './token.ts';

/**
 * How deep what is passed over may nest. One level here is at most eight of the parser: one for each precedence of
 * operators, and one for the expression.
 */
const deepest = 25;

/**
 * Passes over objects and arrays without making anything of them. It knows only what the parser reads without an error:
 * whatever else stands there is a doubt, and left to the parser. Every method gives the index of the token behind what
 * it passes, or -1 when in doubt.
 */
export class Skimmer {
  readonly #kinds: Uint8Array;
  /** How many items the last list had. */
  #items = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: TokenList,
  ) {
    this.#kinds = tokens.kinds;
  }

  /** From the opening bracket of an object or array to behind its closing one. */
  brackets(at: number): number {
    const kind = this.#kinds[at];
    if (kind === Token.LeftBrace) return this.#object(at + 1, 0);
    return kind === Token.LeftSquare ? this.#array(at + 1, 0) : -1;
  }

  #expression(at: number, depth: number): number {
    const kinds = this.#kinds;
    let next = this.#operand(at, depth);
    while (next > 0) {
      const operator = kinds[next] === Token.NewLine && continuesLine(kinds[next + 1]!) ? next + 1 : next;
      if (precedences[kinds[operator]!] === 0) break;
      next = this.#operand(this.#nextLine(operator + 1), depth);
    }
    const question = this.#nextLine(next);
    if (next < 0 || kinds[question] !== Token.Question) return next;
    const colon = this.#nextLine(this.#expression(this.#nextLine(question + 1), depth + 1));
    if (colon < 0 || kinds[colon] !== Token.Colon) return -1;
    return this.#expression(this.#nextLine(colon + 1), depth + 1);
  }

  /** Behind a line end, if there is one. */
  #nextLine(at: number): number {
    return at >= 0 && this.#kinds[at] === Token.NewLine ? at + 1 : at;
  }

  #operand(at: number, depth: number): number {
    if (depth >= deepest) return -1;
    const kinds = this.#kinds;
    switch (kinds[at]) {
      case Token.StringComplete:
      case Token.MultilineString:
      case Token.Integer:
        return this.#members(at + 1, depth);
      case Token.StringStart:
      case Token.MultilineStart:
        return this.#members(this.#holes(at + 1, depth), depth);
      case Token.LeftBrace:
        return this.#members(this.#object(at + 1, depth), depth);
      case Token.LeftSquare:
        return this.#members(this.#array(at + 1, depth), depth);
      case Token.Minus:
      case Token.Plus:
      case Token.Exclamation:
        return this.#operand(at + 1, depth + 1);
      case Token.LeftParen: {
        const end = this.#list(at + 1, Token.RightParen, depth);
        if (end < 0) return -1;
        if (kinds[end] === Token.Arrow) return this.#expression(this.#nextLine(end + 1), depth + 1);
        return this.#items === 1 ? this.#members(end, depth) : -1;
      }
      case Token.Identifier:
        return this.#named(at, depth);
      default:
        return -1;
    }
  }

  #named(at: number, depth: number): number {
    const next = at + 1;
    switch (this.#kinds[next]) {
      case Token.Arrow:
        return this.#isLiteral(at) ? -1 : this.#expression(this.#nextLine(next + 1), depth + 1);
      case Token.LeftParen:
        return this.#isLiteral(at) ? -1 : this.#members(this.#list(next + 1, Token.RightParen, depth), depth);
      case Token.Asterisk:
        // At the start of a line the word may begin a declaration.
        return this.#kinds[at - 1] === Token.NewLine ? -1 : next;
      default:
        return this.#members(next, depth);
    }
  }

  #isLiteral(at: number): boolean {
    return this.#isWord(at, 'true') || this.#isWord(at, 'false') || this.#isWord(at, 'null');
  }

  #isWord(at: number, word: string): boolean {
    const start = this.tokens.starts[at]!;
    return this.tokens.ends[at]! - start === word.length && this.text.startsWith(word, start);
  }

  /** What reaches into a value: `.name`, `[index]`, `::name`, `!`. */
  #members(at: number, depth: number): number {
    const kinds = this.#kinds;
    let next = at;
    while (next > 0) {
      switch (kinds[next]) {
        case Token.Dot: {
          const name = kinds[next + 1] === Token.Question ? next + 2 : next + 1;
          if (kinds[name] !== Token.Identifier) return -1;
          next = name + 1;
          if (kinds[next] === Token.LeftParen) next = this.#list(next + 1, Token.RightParen, depth);
          break;
        }
        case Token.LeftSquare: {
          let index = next + 1;
          if (kinds[index] === Token.Question) index++;
          if (kinds[index] === Token.Hat) index++;
          const end = this.#nextLine(this.#expression(this.#nextLine(index), depth + 1));
          next = end >= 0 && kinds[end] === Token.RightSquare ? end + 1 : -1;
          break;
        }
        case Token.DoubleColon:
          next = kinds[next + 1] === Token.Identifier ? next + 2 : -1;
          break;
        case Token.Exclamation:
          next++;
          break;
        default:
          return next;
      }
    }
    return next;
  }

  /** The holes of a string, from behind its first part. */
  #holes(at: number, depth: number): number {
    let next = at;
    for (;;) {
      next = this.#nextLine(this.#expression(this.#nextLine(next), depth + 1));
      if (next < 0) return -1;
      switch (this.#kinds[next++]) {
        case Token.StringMiddle:
        case Token.MultilineMiddle:
          break;
        case Token.StringEnd:
        case Token.MultilineEnd:
          return next;
        default:
          return -1;
      }
    }
  }

  /** Expressions with commas between them. */
  #list(at: number, close: number, depth: number): number {
    const kinds = this.#kinds;
    let next = at;
    for (let items = 0; ; items++) {
      next = this.#nextLine(next);
      if (kinds[next] === close) {
        this.#items = items;
        return next + 1;
      }
      next = this.#nextLine(this.#expression(next, depth + 1));
      if (next < 0) return -1;
      if (kinds[next] === Token.Comma) next++;
      else if (kinds[next] !== close) return -1;
    }
  }

  #object(at: number, depth: number): number {
    const kinds = this.#kinds;
    let next = at;
    for (;;) {
      while (kinds[next] === Token.NewLine || kinds[next] === Token.Comma) next++;
      switch (kinds[next]) {
        case Token.RightBrace:
          return next + 1;
        case Token.Ellipsis:
          next = this.#expression(next + 1, depth + 1);
          break;
        case Token.Identifier:
        case Token.StringComplete:
        case Token.MultilineString:
          next = this.#propertyValue(next + 1, depth);
          break;
        case Token.StringStart:
          next = this.#propertyValue(this.#holes(next + 1, depth), depth);
          break;
        default:
          return -1;
      }
      if (!this.#isBehindElement(next, Token.RightBrace)) return -1;
    }
  }

  #propertyValue(at: number, depth: number): number {
    return at >= 0 && this.#kinds[at] === Token.Colon ? this.#expression(at + 1, depth + 1) : -1;
  }

  #isBehindElement(at: number, close: number): boolean {
    const kind = at < 0 ? Token.Unknown : this.#kinds[at];
    return kind === Token.NewLine || kind === Token.Comma || kind === close;
  }

  #array(at: number, depth: number): number {
    const kinds = this.#kinds;
    const first = this.#nextLine(at);
    if (kinds[first] === Token.Identifier && this.#isWord(first, 'for')) {
      if (kinds[first + 1] === Token.Identifier || kinds[first + 1] === Token.LeftParen)
        return this.#loop(first + 1, depth);
    }
    let next = at;
    for (;;) {
      while (kinds[next] === Token.NewLine || kinds[next] === Token.Comma) next++;
      if (kinds[next] === Token.RightSquare) return next + 1;
      next = this.#expression(kinds[next] === Token.Ellipsis ? next + 1 : next, depth + 1);
      if (!this.#isBehindElement(next, Token.RightSquare)) return -1;
    }
  }

  /** From behind `[for`. */
  #loop(at: number, depth: number): number {
    const kinds = this.#kinds;
    let next = at;
    if (kinds[next] === Token.LeftParen) {
      next = kinds[next + 2] === Token.Comma ? next + 4 : next + 2;
      if (kinds[at + 1] !== Token.Identifier || kinds[next - 1] !== Token.Identifier) return -1;
      if (kinds[next] !== Token.RightParen) return -1;
    }
    next++;
    if (kinds[next] !== Token.Identifier || !this.#isWord(next, 'in')) return -1;
    next = this.#expression(next + 1, depth + 1);
    if (next < 0 || kinds[next] !== Token.Colon) return -1;
    next = this.#nextLine(next + 1);
    if (kinds[next] === Token.Identifier && kinds[next + 1] === Token.LeftParen && this.#isWord(next, 'if')) {
      next = this.#list(next + 2, Token.RightParen, depth);
      if (next < 0 || this.#items !== 1 || kinds[next] === Token.Arrow) return -1;
      next = this.#nextLine(next);
    }
    next = this.#nextLine(this.#expression(next, depth + 1));
    return next >= 0 && kinds[next] === Token.RightSquare ? next + 1 : -1;
  }
}
