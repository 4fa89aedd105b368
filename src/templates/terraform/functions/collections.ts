import type { OriginChain } from '../../../network/origin.ts';
import type { Property, UnknownValue, Value } from '../../../network/value.ts';
import { compareNames, iterate, maximumItems, restOf } from '../iteration.ts';
import { callSymbol, combine, failed, isFailed, mapAlternatives } from '../partial-value.ts';
import {
  booleanValue,
  deepDependencies,
  equalValues,
  isWhollyKnown,
  MappingValue,
  nullValue,
  numberValue,
  type SequenceType,
  scalarText,
  sequence,
  sequenceType,
  stringValue,
  unknownValue,
} from '../terraform-value.ts';
import { arrayOf, numberOf, objectOf, textOf } from './arguments.ts';
import { type Call, FunctionError, FunctionLimit, partial, strict, type TerraformFunction } from './definition.ts';

/** A function of collections that are known except for further items; wholly unknown arguments go through alternatives. */
function overKnown(minimum: number, maximum: number | undefined, call: TerraformFunction['call']): TerraformFunction {
  const run: TerraformFunction['call'] = (args, context) => {
    if (!args.some(value => value.kind === 'unknown')) return call(args, context);
    return (
      mapAlternatives(args, known => call(known, context)) ??
      combine(args, context.origin, callSymbol(context.name, args))
    );
  };
  return partial(minimum, maximum, run);
}

function joinRest(rests: readonly (UnknownValue | undefined)[], origin: OriginChain): UnknownValue | undefined {
  const some = rests.filter(rest => rest !== undefined);
  if (some.length === 0) return undefined;
  if (some.length === 1) return some[0];
  return unknownValue(
    some.flatMap(rest => rest.dependsOn),
    origin,
  );
}

