import type { Value } from '../../network/value.ts';
import type { Template } from './template.ts';

/** A `copy` loop that is being run, with those around it. */
export interface Loop {
  /** In lower case. */
  readonly name: string;
  readonly index: Value;
  readonly outer: Loop | undefined;
}

/** A lambda's variable. */
export interface Local {
  readonly name: string;
  readonly value: Value;
  readonly outer: Local | undefined;
}

/** What the names in an expression stand for. */
export interface Frame {
  readonly template: Template;
  readonly loops?: Loop | undefined;
  readonly locals?: Local | undefined;
  /** The parameters of the user-defined function whose body this is, by name in lower case. */
  readonly functionParameters?: ReadonlyMap<string, Value> | undefined;
  /** True in a parameter file: its texts are taken as they are. */
  readonly plain?: boolean;
}

/** The same names where every parameter that the deployer sets is unknown: what existence is judged by. */
export function openFrame(frame: Frame): Frame {
  return { ...frame, template: frame.template.open };
}
