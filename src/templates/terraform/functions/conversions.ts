import type { Value } from '../../../network/value.ts';
import { isFailed } from '../partial-value.ts';
import { asSecret, booleanValue, MappingValue, sequence, stringValue, withOrigin } from '../terraform-value.ts';
import type { TypeConstraint } from '../type-constraint.ts';
import { convert, primitive } from '../type-constraint.ts';
import { FunctionError, partial, type TerraformFunction } from './definition.ts';

function conversion(type: TypeConstraint): TerraformFunction {
  return partial(1, 1, ([value]) => {
    const result = convert(value as Value, type);
    if ('problem' in result) throw new FunctionError(result.problem);
    return result.value;
  });
}

const any: TypeConstraint = { kind: 'any' };

export const conversionFunctions: readonly (readonly [string, TerraformFunction])[] = [
  ['tostring', conversion(primitive('string'))],
  ['tonumber', conversion(primitive('number'))],
  ['tobool', conversion(primitive('bool'))],
  ['tolist', conversion({ kind: 'list', of: any })],
  ['toset', conversion({ kind: 'set', of: any })],
  ['tomap', conversion({ kind: 'map', of: any })],
  ['sensitive', partial(1, 1, ([value]) => asSecret(value as Value))],
  ['ephemeralasnull', partial(1, 1, ([value]) => value as Value)],
  ['nonsensitive', partial(1, 1, ([value]) => open(value as Value, 0))],
  ['issensitive', partial(1, 1, ([value], call) => booleanValue(value?.secret === true, call.origin))],
  ['type', partial(1, 1, ([value], call) => stringValue((value as Value).kind, call.origin))],
  ['defaults', partial(2, 2, ([value, fallback]) => fill(value as Value, fallback as Value, 0))],
];

/** `nonsensitive`: the author says that it may be shown. */
function open(value: Value, depth: number): Value {
  if (!value.secret || depth > 16) return value;
  switch (value.kind) {
    case 'array':
      return sequence(
        value.items.map(item => open(item, depth + 1)),
        value.origin,
        'tuple',
        value.rest,
      );
    case 'object':
      return value instanceof MappingValue ? new MappingValue(value.entries, value.origin, value.rest) : value;
    default:
      return { ...value, secret: false };
  }
}

/** `defaults`, an experiment of Terraform 0.15 that lives on in old modules. */
function fill(value: Value, fallback: Value, depth: number): Value {
  if (value.kind === 'null') return fallback;
  if (isFailed(value) || depth > 32) return value;
  if (value.kind === 'object' && fallback.kind === 'object') {
    const entries = new Map([...value.properties()].map(property => [property.name, property]));
    for (const property of fallback.properties()) {
      const given = entries.get(property.name);
      entries.set(property.name, {
        ...property,
        value: given ? fill(given.value, property.value, depth + 1) : property.value,
      });
    }
    return new MappingValue(entries, value.origin, value.rest);
  }
  return withOrigin(value, value.origin);
}
