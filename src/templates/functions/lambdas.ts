import type { ArrayValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { MapObject } from '../../network/value.ts';
import { joinRests } from './arrays.ts';
import {
  type Argument,
  type Call,
  CallFailure,
  type FunctionEntry,
  type Lambda,
  lambda,
  lazy,
  operand,
} from './call.ts';
import { expectObject } from './objects.ts';
import { arrayValue, isSecret, numberValue, objectValue, Undecided, unknownValue } from './values.ts';

function expectArray(value: Value): ArrayValue {
  if (value.kind === 'array') return value;
  if (value.kind === 'unknown') throw new Undecided([value]);
  throw new CallFailure('the value is not an array');
}

/** A call on each alternative of an unknown array, as alternatives of the result. */
function overArrays(value: Value, call: Call, compute: (array: ArrayValue) => Value): Value {
  if (value.kind !== 'unknown') return compute(expectArray(value));
  const alternatives = value.alternatives?.every(choice => choice.kind === 'array')
    ? value.alternatives.map(choice => compute(expectArray(choice)))
    : undefined;
  return unknownValue(value.dependsOn, call.origin, { alternatives, secret: value.secret });
}

/** The further items of an array after a function of arrays. */
function overRest(
  rest: UnknownValue | undefined,
  call: Call,
  compute: (array: ArrayValue) => Value,
): UnknownValue | undefined {
  if (!rest) return undefined;
  const result = overArrays(rest, call, compute);
  return result.kind === 'unknown' ? result : rest;
}

function withIndex(over: Lambda, item: Value, index: number, call: Call): Value {
  call.budget.spend(1);
  return over.invoke(over.arity > 1 ? [item, numberValue(index, call.origin)] : [item]);
}

function map(args: readonly Argument[], call: Call): Value {
  const over = lambda(args[1]);
  const compute = (array: ArrayValue): Value =>
    arrayValue(
      array.items.map((item, index) => withIndex(over, item, index, call)),
      call.origin,
      overRest(array.rest, call, compute),
    );
  return overArrays(operand(args[0]), call, compute);
}

function filter(args: readonly Argument[], call: Call): Value {
  const over = lambda(args[1]);
  const compute = (array: ArrayValue): Value => {
    const kept: Value[] = [];
    const rests: UnknownValue[] = [];
    for (const [index, item] of array.items.entries()) {
      const answer = withIndex(over, item, index, call);
      if (answer.kind === 'unknown') rests.push(mayBeThere(item, answer, call));
      else if (answer.kind === 'boolean' && answer.value) kept.push(item);
    }
    const rest = overRest(array.rest, call, compute);
    return arrayValue(kept, call.origin, joinRests(rest ? [...rests, rest] : rests, call));
  };
  return overArrays(operand(args[0]), call, compute);
}

/** An item that is among the further ones or not. */
function mayBeThere(item: Value, answer: UnknownValue, call: Call): UnknownValue {
  return unknownValue(answer.dependsOn, call.origin, {
    alternatives: [arrayValue([], call.origin), arrayValue([item], call.origin)],
    secret: isSecret(item),
  });
}

function reduce(args: readonly Argument[], call: Call): Value {
  const array = expectArray(operand(args[0]));
  const over = lambda(args[2]);
  if (array.rest) throw new Undecided([array.rest]);
  let value = operand(args[1]);
  for (const [index, item] of array.items.entries()) {
    call.budget.spend(1);
    value = over.invoke(over.arity > 2 ? [value, item, numberValue(index, call.origin)] : [value, item]);
  }
  return value;
}

function toObject(args: readonly Argument[], call: Call): Value {
  const array = expectArray(operand(args[0]));
  const keyOf = lambda(args[1]);
  const memberFor = args[2] ? lambda(args[2]) : undefined;
  const properties: Property[] = [];
  const open: string[] = array.rest ? [...array.rest.dependsOn] : [];
  for (const [index, item] of array.items.entries()) {
    const key = withIndex(keyOf, item, index, call);
    if (key.kind === 'unknown') open.push(...key.dependsOn);
    else if (key.kind === 'string') {
      properties.push({ name: key.value, value: memberFor ? withIndex(memberFor, item, index, call) : item });
    } else throw new CallFailure('a key must be a string');
  }
  return new MapObject(properties, call.origin, open.length > 0 ? unknownValue(open, call.origin) : undefined);
}

function mapValues(args: readonly Argument[], call: Call): Value {
  const object = expectObject(operand(args[0]));
  const over = lambda(args[1]);
  const entries = [...object.properties()].map(({ name, value }): [string, Value] => [
    name,
    withIndex(over, value, 0, call),
  ]);
  return objectValue(entries, call.origin, object.rest && unknownValue(object.rest.dependsOn, call.origin));
}

function groupBy(args: readonly Argument[], call: Call): Value {
  const array = expectArray(operand(args[0]));
  const keyOf = lambda(args[1]);
  if (array.rest) throw new Undecided([array.rest]);
  const groups = new Map<string, Value[]>();
  for (const [index, item] of array.items.entries()) {
    const key = withIndex(keyOf, item, index, call);
    if (key.kind === 'unknown') throw new Undecided([key]);
    if (key.kind !== 'string') throw new CallFailure('a key must be a string');
    const group = groups.get(key.value);
    if (group) group.push(item);
    else groups.set(key.value, [item]);
  }
  return objectValue(
    [...groups].map(([name, items]): [string, Value] => [name, arrayValue(items, call.origin)]),
    call.origin,
  );
}

function sort(args: readonly Argument[], call: Call): Value {
  const array = expectArray(operand(args[0]));
  const before = lambda(args[1]);
  const sorted = [...array.items].sort((a, b) => {
    const forward = invokeTest(before, a, b, call);
    if (forward) return -1;
    return invokeTest(before, b, a, call) ? 1 : 0;
  });
  return arrayValue(sorted, call.origin, array.rest);
}

function invokeTest(test: Lambda, a: Value, b: Value, call: Call): boolean {
  call.budget.spend(1);
  const answer = test.invoke([a, b]);
  if (answer.kind === 'unknown') throw new Undecided([answer]);
  return answer.kind === 'boolean' && answer.value;
}

export const lambdaFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['map', lazy(2, 2, map)],
  ['filter', lazy(2, 2, filter)],
  ['reduce', lazy(3, 3, reduce)],
  ['toObject', lazy(2, 3, toObject)],
  ['mapValues', lazy(2, 2, mapValues)],
  ['groupBy', lazy(2, 2, groupBy)],
  ['sort', lazy(2, 2, sort)],
]);
