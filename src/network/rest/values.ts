import { parseAddresses } from '../address-prefix.ts';
import { type AddressSet, uniteAddresses } from '../address-set.ts';
import type { Field, FieldList } from '../model.ts';
import type { Known, Reference, References } from '../network-model.ts';
import type { OriginChain } from '../origin.ts';
import { type ArrayValue, identity, type ObjectValue, type UnknownValue, type Value } from '../value.ts';

/**
 * The value at a path of property names; an unknown on the way is the answer, but where all its alternatives agree.
 * Undefined when nothing, or null, is there.
 */
export function at(value: Value | undefined, name: string, inner?: string, innermost?: string): Value | undefined {
  if (value?.kind === 'unknown') return atAlternatives(value, name, inner, innermost);
  if (value?.kind !== 'object') return undefined;
  const found = value.get(name) ?? value.rest;
  if (inner !== undefined) return at(found, inner, innermost);
  return found?.kind === 'null' ? undefined : found;
}

/** The same in every alternative of an unknown object: one value when they agree, else an unknown one. */
function atAlternatives(
  value: UnknownValue,
  name: string,
  inner: string | undefined,
  innermost: string | undefined,
): Value | undefined {
  if (!value.alternatives || value.alternatives.length === 0) return value;
  const found = value.alternatives.map(alternative => at(alternative, name, inner, innermost));
  const first = found[0];
  if (found.every(one => one === first || (one && first && agree(one, first)))) return first;
  const alternatives = found.map((one): Value => one ?? { kind: 'null', origin: value.origin });
  return { kind: 'unknown', dependsOn: value.dependsOn, origin: value.origin, alternatives };
}

/** Alternatives may nest in alternatives; no property that is read here lies deeper. */
const deepestPath = 10;

/** Whether two values are surely the same, looked at to a small depth. */
function agree(a: Value, b: Value, depth = 0): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || depth > deepestPath) return false;
  switch (a.kind) {
    case 'null':
      return true;
    case 'unknown':
      return a.symbol !== undefined && identity(a) === identity(b);
    case 'array': {
      const other = b as ArrayValue;
      if (a.rest || other.rest || a.items.length !== other.items.length) return false;
      return a.items.every((item, i) => agree(item, other.items[i]!, depth + 1));
    }
    case 'object': {
      const other = b as ObjectValue;
      const [mine, theirs] = [[...a.properties()], [...other.properties()]];
      if (a.rest || other.rest || mine.length !== theirs.length) return false;
      return mine.every(property => {
        const twin = other.get(property.name);
        return twin !== undefined && agree(property.value, twin, depth + 1);
      });
    }
    default:
      return a.value === (b as typeof a).value;
  }
}

export interface Items {
  readonly items: readonly Value[];
  readonly rest?: UnknownValue;
}

/** The items of an array that may be unknown in part; what is no array counts as its only item. */
export function itemsOf(value: Value | undefined): Items {
  if (!value || value.kind === 'null') return { items: [] };
  if (value.kind === 'unknown') return { items: [], rest: value };
  if (value.kind === 'array') return value.rest ? { items: value.items, rest: value.rest } : { items: value.items };
  return { items: [value] };
}

/** Known text: a string, or a number or boolean as text. Empty strings are as good as absent. */
export function textOf(value: Value | undefined): string | undefined {
  if (value?.kind === 'string') return value.value === '' ? undefined : value.value;
  return value?.kind === 'number' || value?.kind === 'boolean' ? String(value.value) : undefined;
}

/** A value as a field of text. Undefined when it is absent, empty or of no text at all. */
export function textField(value: Value | undefined): Field<string> | undefined {
  if (!value) return undefined;
  if (value.kind === 'unknown') return unknownField(value, textOf);
  const text = textOf(value);
  return text === undefined ? undefined : new NodeField(text, value);
}

/** A field whose value is read from a node. */
export function knownField<T>(value: T, node: Value): Field<T> {
  return new NodeField(value, node);
}

/** A field over a value, whose origin is made when somebody asks for it. */
class NodeField<T> {
  readonly known = true;

  constructor(
    readonly value: T,
    private readonly node: Value,
  ) {}

