import type { Value } from '../../../network/value.ts';
import { numberText } from '../terraform-value.ts';
import { FunctionError, FunctionLimit } from './definition.ts';

/** Texts that hold themselves twice double with each call, and their quotes' escapes with them. */
const maximumCharacters = 4_000_000;

/** A known value as JSON, objects in the order of their names, as `jsonencode` writes it. */
export function toJsonText(value: Value, depth = 0, budget = { left: 200_000, characters: maximumCharacters }): string {
  if (--budget.left < 0) throw new FunctionLimit('a value that is too large');
  if (depth > 200) throw new FunctionLimit('a value that is nested too deeply');
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'number':
      return numberText(value.value);
    case 'string':
      budget.characters -= value.value.length;
      if (budget.characters < 0) throw new FunctionLimit('a text that is too large');
      return JSON.stringify(value.value);
    case 'array':
      return `[${value.items.map(item => toJsonText(item, depth + 1, budget)).join(',')}]`;
    case 'object': {
      const properties = [...value.properties()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      return `{${properties.map(property => `${JSON.stringify(property.name)}:${toJsonText(property.value, depth + 1, budget)}`).join(',')}}`;
    }
    case 'unknown':
      throw new FunctionError('an unknown value in a text');
  }
}
