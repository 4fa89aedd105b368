import { Character, isClosing, isOpening, isQuote, JsonLexer } from './json-lexer.ts';
import type { Landmark } from './landmarks.ts';

/** A `computed` object has names that are expressions, or loops, so that not all names stand as they are written. */
export const tag = {
  object: 0,
  computed: 1,
  array: 2,
  string: 3,
  escaped: 4,
  number: 5,
  true: 6,
  false: 7,
  null: 8,
  missing: 9,
} as const;

/** The number that names a node of one text. */
export type JsonNode = number;

export interface JsonError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Room for nodes while a text is parsed, which grows and may serve for one text after the other. */
export interface NodeBuffer {
  nodes: Int32Array;
}

/** Whole numbers that one node takes: tag, start, end, and the node behind its last descendant. */
export const width = 4;

const mostErrors = 50;

/** What follows a string that ends within a name: `"res"ources":`, `"resources"":`; and a name without its first quote. */
const restOfName = /[\w$.-]{0,100}"(?=[ \t]*:)/y;

/** One character between a name and its colon, which cannot be there. */
const strayBeforeColon = /[^\w\s"'[\]{}:](?=[ \t]*:)/y;

/** Characters between a colon and the object or array that is its value, which cannot be there. */
const strayBeforeBracket = /[^\w\s"[{-][ \t]*(?=[[{])/y;

function isOrdinaryBehindName(code: number): boolean {
  return code === Character.Colon || code === Character.Space;
}

function isValueStart(code: number): boolean {
  return code === Character.Quote || isOpening(code);
}

/**
 * Reads one text onto a tape of nodes, once. Landmarks, in the order of the text, say how many objects and arrays are
 * open where brackets cannot be trusted; without them brackets alone decide.
 */
export class Parser {
  tape: Int32Array;
  count = 0;
  readonly errors: JsonError[] = [];
  readonly #text: string;
  readonly #length: number;
  readonly #lexer: JsonLexer;
  readonly #open: JsonNode[] = [];
  #at = 0;
  #nextLandmark = 0;

  constructor(
    text: string,
    private readonly buffer: NodeBuffer,
    private readonly landmarks: readonly Landmark[],
  ) {
    this.#text = text;
    this.#lexer = new JsonLexer(text);
    this.#length = text.length;
    this.tape = buffer.nodes;
  }

  run(): void {
    if (this.#text.charCodeAt(0) === Character.ByteOrderMark) this.#at = 1;
    this.#space();
    if (this.#at >= this.#length) {
      this.#fail('the file is empty', 0, 0);
      return;
    }
    if (this.#isOpenedHere()) this.#openHere();
    else this.#value();
    while (this.#open.length > 0) {
      this.#space();
      if (this.#at >= this.#length) break;
      this.#meetLandmarks();
      const container = this.#open[this.#open.length - 1]!;
      if (this.tape[container * width] === tag.array) this.#inArray();
      else this.#inObject();
    }
    if (this.#open.length > 0) {
      this.#fail('a bracket is not closed', this.#length, this.#length);
      while (this.#open.length > 0) this.#close(this.#length);
    }
    this.#space();
    const comment = this.#lexer.unclosedComment;
    if (comment !== undefined) this.#fail('a comment is not closed', comment, this.#lexer.commentEnd(comment));
    if (this.#at < this.#length) this.#fail('something stands behind the end', this.#at, this.#at + 1);
  }

  /** Closes what the landmark at this place says is not open any more, and opens what it says is. */
  #meetLandmarks(): void {
    for (let next = this.#landmark(); next?.at === this.#at; next = this.landmarks[++this.#nextLandmark]) {
      if (this.#open.length > next.depth) {
        this.#fail('a bracket is not closed', this.#at, this.#at);
        while (this.#open.length > next.depth) this.#close(this.#at);
      } else if (this.#isOpenedHere()) {
        const container = this.#open[this.#open.length - 1]!;
        if (this.tape[container * width] !== tag.array) this.#push(tag.string, this.#at, this.#at);
        this.#openHere();
      }
    }
  }

  /** The first landmark that is not passed. */
  #landmark(): Landmark | undefined {
    let next = this.landmarks[this.#nextLandmark];
    while (next && next.at < this.#at) next = this.landmarks[++this.#nextLandmark];
    return next;
  }

  /** Whether a landmark says that the bracket that opens what stands here is lost. */
  #isOpenedHere(): boolean {
    const next = this.#landmark();
    return next?.opens === true && next.at === this.#at && next.depth === this.#open.length + 1;
  }

  #openHere(): void {
    this.#fail('an opening bracket is missing', this.#at, this.#at);
    const code = this.#text.charCodeAt(this.#at);
    const end = isQuote(code) ? this.#lexer.stringEnd(this.#at).end : this.#at;
    const isName = !isOpening(code) && this.#text.charCodeAt(this.#lexer.skipSpace(end)) === Character.Colon;
    this.#open.push(this.#push(isName ? tag.object : tag.array, this.#at, this.#at));
  }

  /** Whether the next landmark says that a container of this depth is not closed yet. */
  #staysOpen(depth: number): boolean {
    const next = this.#landmark();
    return next !== undefined && (next.opens ? next.depth - 1 : next.depth) >= depth;
  }

  /** A closing bracket that fits. */
  #closing(): void {
    this.#at++;
    if (this.#staysOpen(this.#open.length)) this.#fail('a bracket is closed that is not open', this.#at - 1, this.#at);
    else this.#close(this.#at);
  }

  #inObject(): void {
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case Character.CloseBrace:
        this.#closing();
        return;
      case Character.Comma:
        this.#at++;
        return;
      case Character.CloseBracket:
        this.#mismatch(tag.array);
        return;
      case Character.Colon:
        this.#fail('a name is missing', this.#at, this.#at + 1);
        this.#at++;
        return;
      case Character.OpenBrace:
      case Character.OpenBracket:
        this.#fail('a name is missing', this.#at, this.#at + 1);
        this.#push(tag.string, this.#at, this.#at);
        this.#value();
        return;
      default:
        this.#name(code);
    }
  }

  #name(code: number): void {
    const start = this.#at;
    if (isQuote(code)) this.#string();
    else this.#word(tag.string);
    const rest = isOrdinaryBehindName(this.#text.charCodeAt(this.#at)) ? undefined : this.#match(restOfName);
    if (rest !== undefined) {
      this.#fail('a quote has no place here', start, this.#at + rest.length);
      this.#at += rest.length;
      if (isQuote(code)) this.tape[(this.count - 1) * width + 2] = this.#at;
    }
    const end = this.#at;
    const bracket = this.#text.charCodeAt(start + 1) === Character.OpenBracket;
    this.#space();
    let hasColon = this.#text.charCodeAt(this.#at) === Character.Colon;
    if (!hasColon && this.#match(strayBeforeColon) !== undefined) {
      this.#fail(`'${this.#text[this.#at]}' has no place here`, this.#at, this.#at + 1);
      this.#at++;
      this.#space();
      hasColon = true;
    }
    if (hasColon) {
      this.#at++;
      this.#space();
      const stray = isValueStart(this.#text.charCodeAt(this.#at)) ? undefined : this.#match(strayBeforeBracket);
      if (stray !== undefined) {
        this.#fail(`'${stray.trim()}' has no place here`, this.#at, this.#at + stray.length);
        this.#at += stray.length;
      }
    }
    const next = this.#at < this.#length ? this.#text.charCodeAt(this.#at) : Character.CloseBrace;
    if (this.#isOpenedHere()) {
      this.#openHere();
      return;
    }
    if (next === Character.Comma || isClosing(next) || !(hasColon || isOpening(next) || this.#isOnLineOf(end))) {
      this.#valueIsMissing(start, end, hasColon);
      return;
    }
    const node = this.count;
    const before = this.#at;
    if (bracket || (next === Character.OpenBracket && this.#isCopy(start, end)))
      this.tape[this.#open[this.#open.length - 1]! * width] = tag.computed;
    this.#value();
    const behind = this.#at;
    if (next === Character.Quote) this.#space();
    if (next === Character.Quote && this.#text.charCodeAt(this.#at) === Character.Colon) {
      // What looked like the value is the next property's name.
      this.count = node;
      this.#at = before;
      this.#valueIsMissing(start, end, hasColon);
      return;
    }
    this.#at = behind;
    if (!hasColon) this.#fail('a colon is missing', start, end);
  }

  /** What a sticky pattern finds at this place. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #valueIsMissing(start: number, end: number, hasColon: boolean): void {
    this.#fail(hasColon ? 'a value is missing' : 'a colon and a value are missing', start, end);
    this.#push(tag.missing, end, end);
  }

  /** Whether what stands here is on the line of what ended there. */
  #isOnLineOf(end: number): boolean {
    const line = this.#text.indexOf('\n', end);
    return line < 0 || line >= this.#at;
  }

  #isCopy(start: number, end: number): boolean {
    return end - start <= 6 && /^["']?copy["']?$/i.test(this.#text.slice(start, end));
  }

  #inArray(): void {
    switch (this.#text.charCodeAt(this.#at)) {
      case Character.CloseBracket:
        this.#closing();
        return;
      case Character.Comma:
        this.#at++;
        return;
      case Character.CloseBrace:
        this.#mismatch(tag.object);
        return;
      case Character.Colon:
        this.#fail('a colon has no place in an array', this.#at, this.#at + 1);
        this.#at++;
        return;
      default:
        this.#value();
    }
  }

  /** A closing bracket of the other kind: closes up to its partner when there is one. */
  #mismatch(wanted: number): void {
    this.#fail('a closing bracket does not fit', this.#at, this.#at + 1);
    const end = ++this.#at;
    let depth = this.#open.length - 1;
    while (depth >= 0 && (this.tape[this.#open[depth]! * width] === tag.array) !== (wanted === tag.array)) depth--;
    if (depth < 0) return;
    if (this.#staysOpen(depth + 1)) return;
    while (this.#open.length > depth + 1) this.#close(end - 1);
    this.#close(end);
  }

  #value(): void {
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case Character.OpenBrace:
        this.#open.push(this.#push(tag.object, this.#at, ++this.#at));
        return;
      case Character.OpenBracket:
        this.#open.push(this.#push(tag.array, this.#at, ++this.#at));
        return;
      case Character.Quote:
      case Character.Apostrophe:
        this.#string();
        return;
      default:
        this.#scalar();
    }
  }

  #scalar(): void {
    const start = this.#at;
    const node = this.count;
    this.#word(tag.number);
    const word = this.#text.slice(start, this.#at);
    const known = word === 'true' ? tag.true : word === 'false' ? tag.false : word === 'null' ? tag.null : undefined;
    if (known !== undefined) {
      this.tape[node * width] = known;
    } else if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word)) {
      this.tape[node * width] = tag.missing;
      this.#fail(`'${word.slice(0, 40)}' is not a value`, start, this.#at);
    }
  }

  /** Characters up to the next bracket, comma, colon, quote or white space. At least one. */
  #word(kind: number): void {
    const start = this.#at++;
    while (this.#at < this.#length) {
      const code = this.#text.charCodeAt(this.#at);
      if (
        code <= Character.Space ||
        code === Character.Comma ||
        code === Character.Colon ||
        code === Character.Quote ||
        code === Character.OpenBracket ||
        code === Character.CloseBracket ||
        code === Character.OpenBrace ||
        code === Character.CloseBrace ||
        code === Character.Slash
      ) {
        break;
      }
      this.#at++;
    }
    this.#push(kind, start, this.#at);
  }

  #string(): void {
    const start = this.#at;
    const { end, hasEscapes, isClosed } = this.#lexer.stringEnd(start);
    if (!isClosed) this.#fail('a quote is not closed', start, end);
    this.#push(hasEscapes ? tag.escaped : tag.string, start, end);
    this.#at = end;
  }

  /** Skips white space and comments, and slashes that begin none. */
  #space(): void {
    for (;;) {
      const at = this.#lexer.skipSpace(this.#at);
      this.#at = at;
      if (this.#text.charCodeAt(at) !== Character.Slash) return;
      this.#fail('a slash has no place here', at, at + 1);
      this.#at++;
    }
  }

  #push(kind: number, start: number, end: number): JsonNode {
    const node = this.count++;
    const at = node * width;
    if (at + width > this.tape.length) {
      const larger = new Int32Array(this.tape.length * 2);
      larger.set(this.tape);
      this.tape = larger;
      this.buffer.nodes = larger;
    }
    this.tape[at] = kind;
    this.tape[at + 1] = start;
    this.tape[at + 2] = end;
    this.tape[at + 3] = node + 1;
    return node;
  }

  #close(end: number): void {
    const container = this.#open.pop()!;
    this.tape[container * width + 2] = end;
    this.tape[container * width + 3] = this.count;
  }

  #fail(message: string, start: number, end: number): void {
    if (this.errors.length < mostErrors) this.errors.push({ message, start, end });
  }
}
