/** Kinds of Bicep tokens. Plain numbers, so that a file's tokens fit in typed arrays. */
export const Token = {
  EndOfFile: 0,
  NewLine: 1,
  Identifier: 2,
  Integer: 3,
  /** `'text'` without a hole. */
  StringComplete: 4,
  /** `'text${`. */
  StringStart: 5,
  /** `}text${`. */
  StringMiddle: 6,
  /** `}text'`. */
  StringEnd: 7,
  /** `'''text'''`. */
  MultilineString: 8,
  /** `$'''text${`, and with more dollar signs. */
  MultilineStart: 9,
  MultilineMiddle: 10,
  MultilineEnd: 11,
  LeftBrace: 12,
  RightBrace: 13,
  LeftSquare: 14,
  RightSquare: 15,
  LeftParen: 16,
  RightParen: 17,
  Comma: 18,
  Colon: 19,
  DoubleColon: 20,
  Dot: 21,
  Ellipsis: 22,
  Question: 23,
  DoubleQuestion: 24,
  Assignment: 25,
  At: 26,
  Arrow: 27,
  Pipe: 28,
  Hat: 29,
  Plus: 30,
  Minus: 31,
  Asterisk: 32,
  Slash: 33,
  Percent: 34,
  Exclamation: 35,
  Less: 36,
  LessOrEqual: 37,
  Greater: 38,
  GreaterOrEqual: 39,
  Equal: 40,
  NotEqual: 41,
  EqualIgnoringCase: 42,
  NotEqualIgnoringCase: 43,
  And: 44,
  Or: 45,
  Unknown: 46,
} as const;

/** A lexical fault: a string or comment without an end, a character that means nothing. */
export interface LexicalError {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}
