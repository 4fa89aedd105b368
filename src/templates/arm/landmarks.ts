import { Character, isClosing, isOpening, isQuote, JsonLexer } from './json-lexer.ts';

/** A place in a damaged text of which its layout tells how many objects and arrays are open before it. */
export interface Landmark {
  readonly at: number;
  readonly depth: number;
  /** The bracket that opens the innermost of them is lost: it is to be taken for written here. */
  readonly opens: boolean;
}

/** A text's lines, without empty ones and those that begin within a string or comment, and its brackets. */
interface Outline {
  /** Where each line's first character is that is no white space. One more at the end, for the text's end. */
  readonly at: readonly number[];
  readonly indentation: readonly number[];
  /** The number of brackets before each line; one more for all of them. */
  readonly bracketsBefore: readonly number[];
  readonly brackets: readonly number[];
}

/** Deeper than anything that people lay out in lines. */
const mostLevels = 60;

/** How many indentations are tried for the members of one object or array: some lines may stand out by mistake. */
const mostIndentations = 3;

/** What tabs stand for where spaces and tabs are mixed. */
const tabWidth = 4;

const closingLine = /[\]}][[\]{}, \t]*(?:\/[/*].*)?\r?$/my;

/** A member may have a line that stands out as far as itself, and so seems to be several. */
const mostJoined = 4;

/** One lost or added character spoils one member, two that it parts, or what stands before them. */
const mostSpoilt = 3;

/**
 * Landmarks of a JSON text whose brackets do not fit, by the indentation of its lines: objects and arrays whose brackets
 * fit are left alone, however they are laid out, and of one whose brackets do not fit every member begins at a landmark,
 * down to the innermost. So what one bracket spoils is as little as its layout allows. Empty for a text whose brackets
 * fit, or that is not laid out in lines.
 */
export function landmarksOf(text: string): readonly Landmark[] {
  const outline = outlineOf(text);
  const lines = outline.indentation.length;
  if (lines < 2 || isBalanced(text, outline, 0, lines)) return [];
  const found: Landmark[] = [];
  // Without its opening bracket the text begins with a member, without its closing one it ends with one.
  const opens = !isOpening(text.charCodeAt(outline.at[0]!));
  const isClosed =
    isClosing(text.charCodeAt(outline.at[lines - 1]!)) && outline.indentation[lines - 1]! <= outline.indentation[0]!;
  new Finder(text, outline, found).members(opens ? 0 : 1, isClosed ? lines - 1 : lines, 1, opens, 0);
  return found.sort((a, b) => a.at - b.at);
}

class Finder {
  constructor(
    private readonly text: string,
    private readonly outline: Outline,
    private readonly found: Landmark[],
  ) {}

  /** Finds the members of an object or array in these lines, which is closed behind them; `depth` of them are open. */
  members(from: number, to: number, depth: number, opens: boolean, level: number): void {
    const pieces = this.#split(from, to);
    if (pieces.length === 0 || level > mostLevels) return;
    for (const [index, start] of pieces.entries()) {
      this.found.push({ at: this.outline.at[start]!, depth, opens: opens && index === 0 });
      const end = pieces[index + 1] ?? to;
      if (!this.#isSound(start, end)) this.#spoilt(start, end, depth, level);
    }
  }

  /** The lines that begin members: those of the indentation with which the fewest are spoilt. */
  #split(from: number, to: number): readonly number[] {
    const { outline } = this;
    const indentations = new Set<number>();
    for (let line = from; line < to; line++) if (this.#mayBegin(line)) indentations.add(outline.indentation[line]!);
    let best: readonly number[] = [];
    let fewest = mostSpoilt + 1;
    for (const indentation of [...indentations].sort((a, b) => a - b).slice(0, mostIndentations)) {
      const lines: number[] = [];
      for (let line = from; line < to; line++)
        if (outline.indentation[line] === indentation && this.#mayBegin(line)) lines.push(line);
      const pieces = this.#joined(this.#alike(lines), to);
      // What stands before the first one has lost its beginning.
      const bounds = pieces[0] === from ? pieces : [from, ...pieces];
      const spoilt = bounds.filter((start, index) => !this.#isSound(start, bounds[index + 1] ?? to)).length;
      if (spoilt < fewest || (spoilt === fewest && pieces.length > best.length)) {
        best = pieces;
        fewest = spoilt;
      }
    }
    return best;
  }

  /** Those of the lines that begin as most of them do: an object's members with names, a list's often with brackets. */
  #alike(lines: readonly number[]): readonly number[] {
    const bracketed = lines.filter(line => isOpening(this.text.charCodeAt(this.outline.at[line]!)));
    if (bracketed.length === 0) return lines;
    return bracketed.length * 2 > lines.length ? bracketed : lines.filter(line => !bracketed.includes(line));
  }

  /** The lines of these that begin members, where several pieces beside each other are sound together. */
  #joined(starts: readonly number[], to: number): readonly number[] {
    const pieces: number[] = [];
    for (let index = 0; index < starts.length; ) {
      const start = starts[index++]!;
      pieces.push(start);
      if (this.#isSound(start, starts[index] ?? to)) continue;
      for (let next = index; next < starts.length && next < index + mostJoined; next++) {
        if (this.#isSound(starts[next]!, starts[next + 1] ?? to)) break;
        if (this.#isSound(start, starts[next + 1] ?? to)) index = next + 1;
      }
    }
    return pieces;
  }

  #isSound(from: number, to: number): boolean {
    return isBalanced(this.text, this.outline, from, to);
  }

  /** Whether a line may be the first one of a member. */
  #mayBegin(line: number): boolean {
    const code = this.text.charCodeAt(this.outline.at[line]!);
    return !isClosing(code) && code !== Character.Comma && code !== Character.Colon;
  }

  /** Whether a line closes what lines above it have opened, and does nothing else but open the next one. */
  #isClosingLine(line: number): boolean {
    closingLine.lastIndex = this.outline.at[line]!;
    return closingLine.test(this.text);
  }

  /** Finds what is in a member whose brackets do not fit: its first line, lines deeper than that, and a closing line. */
  #spoilt(start: number, end: number, depth: number, level: number): void {
    const { outline } = this;
    const indentation = outline.indentation[start]!;
    let header = start;
    while (header < end) {
      let closing = header + 1;
      while (closing < end && (outline.indentation[closing] !== indentation || !this.#isClosingLine(closing)))
        closing++;
      const { opened, first } = this.#openedBy(header);
      const closed = closing < end ? this.#closedBy(closing) : opened;
      // Where the two do not agree, one of them has lost a bracket, or has one too many.
      const expected = Math.max(1, Math.min(opened || closed, closed || opened));
      if (header > start && opened > 0) this.found.push({ at: first, depth: depth + expected - opened, opens: false });
      if (closing > header + 1) this.members(header + 1, closing, depth + expected, opened < expected, level + 1);
      if (closing < end) this.found.push({ at: outline.at[closing]!, depth: depth + expected, opens: false });
      header = closing;
    }
  }

  /** How many brackets a line leaves open, and where the first of them is. */
  #openedBy(line: number): { readonly opened: number; readonly first: number } {
    const { text, outline } = this;
    const open: number[] = [];
    for (let index = outline.bracketsBefore[line]!; index < outline.bracketsBefore[line + 1]!; index++) {
      const at = outline.brackets[index]!;
      if (isOpening(text.charCodeAt(at))) open.push(at);
      else open.pop();
    }
    return { opened: open.length, first: open[0] ?? -1 };
  }

  /** How many brackets a line closes that were opened before it. */
  #closedBy(line: number): number {
    const { text, outline } = this;
    let open = 0;
    let closed = 0;
    for (let index = outline.bracketsBefore[line]!; index < outline.bracketsBefore[line + 1]!; index++) {
      if (isOpening(text.charCodeAt(outline.brackets[index]!))) open++;
      else if (open > 0) open--;
      else closed++;
    }
    return closed;
  }
}

/** Whether every bracket in these lines has its partner in them. */
function isBalanced(text: string, outline: Outline, from: number, to: number): boolean {
  const open: number[] = [];
  for (let index = outline.bracketsBefore[from]!; index < outline.bracketsBefore[to]!; index++) {
    const code = text.charCodeAt(outline.brackets[index]!);
    if (isOpening(code)) open.push(code);
    // Each closing bracket stands two behind its partner in Unicode.
    else if (open.pop() !== code - 2) return false;
  }
  return open.length === 0;
}

function outlineOf(text: string): Outline {
  const at: number[] = [];
  const indentation: number[] = [];
  const bracketsBefore: number[] = [];
  const brackets: number[] = [];
  const lexer = new JsonLexer(text);
  let column = 0;
  let isLineNew = true;
  for (let position = 0; position < text.length; ) {
    const code = text.charCodeAt(position);
    if (code === Character.LineFeed) {
      column = 0;
      isLineNew = true;
      position++;
      continue;
    }
    if (code <= Character.Space || code === Character.ByteOrderMark) {
      if (isLineNew) column += code === Character.Tab ? tabWidth - (column % tabWidth) : 1;
      position++;
      continue;
    }
    if (code === Character.Slash) {
      const end = lexer.commentEnd(position);
      if (end > position) {
        position = end;
        continue;
      }
    }
    if (isLineNew) {
      at.push(position);
      indentation.push(column);
      bracketsBefore.push(brackets.length);
      isLineNew = false;
    }
    if (isQuote(code)) {
      position = lexer.stringEnd(position).end;
      continue;
    }
    if (isOpening(code) || isClosing(code)) brackets.push(position);
    position++;
  }
  at.push(text.length);
  bracketsBefore.push(brackets.length);
  return { at, indentation, bracketsBefore, brackets };
}
