import type { UnknownValue, Value } from '../../network/value.ts';
import { numberValue, unknownValue } from '../functions/values.ts';
import type { Decision } from '../presence.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, openFrame, placeIn, withLocal } from './frame.ts';
import type { Expression, ForNode, ObjectNode } from './syntax.ts';

/** Azure's own bound on the instances of one resource or module loop. */
const mostInstances = 800;

/** What the value of a resource or module says: how often, when, and what. */
export interface Body {
  readonly loop: ForNode | undefined;
  readonly condition: Expression | undefined;
  readonly object: ObjectNode | undefined;
}

export function bodyOf(value: Expression): Body {
  const loop = value.kind === 'for' ? value : undefined;
  let inner = loop ? loop.body : value;
  let condition: Expression | undefined;
  if (inner.kind === 'if') {
    condition = inner.condition;
    inner = inner.body;
  }
  return { loop, condition, object: inner.kind === 'object' ? inner : undefined };
}

/** One turn of a loop. */
export interface Turn {
  readonly frame: Frame;
  /** Its index; undefined for a turn that stands for any number of turns. */
  readonly position: number | undefined;
}

/** The decision is about the number of turns: left out, the values at hand make none, and one stands for what a deployer may make. */
export interface Turns extends Decision {
  readonly turns: readonly Turn[];
}

/** The turns of a resource or module loop. */
export function turnsOf(evaluator: Evaluator, frame: Frame, loop: ForNode): Turns {
  const source = evaluator.value(frame, loop.source);
  const opened = openFrame(frame);
  const open = opened === frame ? source : evaluator.value(opened, loop.source);
  const on = openness(open)?.dependsOn ?? openness(source)?.dependsOn ?? [];
  const turn = (value: Value, position: number | undefined): Turn => {
    const openItem = open === source ? value : itemAt(open, position, value, on);
    const index =
      position === undefined
        ? unknownValue(on, [], { symbol: `{index of ${evaluator.words(frame, loop.source)}}` })
        : numberValue(position, [{ kind: 'literal', place: placeIn(frame.instance.source.path, loop.item) }]);
    let inner = withLocal(frame, loop.item.text, value, openItem);
    if (loop.index) inner = withLocal(inner, loop.index.text, index);
    return { frame: inner, position };
  };
  const any = (unknown: UnknownValue): Turn => {
    const symbol = `{an item of ${evaluator.words(frame, loop.source)}}`;
    return turn(
      unknownValue(unknown.dependsOn, unknown.origin, {
        symbol,
        alternatives: itemsOfAll(unknown),
        secret: unknown.secret,
      }),
      undefined,
    );
  };
  if (source.kind === 'unknown') return { turns: [any(source)], open: on, now: on, leftOut: false };
  if (source.kind !== 'array') {
    const message = 'A loop runs over an array: this is none.';
    evaluator.report(placeIn(frame.instance.source.path, loop.source), message);
    return { turns: [], open: on, now: [], leftOut: false };
  }
  if (source.items.length > mostInstances) {
    evaluator.report(
      placeIn(frame.instance.source.path, loop.source),
      `The loop has ${source.items.length} turns, of which Azure takes at most ${mostInstances}: the rest is not read.`,
    );
  }
  const turns = source.items.slice(0, mostInstances).map((item, index) => turn(item, index));
  if (source.rest) turns.push(any(source.rest));
  const leftOut = turns.length === 0 && on.length > 0;
  if (leftOut) turns.push(any(unknownValue(on, [])));
  return { turns, open: on, now: source.rest ? source.rest.dependsOn : [], leftOut };
}

/** The unknown part of an array. */
function openness(value: Value): UnknownValue | undefined {
  if (value.kind === 'unknown') return value;
  return value.kind === 'array' ? value.rest : undefined;
}

function itemAt(open: Value, position: number | undefined, value: Value, on: readonly string[]): Value {
  const known = open.kind === 'array' && position !== undefined ? open.items[position] : undefined;
  return known ?? unknownValue(on, value.origin);
}

/** The items of all alternatives of an unknown array; undefined when there are none to tell. */
function itemsOfAll(unknown: UnknownValue): readonly Value[] | undefined {
  const items: Value[] = [];
  for (const choice of unknown.alternatives ?? []) {
    if (choice.kind !== 'array' || choice.rest) return undefined;
    items.push(...choice.items);
  }
  return items.length > 0 ? items : undefined;
}
