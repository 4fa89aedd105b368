import type { Value } from '../../../network/value.ts';
import { booleanValue, numberText, scalarText, sequence, stringValue } from '../terraform-value.ts';
import { arrayOf, numberOf, textOf } from './arguments.ts';
import { type Call, FunctionError, FunctionLimit, strict, type TerraformFunction } from './definition.ts';
import { toJsonText } from './json-text.ts';
import { allMatches, firstMatch, replaceAllMatches } from './regular-expressions.ts';
import { resourceIdParts } from './resource-ids.ts';

/** A text result must not outgrow what a file can hold. */
const maximumText = 4 * 1024 * 1024;

function text(transform: (text: string) => string): TerraformFunction {
  return strict(1, 1, ([value], call) => stringValue(transform(textOf(value)), call.origin));
}

export const stringFunctions: readonly (readonly [string, TerraformFunction])[] = [
  ['lower', text(value => value.toLowerCase())],
  ['upper', text(value => value.toUpperCase())],
  [
    'title',
    text(value => value.replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before, letter) => before + letter.toUpperCase())),
  ],
  ['trimspace', text(value => value.trim())],
  ['chomp', text(value => value.replace(/[\r\n]+$/, ''))],
  ['strrev', text(value => [...value].reverse().join(''))],
  [
    'trim',
    strict(2, 2, ([value, cut], call) => stringValue(trimSet(textOf(value), textOf(cut), true, true), call.origin)),
  ],
  [
    'trimprefix',
    strict(2, 2, ([value, prefix], call) => {
      const whole = textOf(value);
      const start = textOf(prefix);
      return stringValue(whole.startsWith(start) ? whole.slice(start.length) : whole, call.origin);
    }),
  ],
  [
    'trimsuffix',
    strict(2, 2, ([value, suffix], call) => {
      const whole = textOf(value);
      const end = textOf(suffix);
      return stringValue(end !== '' && whole.endsWith(end) ? whole.slice(0, -end.length) : whole, call.origin);
    }),
  ],
  [
    'startswith',
    strict(2, 2, ([value, part], call) => booleanValue(textOf(value).startsWith(textOf(part)), call.origin)),
  ],
  ['endswith', strict(2, 2, ([value, part], call) => booleanValue(textOf(value).endsWith(textOf(part)), call.origin))],
  [
    'strcontains',
    strict(2, 2, ([value, part], call) => booleanValue(textOf(value).includes(textOf(part)), call.origin)),
  ],
  [
    'replace',
    strict(3, 3, ([value, search, by], call) => {
      const pattern = textOf(search);
      const whole = textOf(value);
      const isPattern = pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/');
      const result = isPattern
        ? replaceAllMatches(pattern.slice(1, -1), whole, textOf(by))
        : whole.replaceAll(pattern, () => textOf(by));
      return stringValue(bounded(result), call.origin);
    }),
  ],
  [
    'substr',
    strict(3, 3, ([value, offset, length], call) => {
      const letters = [...textOf(value)];
      let from = numberOf(offset);
      if (from < 0) from = Math.max(0, letters.length + from);
      const count = numberOf(length);
      return stringValue(letters.slice(from, count < 0 ? undefined : from + count).join(''), call.origin);
    }),
  ],
  [
    'split',
    {
      ...strict(2, 2, ([separator, value], call) => {
        const whole = textOf(value);
        const parts = whole === '' ? [''] : whole.split(textOf(separator));
        return sequence(
          parts.map(part => stringValue(part, call.origin)),
          call.origin,
          'list',
        );
      }),
      symbolic: ([separator, value], call) =>
        separator?.kind === 'string' && separator.value === '/' ? resourceIdParts(value, call) : undefined,
    },
  ],
  [
    'join',
    strict(1, undefined, ([separator, ...lists], call) => {
      const parts = lists.flatMap(list => arrayOf(list).items.map(textOf));
      return stringValue(bounded(parts.join(textOf(separator))), call.origin);
    }),
  ],
  [
    'indent',
    strict(2, 2, ([spaces, value], call) =>
      stringValue(
        bounded(textOf(value).replaceAll('\n', `\n${' '.repeat(clampWidth(numberOf(spaces)))}`)),
        call.origin,
      ),
    ),
  ],
  ['regex', strict(2, 2, ([pattern, value], call) => firstMatch(textOf(pattern), textOf(value), call.origin))],
  [
    'regexall',
    strict(2, 2, ([pattern, value], call) =>
      sequence(allMatches(textOf(pattern), textOf(value), call.origin), call.origin, 'list'),
    ),
  ],
  [
    'format',
    strict(1, undefined, ([pattern, ...args], call) =>
      stringValue(bounded(format(textOf(pattern), args)), call.origin),
    ),
  ],
  ['formatlist', strict(1, undefined, ([pattern, ...args], call) => formatList(textOf(pattern), args, call))],
];

