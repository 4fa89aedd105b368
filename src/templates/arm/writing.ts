import type { Json } from '../../network/value.ts';
import type { NewValue } from '../source-editor.ts';
import { lineBreakIn } from '../text-lines.ts';

/** How a text lays JSON out. Without line breaks it is all one line. */
export interface JsonLayout {
  readonly lineBreak: string;
  /** One level of indentation. */
  readonly unit: string;
  readonly colon: string;
  /** Between two members of one line. */
  readonly comma: string;
}

/** The layout of a text, but for its indentation. */
export function layoutOf(text: string): JsonLayout {
  if (/[\r\n]/.test(text.trim())) return { lineBreak: lineBreakIn(text), unit: '  ', colon: ': ', comma: ', ' };
  const spaced = /":\s/.test(text);
  return { lineBreak: '', unit: '', colon: spaced ? ': ' : ':', comma: spaced ? ', ' : ',' };
}

/** A value as JSON text; a text that would be taken for an expression is escaped. Lists stay on one line. */
export function writeJsonValue(value: NewValue, layout: JsonLayout, indentation: string): string {
  return 'expression' in value ? JSON.stringify(`[${value.expression}]`) : writeJson(value.json, layout, indentation);
}

/** An object as JSON text of members already written, each on a line of its own where the text has lines. */
export function writeMembers(members: readonly string[], layout: JsonLayout, indentation: string): string {
  const { lineBreak, unit, comma } = layout;
  if (lineBreak === '') return `{${members.join(comma)}}`;
  const inner = lineBreak + indentation + unit;
  return `{${inner}${members.join(`,${inner}`)}${lineBreak}${indentation}}`;
}

/** A value inside an expression, as it stands in the JSON string around it. */
export function writeExpressionValue(value: NewValue): string {
  const expression = 'expression' in value ? value.expression : writeExpression(value.json);
  return JSON.stringify(expression).slice(1, -1);
}

function writeJson(json: Json, layout: JsonLayout, indentation: string): string {
  if (typeof json === 'string') return JSON.stringify(json.startsWith('[') && json.endsWith(']') ? `[${json}` : json);
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(item => writeJson(item, layout, indentation)).join(layout.comma)}]`;
  const members = Object.entries(json).map(
    ([name, value]) => JSON.stringify(name) + layout.colon + writeJson(value, layout, indentation + layout.unit),
  );
  return members.length === 0 ? '{}' : writeMembers(members, layout, indentation);
}

function writeExpression(json: Json): string {
  if (typeof json === 'string') return `'${json.replaceAll("'", "''")}'`;
  if (json === null) return 'null()';
  if (typeof json === 'boolean') return json ? 'true()' : 'false()';
  if (typeof json === 'number') return String(json);
  if (Array.isArray(json)) return `createArray(${json.map(writeExpression).join(', ')})`;
  const parts = Object.entries(json).flatMap(([name, value]) => [writeExpression(name), writeExpression(value)]);
  return `createObject(${parts.join(', ')})`;
}
