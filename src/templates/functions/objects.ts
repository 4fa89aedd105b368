import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { MapObject } from '../../network/value.ts';
import { areArrays, intersectArrays, unionArrays } from './arrays.ts';
import { type Call, CallFailure, type FunctionEntry, known, partial } from './call.ts';
import {
  arrayValue,
  isSecret,
  nullValue,
  objectValue,
  sameValue,
  textValue,
  Undecided,
  unknownValue,
} from './values.ts';

/**
 * Objects over one another, later ones winning; nested objects are merged too unless `shallow`. An unknown object
 * leaves every property of the earlier ones undecided between the two.
 */
export function mergeObjects(args: readonly Value[], call: Call, shallow: boolean, depth = 0): Value {
  call.budget.checkDepth(depth);
  const merged = new Map<string, Property>();
  let rest: UnknownValue | undefined;
  const over = (earlier: Value | undefined, value: Value): Value =>
    !shallow && earlier?.kind === 'object' && value.kind === 'object'
      ? mergeObjects([earlier, value], call, shallow, depth + 1)
      : value;
  for (const arg of args) {
    if (arg.kind === 'null') continue;
    const choices = arg.kind === 'unknown' ? objectChoices(arg) : undefined;
    if (arg.kind === 'unknown' && choices) {
      for (const property of propertiesOfAny(choices, call)) {
        const earlier = merged.get(property.name.toLowerCase())?.value;
        const values = choices.map(choice => {
          const value = choice?.get(property.name);
          return value ? over(earlier, value) : (earlier ?? nullValue(call.origin));
        });
        merged.set(property.name.toLowerCase(), { ...property, value: oneOf(values, arg, call) });
      }
      continue;
    }
    if (arg.kind === 'unknown' || (arg.kind === 'object' && arg.rest)) {
      const open = arg.kind === 'unknown' ? arg : arg.rest!;
      for (const [key, property] of merged) {
        const decided = arg.kind === 'object' && arg.get(key);
        if (!decided) merged.set(key, { ...property, value: mayBeReplaced(property.value, open, call) });
      }
      rest = rest ? unknownValue([...rest.dependsOn, ...open.dependsOn], call.origin) : open;
    }
    if (arg.kind === 'unknown') continue;
    if (arg.kind !== 'object') throw new CallFailure(`a ${arg.kind} cannot be merged into an object`);
    for (const property of arg.properties()) {
      call.budget.spend(1);
      const key = property.name.toLowerCase();
      merged.set(key, { ...property, value: over(merged.get(key)?.value, property.value) });
    }
  }
  return new MapObject(merged.values(), call.origin, rest, args.some(isSecret));
}

/** The objects that an unknown value can be, `undefined` for null; undefined when it can be anything else. */
function objectChoices({ alternatives }: UnknownValue): readonly (ObjectValue | undefined)[] | undefined {
  const choices: (ObjectValue | undefined)[] = [];
  for (const one of alternatives ?? []) {
    if (one.kind === 'object' && !one.rest) choices.push(one);
    else if (one.kind === 'null') choices.push(undefined);
    else return undefined;
  }
  return choices.length > 0 ? choices : undefined;
}

/** The properties that any of some objects has, each once. */
function propertiesOfAny(objects: readonly (ObjectValue | undefined)[], call: Call): Iterable<Property> {
  const found = new Map<string, Property>();
  for (const object of objects) {
    for (const property of object?.properties() ?? []) {
      call.budget.spend(objects.length);
      const key = property.name.toLowerCase();
      if (!found.has(key)) found.set(key, property);
    }
  }
  return found.values();
}

/** One of some values, by what an unknown value turns out to be; null stands for a property that is not there. */
function oneOf(values: readonly Value[], by: UnknownValue, call: Call): Value {
  if (values.every(value => value === values[0])) return values[0]!;
  return unknownValue(by.dependsOn, call.origin, {
    alternatives: values,
    secret: isSecret(by) || values.some(isSecret),
  });
}

function mayBeReplaced(value: Value, by: UnknownValue, call: Call): Value {
  return unknownValue(by.dependsOn, call.origin, { secret: isSecret(by) || isSecret(value) });
}

