import type { TextRange } from '../../network/origin.ts';
import { type LexicalError, Token } from './token.ts';

/** The tokens of one text. Comments and blank space are left out; a run of line ends is one `NewLine`. */
export interface TokenList {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Start and end of each comment, in pairs. */
  readonly comments: readonly number[];
  readonly errors: readonly LexicalError[];
}

export interface LexerOptions {
  /**
   * For a text that has shown an error: a multi-line string or comment that seems to have lost its end is ended with
   * its first line, so that it does not swallow the declarations behind it.
   */
  readonly distrustful?: boolean;
  /** The part of the text to split; it begins and ends outside strings and comments. */
  readonly part?: TextRange;
  /** Where the tokens are kept; the list is good until the buffers are used for another text. */
  readonly buffers?: TokenBuffers;
}

/** Room for the tokens of one text, to be used again for the next. */
export class TokenBuffers {
  kinds = new Uint8Array(0);
  starts = new Int32Array(0);
  ends = new Int32Array(0);

  /** Makes room for so many tokens; what is there is kept. */
  reserve(capacity: number): void {
    if (this.kinds.length >= capacity) return;
    const size = Math.max(capacity, this.kinds.length * 2, 4096);
    const [kinds, starts, ends] = [new Uint8Array(size), new Int32Array(size), new Int32Array(size)];
    kinds.set(this.kinds);
    starts.set(this.starts);
    ends.set(this.ends);
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
  }
}

/** An open hole of an interpolated string: how it ends, and the braces opened inside it. */
interface Hole {
  /** Dollar signs before a brace that open a hole; 0 in a single-line string. */
  readonly dollars: number;
  braces: number;
  /** Parentheses and brackets open inside the hole, in which a line may end. */
  brackets: number;
}

