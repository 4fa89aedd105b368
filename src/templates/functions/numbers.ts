import type { Value } from '../../network/value.ts';
import { type Call, CallFailure, expectNumber, type FunctionEntry, known, partial } from './call.ts';
import { arrayValue, isSecret, numberValue, textValue, Undecided, unknownValue } from './values.ts';

function arithmetic(compute: (a: number, b: number) => number): FunctionEntry {
  return known(2, 2, ([a, b], call) =>
    numberValue(compute(expectNumber(a, 'the first operand'), expectNumber(b, 'the second operand')), call.origin),
  );
}

function divisor(value: number): number {
  if (value === 0) throw new CallFailure('division by zero');
  return value;
}

/** `min` and `max`: of integers, or of one array of them. */
function extreme(better: (a: number, b: number) => boolean): FunctionEntry {
  return partial(1, 200, (args, call) => {
    const only = args.length === 1 ? args[0] : undefined;
    if (only?.kind === 'unknown') return unknownValue(only.dependsOn, call.origin, { secret: isSecret(only) });
    if (only?.kind === 'array' && only.rest) throw new Undecided([only.rest]);
    const candidates = only?.kind === 'array' ? only.items : args;
    let best: number | undefined;
    for (const candidate of candidates) {
      const value = expectNumber(candidate, 'an operand');
      if (best === undefined || better(value, best)) best = value;
    }
    if (best === undefined) throw new CallFailure('there is nothing to choose from');
    return numberValue(best, call.origin);
  });
}

function range([start, count]: readonly Value[], call: Call): Value {
  const first = expectNumber(start, 'the start');
  const length = expectNumber(count, 'the count');
  if (length < 0) throw new CallFailure('the count is negative');
  call.budget.checkItems(length);
  return arrayValue(
    Array.from({ length }, (_, index) => numberValue(first + index, call.origin)),
    call.origin,
  );
}

export const numberFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['add', arithmetic((a, b) => a + b)],
  ['sub', arithmetic((a, b) => a - b)],
  ['mul', arithmetic((a, b) => a * b)],
  ['div', arithmetic((a, b) => Math.trunc(a / divisor(b)))],
  ['mod', arithmetic((a, b) => a % divisor(b))],
  ['min', extreme((a, b) => a < b)],
  ['max', extreme((a, b) => a > b)],
  ['range', known(2, 2, range)],
  [
    'int',
    known(1, 1, ([value], call) => {
      if (value?.kind === 'number') return numberValue(Math.trunc(value.value), call.origin);
      return numberValue(expectNumber(value, 'the value'), call.origin);
    }),
  ],
  [
    'float',
    known(1, 1, ([value], call) => {
      const number = value?.kind === 'number' || value?.kind === 'string' ? Number(value.value) : Number.NaN;
      if (Number.isNaN(number)) throw new CallFailure('the value is not a number');
      return numberValue(number, call.origin);
    }),
  ],
  // Zones of a location are the region's business.
  ['pickZones', partial(3, 5, (_, call) => unknownValue([call.text], call.origin))],
  ['toLogicalZone', partial(3, 3, (_, call) => unknownValue([call.text], call.origin))],
  ['toLogicalZones', partial(3, 3, (_, call) => unknownValue([call.text], call.origin))],
  ['toPhysicalZone', partial(3, 3, (_, call) => unknownValue([call.text], call.origin))],
  ['toPhysicalZones', partial(3, 3, (_, call) => unknownValue([call.text], call.origin))],
  ['fail', known(1, 1, ([message]) => failWith(message))],
  ['nameof', known(1, 1, ([value], call) => (value?.kind === 'string' ? value : textValue('', call.origin)))],
]);

function failWith(message: Value | undefined): never {
  throw new CallFailure(message?.kind === 'string' ? message.value : 'the template fails on purpose');
}
