import type { TextRange } from '../network/origin.ts';

/** 1-based line and 1-based UTF-16 column, as the command line's contract counts. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Offsets to lines and columns of one text. A line ends at LF, CRLF or CR, as in VS Code. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;
  readonly #byteOrderMark: number;

  constructor(text: string) {
    this.#length = text.length;
    // Editors do not count a byte order mark as a column.
    this.#byteOrderMark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) this.#starts.push(at + 1);
    }
  }

  /** The position of an offset; offsets outside the text are moved to its nearest end. */
  position(offset: number): TextPosition {
    const at = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const column = at - (this.#starts[low] ?? 0) - (low === 0 ? this.#byteOrderMark : 0);
    return { line: low + 1, column: Math.max(column, 0) + 1 };
  }

  range(range: TextRange): { readonly start: TextPosition; readonly end: TextPosition } {
    return { start: this.position(range.start), end: this.position(range.end) };
  }
}
