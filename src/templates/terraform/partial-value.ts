import type { OriginChain } from '../../network/origin.ts';
import type { UnknownValue, Value } from '../../network/value.ts';
import { deepDependencies, equalValues, symbolOf, unknownValue } from './terraform-value.ts';

/** The most combinations of alternatives that are worked out one by one. */
const maximumCombinations = 16;

/** What an expression that Terraform would reject gives: unknown, and `try` passes it over. */
export interface FailedValue extends UnknownValue {
  readonly failed: true;
}

/** `what` stands in a sentence: "a key web that is not there". */
export function failed(what: string, origin: OriginChain): FailedValue {
  return { kind: 'unknown', dependsOn: [what], origin, failed: true };
}

export function isFailed(value: Value): value is FailedValue {
  return value.kind === 'unknown' && (value as Partial<FailedValue>).failed === true;
}

/** An unknown that hangs on everything unknown in some values. */
export function combine(values: readonly Value[], origin: OriginChain, symbol?: string): UnknownValue {
  const names: string[] = [];
  let secret = false;
  for (const value of values) {
    names.push(...deepDependencies(value));
    if (value.secret) secret = true;
  }
  return unknownValue(names, origin, { ...(symbol === undefined ? {} : { symbol }), ...(secret ? { secret } : {}) });
}

/** A function's symbol when all its arguments have one: the same call on the same unknowns is the same value. */
export function callSymbol(name: string, args: readonly Value[]): string | undefined {
  const parts: string[] = [];
  for (const value of args) {
    const part = symbolOf(value);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return `{${name}(${parts.join(',')})}`;
}

/**
 * Works out a result for every combination of the alternatives of the unknowns among `values`. Undefined when one of
 * them has none or there are too many. Combinations that fail are impossible and left out.
 */
export function mapAlternatives(
  values: readonly Value[],
  evaluate: (known: readonly Value[]) => Value,
): Value | undefined {
  let combinations = 1;
  for (const value of values) {
    if (value.kind !== 'unknown') continue;
    if (!value.alternatives || value.alternatives.some(alternative => alternative.kind === 'unknown')) return undefined;
    combinations *= value.alternatives.length;
    if (combinations > maximumCombinations) return undefined;
  }
  const results: Value[] = [];
  let broken: Value | undefined;
  const names = new Set<string>();
  let secret = false;
  for (const value of values) {
    if (value.kind === 'unknown') for (const name of value.dependsOn) names.add(name);
    if (value.secret) secret = true;
  }
  for (let number = 0; number < combinations; number++) {
    let digits = number;
    const known = values.map(value => {
      if (value.kind !== 'unknown' || !value.alternatives) return value;
      const choice = value.alternatives[digits % value.alternatives.length] as Value;
      digits = Math.floor(digits / value.alternatives.length);
      return choice;
    });
    const result = evaluate(known);
    if (isFailed(result)) {
      broken = result;
      continue;
    }
    if (result.kind !== 'unknown') results.push(result);
    else {
      for (const name of result.dependsOn) names.add(name);
      if (!result.alternatives) return unknownValue([...names], result.origin, secret ? { secret } : {});
      results.push(...result.alternatives);
    }
  }
  const first = results[0];
  if (!first) return broken;
  if (results.every(result => equalValues(first, result) === true)) return first;
  return unknownValue([...names], first.origin, { alternatives: results, ...(secret ? { secret } : {}) });
}