  get origin(): OriginChain {
    return this.node.origin;
  }
}

/** An unknown field; its alternatives count only when each of them is a value of the field. */
export function unknownField<T>(value: UnknownValue, read: (value: Value) => T | undefined): Field<T> {
  const alternatives: T[] = [];
  for (const alternative of value.alternatives ?? []) {
    const one = read(alternative);
    if (one === undefined) return { known: false, dependsOn: value.dependsOn, origin: value.origin };
    alternatives.push(one);
  }
  if (alternatives.length === 0) {
    const { dependsOn, origin, symbol } = value;
    return symbol === undefined ? { known: false, dependsOn, origin } : { known: false, dependsOn, symbol, origin };
  }
  return { known: false, dependsOn: value.dependsOn, alternatives, origin: value.origin };
}

/** A list of texts from several properties together: a singular one and its plural twin. */
export function textList(...values: readonly (Value | undefined)[]): FieldList<string> {
  const items: Field<string>[] = [];
  let rest: UnknownValue | undefined;
  for (const value of values) {
    if (!value) continue;
    // An unknown string (a singular property) is one item; an unknown array is any number of them.
    if (value.kind === 'unknown' && !isUnknownList(value)) {
      items.push(unknownField(value, textOrNone));
      continue;
    }
    const list = itemsOf(value);
    for (const item of list.items) {
      const field = textField(item);
      if (field) items.push(field);
    }
    rest ??= list.rest;
  }
  return rest ? { items, rest } : { items };
}

/** Of an item that may be left out: absent, null and an empty text name nothing. */
function textOrNone(value: Value): string | undefined {
  return value.kind === 'null' || (value.kind === 'string' && value.value === '') ? '' : textOf(value);
}

function isUnknownList(value: UnknownValue): boolean {
  return value.alternatives?.some(one => one.kind === 'array') ?? false;
}

const noFields: FieldList<never> = { items: [] };

/** As {@link textList} for a plural property with its singular twin: unknown plural means any number of items. */
export function pluralList(singular: Value | undefined, plural: Value | undefined): FieldList<string> {
  const one = singular ? singularList(singular) : noFields;
  if (!plural || (plural.kind === 'array' && plural.items.length === 0 && !plural.rest)) return one;
  const list = itemsOf(plural);
  const items = [...one.items];
  for (const item of list.items) {
    const field = textField(item);
    if (field) items.push(field);
  }
  const rest = list.rest ?? one.rest;
  return rest ? { items, rest } : { items };
}

function singularList(value: Value): FieldList<string> {
  if (value.kind === 'array' || value.kind === 'unknown') return textList(value);
  const field = textField(value);
  return field ? { items: [field] } : noFields;
}

export function known<T>(value: T): Known<T> {
  return { known: true, value };
}

export function unclear(...dependsOn: readonly string[]): {
  readonly known: false;
  readonly dependsOn: readonly string[];
} {
  return { known: false, dependsOn };
}

/** A number, also one written as text. `absent` is what it is when nothing is there. */
export function numberAt<T extends Known<number> | undefined>(value: Value | undefined, absent: T): Known<number> | T {
  if (!value) return absent;
  if (value.kind === 'unknown') return unclear(...value.dependsOn);
  const number = numberOf(value);
  return number === undefined ? absent : known(number);
}

export function numberOf(value: Value | undefined): number | undefined {
  if (value?.kind === 'number') return value.value;
  if (value?.kind !== 'string' || !/^\s*\d{1,9}\s*$/.test(value.value)) return undefined;
  return Number(value.value);
}

/** The last part of an id, as written; a slash inside the braces of an unknown part does not count. */
export function lastPart(id: string): string {
  if (!id.includes('{')) return id.slice(id.lastIndexOf('/') + 1) || id;
  let depth = 0;
  for (let i = id.length - 1; i >= 0; i--) {
    if (id[i] === '}') depth++;
    else if (id[i] === '{') depth--;
    else if (id[i] === '/' && depth <= 0) return id.slice(i + 1) || id;
  }
  return id;
}

/**
 * What an id is compared by. Of loops whose count is not known one turn stands for all, so a machine of one loop and
 * the interface of another one belong together. `reference` means the same whatever API version it asks.
 */
