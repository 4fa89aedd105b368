import type { TokenList } from './lexer.ts';
import type { ParseError } from './syntax.ts';
import { Token } from './token.ts';

/** Words that begin a declaration when a name follows: two names in a row stand nowhere else. */
const namedDeclarations = new Set([
  'resource',
  'module',
  'param',
  'var',
  'output',
  'type',
  'func',
  'metadata',
  'assert',
  'test',
  'extension',
  'provider',
  'extensionConfig',
]);

/** Words that begin a declaration when something else than a colon follows. */
const otherDeclarations = new Set(['targetScope', 'import', 'using', 'extends', 'provider', 'extension']);

/** The tokens of a file with a position, and what a recovering parser asks of them. */
export class TokenReader {
  #at = 0;
  /** Brackets of each kind that are open around the position. */
  braces = 0;
  squares = 0;
  parentheses = 0;
  /** In a text that has shown an error: the column at which the declaration being read begins. */
  column = -1;
  readonly errors: ParseError[] = [];

  constructor(
    readonly text: string,
    private readonly tokens: TokenList,
    private readonly distrustful: boolean,
  ) {}

  kind(): number {
    return this.tokens.kinds[this.#at] ?? Token.EndOfFile;
  }

  get start(): number {
    return this.tokens.starts[this.#at] ?? this.text.length;
  }

  get end(): number {
    return this.tokens.ends[this.#at] ?? this.text.length;
  }

  /** The end of the token before. */
  get previousEnd(): number {
    return this.#at === 0 ? 0 : (this.tokens.ends[this.#at - 1] ?? 0);
  }

  get position(): number {
    return this.#at;
  }

  get value(): string {
    return this.text.slice(this.start, this.end);
  }

  peek(ahead: number): number {
    const at = this.#at + ahead;
    return at < this.tokens.count ? (this.tokens.kinds[at] ?? Token.EndOfFile) : Token.EndOfFile;
  }

  peekValue(ahead: number): string {
    const at = this.#at + ahead;
    return this.text.slice(this.tokens.starts[at] ?? 0, this.tokens.ends[at] ?? 0);
  }

  advance(): void {
    if (this.#at < this.tokens.count - 1) this.#at++;
  }

  moveTo(position: number): void {
    this.#at = position;
  }

  accept(kind: number): boolean {
    if (this.kind() !== kind) return false;
    this.advance();
    return true;
  }

  skipNewLines(): void {
    while (this.kind() === Token.NewLine) this.advance();
  }

  /** Whether the word stands here, as a name. */
  isWord(word: string): boolean {
    return (
      this.kind() === Token.Identifier &&
      this.end - this.start === word.length &&
      this.text.startsWith(word, this.start)
    );
  }

  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.advance();
    return true;
  }

  fail(message: string, start = this.start, end = Math.max(this.end, start)): void {
    const last = this.errors[this.errors.length - 1];
    // One error for one place: what follows from it is noise.
    if (last && last.start === start) return;
    this.errors.push({ start, end, message });
  }

  get atLineStart(): boolean {
    return this.#at === 0 || this.tokens.kinds[this.#at - 1] === Token.NewLine;
  }

  /** Whether a declaration begins here, so that whatever is being read has lost its end. */
  atDeclaration(nestedAllowed = false): boolean {
    const kind = this.kind();
    if (kind !== Token.Identifier && kind !== Token.At) return false;
    if (!this.atLineStart) return false;
    const next = this.peek(1);
    if (kind === Token.At) return next === Token.Identifier && (!nestedAllowed || this.#outdented());
    if (next === Token.Identifier) {
      const word = this.value;
      if (!namedDeclarations.has(word) && !(word === 'using' || word === 'import')) return false;
      return !nestedAllowed || word !== 'resource' || this.#outdented();
    }
    if (next === Token.Colon || next === Token.NewLine || next === Token.EndOfFile) return false;
    return isOther(next) && otherDeclarations.has(this.value);
  }

  /** A nested resource stands deeper than the one around it; one that does not has left a broken one. */
  #outdented(): boolean {
    return this.distrustful && this.column >= 0 && this.columnOf(this.start) <= this.column;
  }

  columnOf(offset: number): number {
    return offset - (this.text.lastIndexOf('\n', offset - 1) + 1);
  }

  /** Whether the closing bracket here belongs to something around what is being read. */
  atOuterEnd(): boolean {
    switch (this.kind()) {
      case Token.EndOfFile:
      case Token.StringMiddle:
      case Token.StringEnd:
      case Token.MultilineMiddle:
      case Token.MultilineEnd:
        return true;
      case Token.RightBrace:
        return this.braces > 0;
      case Token.RightSquare:
        return this.squares > 0;
      case Token.RightParen:
        return this.parentheses > 0;
      default:
        return false;
    }
  }

  /** Passes what cannot be read: to the end of the line, and over brackets that open in it. */
  skipLine(): void {
    let open = 0;
    for (;;) {
      const kind = this.kind();
      if (kind === Token.EndOfFile) return;
      if (open === 0 && (kind === Token.NewLine || this.atOuterEnd())) return;
      if (open > 0 && this.atLineStart && this.atDeclaration()) return;
      if (kind === Token.LeftBrace || kind === Token.LeftSquare || kind === Token.LeftParen) open++;
      else if (kind === Token.RightBrace || kind === Token.RightSquare || kind === Token.RightParen) {
        if (open > 0) open--;
      }
      this.advance();
    }
  }

  /** From an opening bracket to behind its closing one. */
  skipBrackets(): void {
    let open = 0;
    do {
      const kind = this.kind();
      if (kind === Token.EndOfFile) return;
      if (this.atDeclaration()) return;
      if (kind === Token.LeftBrace || kind === Token.LeftSquare || kind === Token.LeftParen) open++;
      else if (kind === Token.RightBrace || kind === Token.RightSquare || kind === Token.RightParen) open--;
      this.advance();
    } while (open > 0);
  }
}

function isOther(kind: number): boolean {
  return (
    kind === Token.Assignment ||
    kind === Token.LeftBrace ||
    kind === Token.Asterisk ||
    kind === Token.StringComplete ||
    kind === Token.StringStart
  );
}
