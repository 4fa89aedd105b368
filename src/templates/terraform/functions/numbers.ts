import type { Value } from '../../../network/value.ts';
import { numberValue } from '../terraform-value.ts';
import { arrayOf, numberOf, textOf } from './arguments.ts';
import { FunctionError, strict, type TerraformFunction } from './definition.ts';

function numeric(calculate: (...numbers: number[]) => number, count = 1): TerraformFunction {
  return strict(count, count, (args, call) => numberValue(finite(calculate(...args.map(numberOf))), call.origin));
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw new FunctionError('a calculation without a finite result');
  return number;
}

function all(args: readonly Value[]): number[] {
  return args.map(numberOf);
}

export const numberFunctions: readonly (readonly [string, TerraformFunction])[] = [
  ['abs', numeric(Math.abs)],
  ['ceil', numeric(Math.ceil)],
  ['floor', numeric(Math.floor)],
  ['signum', numeric(Math.sign)],
  ['log', numeric((value = 1, base = 10) => Math.log(value) / Math.log(base), 2)],
  ['pow', numeric((value = 1, power = 1) => value ** power, 2)],
  ['max', strict(1, undefined, (args, call) => numberValue(largest(all(args), Math.max), call.origin))],
  ['min', strict(1, undefined, (args, call) => numberValue(largest(all(args), Math.min), call.origin))],
  [
    'sum',
    strict(1, 1, ([list], call) => {
      const { items } = arrayOf(list);
      if (items.length === 0) throw new FunctionError('the sum of an empty list');
      return numberValue(
        items.reduce((total, item) => total + numberOf(item), 0),
        call.origin,
      );
    }),
  ],
  [
    'parseint',
    strict(2, 2, ([text, base], call) => {
      const digits = textOf(text);
      const radix = numberOf(base);
      const number =
        radix >= 2 && radix <= 36 && /^[-+]?[0-9a-z]+$/i.test(digits) ? Number.parseInt(digits, radix) : Number.NaN;
      return numberValue(finite(number), call.origin);
    }),
  ],
];

function largest(numbers: readonly number[], choose: (a: number, b: number) => number): number {
  return numbers.reduce(choose);
}
