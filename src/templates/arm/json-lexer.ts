export enum Character {
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
  NoBreakSpace = 0xa0,
  ByteOrderMark = 0xfeff,
}

export function isOpening(code: number): boolean {
  return code === Character.OpenBrace || code === Character.OpenBracket;
}

export function isClosing(code: number): boolean {
  return code === Character.CloseBrace || code === Character.CloseBracket;
}

export function isQuote(code: number): boolean {
  return code === Character.Quote || code === Character.Apostrophe;
}

export interface StringEnd {
  /** Behind the closing quote, or behind the last character that is taken for the string's. */
  readonly end: number;
  readonly hasEscapes: boolean;
  readonly isClosed: boolean;
}

/** A name that has lost its closing quote: behind its colon stands what is no text. */
const unclosedName = /^["'][\w$.\\-]*["']?(?=[ \t]*:[ \t]*(?:[[{]|-?\d|true\b|false\b|null\b))/;

/** A quote that has no place where it is, among brackets or in front of one, or before a line that is closed as it is. */
const strayQuote = /^["'](?=[ \t]*[[\]{},\s]*$|[ \t]+["[\]{}])/;

/** Where the strings, the comments and the white space of a JSON text end, which may be damaged. */
export class JsonLexer {
  /** Where a comment begins that is not closed, once one was met. */
  unclosedComment: number | undefined;
  /** Where the text's last comment of several lines ends: none that begins behind is ever closed. */
  #lastCommentEnd: number | undefined;

  constructor(private readonly text: string) {}

  /**
   * Where the string at `start` ends. Azure takes strings over several lines, so a quote that is not closed on its line
   * is closed on another one only when what follows there can follow a string: else the rest of the text would be its
   * own. A string that has taken the next one's opening quote for its closing one ends where it should.
   */
  stringEnd(start: number): StringEnd {
    const { text } = this;
    const quote = text.charCodeAt(start);
    let hasEscapes = false;
    let lineEnd = -1;
    let at = start + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === Character.Backslash) {
        hasEscapes = true;
        at++;
      } else if (code === Character.LineFeed && lineEnd < 0) {
        lineEnd = at;
      }
    }
    const isAtEnd = at >= text.length;
    const end = Math.min(at + 1, text.length);
    if (lineEnd < 0 && !isAtEnd) {
      const right = mayFollowString(text.charCodeAt(end)) ? end : rightEnd(text, start, end);
      return { end: right, hasEscapes, isClosed: right === end };
    }
    if (!isAtEnd && this.#endsValue(end)) return { end, hasEscapes, isClosed: true };
    const line = text.slice(start, lineEnd < 0 ? end : lineEnd);
    const kept = (unclosedName.exec(line) ?? strayQuote.exec(line))?.[0].length ?? withoutComma(line);
    return { end: start + Math.max(kept, 1), hasEscapes, isClosed: false };
  }

  /** Whether what follows can follow a string. */
  #endsValue(end: number): boolean {
    const at = this.skipSpace(end);
    if (at >= this.text.length) return true;
    const code = this.text.charCodeAt(at);
    return code === Character.Comma || code === Character.Colon || isClosing(code);
  }

  /** Behind white space and comments. */
  skipSpace(from: number): number {
    const { text } = this;
    let at = from;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code <= Character.Space || code === Character.NoBreakSpace || code === Character.ByteOrderMark) {
        at++;
      } else {
        const end = code === Character.Slash ? this.commentEnd(at) : at;
        if (end === at) return at;
        at = end;
      }
    }
    return at;
  }

  /** Behind the comment at a slash; the slash itself when none begins there. One that is not closed ends with its line. */
  commentEnd(slash: number): number {
    const { text } = this;
    const next = text.charCodeAt(slash + 1);
    if (next !== Character.Slash && next !== Character.Star) return slash;
    if (next === Character.Star) {
      this.#lastCommentEnd ??= text.lastIndexOf('*/');
      if (this.#lastCommentEnd >= slash + 2) return text.indexOf('*/', slash + 2) + 2;
      this.unclosedComment ??= slash;
    }
    let at = slash + 2;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === Character.LineFeed || code === Character.Return) break;
      at++;
    }
    return at;
  }
}

/**
 * Where a string should end behind which something stands that cannot follow one: it has taken the next one's opening
 * quote for its closing one, as in `"name: "value"` and `"value, "name": …`, or a quote within it.
 */
function rightEnd(text: string, start: number, end: number): number {
  let last = end - 2;
  while (last > start && text.charCodeAt(last) <= Character.Space) last--;
  const code = text.charCodeAt(last);
  if (last > start && (code === Character.Colon || code === Character.Comma)) return last;
  if (text.charCodeAt(start) === Character.Apostrophe) return text.slice(start, end).includes('"') ? start + 1 : end;
  innerQuote.lastIndex = end;
  return end + (innerQuote.exec(text)?.[0].length ?? 0);
}

/** What follows a quote within a string, up to the one that ends it. */
const innerQuote = /[^"\\\n]*"(?=[ \t]*(?:[:,}\]]|\r?$))/my;

/** Whether this may stand directly behind a string, or begins another one. */
function mayFollowString(code: number): boolean {
  return (
    !(code > Character.Space) ||
    code === Character.Comma ||
    code === Character.Colon ||
    code === Character.Slash ||
    isClosing(code) ||
    isQuote(code)
  );
}

/** The length of a line without the comma that parts it from the next one. */
function withoutComma(line: string): number {
  const { length } = line.trimEnd();
  return line.charCodeAt(length - 1) === Character.Comma ? line.slice(0, length - 1).trimEnd().length : length;
}
