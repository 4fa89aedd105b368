import type { Json } from '../../network/value.ts';
import type { NewValue } from '../source-editor.ts';
import { lineBreakIn } from '../text-lines.ts';
import { quoteText } from './string-text.ts';

/** A value in Bicep's syntax; lists and objects go over several lines, which every version of Bicep reads. */
export function writeExpression(value: NewValue, text: string, indentation: string): string {
  return 'expression' in value ? value.expression : writeJson(value.json, lineBreakIn(text), indentation);
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
