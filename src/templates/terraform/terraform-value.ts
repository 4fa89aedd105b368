import type { Origin, OriginChain } from '../../network/origin.ts';
import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';

/** How a sequence came to be: Terraform's tuples, lists and sets differ in conversion, indexing and `for_each`. */
export type SequenceType = 'tuple' | 'list' | 'set';

export class SequenceValue implements ArrayValue {
  readonly kind = 'array';

  constructor(
    readonly items: readonly Value[],
    readonly origin: OriginChain,
    readonly type: SequenceType = 'tuple',
    readonly rest?: UnknownValue,
    readonly secret?: boolean,
  ) {}
}

/** An object or a map: names differ by letter case, but Azure's names are found in any. */
export class MappingValue implements ObjectValue {
  readonly kind = 'object';

  constructor(
    readonly entries: ReadonlyMap<string, Property>,
    readonly origin: OriginChain,
    readonly rest?: UnknownValue,
    readonly secret?: boolean,
  ) {}

  get(name: string): Value | undefined {
    return this.property(name)?.value;
  }

  property(name: string): Property | undefined {
    const exact = this.entries.get(name);
    if (exact) return exact;
    const lower = name.toLowerCase();
    for (const property of this.entries.values()) if (property.name.toLowerCase() === lower) return property;
    return undefined;
  }

  properties(): Iterable<Property> {
    return this.entries.values();
  }
}

/** An object whose properties are worked out when somebody looks: a resource, a block, a module's outputs. */
export class LazyObject implements ObjectValue {
  readonly kind = 'object';
  readonly #known = new Map<string, Property | undefined>();

  constructor(
    readonly origin: OriginChain,
    private readonly names: () => Iterable<string>,
    private readonly lookup: (name: string) => Property | undefined,
    readonly rest?: UnknownValue,
  ) {}

  get(name: string): Value | undefined {
    return this.property(name)?.value;
  }

  property(name: string): Property | undefined {
    // A property that needs itself is answered by the cycle guards of what it is made of.
    const known = this.#known.get(name);
    if (known || this.#known.has(name)) return known;
    const property = this.lookup(name);
    this.#known.set(name, property);
    return property;
  }

  *properties(): Iterable<Property> {
    for (const name of this.names()) {
      const property = this.property(name);
      if (property) yield property;
    }
  }
}

export function nullValue(origin: OriginChain = []): Value {
  return { kind: 'null', origin };
}

export function stringValue(value: string, origin: OriginChain = [], secret?: boolean): Value {
  return secret ? { kind: 'string', value, origin, secret } : { kind: 'string', value, origin };
}

export function numberValue(value: number, origin: OriginChain = [], secret?: boolean): Value {
  return secret ? { kind: 'number', value, origin, secret } : { kind: 'number', value, origin };
}

export function booleanValue(value: boolean, origin: OriginChain = [], secret?: boolean): Value {
  return secret ? { kind: 'boolean', value, origin, secret } : { kind: 'boolean', value, origin };
}

export function sequence(
  items: readonly Value[],
  origin: OriginChain = [],
  type: SequenceType = 'tuple',
  rest?: UnknownValue,
): SequenceValue {
  return new SequenceValue(items, origin, type, rest);
}

/** A mapping of names to values; a later pair of the same name wins. */
export function mapping(
  pairs: Iterable<readonly [string, Value]>,
  origin: OriginChain = [],
  rest?: UnknownValue,
): MappingValue {
  const entries = new Map<string, Property>();
  for (const [name, value] of pairs) entries.set(name, { name, value });
  return new MappingValue(entries, origin, rest);
}

export interface UnknownDetails {
  readonly alternatives?: readonly Value[];
  readonly symbol?: string;
  readonly secret?: boolean;
}

export function unknownValue(
  dependsOn: readonly string[],
  origin: OriginChain = [],
  details: UnknownDetails = {},
): UnknownValue {
  return {
    kind: 'unknown',
    dependsOn: dependsOn.length > 0 ? [...new Set(dependsOn)] : ['an expression that cannot be worked out'],
    origin,
    ...(details.alternatives && details.alternatives.length > 0 ? { alternatives: details.alternatives } : {}),
    ...(details.symbol === undefined ? {} : { symbol: details.symbol }),
    ...(details.secret ? { secret: true } : {}),
  };
}

/** The same value seen from another place. */
export function withOrigin<V extends Value>(value: V, origin: OriginChain): V;
export function withOrigin(value: Value, origin: OriginChain): Value {
  switch (value.kind) {
    case 'array':
      return new SequenceValue(value.items, origin, sequenceType(value), value.rest, value.secret);
    case 'object':
      if (value instanceof MappingValue) return new MappingValue(value.entries, origin, value.rest, value.secret);
      return new OriginedObject(value, origin);
    default:
      return { ...value, origin };
  }
}

class OriginedObject implements ObjectValue {
  readonly kind = 'object';
  readonly rest?: UnknownValue;
  readonly secret?: boolean;

