import { Character, isQuote } from './json-lexer.ts';
import { type JsonError, type JsonNode, type NodeBuffer, Parser, tag, width } from './json-parser.ts';
import { landmarksOf } from './landmarks.ts';

export type { JsonNode, NodeBuffer } from './json-parser.ts';

/** What a node of the text is. `missing` stands for a value that is not there, as after a half-typed name. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'missing';

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

/** Azure takes 256 parameters and as many variables; an object of more names is searched by an index. */
const mostSearched = 300;

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
  #indices: Map<JsonNode, ReadonlyMap<string, JsonNode>> | undefined;
  readonly errors: readonly JsonError[];

  constructor(
    readonly text: string,
    buffer: NodeBuffer = { nodes: new Int32Array(Math.max(64, text.length >> 4) * width) },
  ) {
    let parser = new Parser(text, buffer, []);
    parser.run();
    const landmarks = parser.errors.length > 0 ? landmarksOf(text) : [];
    if (landmarks.length > 0) {
      parser = new Parser(text, buffer, landmarks);
      parser.run();
    }
    this.#tape = buffer.nodes.slice(0, parser.count * width);
    this.#count = parser.count;
    this.errors = parser.errors;
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
    if (!isQuote(first)) return this.text.slice(start, end);
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
    const index = this.#indices?.get(object);
    if (index) return index.get(name.toLowerCase()) ?? -1;
    const end = tape[object * width + 3]!;
    let found = -1;
    let names = 0;
    for (let at = object + 1; at < end; ) {
      if (++names > mostSearched) return this.#indexOf(object).get(name.toLowerCase()) ?? -1;
      const value = (at + 1) * width;
      // Of nearly all other names the length tells: with quotes, with an opening one only, or bare.
      const more = tape[at * width + 2]! - tape[at * width + 1]! - name.length;
      const mayBe = (more >= 0 && more <= 2) || tape[at * width] !== tag.string;
      if (mayBe && tape[value] !== tag.missing && this.#isNamed(at, name)) found = at;
      at = tape[value + 3]!;
    }
    return found;
  }

  /** The names of an object that has too many to go through them for each that is asked for. */
  #indexOf(object: JsonNode): ReadonlyMap<string, JsonNode> {
    const index = new Map<string, JsonNode>();
    this.eachProperty(object, (name, value) => {
      if (this.kind(value) !== 'missing') index.set(this.string(name).toLowerCase(), name);
    });
    this.#indices ??= new Map();
    this.#indices.set(object, index);
    return index;
  }

  /** Whether a name is this one, in any letter case. */
  #isNamed(node: JsonNode, wanted: string): boolean {
    const { text } = this;
    const at = node * width;
    let start = this.#tape[at + 1]!;
    let end = this.#tape[at + 2]!;
    const first = text.charCodeAt(start);
    if (isQuote(first)) {
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
