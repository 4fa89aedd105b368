import type { ArrayValue, UnknownValue, Value } from '../../network/value.ts';
import { memberOf } from './access.ts';
import {
  type Call,
  CallFailure,
  expectNumber,
  type FunctionEntry,
  known,
  operand,
  overAlternatives,
  partial,
} from './call.ts';
import { joinTexts } from './scope.ts';
import {
  arrayValue,
  booleanValue,
  isSecret,
  mayBeText,
  mostAlternatives,
  nullValue,
  numberValue,
  sameValue,
  symbolOf,
  textValue,
  Undecided,
  unknownValue,
} from './values.ts';

/** The further items of several arrays together: their alternatives are multiplied out while they are few. */
export function joinRests(rests: readonly UnknownValue[], call: Call): UnknownValue | undefined {
  if (rests.length === 0) return undefined;
  if (rests.length === 1) return rests[0];
  let combined: (readonly Value[])[] | undefined = [[]];
  for (const rest of rests) {
    const choices = rest.alternatives?.map(choice => (choice.kind === 'array' && !choice.rest ? choice.items : null));
    if (!choices || choices.includes(null) || combined.length * choices.length > mostAlternatives) {
      combined = undefined;
      break;
    }
    combined = combined.flatMap(head => choices.map(items => [...head, ...(items ?? [])]));
  }
  return unknownValue(
    rests.flatMap(rest => rest.dependsOn),
    call.origin,
    {
      alternatives: combined?.map(items => arrayValue(items, call.origin)),
      secret: rests.some(isSecret),
    },
  );
}

/** Arrays one after the other. An unknown one becomes further items. */
export function concatArrays(args: readonly Value[], call: Call): Value {
  const items: Value[] = [];
  const rests: UnknownValue[] = [];
  for (const arg of args) {
    if (arg.kind === 'array') {
      call.budget.checkItems(items.length + arg.items.length);
      for (const item of arg.items) items.push(item);
      if (arg.rest) rests.push(arg.rest);
    } else if (arg.kind === 'unknown') {
      rests.push(arg);
    } else {
      throw new CallFailure(`an array and a ${arg.kind} cannot be joined`);
    }
  }
  return arrayValue(items, call.origin, joinRests(rests, call));
}

function concat(args: readonly Value[], call: Call): Value {
  const only = args.length === 1 ? args[0] : undefined;
  if (only && (only.kind === 'array' || only.kind === 'string' || only.kind === 'unknown')) return only;
  if (args.some(arg => arg.kind === 'array' || arrayAlternatives(arg))) return concatArrays(args, call);
  if (args.length === 0) return textValue('', call.origin);
  const joined = joinTexts(args, call.origin);
  if (joined.kind === 'string') call.budget.checkText(joined.value.length);
  return joined.kind === 'unknown' ? withAlternatives(joined, args, call) : joined;
}

function arrayAlternatives(arg: Value): boolean {
  return (
    arg.kind === 'unknown' && arg.alternatives !== undefined && arg.alternatives.every(each => each.kind === 'array')
  );
}

/** The joined texts for each combination of the parts' alternatives. */
export function withAlternatives(joined: UnknownValue, parts: readonly Value[], call: Call): Value {
  let combinations: (readonly Value[])[] = [[]];
  for (const part of parts) {
    const choices = part.kind === 'unknown' ? part.alternatives : [part];
    if (!choices || combinations.length * choices.length > mostAlternatives) return joined;
    combinations = combinations.flatMap(head => choices.map(choice => [...head, choice]));
  }
  return unknownValue(joined.dependsOn, joined.origin, {
    symbol: joined.symbol,
    secret: joined.secret,
    alternatives: combinations.map(combination => joinTexts(combination, call.origin)),
  });
}

/** Whether the value is among the array's items: undefined when an unknown part decides. */
export function includes(items: ArrayValue, value: Value, call: Call): boolean | undefined {
  let result: boolean | undefined = items.rest ? undefined : false;
  for (const item of items.items) {
    const same = sameValue(item, value, call.budget);
    if (same === true) return true;
    if (same === undefined) result = undefined;
  }
  return result;
}

function contains([container, item]: readonly Value[], call: Call): Value {
  if (!container || !item) throw new CallFailure('two arguments are needed');
  const answer = containsAnswer(container, item, call);
  if (answer !== undefined) return booleanValue(answer, call.origin);
  throw new Undecided([container, item]);
}