  constructor(
    private readonly inner: ObjectValue,
    readonly origin: OriginChain,
  ) {
    if (inner.rest) this.rest = inner.rest;
    if (inner.secret) this.secret = true;
  }

  get(name: string): Value | undefined {
    return this.inner.get(name);
  }

  property(name: string): Property | undefined {
    return this.inner.property(name);
  }

  properties(): Iterable<Property> {
    return this.inner.properties();
  }
}

/** Puts a step before a value's chain; a step at the very place where the chain begins says it better, and replaces it. */
export function through<V extends Value>(value: V, step: Origin): V {
  const first = value.origin[0];
  const same =
    first?.place.kind === 'text' &&
    step.place.kind === 'text' &&
    (first.kind === 'literal' || first.kind === 'expression') &&
    first.place.file === step.place.file &&
    first.place.range.start === step.place.range.start &&
    first.place.range.end === step.place.range.end;
  return withOrigin(value, [step, ...(same ? value.origin.slice(1) : value.origin)]);
}

/** Marks a value and everything in it as secret. Parts that several values share are marked once. */
export function asSecret<V extends Value>(value: V): V;
export function asSecret(value: Value): Value {
  return markSecret(value, new Map());
}

function markSecret(value: Value, done: Map<object, Value>): Value {
  if (value.secret) return value;
  const before = done.get(value);
  if (before) return before;
  let marked: Value;
  if (value.kind === 'array')
    marked = new SequenceValue(
      value.items.map(item => markSecret(item, done)),
      value.origin,
      sequenceType(value),
      value.rest,
      true,
    );
  else if (value.kind === 'object') {
    if (!(value instanceof MappingValue)) return value;
    const entries = new Map<string, Property>();
    for (const [name, property] of value.entries)
      entries.set(name, { ...property, value: markSecret(property.value, done) });
    marked = new MappingValue(entries, value.origin, value.rest, true);
  } else marked = { ...value, secret: true };
  done.set(value, marked);
  return marked;
}

export function sequenceType(value: ArrayValue): SequenceType {
  return value instanceof SequenceValue ? value.type : 'tuple';
}

/** What a value hangs on, also deep inside it. */
export function deepDependencies(value: Value): string[] {
  const found = new Set<string>();
  collect(value, found, new Set(), 0);
  return [...found];
}

function collect(value: Value, into: Set<string>, seen: Set<object>, depth: number): void {
  if (depth > maximumDepth || value instanceof LazyObject) return;
  if (value.kind === 'unknown') {
    for (const name of value.dependsOn) into.add(name);
    return;
  }
  if (value.kind !== 'array' && value.kind !== 'object') return;
  const content = contentOf(value);
  if (seen.has(content)) return;
  seen.add(content);
  if (value.rest) collect(value.rest, into, seen, depth + 1);
  for (const part of partsOf(value)) collect(part, into, seen, depth + 1);
}

/** Deeper values are taken as unknown. */
const maximumDepth = 64;

const whollyKnown = new WeakMap<object, boolean>();

/** True when nothing in the value is unknown. */
export function isWhollyKnown(value: Value, depth = 0): boolean {
  if (value.kind === 'unknown' || value instanceof LazyObject || depth > maximumDepth) return false;
  if (value.kind !== 'array' && value.kind !== 'object') return true;
  if (value.rest) return false;
  const content = contentOf(value);
  const before = whollyKnown.get(content);
  if (before !== undefined) return before;
  const answer = partsOf(value).every(part => isWhollyKnown(part, depth + 1));
  whollyKnown.set(content, answer);
  return answer;
}

/** What values share that are the same but for where they come from. */
function contentOf(value: ArrayValue | ObjectValue): object {
  if (value.kind === 'array') return value.items;
  return value instanceof MappingValue ? value.entries : value;
}

function partsOf(value: ArrayValue | ObjectValue): readonly Value[] {
  return value.kind === 'array' ? value.items : [...value.properties()].map(property => property.value);
}

/** A scalar as Terraform writes it in a string; undefined for everything else. */
export function scalarText(value: Value): string | undefined {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return numberText(value.value);
    case 'boolean':
      return value.value ? 'true' : 'false';
    default:
      return undefined;
  }
}

