import type { Value } from '../../network/value.ts';
import { type Binding, type Evaluator, inFileOf, type Scope, toNumber } from './evaluation.ts';
import { iterate, restOf } from './iteration.ts';
import { isFailed } from './partial-value.ts';
import { attributeOf, type Body } from './syntax.ts';
import { mapping, numberValue, scalarText, stringValue, unknownValue } from './terraform-value.ts';

/** One instance that `count` or `for_each` makes of a block, or the block itself without them. */
export interface Expanded {
  /** What the address ends with: nothing, `[0]`, `["web"]`. */
  readonly suffix: string;
  readonly key: string | number | undefined;
  readonly bindings: Binding | undefined;
  /** Input variables and unknown things that decide whether it is there, also when their defaults say that it is. */
  readonly hangsOn: readonly string[];
  /** Unknown things that decide whether it is there. */
  readonly doubt: readonly string[];
  /** The variables' defaults say that it is not there. It is looked at as if it were. */
  readonly leftOut: boolean;
  /** It stands for any number of instances with keys that are not known. */
  readonly generic: boolean;
}

export interface Expansion {
  readonly mode: 'single' | 'count' | 'each';
  readonly instances: readonly Expanded[];
  /** Why the instances are not listed one by one: they would be too many. */
  readonly tooMany?: number;
}

/** More instances of one block are looked at as one that stands for all. */
const maximumInstances = 1000;

/** The instances of a block after its `count` or `for_each`. */
export function expand(body: Body, scope: Scope, evaluator: Evaluator): Expansion {
  const count = attributeOf(body, 'count');
  if (count) {
    const { result, uses } = evaluator.tracking(() => evaluator.evaluate(count.value, inFileOf(count, scope)));
    return expandCount(result, [...uses.all]);
  }
  const each = attributeOf(body, 'for_each');
  if (each) {
    const { result, uses } = evaluator.tracking(() => evaluator.evaluate(each.value, inFileOf(each, scope)));
    return expandEach(result, [...uses.all], [...uses.conditions]);
  }
  return { mode: 'single', instances: [instance('', undefined, undefined, {})] };
}

function instance(
  suffix: string,
  key: string | number | undefined,
  bindings: Binding | undefined,
  state: Partial<Pick<Expanded, 'hangsOn' | 'doubt' | 'leftOut' | 'generic'>>,
): Expanded {
  return { suffix, key, bindings, hangsOn: [], doubt: [], leftOut: false, generic: false, ...state };
}

function counted(
  index: number | undefined,
  state: Parameters<typeof instance>[3],
  names: readonly string[] = [],
): Expanded {
  const value = index === undefined ? unknownValue(names, [], { symbol: '{count.index}' }) : numberValue(index);
  const bindings = { name: 'count', value: mapping([['index', value]]), outer: undefined };
  return instance(index === undefined ? '' : `[${index}]`, index, bindings, state);
}

function expandCount(value: Value, uses: readonly string[]): Expansion {
  if (value.kind === 'unknown') {
    const hangsOn = [...new Set([...value.dependsOn, ...uses])];
    const numbers = value.alternatives?.map(toNumber);
    const doubt = numbers?.every(number => number !== undefined && number > 0) ? [] : value.dependsOn;
    const most = numbers && Math.max(...numbers.map(number => number ?? Number.POSITIVE_INFINITY));
    if (most === 0) return { mode: 'count', instances: [] };
    const only = most === 1 ? 0 : undefined;
    return {
      mode: 'count',
      instances: [counted(only, { hangsOn, doubt, generic: only === undefined }, value.dependsOn)],
    };
  }
  // A switch in place of a number is an error for Terraform; what it means is clear.
  const number = value.kind === 'boolean' ? Number(value.value) : toNumber(value);
  if (number === undefined)
    return { mode: 'count', instances: [counted(0, { hangsOn: uses, doubt: ['a count that is no number'] })] };
  if (number <= 0)
    return { mode: 'count', instances: uses.length > 0 ? [counted(0, { hangsOn: uses, leftOut: true })] : [] };
  if (number > maximumInstances)
    return {
      mode: 'count',
      instances: [counted(undefined, { generic: true, hangsOn: uses }, ['count.index'])],
      tooMany: number,
    };
  const instances: Expanded[] = [];
  for (let index = 0; index < number; index++) instances.push(counted(index, { hangsOn: uses }));
  return { mode: 'count', instances };
}

