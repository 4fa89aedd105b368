import type { TextPlace, TextRange } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import type { Instance } from './instance.ts';
import type { Program } from './program.ts';

/** A file of one reading. */
export interface SourceFile {
  readonly path: string;
  readonly program: Program;
}

/** A name that a loop, lambda or function gives a value. */
export interface Local {
  readonly name: string;
  readonly value: Value;
  /** Its value when the deployer's values are left open; the same where that makes no difference. */
  readonly open: Value;
  readonly outer: Local | undefined;
}

/** What the names in an expression stand for. */
export interface Frame {
  readonly instance: Instance;
  readonly locals: Local | undefined;
}

export function withLocal(frame: Frame, name: string, value: Value, open: Value = value): Frame {
  return name === '' ? frame : { instance: frame.instance, locals: { name, value, open, outer: frame.locals } };
}

/** The same names where every parameter that the deployer sets is unknown: what existence is judged by. */
export function openFrame(frame: Frame): Frame {
  const { open } = frame.instance;
  if (open === frame.instance) return frame;
  const locals: Local[] = [];
  for (let local = frame.locals; local; local = local.outer) locals.push(local);
  let opened: Local | undefined;
  for (const local of locals.reverse()) opened = { ...local, value: local.open, outer: opened };
  return { instance: open, locals: opened };
}

export function placeIn(path: string, range: TextRange): TextPlace {
  return { kind: 'text', file: path, range: { start: range.start, end: range.end } };
}

/** From the start of a declaration's keyword to the end of its line. */
export function openingPlace(source: SourceFile, keyword: TextRange, end: number): TextPlace {
  const { text } = source.program;
  let at = keyword.start;
  while (at < end && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  while (at > keyword.start && (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9)) at--;
  return placeIn(source.path, { start: keyword.start, end: at });
}