/** A number in decimal notation, never with an exponent for whole numbers. */
export function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) >= 1e21 ? BigInt(value).toString() : String(value);
}

/** A canonical text of a scalar, known or symbolic; undefined when the value has none. */
export function symbolOf(value: Value): string | undefined {
  return value.kind === 'unknown' ? value.symbol : scalarText(value);
}

/** Deep equality of known values; undefined when something unknown decides. */
export function equalValues(a: Value, b: Value): boolean | undefined {
  return compare(a, b, { left: 100_000 });
}

/** `budget` bounds the comparison of values that hold the same parts many times over. */
function compare(a: Value, b: Value, budget: { left: number }): boolean | undefined {
  if (--budget.left < 0) return undefined;
  if (a.kind === 'unknown' || b.kind === 'unknown') {
    const left = symbolOf(a);
    if (a.kind === 'unknown' && b.kind === 'unknown' && left !== undefined && left === b.symbol) return true;
    return differsFromAll(a, b, budget) ? false : undefined;
  }
  if (a.kind === 'null' || b.kind === 'null') return a.kind === b.kind;
  if (a.kind === 'array' && b.kind === 'array') {
    if (a.rest || b.rest) return undefined;
    if (a.items.length !== b.items.length) return false;
    if (a.items === b.items && isWhollyKnown(a)) return true;
    return every(a.items, (item, index) => compare(item, b.items[index] as Value, budget));
  }
  if (a.kind === 'object' && b.kind === 'object') {
    if (a.rest || b.rest) return undefined;
    const left = [...a.properties()];
    const right = new Map([...b.properties()].map(property => [property.name, property.value]));
    if (left.length !== right.size) return false;
    return every(left, property => {
      const other = right.get(property.name);
      return other ? compare(property.value, other, budget) : false;
    });
  }
  if (a.kind === 'array' || b.kind === 'array' || a.kind === 'object' || b.kind === 'object') return false;
  return a.kind === b.kind && a.value === b.value;
}

function differsFromAll(a: Value, b: Value, budget: { left: number }): boolean {
  const left = a.kind === 'unknown' ? a.alternatives : [a];
  const right = b.kind === 'unknown' ? b.alternatives : [b];
  if (!left || !right) return false;
  return left.every(x => right.every(y => compare(x, y, budget) === false));
}

function every<T>(items: readonly T[], test: (item: T, index: number) => boolean | undefined): boolean | undefined {
  let sure = true;
  for (const [index, item] of items.entries()) {
    const answer = test(item, index);
    if (answer === false) return false;
    if (answer === undefined) sure = false;
  }
  return sure ? true : undefined;
}
