import type { Json } from '../../network/value.ts';
import type { NewValue } from '../source-editor.ts';

/** A value as JSON text; a text that would be taken for an expression is escaped. Lists stay on one line. */
export function writeJsonValue(value: NewValue, lineBreak: string, indentation: string, unit: string): string {
  return 'expression' in value
    ? JSON.stringify(`[${value.expression}]`)
    : writeJson(value.json, lineBreak, indentation, unit);
}

/** A value inside an expression, as it stands in the JSON string around it. */
export function writeExpressionValue(value: NewValue): string {
  const expression = 'expression' in value ? value.expression : writeExpression(value.json);
  return JSON.stringify(expression).slice(1, -1);
}

function writeJson(json: Json, lineBreak: string, indentation: string, unit: string): string {
  if (typeof json === 'string') return JSON.stringify(json.startsWith('[') ? `[${json}` : json);
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(item => writeJson(item, lineBreak, indentation, unit)).join(', ')}]`;
  const inner = indentation + unit;
  const lines = Object.entries(json).map(
    ([name, value]) => `${inner}${JSON.stringify(name)}: ${writeJson(value, lineBreak, inner, unit)}`,
  );
  return lines.length === 0 ? '{}' : `{${lineBreak}${lines.join(`,${lineBreak}`)}${lineBreak}${indentation}}`;
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
