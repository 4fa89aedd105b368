import { type Call, CallFailure, expectNumber, expectText, type FunctionEntry, known } from './call.ts';
import { numberValue, textValue } from './values.ts';

/** `dateTimeAdd` and its kin, with the .NET formats that templates use. */

function parseDate(text: string): Date {
  const compact = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const iso = compact
    ? `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`
    : /(Z|[+-]\d{2}:?\d{2})$/.test(text)
      ? text.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
      : `${text.replace(' ', 'T')}Z`;
  const date = new Date(/^\d{4}-\d{2}-\d{2}Z$/.test(iso) ? iso.slice(0, -1) : iso);
  if (Number.isNaN(date.getTime())) throw new CallFailure('the text is not a date');
  return date;
}

interface Duration {
  readonly sign: number;
  readonly months: number;
  readonly seconds: number;
}

/** An ISO 8601 duration such as `-P3Y2M1DT4H5M6S` or `P2W`. */
function parseDuration(text: string): Duration {
  const match =
    /^([+-]?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(
      text,
    );
  if (!match || /^[+-]?P$/i.test(text)) throw new CallFailure('the text is not a duration');
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(2).map(part => Number(part ?? 0));
  return {
    sign: match[1] === '-' ? -1 : 1,
    months: years! * 12 + months!,
    seconds: ((weeks! * 7 + days!) * 24 + hours!) * 3600 + minutes! * 60 + seconds!,
  };
}

function add(date: Date, duration: Duration): Date {
  const moved = new Date(date.getTime());
  const day = moved.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + duration.sign * duration.months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, lastDay));
  moved.setTime(moved.getTime() + duration.sign * duration.seconds * 1000);
  if (Number.isNaN(moved.getTime())) throw new CallFailure('the date lies outside the calendar');
  return moved;
}

const standardFormats: Readonly<Record<string, string>> = {
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  s: 'yyyy-MM-ddTHH:mm:ss',
  o: "yyyy-MM-ddTHH:mm:ss.fffffff'Z'",
  O: "yyyy-MM-ddTHH:mm:ss.fffffff'Z'",
  d: 'MM/dd/yyyy',
  t: 'HH:mm',
  T: 'HH:mm:ss',
};

function formatDate(date: Date, format: string): string {
  const pad = (value: number, width: number) => String(value).padStart(width, '0');
  return (standardFormats[format] ?? format).replace(
    /'([^']*)'|yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|f+|tt|K|zzz/g,
    (token, quoted: string | undefined) => {
      if (quoted !== undefined) return quoted;
      switch (token) {
        case 'yyyy':
          return pad(date.getUTCFullYear(), 4);
        case 'yy':
          return pad(date.getUTCFullYear() % 100, 2);
        case 'MM':
        case 'M':
          return pad(date.getUTCMonth() + 1, token.length);
        case 'dd':
        case 'd':
          return pad(date.getUTCDate(), token.length);
        case 'HH':
        case 'H':
          return pad(date.getUTCHours(), token.length);
        case 'hh':
        case 'h':
          return pad(date.getUTCHours() % 12 || 12, token.length);
        case 'mm':
        case 'm':
          return pad(date.getUTCMinutes(), token.length);
        case 'ss':
        case 's':
          return pad(date.getUTCSeconds(), token.length);
        case 'tt':
          return date.getUTCHours() < 12 ? 'AM' : 'PM';
        case 'K':
          return 'Z';
        case 'zzz':
          return '+00:00';
        default:
          return pad(date.getUTCMilliseconds(), 3).padEnd(7, '0').slice(0, token.length);
      }
    },
  );
}

function dated(date: Date, format: string | undefined, call: Call) {
  return textValue(formatDate(date, format ?? 'u'), call.origin);
}

export const dateFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  [
    'dateTimeAdd',
    known(2, 3, ([base, duration, format], call) =>
      dated(
        add(parseDate(expectText(base, 'the date')), parseDuration(expectText(duration, 'the duration'))),
        format && expectText(format, 'the format'),
        call,
      ),
    ),
  ],
  [
    'dateTimeFromEpoch',
    known(1, 1, ([seconds], call) => {
      const date = new Date(expectNumber(seconds, 'the time') * 1000);
      if (Number.isNaN(date.getTime())) throw new CallFailure('the date lies outside the calendar');
      return textValue(date.toISOString().replace(/\.\d+Z$/, 'Z'), call.origin);
    }),
  ],
  [
    'dateTimeToEpoch',
    known(1, 1, ([text], call) =>
      numberValue(Math.trunc(parseDate(expectText(text, 'the date')).getTime() / 1000), call.origin),
    ),
  ],
]);
