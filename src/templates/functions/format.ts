import type { Value } from '../../network/value.ts';
import { withAlternatives } from './arrays.ts';
import { type Call, CallFailure, expectText } from './call.ts';
import { joinTexts } from './scope.ts';
import { toJson } from './values.ts';

interface FormatItem {
  readonly index: number;
  readonly width: number;
  readonly pattern: string;
}

/** `.NET` composite format: literal texts and the items between them. Undefined when the braces do not match. */
function parseFormat(text: string): (string | FormatItem)[] | undefined {
  const parts: (string | FormatItem)[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character !== '{' && character !== '}') {
      literal += character;
      continue;
    }
    if (text[at + 1] === character) {
      literal += character;
      at++;
      continue;
    }
    const close = character === '{' ? text.indexOf('}', at) : -1;
    const match = close < 0 ? null : /^\s*(\d+)\s*(?:,\s*(-?\d+))?\s*(?::(.*))?$/s.exec(text.slice(at + 1, close));
    if (!match) return undefined;
    if (literal) parts.push(literal);
    literal = '';
    parts.push({ index: Number(match[1]), width: Number(match[2] ?? 0), pattern: match[3] ?? '' });
    at = close;
  }
  if (literal) parts.push(literal);
  return parts;
}

/** `format('{0}-nsg', name)`, and what Bicep's interpolation compiles to. */
export function formatText(args: readonly Value[], call: Call): Value {
  const parts = parseFormat(expectText(args[0], 'the format'));
  if (!parts) throw new CallFailure('the format is not valid');
  const texts = parts.map(part => (typeof part === 'string' ? part : formatItem(part, args[part.index + 1], call)));
  const joined = joinTexts(texts, call.origin);
  if (joined.kind === 'string') call.budget.checkText(joined.value.length);
  if (joined.kind !== 'unknown') return joined;
  const values = texts.map(
    (text): Value => (typeof text === 'string' ? { kind: 'string', value: text, origin: call.origin } : text),
  );
  return withAlternatives(joined, values, call);
}

function formatItem(item: FormatItem, value: Value | undefined, call: Call): string | Value {
  if (!value) throw new CallFailure(`the format asks for argument ${item.index}, which is not there`);
  if (value.kind === 'unknown') return value;
  const text = scalarText(value, item.pattern, call);
  if (Math.abs(item.width) > 10_000) throw new CallFailure('the format asks for too wide a text');
  return withSecrecy(value, item.width < 0 ? text.padEnd(-item.width) : text.padStart(item.width), call);
}

function withSecrecy(source: Value, text: string, call: Call): string | Value {
  return source.secret ? { kind: 'string', value: text, origin: call.origin, secret: true } : text;
}

/** A known value as text. */
function scalarText(value: Value, pattern: string, call: Call): string {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return formatNumber(value.value, pattern);
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'null':
      return '';
    default:
      return JSON.stringify(toJson(value, call.budget));
  }
}

/** Number formats `D`, `X`, `N`, `F`, `P` and patterns of zeros. */
function formatNumber(value: number, pattern: string): string {
  const standard = /^([dxnfpDXNFP])(\d{0,2})$/.exec(pattern);
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  if (standard) {
    const digits = standard[2] ? Number(standard[2]) : undefined;
    switch (standard[1]!.toLowerCase()) {
      case 'd':
        return sign + String(Math.trunc(size)).padStart(digits ?? 0, '0');
      case 'x': {
        const hex = Math.trunc(size)
          .toString(16)
          .padStart(digits ?? 0, '0');
        return standard[1] === 'X' ? hex.toUpperCase() : hex;
      }
      case 'p':
        return `${sign}${grouped((size * 100).toFixed(digits ?? 2))} %`;
      case 'n':
        return sign + grouped(size.toFixed(digits ?? 2));
      default:
        return sign + size.toFixed(digits ?? 2);
    }
  }
  const zeros = /^(0+)$/.exec(pattern);
  return zeros ? sign + String(Math.round(size)).padStart(zeros[1]!.length, '0') : String(value);
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}