/** Looks like a declaration at the start of a line: what no text of a string or comment would hold by chance. */
const declarationLine =
  /^(?:(?:resource|module)[ \t]+\w+[ \t]+'|(?:param|var|output)[ \t]+\w+(?:[ \t]+\w+)?[ \t]*(?:=|$)|targetScope[ \t]*=)/m;

/** Splits a Bicep text into tokens in one pass: https://learn.microsoft.com/azure/azure-resource-manager/bicep/file */
export function tokenize(text: string, options: LexerOptions = {}): TokenList {
  const { part = { start: 0, end: text.length } } = options;
  return new Lexer(text, options.distrustful === true, options.buffers ?? new TokenBuffers(), part).run();
}

class Lexer {
  #kinds: Uint8Array;
  #starts: Int32Array;
  #ends: Int32Array;
  #count = 0;
  #at = 0;
  readonly #comments: number[] = [];
  readonly #errors: LexicalError[] = [];
  readonly #holes: Hole[] = [];
  readonly #commentEnds: Occurrences;
  readonly #multilineEnds: Occurrences;

  constructor(
    private readonly text: string,
    private readonly distrustful: boolean,
    private readonly buffers: TokenBuffers,
    private readonly part: TextRange,
  ) {
    buffers.reserve(((part.end - part.start) >> 2) + 64);
    this.#kinds = buffers.kinds;
    this.#starts = buffers.starts;
    this.#ends = buffers.ends;
    this.#commentEnds = new Occurrences(text, '*/');
    this.#multilineEnds = new Occurrences(text, "'''");
  }

  run(): TokenList {
    const { text } = this;
    const { start, end } = this.part;
    // A byte order mark is one character of the file, but no token.
    this.#at = start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : start;
    while (this.#at < end) this.#scan(text.charCodeAt(this.#at));
    this.#add(Token.EndOfFile, end, end);
    return {
      count: this.#count,
      kinds: this.#kinds,
      starts: this.#starts,
      ends: this.#ends,
      comments: this.#comments,
      errors: this.#errors,
    };
  }

  #add(kind: number, start: number, end: number): void {
    const index = this.#count++;
    if (index === this.#kinds.length) this.#grow();
    this.#kinds[index] = kind;
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#at = end;
  }

  #grow(): void {
    this.buffers.reserve(this.#count + 1);
    this.#kinds = this.buffers.kinds;
    this.#starts = this.buffers.starts;
    this.#ends = this.buffers.ends;
  }

  #fail(start: number, end: number, message: string): void {
    this.#errors.push({ start, end, message });
  }

  #scan(code: number): void {
    const start = this.#at;
    if (code === 32 || code === 9) {
      this.#at = start + 1;
    } else if (isIdentifierStart(code)) {
      this.#identifier(start);
    } else if (code === 10 || code === 13) {
      this.#newLine(start);
    } else if (code === 39) {
      this.#quote(start);
    } else if (code >= 48 && code <= 57) {
      this.#integer(start);
    } else {
      this.#symbol(code, start);
    }
  }

  #identifier(start: number): void {
    const { text } = this;
    let at = start + 1;
    while (isIdentifierPart(text.charCodeAt(at))) at++;
    this.#add(Token.Identifier, start, at);
  }

  #integer(start: number): void {
    const { text } = this;
    let at = start + 1;
    for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(at)) at++;
    this.#add(Token.Integer, start, at);
  }

  #newLine(start: number): void {
    if (this.#holes.length > 0) this.#newLineInHole(start);
    const end = this.text.charCodeAt(start) === 13 && this.text.charCodeAt(start + 1) === 10 ? start + 2 : start + 1;
    if (this.#count === 0 || this.#kinds[this.#count - 1] !== Token.NewLine) this.#add(Token.NewLine, start, end);
    else this.#at = end;
  }

  /** A hole of a single-line string does not go beyond its line: the string has lost its end. */
  #newLineInHole(start: number): void {
    const hole = this.#holes[this.#holes.length - 1];
    if (!hole) return;
    const trusted = !this.distrustful;
    if (hole.dollars > 0 && (trusted || !declarationLine.test(this.text.slice(start + 1, start + 120)))) return;
    if (hole.dollars === 0 && trusted && hole.brackets + hole.braces > 0) return;
    this.#fail(start, start, 'The string has no end on its line.');
    for (let open = this.#holes.pop(); open; open = this.#holes.pop()) {
      this.#add(open.dollars > 0 ? Token.MultilineEnd : Token.StringEnd, start, start);
    }
  }

  #symbol(code: number, start: number): void {
    const { text } = this;
    const next = text.charCodeAt(start + 1);
    const hole = this.#holes.length > 0 ? this.#holes[this.#holes.length - 1] : undefined;
    if (hole && this.#bracketInHole(hole, code, start)) return;
    const double = doubleSymbol(code, next);
    if (code === 46 && next === 46 && text.charCodeAt(start + 2) === 46) this.#add(Token.Ellipsis, start, start + 3);
    else if (double !== Token.Unknown) this.#add(double, start, start + 2);
    else if (code === 47 && next === 47) this.#lineComment(start);
    else if (code === 47 && next === 42) this.#blockComment(start);
    else if (code === 36) this.#dollar(start);
    else if (code === 35 && isIdentifierStart(next)) this.#lineComment(start);
    else {
      const single = singleSymbols[code] ?? Token.Unknown;
      if (single === Token.Unknown) this.#unknown(start, start + 1);
      else this.#add(single, start, start + 1);
    }
  }

  /** Counts the brackets of a hole; true when this one ends it. */
  #bracketInHole(hole: Hole, code: number, start: number): boolean {
    if (code === 123) hole.braces++;
    else if (code === 91 || code === 40) hole.brackets++;
    else if ((code === 93 || code === 41) && hole.brackets > 0) hole.brackets--;
    else if (code === 125) {
      if (hole.braces === 0) {
        this.#afterHole(hole, start);
        return true;
      }
      hole.braces--;
    }
    return false;
  }

  #unknown(start: number, end: number): void {
    this.#fail(start, end, 'This character means nothing in Bicep.');
    this.#add(Token.Unknown, start, end);
  }

  /** A comment, or a directive such as `#disable-next-line`, which is one to us. */
  #lineComment(start: number): void {
    const end = this.#lineEnd(start);
    this.#comments.push(start, end);
    this.#at = end;
  }

  #lineEnd(start: number): number {
    const { text } = this;
    let at = start;
    for (let code = text.charCodeAt(at); at < text.length && code !== 10 && code !== 13; code = text.charCodeAt(at)) {
      at++;
    }
    return at;
  }

  #blockComment(start: number): void {
    const found = this.#commentEnds.next(start + 2);
    let end = found < 0 ? this.text.length : found + 2;
    if (found < 0) this.#fail(start, start + 2, 'The comment has no end.');
    if (this.distrustful) {
      const another = this.text.indexOf('/*', start + 2);
      if (found < 0 || (another >= 0 && another < found)) end = this.#lineEnd(start);
    }
    this.#comments.push(start, end);
    this.#at = end;
  }

  #quote(start: number): void {
    const { text } = this;
    if (text.charCodeAt(start + 1) === 39 && text.charCodeAt(start + 2) === 39) {
      if (this.#multiline(start, start + 3, 0, true)) return;
    }
    this.#segment(start, start + 1, true);
  }

  /** Dollar signs before `'''` open a multi-line string whose holes need as many of them. */
  #dollar(start: number): void {
    const { text } = this;
    let at = start;
    while (text.charCodeAt(at) === 36) at++;
    if (text.startsWith("'''", at) && this.#multiline(start, at + 3, at - start, true)) return;
    this.#unknown(start, at);
  }

  #afterHole(hole: Hole, start: number): void {
    if (hole.dollars === 0) this.#segment(start, start + 1, false);
    else if (!this.#multiline(start, start + 1, hole.dollars, false)) {
      this.#holes.pop();
      this.#add(Token.MultilineEnd, start, start + 1);
    }
  }

  /** A part of a single-line string, up to its end or the next hole. */
  #segment(start: number, from: number, first: boolean): void {
    const { text } = this;
    let at = from;
    let code = text.charCodeAt(at);
    // `NaN`, behind the last character, ends the string like a line end.
    while (code >= 0 && code !== 39 && code !== 10 && code !== 13) {
      if (code === 92) {
        // The escaped character is part of the text, but a line end never is.
        const escaped = text.charCodeAt(at + 1);
        if (escaped !== 10 && escaped !== 13) at++;
      } else if (code === 36 && text.charCodeAt(at + 1) === 123) {
        if (first) this.#holes.push({ dollars: 0, braces: 0, brackets: 0 });
        this.#add(first ? Token.StringStart : Token.StringMiddle, start, at + 2);
        return;
      }
      code = text.charCodeAt(++at);
    }
    const end = code === 39 ? at + 1 : Math.min(at, text.length);
    if (code !== 39) this.#fail(start, end, 'The string has no end on its line.');
    if (!first) this.#holes.pop();
    this.#add(first ? Token.StringComplete : Token.StringEnd, start, end);
  }

  /** A part of a multi-line string. False when it is not to be trusted to be one. */
  #multiline(start: number, from: number, dollars: number, first: boolean): boolean {
    const { text } = this;
    const close = this.#multilineEnds.next(from);
    const opening = dollars > 0 ? this.#holeOpening(from, close < 0 ? text.length : close, dollars) : -1;
    if (opening >= 0) {
      if (this.distrustful && declarationLine.test(text.slice(from, opening))) return false;
      if (first) this.#holes.push({ dollars, braces: 0, brackets: 0 });
      this.#add(first ? Token.MultilineStart : Token.MultilineMiddle, start, opening + 1);
      return true;
    }
    let end = close < 0 ? text.length : close + 3;
    if (this.distrustful && (close < 0 || declarationLine.test(text.slice(from, close)))) return false;
    if (close < 0) this.#fail(start, start + 3, "The string has no end: ''' is missing.");
    // Quotes right before the closing ones belong to the text.
    while (close >= 0 && text.charCodeAt(end) === 39) end++;
    if (!first) this.#holes.pop();
    this.#add(first ? Token.MultilineString : Token.MultilineEnd, start, end);
    return true;
  }

  /** The brace that opens a multi-line string's next hole: so many dollar signs or more stand before it. */
  #holeOpening(from: number, end: number, dollars: number): number {
    let before = 0;
    for (let at = from; at < end; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 123 && before >= dollars) return at;
      before = code === 36 ? before + 1 : 0;
    }
    return -1;
  }
}

