import { numberValue, stringValue } from '../terraform-value.ts';
import { textOf } from './arguments.ts';
import { FunctionError, strict, type TerraformFunction } from './definition.ts';

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

export const dateFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'timeadd',
    strict(2, 2, ([time, duration], call) => {
      const moment = new Date(instant(textOf(time)) + milliseconds(textOf(duration)));
      return stringValue(moment.toISOString().replace('.000Z', 'Z'), call.origin);
    }),
  ],
  [
    'timecmp',
    strict(2, 2, ([left, right], call) =>
      numberValue(Math.sign(instant(textOf(left)) - instant(textOf(right))), call.origin),
    ),
  ],
  [
    'formatdate',
    strict(2, 2, ([pattern, time], call) =>
      stringValue(formatDate(textOf(pattern), new Date(instant(textOf(time)))), call.origin),
    ),
  ],
];

function instant(text: string): number {
  const time = /^\d{4}-\d\d-\d\d[Tt ]/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new FunctionError('a date function with something that is no RFC 3339 time');
  return time;
}

function milliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || text.replace(/^[-+]/, '') !== parts.map(part => part[0]).join(''))
    throw new FunctionError('a duration that cannot be read');
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ''] ?? 0), 0);
  return text.startsWith('-') ? -total : total;
}

/** Terraform's own pattern language: https://developer.hashicorp.com/terraform/language/functions/formatdate */
function formatDate(pattern: string, date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const hour = date.getUTCHours();
  const half = hour % 12 === 0 ? 12 : hour % 12;
  const values: Readonly<Record<string, () => string>> = {
    YYYY: () => String(date.getUTCFullYear()),
    YY: () => two(date.getUTCFullYear() % 100),
    MMMM: () => months[date.getUTCMonth()] ?? '',
    MMM: () => (months[date.getUTCMonth()] ?? '').slice(0, 3),
    MM: () => two(date.getUTCMonth() + 1),
    M: () => String(date.getUTCMonth() + 1),
    DD: () => two(date.getUTCDate()),
    D: () => String(date.getUTCDate()),
    EEEE: () => days[date.getUTCDay()] ?? '',
    EEE: () => (days[date.getUTCDay()] ?? '').slice(0, 3),
    hh: () => two(hour),
    h: () => String(hour),
    HH: () => two(half),
    H: () => String(half),
    AA: () => (hour < 12 ? 'AM' : 'PM'),
    aa: () => (hour < 12 ? 'am' : 'pm'),
    mm: () => two(date.getUTCMinutes()),
    m: () => String(date.getUTCMinutes()),
    ss: () => two(date.getUTCSeconds()),
    s: () => String(date.getUTCSeconds()),
    ZZZZZ: () => '+00:00',
    ZZZZ: () => '+0000',
    ZZZ: () => 'UTC',
    Z: () => 'Z',
  };
  return pattern.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (run, quoted) => {
    if (quoted !== undefined) return quoted.replaceAll("''", "'");
    const write = values[run];
    if (!write) throw new FunctionError('formatdate with a pattern that Terraform does not know');
    return write();
  });
}
