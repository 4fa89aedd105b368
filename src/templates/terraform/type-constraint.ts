import type { Property, UnknownValue, Value } from '../../network/value.ts';
import { mapAlternatives } from './partial-value.ts';
import type { Expression } from './syntax.ts';
import {
  booleanValue,
  equalValues,
  MappingValue,
  nullValue,
  numberValue,
  type SequenceType,
  SequenceValue,
  scalarText,
  stringValue,
  unknownValue,
} from './terraform-value.ts';

/** https://developer.hashicorp.com/terraform/language/expressions/type-constraints */
export type TypeConstraint =
  | { readonly kind: 'any' }
  | { readonly kind: 'primitive'; readonly name: 'string' | 'number' | 'bool' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: TypeConstraint }
  | { readonly kind: 'tuple'; readonly items: readonly TypeConstraint[] }
  | { readonly kind: 'object'; readonly attributes: ReadonlyMap<string, ObjectAttribute> };

export interface ObjectAttribute {
  readonly type: TypeConstraint;
  readonly optional: boolean;
  /** The second argument of `optional`. */
  readonly fallback: Expression | undefined;
}

export function primitive(name: 'string' | 'number' | 'bool'): TypeConstraint {
  return { kind: 'primitive', name };
}

const any: TypeConstraint = { kind: 'any' };
const maximumDepth = 64;

/** The type that a `type` argument writes. What cannot be read allows everything. */
export function readType(expression: Expression | undefined, depth = 0): TypeConstraint {
  if (!expression || depth > maximumDepth) return any;
  switch (expression.kind) {
    case 'parenthesized':
      return readType(expression.inner, depth + 1);
    case 'literal':
      // Configurations of Terraform 0.11 quote the type.
      return typeNamed(String(expression.value));
    case 'variable':
      return typeNamed(expression.name);
    case 'call': {
      const [first] = expression.args;
      switch (expression.name) {
        case 'list':
        case 'set':
        case 'map':
          return { kind: expression.name, of: readType(first, depth + 1) };
        case 'tuple':
          return {
            kind: 'tuple',
            items: first?.kind === 'tuple' ? first.items.map(item => readType(item, depth + 1)) : [],
          };
        case 'object':
          return first?.kind === 'object' ? objectType(first, depth) : any;
        case 'optional':
          return readType(first, depth + 1);
        default:
          return any;
      }
    }
    default:
      return any;
  }
}

function typeNamed(name: string): TypeConstraint {
  switch (name) {
    case 'string':
    case 'number':
    case 'bool':
      return primitive(name);
    case 'list':
    case 'map':
    case 'set':
      return { kind: name, of: any };
    default:
      return any;
  }
}

function objectType(expression: Extract<Expression, { kind: 'object' }>, depth: number): TypeConstraint {
  const attributes = new Map<string, ObjectAttribute>();
  for (const entry of expression.entries) {
    if (entry.name === undefined) continue;
    const optional = entry.value.kind === 'call' && entry.value.name === 'optional' ? entry.value : undefined;
    attributes.set(entry.name, {
      type: readType(optional ? optional.args[0] : entry.value, depth + 1),
      optional: optional !== undefined,
      fallback: optional?.args[1],
    });
  }
  return { kind: 'object', attributes };
}

export type Conversion = { readonly value: Value } | { readonly problem: string };

/** Works out a default written in a type: it may only hold literals. */
export type EvaluateDefault = (expression: Expression) => Value;

/**
 * A value as its type has it: numbers as strings, lists as sets, objects with their optional attributes filled in and
 * what the type does not name left out. `problem` says why Terraform would refuse the value.
 */
export function convert(value: Value, type: TypeConstraint, evaluateDefault?: EvaluateDefault, depth = 0): Conversion {
  if (depth > maximumDepth) return { problem: 'a value that is nested too deeply' };
  if (value.kind === 'null' || type.kind === 'any') return { value };
  if (value.kind === 'unknown') return { value: convertUnknown(value, type, evaluateDefault, depth) };
  switch (type.kind) {
    case 'primitive':
      return toPrimitive(value, type.name);
    case 'list':
    case 'set':
      return toSequence(value, type.kind, type.of, evaluateDefault, depth);
    case 'tuple':
      return toTuple(value, type.items, evaluateDefault, depth);
    case 'map':
      return toMap(value, type.of, evaluateDefault, depth);
    case 'object':
      return toObject(value, type.attributes, evaluateDefault, depth);
  }
}

function convertUnknown(
  value: UnknownValue,
  type: TypeConstraint,
  evaluateDefault: EvaluateDefault | undefined,
  depth: number,
): Value {
  if (!value.alternatives) return value;
  return (
    mapAlternatives([value], ([known]) => {
      const result = convert(known as Value, type, evaluateDefault, depth + 1);
      return 'value' in result ? result.value : unknownValue([result.problem], value.origin);
    }) ?? value
  );
}

function toPrimitive(value: Value, name: 'string' | 'number' | 'bool'): Conversion {
  const text = scalarText(value);
  if (text === undefined) return { problem: `a ${name === 'bool' ? 'truth value' : name} is needed` };
  switch (name) {
    case 'string':
      return { value: value.kind === 'string' ? value : stringValue(text, value.origin, value.secret) };
    case 'number': {
      if (value.kind === 'number') return { value };
      const number = Number(text);
      if (value.kind === 'boolean' || text.trim() === '' || !Number.isFinite(number))
        return { problem: 'a number is needed' };
      return { value: numberValue(number, value.origin, value.secret) };
    }
    case 'bool':
      if (value.kind === 'boolean') return { value };
      if (value.kind === 'number') return { problem: 'true or false is needed' };
      if (text === 'true' || text === '1') return { value: booleanValue(true, value.origin, value.secret) };
      if (text === 'false' || text === '0') return { value: booleanValue(false, value.origin, value.secret) };
      return { problem: 'true or false is needed' };
  }
}