function keyed(key: Value, value: Value, state: Parameters<typeof instance>[3]): Expanded {
  const name = scalarText(key);
  const bindings = {
    name: 'each',
    value: mapping([
      ['key', key],
      ['value', value],
    ]),
    outer: undefined,
  };
  return instance(name === undefined ? '' : `[${JSON.stringify(name)}]`, name, bindings, state);
}

function unknownEach(names: readonly string[], state: Parameters<typeof instance>[3]): Expanded {
  const part = unknownValue(names, []);
  return keyed({ ...part, symbol: '{each.key}' }, part, { ...state, generic: true });
}

function expandEach(value: Value, uses: readonly string[], conditions: readonly string[]): Expansion {
  if (value.kind === 'unknown') {
    const hangsOn = [...new Set([...value.dependsOn, ...uses])];
    if (value.alternatives && !isFailed(value)) {
      const listed = alternativeKeys(value.alternatives, value.dependsOn, hangsOn);
      if (listed) return { mode: 'each', instances: listed };
    }
    return { mode: 'each', instances: [unknownEach(value.dependsOn, { hangsOn, doubt: value.dependsOn })] };
  }
  const pairs = iterate(value);
  if (!pairs)
    return {
      mode: 'each',
      instances: [
        unknownEach(['a for_each over something that is no collection'], {
          doubt: ['a for_each over something that is no collection'],
        }),
      ],
    };
  if (pairs.length > maximumInstances)
    return { mode: 'each', instances: [unknownEach(['each.key'], { hangsOn: conditions })], tooMany: pairs.length };
  const instances: Expanded[] = [];
  for (const [key, item] of pairs) {
    const isList = value.kind === 'array';
    const name = isList ? item : key;
    if (scalarText(name) === undefined) {
      const names = name.kind === 'unknown' ? name.dependsOn : ['a key that is no text'];
      instances.push({ ...keyed(name, item, { generic: true }), suffix: '' });
      if (names.length === 0) break;
    } else instances.push(keyed(asText(name), item, { hangsOn: conditions }));
  }
  const rest = restOf(value);
  if (rest) {
    const further =
      rest.alternatives &&
      alternativeKeys(rest.alternatives, rest.dependsOn, [...new Set([...rest.dependsOn, ...uses])]);
    if (further) instances.push(...further);
    else
      instances.push(
        unknownEach(rest.dependsOn, { hangsOn: [...new Set([...rest.dependsOn, ...uses])], doubt: rest.dependsOn }),
      );
  }
  if (instances.length === 0 && uses.length > 0) instances.push(unknownEach(uses, { hangsOn: uses, leftOut: true }));
  return { mode: 'each', instances };
}

function asText(key: Value): Value {
  return key.kind === 'string' ? key : stringValue(scalarText(key) ?? '', key.origin);
}

/** Every key that some alternative has; one that all of them have is surely there. */
function alternativeKeys(
  alternatives: readonly Value[],
  names: readonly string[],
  hangsOn: readonly string[],
): Expanded[] | undefined {
  const found = new Map<string, { key: Value; item: Value; count: number }>();
  for (const alternative of alternatives) {
    if (alternative.kind === 'null') continue;
    const pairs = iterate(alternative);
    if (!pairs || restOf(alternative) || pairs.length > maximumInstances) return undefined;
    for (const [key, item] of pairs) {
      const name = alternative.kind === 'array' ? item : key;
      const text = scalarText(name);
      if (text === undefined) return undefined;
      const before = found.get(text);
      if (before) before.count++;
      else found.set(text, { key: asText(name), item, count: 1 });
    }
  }
  return [...found.values()].map(({ key, item, count }) =>
    keyed(key, item, { hangsOn, doubt: count < alternatives.length ? names : [] }),
  );
}
