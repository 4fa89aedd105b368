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
  ['max', strict(1, undefined, (args, call) => numberValue(Math.max(...all(args)), call.origin))],
  ['min', strict(1, undefined, (args, call) => numberValue(Math.min(...all(args)), call.origin))],
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
      return numberValue(finite(wholeNumber(digits, radix)), call.origin);
    }),
  ],
];

const digitsOfAllBases = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A whole number in a base up to 62; capital letters are digits of their own above base 36. NaN for other texts. */
function wholeNumber(text: string, base: number): number {
  const [, sign, digits] = /^([-+]?)([0-9a-zA-Z]+)$/.exec(text) ?? [];
  if (digits === undefined || base < 2 || base > 62) return Number.NaN;
  let number = 0;
  for (const letter of base <= 36 ? digits.toLowerCase() : digits) {
    const digit = digitsOfAllBases.indexOf(letter);
    if (digit >= base) return Number.NaN;
    number = number * base + digit;
  }
  return sign === '-' ? -number : number;
}
