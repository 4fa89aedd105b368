import type { Json } from '../../network/value.ts';
import type { NewValue } from '../source-editor.ts';
import { lineBreakIn } from '../text-lines.ts';
import { quoteText } from './string-text.ts';

/** Longer lists go over several lines, wherever the text has them. */
const longestLine = 100;

/**
 * A value in Bicep's syntax; lists and objects go over several lines, which every version of Bicep reads, unless the
 * text has lists in one line itself.
 */
export function writeExpression(value: NewValue, text: string, indentation: string): string {
  if ('expression' in value) return value.expression;
  const { json } = value;
  if (Array.isArray(json) && json.every(isScalar) && hasListsInLine(text)) {
    const line = `[${json.map(item => writeJson(item, '', '')).join(', ')}]`;
    if (line.length <= longestLine) return line;
  }
  return writeJson(json, lineBreakIn(text), indentation);
}

function isScalar(json: Json): boolean {
  return json === null || typeof json !== 'object';
}

/** Whether a list or object with something in it begins and goes on in one line; an index follows what it belongs to. */
function hasListsInLine(text: string): boolean {
  return /[:=(,[?][^\S\r\n]*(?:\[[^\S\r\n]*['\d]|\{[^\S\r\n]*\w+:)/.test(text);
}

function writeJson(json: Json, lineEnd: string, indentation: string): string {
  if (typeof json === 'string') return quoteText(json);
  if (json === null || typeof json !== 'object') return String(json);
  const inner = `${indentation}  `;
  if (Array.isArray(json)) {
    const items = (json as readonly Json[]).map(item => inner + writeJson(item, lineEnd, inner) + lineEnd);
    return items.length === 0 ? '[]' : `[${lineEnd}${items.join('')}${indentation}]`;
  }
  const properties = Object.entries(json).map(
    ([name, item]) => `${inner}${writeName(name)}: ${writeJson(item as Json, lineEnd, inner)}${lineEnd}`,
  );
  return properties.length === 0 ? '{}' : `{${lineEnd}${properties.join('')}${indentation}}`;
}

function writeName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoteText(name);
}
