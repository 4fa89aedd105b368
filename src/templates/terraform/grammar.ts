import { Language, Parser, type ParseState } from 'web-tree-sitter';
import type { Attribute, Block, SourceFile, SyntaxProblem } from './syntax.ts';
import { type Body, emptyBody } from './syntax.ts';
import { TreeConverter } from './tree-conversion.ts';

/** Bytes of `web-tree-sitter.wasm` and of `tree-sitter-terraform.wasm`, which the surface loads from its own files. */
export interface GrammarBytes {
  readonly runtime: Uint8Array;
  readonly terraform: Uint8Array;
}

/** Characters that the grammar reads soon whatever they are: asking how it goes takes longer. */
const shortText = 8000;

/** Texts whose syntax is kept for the next reading: the files of a large module, read once per call. */
const keptTexts = 512;

/**
 * How long the grammar may work at one text, in milliseconds: its recovery from damage and its way with long blank space
 * within expressions take time that grows with the square of the length. A text of two megabytes takes 1.5 s; on a busy
 * machine it may take many times that, and is read all the same.
 */
function patience(text: string): number {
  return 4000 + text.length / 100;
}

/** Reads Terraform text. Make one with {@link loadGrammar}; parsing is then synchronous. */
export class TerraformParser {
  readonly #kept = new Map<string, SourceFile>();

  constructor(
    private readonly parser: Parser,
    private readonly converter: TreeConverter,
  ) {}

  /** The syntax of a text. Damage stays in the top-level block that it stands in. Offsets are those of the text. */
  parse(text: string): SourceFile {
    let file = this.#kept.get(text);
    if (file) {
      this.#kept.delete(text);
    } else {
      file = this.#read(text);
      const oldest = this.#kept.keys().next();
      if (this.#kept.size >= keptTexts && !oldest.done) this.#kept.delete(oldest.value);
    }
    this.#kept.set(text, file);
    return file;
  }

  #read(text: string): SourceFile {
    const began = performance.now();
    const whole = this.#tree(text, true, began + patience(text) / 2);
    if (whole) return whole;
    const deadline = began + patience(text);
    const pieces = topLevelPieces(text).map(piece => ({
      piece,
      file: this.#tree(text.slice(piece.start, piece.end), false, deadline) ?? unfinished(piece.end - piece.start),
    }));
    const attributes: Attribute[] = [];
    const blocks: Block[] = [];
    const problems: SyntaxProblem[] = [];
    for (const { piece, file } of pieces) {
      const moved = moveFile(file, piece.start);
      attributes.push(...moved.body.attributes);
      blocks.push(...moved.body.blocks);
      problems.push(...moved.problems);
    }
    return { body: { attributes, blocks }, problems };
  }

  /** The body of the block that stands at a range of a text without damage. */
  #body(text: string, start: number, end: number): Body {
    const block = this.#tree(text.slice(start, end), false, Number.POSITIVE_INFINITY)?.body.blocks[0];
    return block ? (moveNode(block.body, start) as Body) : emptyBody;
  }

  /** Undefined for damage when only a whole text is wanted, and for a text that is not read by the deadline. */
  #tree(text: string, wholeOnly: boolean, deadline: number): SourceFile | undefined {
    // What the parser makes of the text behind the first error takes long, and is not used.
    const isEnough = ({ hasError }: ParseState) => (wholeOnly && hasError) || performance.now() > deadline;
    const watched = text.length > shortText ? { progressCallback: isEnough } : undefined;
    const tree = this.parser.parse(text, null, watched);
    if (!tree) {
      // What was given up would be gone on with.
      this.parser.reset();
      return undefined;
    }
    try {
      const { hasError } = tree.rootNode;
      if (wholeOnly && hasError) return undefined;
      const later = wholeOnly ? (start: number, end: number) => this.#body(text, start, end) : undefined;
      const file = this.converter.convert(tree, text, later);
      // Something was missing that the grammar has put in: a quote, an expression.
      return hasError && file.problems.length === 0 ? { ...file, problems: [{ start: 0, end: text.length }] } : file;
    } finally {
      tree.delete();
    }
  }
}

/** Starts the parser. Rejects when the bytes are not the grammar's. */
export async function loadGrammar(bytes: GrammarBytes): Promise<TerraformParser> {
  // The runtime wants to look for a file unless it is told that its name is final.
  await Parser.init({ wasmBinary: bytes.runtime, locateFile: (name: string) => name });
  const language = await Language.load(bytes.terraform);
  const parser = new Parser();
  parser.setLanguage(language);
  return new TerraformParser(parser, new TreeConverter(language));
}

const opening =
  /^(?:resource|data|module|variable|output|locals|provider|terraform|moved|import|removed|check|ephemeral)\b[^\n=]*\{|^[\w-]+[ \t]*=/gm;

/**
 * Cuts a damaged text where top-level blocks and settings open: at the beginning of a line. A block ends at the first
 * brace that begins a line, unless a heredoc may hold that brace.
 */
function topLevelPieces(text: string): { readonly start: number; readonly end: number }[] {
  const starts: number[] = [];
  for (const match of text.matchAll(opening)) starts.push(match.index);
  const pieces: { start: number; end: number }[] = [];
  const add = (start: number, end: number) => {
    if (start < end) pieces.push({ start, end });
  };
  add(0, starts[0] ?? text.length);
  starts.forEach((start, index) => {
    const next = starts[index + 1] ?? text.length;
    const piece = text.slice(start, next);
    const brace = piece.includes('<<') ? -1 : piece.indexOf('\n}');
    const close = brace >= 0 ? start + brace + 2 : next;
    add(start, close);
    if (text.slice(close, next).trim() !== '') add(close, next);
  });
  return pieces;
}

function unfinished(length: number): SourceFile {
  return { body: emptyBody, problems: [{ start: 0, end: length, unfinished: true }] };
}

/** Shifts every offset in a piece's syntax. The syntax is a tree of plain objects made for this piece alone. */
function moveFile(file: SourceFile, by: number): SourceFile {
  return by === 0 ? file : (moveNode(file, by) as SourceFile);
}

function moveNode(node: unknown, by: number): unknown {
  if (Array.isArray(node)) return node.map(item => moveNode(item, by));
  if (typeof node !== 'object' || node === null) return node;
  const moved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node)) {
    const offset = name === 'start' || name === 'end' || name === 'nameEnd' || name === 'headerEnd';
    moved[name] = offset ? (value as number) + by : moveNode(value, by);
  }
  return moved;
}