function union(args: readonly Value[], call: Call): Value {
  if (areArrays(args)) return unionArrays(args, call);
  if (args.some(arg => arg.kind === 'object' || objectAlternatives(arg))) return mergeObjects(args, call, false);
  if (args.some(arg => arg.kind === 'unknown')) throw new Undecided(args.filter(arg => arg.kind === 'unknown'));
  if (args.every(arg => arg.kind === 'null')) return nullValue(call.origin);
  throw new CallFailure('union takes arrays or objects');
}

function objectAlternatives(arg: Value): boolean {
  return (
    arg.kind === 'unknown' && arg.alternatives !== undefined && arg.alternatives.every(each => each.kind === 'object')
  );
}

function intersection(args: readonly Value[], call: Call): Value {
  const arrays = args.filter((arg): arg is ArrayValue => arg.kind === 'array');
  if (arrays.length === args.length) return intersectArrays(arrays, call);
  const [first, ...others] = args;
  if (first?.kind !== 'object') throw new CallFailure('intersection takes arrays or objects');
  const common: Property[] = [];
  for (const property of first.properties()) {
    const values = others.map(other => (other.kind === 'object' ? other.get(property.name) : undefined));
    const answers = values.map(value => (value ? sameValue(property.value, value, call.budget) : false));
    if (answers.includes(false)) continue;
    if (answers.includes(undefined)) throw new Undecided(values.filter(value => value !== undefined));
    common.push(property);
  }
  return new MapObject(common, call.origin);
}

function createObject(args: readonly Value[], call: Call): Value {
  if (args.length % 2 !== 0) throw new CallFailure('names and values must come in pairs');
  const entries: [string, Value][] = [];
  const open: Value[] = [];
  for (let index = 0; index < args.length; index += 2) {
    const name = args[index]!;
    if (name.kind === 'string') entries.push([name.value, args[index + 1]!]);
    else if (name.kind === 'unknown') open.push(name);
    else throw new CallFailure('a name must be a string');
  }
  const names = open.flatMap(value => (value.kind === 'unknown' ? value.dependsOn : []));
  return objectValue(entries, call.origin, names.length > 0 ? unknownValue(names, call.origin) : undefined);
}

/** The object's properties as `{key, value}`, by name. */
function items([value]: readonly Value[], call: Call): Value {
  const object = expectObject(value);
  const properties = [...object.properties()].sort((a, b) => compareNames(a.name, b.name));
  call.budget.checkItems(properties.length);
  return arrayValue(
    properties.map(property =>
      objectValue(
        [
          ['key', textValue(property.name, property.value.origin)],
          ['value', property.value],
        ],
        property.value.origin,
      ),
    ),
    call.origin,
    object.rest && unknownValue(object.rest.dependsOn, call.origin, { secret: object.rest.secret }),
  );
}

function compareNames(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}

export function expectObject(value: Value | undefined): ObjectValue {
  if (value?.kind === 'object') return value;
  if (value?.kind === 'unknown') throw new Undecided([value]);
  throw new CallFailure('the value is not an object');
}

export const objectFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['union', partial(1, 800, union)],
  ['intersection', known(1, 800, intersection)],
  ['createObject', partial(0, 20_000, createObject)],
  ['items', known(1, 1, items)],
  [
    'objectKeys',
    known(1, 1, ([value], call) => {
      const object = expectObject(value);
      const keys = [...object.properties()].map(property => textValue(property.name, call.origin));
      return arrayValue(keys, call.origin, object.rest && unknownValue(object.rest.dependsOn, call.origin));
    }),
  ],
  [
    'shallowMerge',
    known(1, 1, ([value], call) => {
      if (value?.kind !== 'array') throw new CallFailure('the value is not an array');
      return mergeObjects(value.rest ? [...value.items, openObject(value.rest)] : value.items, call, true);
    }),
  ],
  // Bicep's assertion that a value may be used as any type changes nothing.
  ['any', partial(1, 1, ([value]) => value!)],
]);

function openObject(rest: UnknownValue): UnknownValue {
  return unknownValue(rest.dependsOn, rest.origin, { secret: rest.secret });
}