function toSequence(
  value: Value,
  kind: SequenceType,
  of: TypeConstraint,
  evaluateDefault: EvaluateDefault | undefined,
  depth: number,
): Conversion {
  if (value.kind !== 'array') return { problem: `a ${kind} is needed` };
  const items: Value[] = [];
  for (const item of value.items) {
    const result = convert(item, of, evaluateDefault, depth + 1);
    if ('problem' in result) return result;
    items.push(result.value);
  }
  const alike = of.kind === 'any' ? unified(items) : items;
  const kept = kind === 'set' ? unique(alike) : alike;
  return { value: new SequenceValue(kept, value.origin, kind, value.rest, value.secret) };
}

/** What `any` stands for: one type for all items. Texts among numbers make texts of them all, also inside objects. */
function unified(items: readonly Value[], depth = 0): readonly Value[] {
  if (depth > maximumDepth || items.length < 2) return items;
  const kinds = new Set(items.map(item => item.kind));
  if (kinds.has('string') && (kinds.has('number') || kinds.has('boolean')))
    return items.map(item => {
      const text = scalarText(item);
      return text === undefined || item.kind === 'string' ? item : stringValue(text, item.origin, item.secret);
    });
  if (!kinds.has('object') || !items.every(item => item instanceof MappingValue || item.kind === 'null')) return items;
  const objects = items.filter(item => item instanceof MappingValue);
  const columns = new Map<string, readonly Value[]>();
  for (const name of objects[0]?.entries.keys() ?? []) {
    const column = objects.map(object => object.entries.get(name)?.value);
    if (column.every(value => value !== undefined)) columns.set(name, unified(column, depth + 1));
  }
  let row = 0;
  return items.map(item => {
    if (!(item instanceof MappingValue)) return item;
    const entries = new Map(item.entries);
    for (const [name, column] of columns) {
      const property = entries.get(name);
      const value = column[row];
      if (property && value) entries.set(name, { ...property, value });
    }
    row++;
    return new MappingValue(entries, item.origin, item.rest, item.secret);
  });
}

/** A set's items: no two alike, strings and numbers in their order. */
function unique(items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  const kept: Value[] = [];
  for (const item of items) {
    const text = scalarText(item);
    if (text !== undefined) {
      if (seen.has(text)) continue;
      seen.add(text);
    } else if (items.length < 500 && kept.some(other => equalValues(other, item) === true)) continue;
    kept.push(item);
  }
  if (kept.every(item => item.kind === 'string'))
    kept.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  if (kept.every(item => item.kind === 'number')) kept.sort((a, b) => a.value - b.value);
  return kept;
}

function toTuple(
  value: Value,
  types: readonly TypeConstraint[],
  evaluateDefault: EvaluateDefault | undefined,
  depth: number,
): Conversion {
  if (value.kind !== 'array' || value.items.length !== types.length)
    return { problem: `a tuple of ${types.length} is needed` };
  const items: Value[] = [];
  for (const [index, item] of value.items.entries()) {
    const result = convert(item, types[index] ?? any, evaluateDefault, depth + 1);
    if ('problem' in result) return result;
    items.push(result.value);
  }
  return { value: new SequenceValue(items, value.origin, 'tuple', value.rest, value.secret) };
}

function toMap(
  value: Value,
  of: TypeConstraint,
  evaluateDefault: EvaluateDefault | undefined,
  depth: number,
): Conversion {
  if (value.kind !== 'object') return { problem: 'a map is needed' };
  const properties: Property[] = [];
  for (const property of value.properties()) {
    const result = convert(property.value, of, evaluateDefault, depth + 1);
    if ('problem' in result) return { problem: `${property.name}: ${result.problem}` };
    properties.push({ ...property, value: result.value });
  }
  const values = properties.map(property => property.value);
  const alike = of.kind === 'any' ? unified(values) : values;
  const entries = new Map<string, Property>();
  properties.forEach((property, index) => {
    entries.set(property.name, { ...property, value: alike[index] ?? property.value });
  });
  return { value: new MappingValue(entries, value.origin, value.rest, value.secret) };
}

function toObject(
  value: Value,
  attributes: ReadonlyMap<string, ObjectAttribute>,
  evaluateDefault: EvaluateDefault | undefined,
  depth: number,
): Conversion {
  if (value.kind !== 'object') return { problem: 'an object is needed' };
  const entries = new Map<string, Property>();
  for (const [name, attribute] of attributes) {
    const given = value instanceof MappingValue ? value.entries.get(name) : value.property(name);
    let present = given?.value;
    if (!present && value.rest) present = unknownValue(value.rest.dependsOn, value.origin);
    if (!present && !attribute.optional) return { problem: `an attribute ${name} is needed` };
    if ((!present || present.kind === 'null') && attribute.optional && attribute.fallback && evaluateDefault) {
      const fallback = evaluateDefault(attribute.fallback);
      const last = fallback.origin[fallback.origin.length - 1];
      present = last ? ({ ...fallback, origin: [{ ...last, kind: 'parameter-default', name }] } as Value) : fallback;
      if (fallback.kind === 'object' || fallback.kind === 'array') present = fallback;
    }
    const result = convert(present ?? nullValue(value.origin), attribute.type, evaluateDefault, depth + 1);
    if ('problem' in result) return { problem: `${name}: ${result.problem}` };
    entries.set(name, { name, value: result.value, ...(given?.namePlace ? { namePlace: given.namePlace } : {}) });
  }
  return { value: new MappingValue(entries, value.origin, undefined, value.secret) };
}