export function comparableId(id: Value | undefined): string | undefined {
  const key = identity(id);
  if (!key?.includes('{')) return key;
  const turned = key.includes('{copyindex(') ? key.replace(/\{copyindex\('[^']*'/g, "{copyindex('loop'") : key;
  return turned.startsWith('{reference(')
    ? turned.replace(/^(\{reference\([^,]*),\s*'[^']*'(?:,\s*'full')?\)/, '$1)')
    : turned;
}

const nothing: readonly string[] = [];

/**
 * A reference: `{id}`, or an id itself. Undefined when it is absent. One of several alternatives is taken when it is
 * the only id among them, and then is uncertain.
 */
export function referenceOf(value: Value | undefined): Reference | undefined {
  if (!value || value.kind === 'null') return undefined;
  const id = value.kind === 'object' ? at(value, 'id') : value;
  if (!id || (id.kind !== 'string' && id.kind !== 'unknown')) return isLive(value) ? withoutId() : undefined;
  const key = comparableId(id);
  if (key === '') return value.kind === 'object' && isLive(value) ? withoutId() : undefined;
  if (id.kind === 'string') return { id: key!, name: lastPart(id.value), dependsOn: nothing };
  if (id.kind !== 'unknown') return undefined;
  if (key !== undefined) return { id: key, name: lastPart(id.symbol!), dependsOn: id.dependsOn };
  const ids = (id.alternatives ?? []).map(one => referenceOf(one));
  const given = ids.filter(one => one?.id !== undefined);
  if (given.length > 0 && ids.every(one => !one || one.id === given[0]!.id)) {
    const sure = ids.every(one => one !== undefined);
    return sure ? given[0]! : { ...given[0]!, dependsOn: id.dependsOn, uncertain: true };
  }
  return { name: id.dependsOn.join(', '), dependsOn: id.dependsOn };
}

export function isObject(value: Value): value is ObjectValue {
  return value.kind === 'object';
}

/** Whether a value came from Azure, where nothing is written by hand. */
export function isLive(value: Value | undefined): boolean {
  return value?.origin[0]?.place.kind === 'resource';
}

/** Something is referred to in Azure's answer, and what cannot be told. */
function withoutId(): Reference {
  return { name: 'a resource without an id', dependsOn: ['a reference without an id'], uncertain: true };
}

const noReferences: References = { items: [] };

export function referencesOf(value: Value | undefined): References {
  if (!value) return noReferences;
  const list = itemsOf(value);
  const items: Reference[] = [];
  let malformed = false;
  for (const item of list.items) {
    const reference = referenceOf(item);
    if (reference?.id !== undefined || !isLive(value)) {
      if (reference) items.push(reference);
    } else {
      malformed = true;
    }
  }
  if (malformed) return { items, more: ['a reference without an id'] };
  return list.rest ? { items, more: list.rest.dependsOn } : { items };
}

/** References as a list of fields, each with the reference's identity as value. */
export function referenceFields(value: Value | undefined): FieldList<string> {
  if (!value) return noFields;
  const list = itemsOf(value);
  const items: Field<string>[] = [];
  for (const item of list.items) {
    const reference = referenceOf(item);
    if (!reference) continue;
    if (reference.id !== undefined && !reference.uncertain) items.push(knownField(reference.id, item));
    else items.push({ known: false, dependsOn: reference.dependsOn, origin: item.origin });
  }
  return list.rest ? { items, rest: list.rest } : { items };
}

/** Addresses that are known in full; undefined when one of them is not. */
export function addressesOf(list: FieldList<string>): AddressSet | undefined {
  let all: AddressSet | undefined;
  if (list.rest || list.items.length === 0) return undefined;
  for (const item of list.items) {
    const set = item.known ? parseAddresses(item.value) : undefined;
    if (!set) return undefined;
    all = all ? uniteAddresses(all, set) : set;
  }
  return all;
}

/** The identity of a part of a resource: its parent's identity, its kind and name. */
export function partId(parent: string, kind: string, part: Value): string {
  const own = comparableId(at(part, 'id'));
  return own ?? `${parent}/${kind}/${comparableId(at(part, 'name')) ?? '?'}`.toLowerCase();
}
