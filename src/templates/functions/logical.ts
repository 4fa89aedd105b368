import type { Value } from '../../network/value.ts';
import {
  type Argument,
  type Call,
  CallFailure,
  expectBoolean,
  expectNumber,
  type FunctionEntry,
  known,
  lazy,
  operand,
  partial,
} from './call.ts';
import { booleanValue, callSymbol, isSecret, nullValue, sameValue, symbolOf, unknownValue } from './values.ts';

/**
 * The chosen branch with its own chain; for an undecided condition an unknown value whose alternatives are both.
 * `branch` is evaluated only when it can be chosen.
 */
export function choose(condition: Value, branch: (taken: boolean) => Value, call: Call): Value {
  if (condition.kind !== 'unknown') return branch(expectBoolean(condition, 'the condition'));
  const surely = sureBoolean(condition);
  if (surely !== undefined) return branch(surely);
  const yes = branch(true);
  const no = branch(false);
  if (isSameScalar(yes, no)) return yes;
  return unknownValue(condition.dependsOn, call.origin, {
    alternatives: [yes, no],
    symbol: choiceSymbol(condition, yes, no, call),
    secret: isSecret(yes) || isSecret(no) || isSecret(condition),
  });
}

/** Whether two branches say the same, so that the condition decides nothing. */
function isSameScalar(a: Value, b: Value): boolean {
  return 'value' in a && 'value' in b && a.kind === b.kind && a.value === b.value && isSecret(a) === isSecret(b);
}

function choiceSymbol(condition: Value, yes: Value, no: Value, call: Call): string | undefined {
  const yesSymbol = symbolOf(yes);
  if (yesSymbol !== undefined && yesSymbol === symbolOf(no)) return yesSymbol;
  return callSymbol('if', [condition, yes, no], call.budget);
}

/** The truth of an unknown condition whose alternatives all agree. */
function sureBoolean(condition: Value): boolean | undefined {
  if (condition.kind !== 'unknown' || !condition.alternatives) return undefined;
  const answers = new Set(condition.alternatives.map(choice => (choice.kind === 'boolean' ? choice.value : undefined)));
  return answers.size === 1 ? [...answers][0] : undefined;
}

/** `and` and `or`: an operand that decides ends the evaluation, also behind unknown ones. */
export function connect(args: readonly Argument[], deciding: boolean, call: Call): Value {
  const open: Value[] = [];
  for (const arg of args) {
    const value = operand(arg);
    const surely = value.kind === 'unknown' ? sureBoolean(value) : expectBoolean(value, 'an operand');
    if (surely === undefined) open.push(value);
    else if (surely === deciding) return booleanValue(deciding, call.origin);
  }
  if (open.length === 0) return booleanValue(!deciding, call.origin);
  return unknownValue(
    open.flatMap(value => (value.kind === 'unknown' ? value.dependsOn : [])),
    call.origin,
    {
      symbol: callSymbol(call.name, open, call.budget),
      alternatives: [booleanValue(true, call.origin), booleanValue(false, call.origin)],
      secret: open.some(isSecret),
    },
  );
}

/** The first operand that is not null. */
export function coalesce(args: readonly Argument[], call: Call): Value {
  const open: Value[] = [];
  for (const arg of args) {
    const value = operand(arg);
    if (value.kind === 'null') continue;
    const maybeNull =
      value.kind === 'unknown' && (!value.alternatives || value.alternatives.some(choice => choice.kind === 'null'));
    if (!maybeNull && open.length === 0) return value;
    open.push(value);
    if (!maybeNull) break;
  }
  if (open.length === 0) return nullValue(call.origin);
  if (open.length === 1) return open[0]!;
  return unknownValue(
    open.flatMap(value => (value.kind === 'unknown' ? value.dependsOn : [])),
    call.origin,
    {
      alternatives: open.flatMap((value, index) =>
        value.kind === 'unknown' && value.alternatives && index < open.length - 1
          ? value.alternatives.filter(choice => choice.kind !== 'null')
          : [value],
      ),
      symbol: callSymbol(call.name, open, call.budget),
      secret: open.some(isSecret),
    },
  );
}

/** Equality with three outcomes, as a value. */
export function equality(a: Value, b: Value, call: Call, ignoreCase = false): Value {
  const same = sameValue(a, b, call.budget, ignoreCase);
  if (same !== undefined) return booleanValue(same, call.origin);
  const open = [a, b].flatMap(value => (value.kind === 'unknown' ? value.dependsOn : []));
  return unknownValue(open.length > 0 ? open : [call.text], call.origin, {
    alternatives: [booleanValue(true, call.origin), booleanValue(false, call.origin)],
    symbol: callSymbol(call.name, [a, b], call.budget),
    secret: isSecret(a) || isSecret(b),
  });
}

function comparison(test: (order: number) => boolean): FunctionEntry {
  return known(2, 2, ([a, b], call) => booleanValue(test(order(a!, b!)), call.origin));
}

function order(a: Value, b: Value): number {
  if (a.kind === 'string' && b.kind === 'string') return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  if (a.kind === 'object' || a.kind === 'array') throw new CallFailure('only numbers and strings are compared');
  return expectNumber(a, 'the first operand') - expectNumber(b, 'the second operand');
}

export const logicalFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['if', lazy(3, 3, (args, call) => choose(operand(args[0]), taken => operand(args[taken ? 1 : 2]), call))],
  ['and', lazy(1, 200, (args, call) => connect(args, false, call))],
  ['or', lazy(1, 200, (args, call) => connect(args, true, call))],
  ['not', known(1, 1, ([value], call) => booleanValue(!expectBoolean(value, 'the operand'), call.origin))],
  ['coalesce', lazy(1, 200, coalesce)],
  ['equals', partial(2, 2, ([a, b], call) => equality(a!, b!, call))],
  ['less', comparison(value => value < 0)],
  ['lessOrEquals', comparison(value => value <= 0)],
  ['greater', comparison(value => value > 0)],
  ['greaterOrEquals', comparison(value => value >= 0)],
  ['true', known(0, 0, (_, call) => booleanValue(true, call.origin))],
  ['false', known(0, 0, (_, call) => booleanValue(false, call.origin))],
  ['null', known(0, 0, (_, call) => nullValue(call.origin))],
  [
    'bool',
    known(1, 1, ([value], call) => {
      if (value?.kind === 'number') return booleanValue(value.value !== 0, call.origin);
      if (value?.kind === 'string' && /^[01]$/.test(value.value)) return booleanValue(value.value === '1', call.origin);
      return booleanValue(expectBoolean(value, 'the value'), call.origin);
    }),
  ],
]);