export const collectionFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'length',
    overKnown(1, 1, ([value], call) => {
      const rest = value && restOf(value);
      if (rest) {
        const sizes = rest.alternatives?.map(set => numberValue(sizeOf(value as Value) + sizeOf(set), call.origin));
        return unknownValue(rest.dependsOn, call.origin, sizes ? { alternatives: sizes } : {});
      }
      return numberValue(sizeOf(value as Value), call.origin);
    }),
  ],
  [
    'concat',
    partial(1, undefined, (args, call) => {
      const items: Value[] = [];
      const rests: (UnknownValue | undefined)[] = [];
      for (const value of args) {
        if (value.kind === 'unknown') {
          const arrays = value.alternatives?.every(alternative => alternative.kind === 'array')
            ? value.alternatives
            : undefined;
          rests.push(unknownValue(value.dependsOn, value.origin, arrays ? { alternatives: arrays } : {}));
        } else {
          const array = arrayOf(value);
          items.push(...array.items);
          rests.push(array.rest);
        }
      }
      checkSize(items.length, call);
      return sequence(items, call.origin, 'tuple', joinRest(rests, call.origin));
    }),
  ],
  [
    'flatten',
    partial(1, 1, ([value], call) => {
      if (value?.kind === 'unknown')
        return (
          mapAlternatives([value], ([known]) => flatten(known as Value, call)) ??
          sequence([], call.origin, 'tuple', unknownValue(value.dependsOn, call.origin))
        );
      return flatten(value as Value, call);
    }),
  ],
  ['merge', partial(0, undefined, merge)],
  [
    'lookup',
    overKnown(2, 3, ([map, key, fallback], call) => {
      const name = textOf(key);
      const object = objectOf(map);
      const found = object instanceof MappingValue ? object.entries.get(name)?.value : object.get(name);
      if (found) return found;
      if (object.rest) return unknownValue(object.rest.dependsOn, call.origin);
      if (fallback) return fallback;
      throw new FunctionError(`a key ${name} that is not there`);
    }),
  ],
  [
    'element',
    overKnown(2, 2, ([list, index], call) => {
      const array = arrayOf(list);
      if (array.rest) return unknownValue(array.rest.dependsOn, call.origin);
      if (array.items.length === 0) throw new FunctionError('an element of an empty list');
      const at = Math.floor(numberOf(index)) % array.items.length;
      return array.items[at < 0 ? at + array.items.length : at] as Value;
    }),
  ],
  ['coalesce', partial(1, undefined, (args, call) => coalesce(args, call))],
  [
    'coalescelist',
    partial(1, undefined, (args, call) => {
      for (const value of args) {
        if (value.kind === 'unknown') return combine(args, call.origin);
        const array = value.kind === 'null' ? undefined : arrayOf(value);
        if (array && (array.items.length > 0 || array.rest)) return value;
      }
      throw new FunctionError('coalescelist without a list that has items');
    }),
  ],
  [
    'compact',
    overKnown(1, 1, ([list], call) => {
      const array = arrayOf(list);
      const items = array.items.filter(item => item.kind !== 'null' && scalarText(item) !== '');
      return sequence(items, call.origin, 'list', array.rest);
    }),
  ],
  [
    'contains',
    overKnown(2, 2, ([list, wanted], call) => {
      const array = arrayOf(list);
      let sure = !array.rest;
      for (const item of array.items) {
        const equal = equalValues(item, wanted as Value) ?? undefined;
        const alike =
          equal === false ? scalarText(item) !== undefined && scalarText(item) === scalarText(wanted as Value) : equal;
        if (alike) return booleanValue(true, call.origin);
        if (alike === undefined) sure = false;
      }
      return sure ? booleanValue(false, call.origin) : combine([list as Value, wanted as Value], call.origin);
    }),
  ],
  [
    'distinct',
    overKnown(1, 1, ([list], call) => {
      const array = arrayOf(list);
      return sequence(distinct(array.items, call), call.origin, 'list', array.rest);
    }),
  ],
  [
    'keys',
    overKnown(1, 1, ([map], call) => {
      const object = objectOf(map);
      const pairs = iterate(object) ?? [];
      return sequence(
        pairs.map(([key]) => key),
        call.origin,
        'list',
        object.rest && unknownValue(object.rest.dependsOn, call.origin),
      );
    }),
  ],
  [
    'values',
    overKnown(1, 1, ([map], call) => {
      const object = objectOf(map);
      const pairs = iterate(object) ?? [];
      return sequence(
        pairs.map(([, value]) => value),
        call.origin,
        'tuple',
        object.rest && unknownValue(object.rest.dependsOn, call.origin),
      );
    }),
  ],
  [
    'one',
    overKnown(1, 1, ([list], call) => {
      if (list?.kind !== 'array') throw new FunctionError('one of something that is no list');
      if (list.rest) {
        const choices = list.rest.alternatives?.map(set =>
          oneOf([...list.items, ...(set.kind === 'array' ? set.items : [])], call),
        );
        return unknownValue(list.rest.dependsOn, call.origin, choices ? { alternatives: choices } : {});
      }
      return oneOf(list.items, call);
    }),
  ],
  [
    'reverse',
    overKnown(1, 1, ([list], call) => {
      const array = arrayOf(list);
      return sequence([...array.items].reverse(), call.origin, sequenceType(array), array.rest);
    }),
  ],
  [
    'slice',
    overKnown(3, 3, ([list, from, to], call) => {
      const array = arrayOf(list);
      if (array.rest) return sequence([], call.origin, 'tuple', unknownValue(array.rest.dependsOn, call.origin));
      if (numberOf(from) < 0 || numberOf(from) > numberOf(to) || numberOf(to) > array.items.length)
        throw new FunctionError('a slice beyond the ends of its list');
      return sequence(array.items.slice(numberOf(from), numberOf(to)), call.origin);
    }),
  ],
  [
    'sort',
    overKnown(1, 1, ([list], call) => {
      const array = arrayOf(list);
      const unknown = array.items.some(item => item.kind === 'unknown');
      const texts = array.items.map(item => (item.kind === 'unknown' ? item : stringValue(textOf(item), item.origin)));
      if (!unknown) texts.sort((a, b) => compareNames(textOf(a), textOf(b)));
      return sequence(texts, call.origin, 'list', array.rest);
    }),
  ],
  [
    'index',
    overKnown(2, 2, ([list, wanted], call) => {
      const array = arrayOf(list);
      const at = array.items.findIndex(item => equalValues(item, wanted as Value) === true);
      if (at >= 0) return numberValue(at, call.origin);
      if (array.rest || !isWhollyKnown(list as Value)) return combine([list as Value], call.origin);
      throw new FunctionError('the index of an item that is not there');
    }),
  ],
  [
    'matchkeys',
    strict(3, 3, ([values, keys, wanted], call) => {
      const search = arrayOf(wanted).items;
      const names = arrayOf(keys).items;
      const items = arrayOf(values).items.filter((_, index) => {
        const name = names[index];
        return name !== undefined && search.some(item => equalValues(item, name) === true);
      });
      return sequence(items, call.origin, 'list');
    }),
  ],
  [
    'chunklist',
    overKnown(2, 2, ([list, size], call) => {
      const { items, rest } = arrayOf(list);
      const step = Math.floor(numberOf(size));
      if (rest) return unknownValue(rest.dependsOn, call.origin);
      if (step <= 0) return sequence([sequence(items, call.origin)], call.origin);
      const chunks: Value[] = [];
      for (let at = 0; at < items.length; at += step) chunks.push(sequence(items.slice(at, at + step), call.origin));
      return sequence(chunks, call.origin);
    }),
  ],
  ['range', strict(1, 3, (args, call) => range(args.map(numberOf), call))],
  [
    'zipmap',
    overKnown(2, 2, ([keys, values], call) => {
      const names = arrayOf(keys);
      const items = arrayOf(values);
      if (names.rest || items.rest || names.items.some(name => name.kind === 'unknown'))
        return new MappingValue(new Map(), call.origin, combine([keys as Value, values as Value], call.origin));
      if (names.items.length !== items.items.length) throw new FunctionError('zipmap with lists of different lengths');
      const entries = new Map<string, Property>();
      names.items.forEach((key, index) => {
        const place = key.origin[key.origin.length - 1]?.place;
        entries.set(textOf(key), {
          name: textOf(key),
          value: items.items[index] as Value,
          ...(place?.kind === 'text' ? { namePlace: place } : {}),
        });
      });
      return new MappingValue(entries, call.origin);
    }),
  ],
  [
    'transpose',
    strict(1, 1, ([map], call) => {
      const turned = new Map<string, Value[]>();
      for (const [key, list] of iterate(objectOf(map)) ?? [])
        for (const item of arrayOf(list).items) {
          const name = textOf(item);
          const group = turned.get(name);
          if (group) group.push(key);
          else turned.set(name, [key]);
        }
      const entries = [...turned].map(
        ([name, values]) => [name, { name, value: sequence(values, call.origin, 'list') }] as const,
      );
      return new MappingValue(new Map(entries), call.origin);
    }),
  ],
  ['alltrue', overKnown(1, 1, ([list], call) => quantify(list as Value, false, call))],
  ['anytrue', overKnown(1, 1, ([list], call) => quantify(list as Value, true, call))],
  ['list', partial(0, undefined, (args, call) => sequence(args, call.origin, 'list'))],
  [
    'map',
    partial(0, undefined, (args, call) => {
      const entries = new Map<string, Property>();
      for (let at = 0; at + 1 < args.length; at += 2) {
        const name = textOf(args[at]);
        entries.set(name, { name, value: args[at + 1] as Value });
      }
      return new MappingValue(entries, call.origin);
    }),
  ],
];

