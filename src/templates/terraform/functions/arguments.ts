import type { ArrayValue, ObjectValue, Value } from '../../../network/value.ts';
import { scalarText } from '../terraform-value.ts';
import { FunctionError } from './definition.ts';

export function textOf(value: Value | undefined): string {
  const text = value && scalarText(value);
  if (text === undefined) throw new FunctionError('a function that needs a text');
  return text;
}

export function numberOf(value: Value | undefined): number {
  const number = value?.kind === 'number' ? value.value : value?.kind === 'string' ? Number(value.value) : Number.NaN;
  if (!Number.isFinite(number) || (value?.kind === 'string' && value.value.trim() === ''))
    throw new FunctionError('a function that needs a number');
  return number;
}

export function arrayOf(value: Value | undefined): ArrayValue {
  if (value?.kind !== 'array') throw new FunctionError('a function that needs a list');
  return value;
}

export function objectOf(value: Value | undefined): ObjectValue {
  if (value?.kind !== 'object') throw new FunctionError('a function that needs a map');
  return value;
}

export function booleanOf(value: Value | undefined): boolean {
  if (value?.kind === 'boolean') return value.value;
  const text = value?.kind === 'string' ? value.value : undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new FunctionError('a function that needs true or false');
}