/**
 * Where a mark stands next. Each place is searched for once, however often it is asked for: a text may hold very many
 * beginnings of what never ends.
 */
class Occurrences {
  #from = 0;
  #found = -1;
  #searched = false;

  constructor(
    private readonly text: string,
    private readonly mark: string,
  ) {}

  /** The first place at or behind an offset; -1 when there is none. */
  next(from: number): number {
    const known = this.#searched && from >= this.#from && (this.#found < 0 || from <= this.#found);
    if (!known) {
      this.#from = from;
      this.#found = this.text.indexOf(this.mark, from);
      this.#searched = true;
    }
    return this.#found;
  }
}

/** Tokens of one character, by its code. */
const singleSymbols = new Uint8Array(128).fill(Token.Unknown);
for (const [character, token] of [
  ['{', Token.LeftBrace],
  ['}', Token.RightBrace],
  ['[', Token.LeftSquare],
  [']', Token.RightSquare],
  ['(', Token.LeftParen],
  [')', Token.RightParen],
  [',', Token.Comma],
  [':', Token.Colon],
  ['.', Token.Dot],
  ['?', Token.Question],
  ['=', Token.Assignment],
  ['@', Token.At],
  ['|', Token.Pipe],
  ['^', Token.Hat],
  ['+', Token.Plus],
  ['-', Token.Minus],
  ['*', Token.Asterisk],
  ['/', Token.Slash],
  ['%', Token.Percent],
  ['!', Token.Exclamation],
  ['<', Token.Less],
  ['>', Token.Greater],
] as const) {
  singleSymbols[character.charCodeAt(0)] = token;
}

function doubleSymbol(code: number, next: number): number {
  switch (code) {
    case 58:
      return next === 58 ? Token.DoubleColon : Token.Unknown;
    case 63:
      return next === 63 ? Token.DoubleQuestion : Token.Unknown;
    case 61:
      if (next === 61) return Token.Equal;
      if (next === 62) return Token.Arrow;
      return next === 126 ? Token.EqualIgnoringCase : Token.Unknown;
    case 33:
      if (next === 61) return Token.NotEqual;
      return next === 126 ? Token.NotEqualIgnoringCase : Token.Unknown;
    case 124:
      return next === 124 ? Token.Or : Token.Unknown;
    case 38:
      return next === 38 ? Token.And : Token.Unknown;
    case 60:
      return next === 61 ? Token.LessOrEqual : Token.Unknown;
    case 62:
      return next === 61 ? Token.GreaterOrEqual : Token.Unknown;
    default:
      return Token.Unknown;
  }
}

export function isIdentifierStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

export function isIdentifierPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}