function sizeOf(value: Value): number {
  switch (value.kind) {
    case 'array':
      return (iterate(value) ?? []).length;
    case 'object':
      return [...value.properties()].length;
    case 'string':
      return [...value.value].length;
    default:
      throw new FunctionError('the length of something that has none');
  }
}

function checkSize(count: number, call: Call): void {
  if (count > maximumItems * 5 || !call.budget.spend(count)) throw new FunctionLimit('a collection that is too large');
}

function flatten(value: Value, call: Call): Value {
  const items: Value[] = [];
  const rests: (UnknownValue | undefined)[] = [];
  const visit = (list: Value, depth: number) => {
    if (list.kind !== 'array' || depth > 64) throw new FunctionError('flatten of something that is no list');
    rests.push(list.rest);
    for (const item of list.items) {
      if (item.kind === 'array') visit(item, depth + 1);
      else if (item.kind === 'unknown' && !isFailed(item) && item.symbol === undefined && mayBeList(item)) {
        const arrays = item.alternatives?.every(alternative => alternative.kind === 'array')
          ? item.alternatives
          : undefined;
        rests.push(unknownValue(item.dependsOn, item.origin, arrays ? { alternatives: arrays } : {}));
      } else items.push(item);
    }
    checkSize(items.length, call);
  };
  visit(value, 0);
  return sequence(items, call.origin, 'tuple', joinRest(rests, call.origin));
}