function bounded(value: string): string {
  if (value.length > maximumText) throw new FunctionLimit('a text that is too large');
  return value;
}

function clampWidth(value: number): number {
  return Math.min(Math.max(0, Math.floor(value)), 10_000);
}

export function trimSet(value: string, cut: string, start: boolean, end: boolean): string {
  const set = new Set(cut);
  const letters = [...value];
  let from = 0;
  let to = letters.length;
  while (start && from < to && set.has(letters[from] as string)) from++;
  while (end && to > from && set.has(letters[to - 1] as string)) to--;
  return letters.slice(from, to).join('');
}

function formatList(pattern: string, args: readonly Value[], call: Call): Value {
  const lengths = new Set(args.filter(value => value.kind === 'array').map(value => arrayOf(value).items.length));
  if (lengths.size > 1) throw new FunctionError('formatlist with lists of different lengths');
  const [length = 1] = lengths;
  const items: Value[] = [];
  for (let index = 0; index < length; index++) {
    const row = args.map(value => (value.kind === 'array' ? (value.items[index] as Value) : value));
    items.push(stringValue(format(pattern, row), call.origin));
  }
  return sequence(items, call.origin, 'list');
}

const verb = /%(?:%|([-+ #0]*)(\*|\d+)?(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))/g;

/** Go's verbs as far as Terraform's `format` takes them. */
function format(pattern: string, args: readonly Value[]): string {
  let next = 0;
  let most = 0;
  const result = pattern.replace(verb, (whole, flags = '', width, precision, position, letter) => {
    if (whole === '%%') return '%';
    if (position !== undefined) next = Number(position) - 1;
    const value = args[next++];
    most = Math.max(most, next);
    if (!value) throw new FunctionError('format without enough arguments');
    const body = verbText(letter, value, flags, precision === undefined ? undefined : clampWidth(Number(precision)));
    const size = width === undefined ? 0 : clampWidth(Number(width));
    if (flags.includes('-')) return body.padEnd(size);
    if (flags.includes('0') && letter !== 's' && letter !== 'v' && letter !== 'q') {
      const sign = /^[-+]/.exec(body)?.[0] ?? '';
      return sign + body.slice(sign.length).padStart(size - sign.length, '0');
    }
    return body.padStart(size);
  });
  if (most < args.length) throw new FunctionError('format with more arguments than verbs');
  return result;
}

function verbText(letter: string, value: Value, flags: string, precision: number | undefined): string {
  const signed = (number: number, body: string) => (flags.includes('+') && number >= 0 ? `+${body}` : body);
  switch (letter) {
    case 's':
    case 'v': {
      const plain = flags.includes('#') ? toJsonText(value) : (scalarText(value) ?? toJsonText(value));
      return precision === undefined ? plain : [...plain].slice(0, precision).join('');
    }
    case 'q':
      return JSON.stringify(textOf(value));
    case 't':
      return textOf(value);
    case 'd': {
      const number = Math.trunc(numberOf(value));
      return signed(number, numberText(number));
    }
    case 'b':
      return Math.trunc(numberOf(value)).toString(2);
    case 'o':
      return Math.trunc(numberOf(value)).toString(8);
    case 'x':
    case 'X': {
      const plain =
        value.kind === 'string'
          ? [...new TextEncoder().encode(value.value)].map(byte => byte.toString(16).padStart(2, '0')).join('')
          : Math.trunc(numberOf(value)).toString(16);
      return letter === 'X' ? plain.toUpperCase() : plain;
    }
    case 'f':
    case 'F': {
      const number = numberOf(value);
      return signed(number, number.toFixed(Math.min(precision ?? 6, 100)));
    }
    case 'e':
    case 'E':
      return numberOf(value)
        .toExponential(Math.min(precision ?? 6, 100))
        .replace(/e([-+])(\d)$/, 'e$10$2');
    case 'g':
    case 'G':
      return numberText(numberOf(value));
    case 'c':
      return String.fromCodePoint(Math.min(Math.max(0, numberOf(value)), 0x10ffff));
    default:
      throw new FunctionError('format with a verb that Terraform does not know');
  }
}
