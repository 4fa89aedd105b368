import { type Landmark, landmarksOf } from './landmarks.ts';

/** What a node of the text is. `missing` stands for a value that is not there, as after a half-typed name. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'missing';

/** A `computed` object has names that are expressions, or loops, so that not all names stand as they are written. */
const tag = {
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

const kinds: readonly JsonKind[] = [
  'object',
  'object',
  'array',
  'string',
  'string',
  'number',
  'boolean',
  'boolean',
  'null',
  'missing',
];

/** The number that names a node of one {@link JsonText}. */
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
const width = 4;

const mostErrors = 50;

/** One lost character makes the layout and the brackets disagree once or twice; more often, the layout is another one. */
const mostCorrections = 2;

enum Character {
  Tab = 9,
  LineFeed = 10,
  Return = 13,
  Space = 32,
  Quote = 34,
  Apostrophe = 39,
  Star = 42,
  Comma = 44,
  Slash = 47,
  Colon = 58,
  OpenBracket = 91,
  Backslash = 92,
  CloseBracket = 93,
  OpenBrace = 123,
  CloseBrace = 125,
  ByteOrderMark = 0xfeff,
}

/**
 * JSON as Azure Resource Manager takes it, read as far as it goes: comments, a byte order mark, raw line ends in
 * strings, trailing commas, apostrophes for quotes and bare names are fine; what is missing or half-typed is an error
 * in {@link errors} and everything around it is still there.
 *
 * Nodes live in one array of numbers in the order of the text, so that nothing is allocated for what nobody looks at.
 * An object's children are its names and values in turn. Offsets are UTF-16 offsets in the text; a string's range
 * includes its quotes.
 */
export class JsonText {
  #tape: Int32Array;
  #count: number;
  readonly errors: readonly JsonError[];

  constructor(
    readonly text: string,
    buffer: NodeBuffer = { nodes: new Int32Array(Math.max(64, text.length >> 4) * width) },
  ) {
    let parser = new Parser(text, buffer, []);
    parser.run();
    this.#tape = buffer.nodes.slice(0, parser.count * width);
    this.#count = parser.count;
    this.errors = parser.errors;
    const landmarks = parser.errors.length > 0 ? landmarksOf(text) : [];
    if (landmarks.length === 0) return;
    // A bracket or quote is lost: what the layout says may keep more of the text in its place than the brackets do.
    const before = this.#members();
    const damaged = { tape: this.#tape, count: this.#count };
    parser = new Parser(text, buffer, landmarks);
    parser.run();
    this.#tape = buffer.nodes.slice(0, parser.count * width);
    this.#count = parser.count;
    if (parser.corrections <= mostCorrections && this.#members() > before) return;
    this.#tape = damaged.tape;
    this.#count = damaged.count;
  }

  /** How many members the sections of a template have. */
  #members(): number {
    let members = 0;
    if (this.root !== undefined)
      this.eachProperty(this.root, (_, section) => {
        for (const _item of this.items(section)) members++;
        this.eachProperty(section, () => members++);
      });
    return members;
  }

  /** The outermost value; undefined when the text has none. */
  get root(): JsonNode | undefined {
    return this.#count > 0 ? 0 : undefined;
  }

  kind(node: JsonNode): JsonKind {
    return kinds[this.#tape[node * width]!]!;
  }

  start(node: JsonNode): number {
    return this.#tape[node * width + 1]!;
  }

  end(node: JsonNode): number {
    return this.#tape[node * width + 2]!;
  }

  /** The node behind this one and everything in it. */
  after(node: JsonNode): JsonNode {
    return this.#tape[node * width + 3]!;
  }

  /** The text of a string, a name or a bare word, its escapes resolved. */
  string(node: JsonNode): string {
    const at = node * width;
    const start = this.#tape[at + 1]!;
    const end = this.#tape[at + 2]!;
    const first = this.text.charCodeAt(start);
    if (first !== Character.Quote && first !== Character.Apostrophe) return this.text.slice(start, end);
    const closed = end > start + 1 && this.text.charCodeAt(end - 1) === first;
    const inner = this.text.slice(start + 1, closed ? end - 1 : end);
    return this.#tape[at] === tag.escaped ? withoutEscapes(inner) : inner;
  }

  /** Whether a string begins like an expression. */
  startsWithBracket(node: JsonNode): boolean {
    const at = node * width;
    return this.#tape[at] === tag.escaped
      ? this.string(node).charCodeAt(0) === Character.OpenBracket
      : this.text.charCodeAt(this.#tape[at + 1]! + 1) === Character.OpenBracket;
  }

  /** Whether offsets in {@link string} are the text's own, moved by the opening quote. */
  isVerbatim(node: JsonNode): boolean {
    return this.#tape[node * width] !== tag.escaped;
  }

  /** The text's offset of a character of {@link string}. */
  offsetOf(node: JsonNode, character: number): number {
    const from = this.start(node) + 1;
    if (this.isVerbatim(node)) return from + character;
    let at = from;
    for (let seen = 0; seen < character && at < this.end(node) - 1; seen++) at += escapeLength(this.text, at);
    return at;
  }

  number(node: JsonNode): number {
    return Number(this.text.slice(this.start(node), this.end(node)));
  }

  boolean(node: JsonNode): boolean {
    return this.#tape[node * width] === tag.true;
  }

  /** The items of an array; nothing for another node. */
  *items(array: JsonNode): Iterable<JsonNode> {
    if (this.#tape[array * width] !== tag.array) return;
    const end = this.after(array);
    for (let item = array + 1; item < end; item = this.after(item)) yield item;
  }

  /** Whether no name of an object is an expression or stands for loops. */
  isPlain(object: JsonNode): boolean {
    return this.#tape[object * width] !== tag.computed;
  }

  /** Calls back with each name and value of an object, those without a value included. */
  eachProperty(object: JsonNode, visit: (name: JsonNode, value: JsonNode) => void): void {
    if (this.#tape[object * width]! > tag.computed) return;
    const end = this.after(object);
    for (let at = object + 1; at < end; at = this.after(at + 1)) visit(at, at + 1);
  }

  /** The last value of this name in an object, in any letter case; undefined when it is not there. */
  find(object: JsonNode, name: string): JsonNode | undefined {
    const found = this.#findName(object, name);
    return found < 0 ? undefined : found + 1;
  }

  findProperty(object: JsonNode, name: string): { readonly name: JsonNode; readonly value: JsonNode } | undefined {
    const found = this.#findName(object, name);
    return found < 0 ? undefined : { name: found, value: found + 1 };
  }

  /** The name's node, behind which its value stands; less than 0 when it is not there. */
  #findName(object: JsonNode, name: string): number {
    const tape = this.#tape;
    if (tape[object * width]! > tag.computed) return -1;
    const end = tape[object * width + 3]!;
    let found = -1;
    for (let at = object + 1; at < end; ) {
      const value = (at + 1) * width;
      // Of nearly all other names the length tells: with quotes, with an opening one only, or bare.
      const more = tape[at * width + 2]! - tape[at * width + 1]! - name.length;
      const mayBe = (more >= 0 && more <= 2) || tape[at * width] !== tag.string;
      if (mayBe && tape[value] !== tag.missing && this.#isNamed(at, name)) found = at;
      at = tape[value + 3]!;
    }
    return found;
  }

  /** Whether a name is this one, in any letter case. */
  #isNamed(node: JsonNode, wanted: string): boolean {
    const { text } = this;
    const at = node * width;
    let start = this.#tape[at + 1]!;
    let end = this.#tape[at + 2]!;
    const first = text.charCodeAt(start);
    if (first === Character.Quote || first === Character.Apostrophe) {
      start++;
      if (end > start && text.charCodeAt(end - 1) === first) end--;
    }
    if (this.#tape[at] === tag.string) {
      if (end - start !== wanted.length) return false;
      for (let i = 0; i < wanted.length; i++) {
        const code = text.charCodeAt(start + i);
        const other = wanted.charCodeAt(i);
        if (code > 127 || other > 127) return this.#isSpelled(node, wanted);
        if (code !== other && !(isLetter(code) && (code ^ other) === 32)) return false;
      }
      return true;
    }
    return this.#isSpelled(node, wanted);
  }

  #isSpelled(node: JsonNode, wanted: string): boolean {
    return this.string(node).toLowerCase() === wanted.toLowerCase();
  }

  /** Nodes from the root down to the innermost one that covers the range. */
  pathTo(start: number, end: number): readonly JsonNode[] {
    const path: JsonNode[] = [];
    let node = this.root;
    while (node !== undefined && this.start(node) <= start && this.end(node) >= end) {
      path.push(node);
      const last: JsonNode = this.after(node);
      const kind = this.kind(node);
      if (kind !== 'object' && kind !== 'array') break;
      let inner: JsonNode | undefined;
      for (let child = node + 1; child < last && this.start(child) <= start; child = this.after(child)) {
        if (this.end(child) >= end) inner = child;
      }
      node = inner;
    }
    return path;
  }
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

class Parser {
  tape: Int32Array;
  count = 0;
  readonly errors: JsonError[] = [];
  readonly #text: string;
  readonly #length: number;
  readonly #open: JsonNode[] = [];
  #at = 0;

  #landmark = 0;
  /** How often a landmark and the brackets disagreed. */
  corrections = 0;

  constructor(
    text: string,
    private readonly buffer: NodeBuffer,
    private readonly landmarks: readonly Landmark[],
  ) {
    this.#text = text;
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
    // Without its opening bracket a template begins with the name of a section.
    if (this.landmarks[0]?.at === this.#at) this.#open.push(this.#push(tag.object, this.#at, this.#at));
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
    if (this.#at < this.#length) this.#fail('something stands behind the end', this.#at, this.#at + 1);
  }

  /** Closes what a landmark says is not open any more. */
  #meetLandmarks(): void {
    for (let next = this.landmarks[this.#landmark]; next && next.at <= this.#at; ) {
      if (next.at === this.#at && this.#open.length > next.depth) {
        this.corrections++;
        while (this.#open.length > next.depth) this.#close(this.#at);
      }
      next = this.landmarks[++this.#landmark];
    }
  }

  /** Whether the next landmark says that a container of this depth is not closed yet. */
  #staysOpen(depth: number): boolean {
    const next = this.landmarks[this.#landmark];
    return next !== undefined && next.depth >= depth;
  }

  /** A closing bracket that fits. */
  #closing(): void {
    this.#at++;
    if (this.#staysOpen(this.#open.length)) this.corrections++;
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
    if (code === Character.Quote || code === Character.Apostrophe) this.#string(code);
    else this.#word(tag.string);
    const end = this.#at;
    const closing = this.#text.charCodeAt(end);
    if (closing === Character.Quote && /^[ \t]*:/.test(this.#text.slice(end + 1, end + 20))) {
      this.#fail('a quote is not opened', start, end);
      this.#at++;
    }
    const bracket = this.#text.charCodeAt(start + 1) === Character.OpenBracket;
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== Character.Colon) {
      this.#fail('a colon and a value are missing', start, end);
      this.#push(tag.missing, end, end);
      return;
    }
    this.#at++;
    this.#space();
    const next = this.#at < this.#length ? this.#text.charCodeAt(this.#at) : Character.CloseBrace;
    if (next === Character.Comma || next === Character.CloseBrace || next === Character.CloseBracket) {
      this.#fail('a value is missing', start, end);
      this.#push(tag.missing, end, end);
      return;
    }
    const node = this.count;
    const before = this.#at;
    if (bracket || (next === Character.OpenBracket && this.#isCopy(start, end)))
      this.tape[this.#open[this.#open.length - 1]! * width] = tag.computed;
    this.#value();
    if (next !== Character.Quote) return;
    const behind = this.#at;
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== Character.Colon) {
      this.#at = behind;
      return;
    }
    // What looked like the value is the next property's name.
    this.#fail('a value is missing', start, end);
    this.count = node;
    this.#push(tag.missing, end, end);
    this.#at = before;
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
    if (this.#staysOpen(depth + 1)) {
      this.corrections++;
      return;
    }
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
        this.#string(code);
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

  #string(quote: number): void {
    const text = this.#text;
    const start = this.#at;
    let kind: number = tag.string;
    let line = -1;
    let at = start + 1;
    for (; at < this.#length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === Character.Backslash) {
        kind = tag.escaped;
        at++;
      } else if (code === Character.LineFeed && line < 0) {
        line = at;
      }
    }
    let end = Math.min(at + 1, this.#length);
    if (line >= 0 && (at >= this.#length || !this.#endsValue(end))) {
      // A quote that is not closed on its line: taking the rest of the file for its text would lose all of that.
      end = text.charCodeAt(line - 1) === Character.Return ? line - 1 : line;
      this.#fail('a quote is not closed', start, end);
    } else if (at >= this.#length) {
      this.#fail('a quote is not closed', start, end);
    }
    this.#push(kind, start, end);
    this.#at = end;
  }

  /** Whether what follows can follow a string. */
  #endsValue(end: number): boolean {
    const back = this.#at;
    this.#at = end;
    this.#space();
    const code = this.#at < this.#length ? this.#text.charCodeAt(this.#at) : Character.Comma;
    this.#at = back;
    return (
      code === Character.Comma ||
      code === Character.Colon ||
      code === Character.CloseBrace ||
      code === Character.CloseBracket
    );
  }

  /** Skips white space and comments. */
  #space(): void {
    const text = this.#text;
    while (this.#at < this.#length) {
      const code = text.charCodeAt(this.#at);
      if (code <= Character.Space || code === 0xa0 || code === Character.ByteOrderMark) {
        this.#at++;
      } else if (code === Character.Slash) {
        const next = text.charCodeAt(this.#at + 1);
        if (next === Character.Slash) {
          this.#at += 2;
          while (this.#at < this.#length) {
            const inside = text.charCodeAt(this.#at);
            if (inside === Character.LineFeed || inside === Character.Return) break;
            this.#at++;
          }
        } else if (next === Character.Star) {
          const close = text.indexOf('*/', this.#at + 2);
          if (close < 0) this.#fail('a comment is not closed', this.#at, this.#length);
          this.#at = close < 0 ? this.#length : close + 2;
        } else {
          this.#fail('a slash has no place here', this.#at, this.#at + 1);
          this.#at++;
        }
      } else {
        return;
      }
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

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function withoutEscapes(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex: string | undefined, plain: string) =>
    hex === undefined ? (escapes.get(plain) ?? plain) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at) !== Character.Backslash) return 1;
  return /^\\u[0-9a-fA-F]{4}/.test(text.slice(at, at + 6)) ? 6 : 2;
}