function mayBeList(value: UnknownValue): boolean {
  return value.alternatives?.some(alternative => alternative.kind === 'array') ?? true;
}

function merge(args: readonly Value[], call: Call): Value {
  const entries = new Map<string, Property>();
  const rests: (UnknownValue | undefined)[] = [];
  for (const value of args) {
    if (value.kind === 'null') continue;
    if (value.kind === 'unknown') {
      const mapped = args.every(other => other.kind !== 'unknown' || other.alternatives)
        ? mapAlternatives(args, known => merge(known, call))
        : undefined;
      if (mapped) return mapped;
      // Whatever stands before may be replaced by what is unknown.
      for (const [name, property] of entries)
        entries.set(name, {
          ...property,
          value: unknownValue(
            [...value.dependsOn, ...deepDependencies(property.value)],
            call.origin,
            property.value.kind === 'unknown' ? {} : {},
          ),
        });
      rests.push(unknownValue(value.dependsOn, call.origin));
      continue;
    }
    const object = objectOf(value);
    rests.push(object.rest);
    for (const property of object.properties()) {
      entries.delete(property.name);
      entries.set(property.name, property);
    }
    checkSize(entries.size, call);
  }
  return new MappingValue(entries, call.origin, joinRest(rests, call.origin));
}

/** The first argument that is neither null nor an empty string. */
function coalesce(args: readonly Value[], call: Call): Value {
  for (const [index, value] of args.entries()) {
    if (value.kind === 'unknown') {
      if (isFailed(value)) return value;
      const later = args.slice(index);
      return (
        mapAlternatives(later, known => coalesce(known, call)) ??
        combine(
          later.slice(0, later.findIndex(isGiven) + 1 || later.length),
          call.origin,
          later.length === 1 ? value.symbol : undefined,
        )
      );
    }
    if (isGiven(value)) return value;
  }
  return failed('coalesce without a value', call.origin);
}

function isGiven(value: Value): boolean {
  return value.kind !== 'unknown' && value.kind !== 'null' && !(value.kind === 'string' && value.value === '');
}

export function distinct(items: readonly Value[], call: Call): Value[] {
  const seen = new Set<string>();
  const kept: Value[] = [];
  for (const item of items) {
    const text = scalarText(item);
    if (text !== undefined) {
      const key = `${item.kind}:${text}`;
      if (seen.has(key)) continue;
      seen.add(key);
    } else {
      checkSize(kept.length, call);
      if (kept.some(other => other.kind === item.kind && equalValues(other, item) === true)) continue;
    }
    kept.push(item);
  }
  return kept;
}

function oneOf(items: readonly Value[], call: Call): Value {
  if (items.length > 1) throw new FunctionError('one of a list with several items');
  return items[0] ?? nullValue(call.origin);
}

function range(numbers: readonly number[], call: Call): Value {
  const [first = 0, second, third] = numbers;
  const start = second === undefined ? 0 : first;
  const limit = second === undefined ? first : second;
  const step = third ?? (limit < start ? -1 : 1);
  const count = step === 0 ? 0 : Math.ceil((limit - start) / step);
  // Terraform itself allows 1024.
  if (count > 1024) throw new FunctionError('a range of more than 1024 numbers');
  const items: Value[] = [];
  for (let index = 0; index < count; index++) items.push(numberValue(start + index * step, call.origin));
  return sequence(items, call.origin, 'list');
}

function quantify(list: Value, decisive: boolean, call: Call): Value {
  const array = arrayOf(list);
  let sure = !array.rest;
  for (const item of array.items) {
    if (item.kind === 'unknown') sure = false;
    else if ((scalarText(item) === 'true') === decisive) return booleanValue(decisive, call.origin);
  }
  return sure ? booleanValue(!decisive, call.origin) : combine([list], call.origin);
}

export function textItems(items: readonly string[], origin: OriginChain, type: SequenceType = 'list'): Value {
  return sequence(
    items.map(item => stringValue(item, origin)),
    origin,
    type,
  );
}