function containsAnswer(container: Value, item: Value, call: Call): boolean | undefined {
  if (container.kind === 'unknown') {
    if (!container.alternatives) return undefined;
    const answers = new Set(container.alternatives.map(choice => containsAnswer(choice, item, call)));
    return answers.size === 1 ? [...answers][0] : undefined;
  }
  if (container.kind === 'array') {
    const answer = includes(container, item, call);
    if (answer !== undefined || item.kind !== 'unknown') return answer;
  }
  if (item.kind === 'unknown') {
    if (!item.alternatives) return undefined;
    const answers = new Set(item.alternatives.map(choice => containsAnswer(container, choice, call)));
    return answers.size === 1 ? [...answers][0] : undefined;
  }
  const text = symbolOf(item) ?? '';
  if (container.kind === 'object') {
    const held = container.get(text);
    // A property that one of several objects lacks is null in that case.
    if (held?.kind === 'unknown' && held.alternatives?.some(choice => choice.kind === 'null')) return undefined;
    if (held) return true;
    return container.rest ? undefined : false;
  }
  return (symbolOf(container) ?? '').includes(text);
}

function empty([value]: readonly Value[], call: Call): Value {
  switch (value?.kind) {
    case 'null':
      return booleanValue(true, call.origin);
    case 'string':
      return booleanValue(value.value === '', call.origin);
    case 'array':
      if (value.items.length > 0) return booleanValue(false, call.origin);
      return value.rest
        ? restCount(value.rest, count => booleanValue(count === 0, call.origin), call)
        : booleanValue(true, call.origin);
    case 'object':
      for (const _ of value.properties()) return booleanValue(false, call.origin);
      if (value.rest) throw new Undecided([value.rest]);
      return booleanValue(true, call.origin);
    default:
      throw new CallFailure('the value has no emptiness');
  }
}

/** What follows from the number of further items; alternatives for each possible one. */
function restCount(rest: UnknownValue, from: (count: number) => Value, call: Call): Value {
  const alternatives = rest.alternatives?.every(choice => choice.kind === 'array' && !choice.rest)
    ? rest.alternatives.map(choice => from(choice.kind === 'array' ? choice.items.length : 0))
    : undefined;
  return unknownValue(rest.dependsOn, call.origin, { alternatives, secret: rest.secret });
}

function length([value]: readonly Value[], call: Call): Value {
  switch (value?.kind) {
    case 'string':
      return numberValue(value.value.length, call.origin);
    case 'array': {
      const sure = value.items.length;
      return value.rest
        ? restCount(value.rest, count => numberValue(sure + count, call.origin), call)
        : numberValue(sure, call.origin);
    }
    case 'object': {
      if (value.rest) throw new Undecided([value.rest]);
      let count = 0;
      for (const _ of value.properties()) count++;
      return numberValue(count, call.origin);
    }
    default:
      throw new CallFailure('the value has no length');
  }
}

function end(position: 'first' | 'last'): FunctionEntry {
  return known(1, 1, ([value], call) => {
    if (value?.kind === 'string') {
      return textValue(position === 'first' ? value.value.slice(0, 1) : value.value.slice(-1), call.origin);
    }
    if (value?.kind !== 'array') throw new CallFailure('the value has no items');
    if (value.rest) throw new Undecided([value.rest, ...value.items]);
    return value.items.at(position === 'first' ? 0 : -1) ?? nullValue(call.origin);
  });
}

function fromStart(keep: 'take' | 'skip'): FunctionEntry {
  return known(2, 2, ([value, count], call) => {
    const number = Math.max(0, expectNumber(count, 'the count'));
    if (value?.kind === 'string') {
      return textValue(keep === 'take' ? value.value.slice(0, number) : value.value.slice(number), call.origin);
    }
    if (value?.kind !== 'array') throw new CallFailure('the value has no items');
    if (value.rest) throw new Undecided([value.rest]);
    return arrayValue(keep === 'take' ? value.items.slice(0, number) : value.items.slice(number), call.origin);
  });
}

/** Items of all arrays without repetition; an unknown array becomes further items. */
export function unionArrays(args: readonly Value[], call: Call): Value {
  const joined = concatArrays(args, call);
  if (joined.kind !== 'array') return joined;
  const seen = new Set<string>();
  const items: Value[] = [];
  for (const item of joined.items) {
    // Scalars are told apart by their text; objects one by one.
    const key =
      item.kind === 'string' || item.kind === 'number' || item.kind === 'boolean'
        ? `${item.kind}:${item.value}`
        : undefined;
    if (key !== undefined) {
      if (seen.has(key)) continue;
      seen.add(key);
    } else if (items.some(earlier => earlier.kind === item.kind && sameValue(earlier, item, call.budget) === true)) {
      continue;
    }
    items.push(item);
  }
  return arrayValue(items, call.origin, joined.rest);
}

