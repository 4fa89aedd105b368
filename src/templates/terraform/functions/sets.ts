import type { UnknownValue, Value } from '../../../network/value.ts';
import { maximumItems } from '../iteration.ts';
import { combine } from '../partial-value.ts';
import { equalValues, isWhollyKnown, sequence, unknownValue } from '../terraform-value.ts';
import { arrayOf } from './arguments.ts';
import { distinct } from './collections.ts';
import { FunctionLimit, partial, strict, type TerraformFunction } from './definition.ts';

export const setFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'setunion',
    partial(1, undefined, (args, call) => {
      const items: Value[] = [];
      const rests: UnknownValue[] = [];
      for (const value of args) {
        if (value.kind === 'unknown') rests.push(unknownValue(value.dependsOn, call.origin));
        else {
          const array = arrayOf(value);
          items.push(...array.items);
          if (array.rest) rests.push(array.rest);
        }
      }
      const rest =
        rests.length > 0
          ? unknownValue(
              rests.flatMap(one => one.dependsOn),
              call.origin,
            )
          : undefined;
      return sequence(distinct(items, call), call.origin, 'set', rest);
    }),
  ],
  [
    'setintersection',
    strict(1, undefined, ([first, ...others], call) => {
      const kept = arrayOf(first).items.filter(item => others.every(other => has(arrayOf(other).items, item)));
      return sequence(kept, call.origin, 'set');
    }),
  ],
  [
    'setsubtract',
    partial(2, 2, ([from, taken], call) => {
      if (from?.kind !== 'array' || taken?.kind !== 'array' || taken.rest || !isWhollyKnown(taken))
        return combine([from as Value, taken as Value], call.origin);
      return sequence(
        from.items.filter(item => !has(taken.items, item)),
        call.origin,
        'set',
        from.rest,
      );
    }),
  ],
  [
    'setsymmetricdifference',
    strict(2, 2, ([left, right], call) => {
      const a = arrayOf(left).items;
      const b = arrayOf(right).items;
      return sequence([...a.filter(item => !has(b, item)), ...b.filter(item => !has(a, item))], call.origin, 'set');
    }),
  ],
  [
    'setproduct',
    partial(1, undefined, (args, call) => {
      if (args.some(value => value.kind !== 'array' || value.rest))
        return sequence([], call.origin, 'list', combine(args, call.origin));
      let rows: Value[][] = [[]];
      for (const value of args) {
        const { items } = arrayOf(value);
        if (rows.length * items.length > maximumItems || !call.budget.spend(rows.length * items.length))
          throw new FunctionLimit('a product of sets that is too large');
        rows = rows.flatMap(row => items.map(item => [...row, item]));
      }
      return sequence(
        rows.map(row => sequence(row, call.origin)),
        call.origin,
        'list',
      );
    }),
  ],
];

function has(items: readonly Value[], wanted: Value): boolean {
  return items.some(item => equalValues(item, wanted) === true);
}