export function intersectArrays(args: readonly ArrayValue[], call: Call): Value {
  const [first, ...others] = args;
  if (!first) return arrayValue([], call.origin);
  const items: Value[] = [];
  const open: Value[] = first.rest ? [first.rest] : [];
  for (const item of first.items) {
    const answers = others.map(other => includes(other, item, call));
    if (answers.includes(false)) continue;
    if (answers.includes(undefined)) open.push(item, ...others.flatMap(other => other.rest ?? []));
    else items.push(item);
  }
  if (open.length === 0) return arrayValue(items, call.origin);
  const names = open.flatMap(value => (value.kind === 'unknown' ? value.dependsOn : []));
  return arrayValue(items, call.origin, unknownValue(names.length > 0 ? names : [call.text], call.origin));
}

function flatten([value]: readonly Value[], call: Call): Value {
  if (value?.kind !== 'array') throw new CallFailure('the value is not an array');
  const joined = concatArrays(value.items, call);
  if (!value.rest || joined.kind !== 'array') return joined;
  const inner = value.rest.alternatives?.map(choice =>
    choice.kind === 'array' ? concatArrays(choice.items, call) : choice,
  );
  const rest = unknownValue(value.rest.dependsOn, call.origin, { alternatives: inner, secret: value.rest.secret });
  return arrayValue(joined.items, call.origin, joinRests(joined.rest ? [joined.rest, rest] : [rest], call));
}

function position(find: 'first' | 'last'): FunctionEntry {
  return known(2, 2, ([value, item], call) => {
    if (value?.kind === 'string' && item?.kind === 'string') {
      const text = value.value.toLowerCase();
      const part = item.value.toLowerCase();
      return numberValue(find === 'first' ? text.indexOf(part) : text.lastIndexOf(part), call.origin);
    }
    if (value?.kind !== 'array' || !item) throw new CallFailure('there is nothing to look in');
    if (value.rest) throw new Undecided([value.rest]);
    let found = -1;
    for (const [index, candidate] of value.items.entries()) {
      const same = sameValue(candidate, item, call.budget);
      if (same === undefined) throw new Undecided([candidate, item]);
      if (!same) continue;
      found = index;
      if (find === 'first') break;
    }
    return numberValue(found, call.origin);
  });
}

function tryGet(args: readonly Value[], call: Call): Value {
  let value = args[0]!;
  for (const key of args.slice(1)) value = memberOf(value, key, call, true);
  return value;
}

function indexFromEnd(optional: boolean): FunctionEntry {
  return known(2, 2, ([value, count], call) => {
    if (value?.kind !== 'array') throw new CallFailure('the value is not an array');
    if (value.rest) throw new Undecided([value.rest]);
    const index = value.items.length - expectNumber(count, 'the position');
    return memberOf(value, numberValue(index, call.origin), call, optional);
  });
}

export const arrayFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['concat', partial(0, 800, concat)],
  ['contains', partial(2, 2, contains)],
  [
    'empty',
    {
      least: 1,
      most: 1,
      run: (args, call) => {
        const value = operand(args[0]);
        if (value.kind === 'unknown' && !mayBeText(value, '')) return booleanValue(false, call.origin);
        return overAlternatives([value], call, choice => empty(choice, call));
      },
    },
  ],
  ['length', known(1, 1, length)],
  ['first', end('first')],
  ['last', end('last')],
  ['take', fromStart('take')],
  ['skip', fromStart('skip')],
  ['flatten', known(1, 1, flatten)],
  ['indexOf', position('first')],
  ['lastIndexOf', position('last')],
  ['array', known(1, 1, ([value], call) => (value?.kind === 'array' ? value : arrayValue([value!], call.origin)))],
  ['createArray', partial(0, 20_000, (args, call) => arrayValue(args, call.origin))],
  ['tryGet', partial(2, 50, tryGet)],
  ['indexFromEnd', indexFromEnd(false)],
  ['tryIndexFromEnd', indexFromEnd(true)],
  [
    'join',
    known(2, 2, ([value, delimiter], call) => {
      if (value?.kind !== 'array') throw new CallFailure('the value is not an array');
      if (value.rest) throw new Undecided([value.rest]);
      const parts = value.items.flatMap((item, index) => (index === 0 ? [item] : [delimiter!, item]));
      const joined = joinTexts(parts, call.origin);
      if (joined.kind === 'string') call.budget.checkText(joined.value.length);
      return joined;
    }),
  ],
]);

/** Whether all arguments can be arrays, and one surely is. */
export function areArrays(args: readonly Value[]): boolean {
  return (
    args.some(arg => arg.kind === 'array' || arrayAlternatives(arg)) &&
    args.every(arg => arg.kind === 'array' || arg.kind === 'unknown')
  );
}
