import type { OriginChain } from '../../network/origin.ts';
import {
  type ArrayValue,
  type BooleanValue,
  type Json,
  MapObject,
  type NullValue,
  type NumberValue,
  type ObjectValue,
  type Property,
  type StringValue,
  type UnknownValue,
  type Value,
} from '../../network/value.ts';
import { type Budget, limits } from './budget.ts';

/** How many alternatives an unknown value may carry before it is only unknown. */
export const mostAlternatives = 64;

/** How many names an unknown value tells at most. */
export const mostDependencies = 32;
const longestSymbol = 2000;

export function textValue(value: string, origin: OriginChain): StringValue {
  return { kind: 'string', value, origin };
}

export function numberValue(value: number, origin: OriginChain): NumberValue {
  return { kind: 'number', value, origin };
}

export function booleanValue(value: boolean, origin: OriginChain): BooleanValue {
  return { kind: 'boolean', value, origin };
}

export function nullValue(origin: OriginChain): NullValue {
  return { kind: 'null', origin };
}

export function arrayValue(items: readonly Value[], origin: OriginChain, rest?: UnknownValue): ArrayValue {
  return rest ? { kind: 'array', items, origin, rest } : { kind: 'array', items, origin };
}

export function objectValue(
  entries: Iterable<readonly [name: string, value: Value]>,
  origin: OriginChain,
  rest?: UnknownValue,
): ObjectValue {
  const properties: Property[] = [];
  for (const [name, value] of entries) properties.push({ name, value });
  return new MapObject(properties, origin, rest);
}

export interface UnknownParts {
  readonly symbol?: string | undefined;
  readonly alternatives?: readonly Value[] | undefined;
  readonly secret?: boolean | undefined;
}

/** An unknown value. Names are made unique; a symbol or a set of alternatives beyond its bound is dropped. */
export function unknownValue(dependsOn: readonly string[], origin: OriginChain, parts?: UnknownParts): UnknownValue {
  const names = dependsOn.length > 0 ? uniqueNames(dependsOn) : somethingUnread;
  const value: Mutable<UnknownValue> = { kind: 'unknown', dependsOn: names, origin };
  if (!parts) return value;
  const alternatives = parts.alternatives && flatAlternatives(parts.alternatives);
  if (alternatives) value.alternatives = alternatives;
  if (parts.symbol !== undefined && parts.symbol.length <= longestSymbol) value.symbol = parts.symbol;
  if (parts.secret) value.secret = true;
  return value;
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] };

const somethingUnread = ['something that was not read'];

function uniqueNames(names: readonly string[]): readonly string[] {
  if (names.length <= mostDependencies && names.every((name, at) => names.indexOf(name) === at)) return names;
  const unique = new Set<string>();
  for (const name of names) {
    if (unique.size >= mostDependencies) break;
    unique.add(name);
  }
  return [...unique];
}

/** An unknown value with another symbol. */
export function withSymbol(value: UnknownValue, symbol: string): UnknownValue {
  return { ...value, origin: value.origin, symbol };
}

/** Alternatives with nested ones opened; undefined when one of them could be anything or there are too many. */
function flatAlternatives(alternatives: readonly Value[]): readonly Value[] | undefined {
  const flat: Value[] = [];
  const scalars = new Set<string>();
  for (const alternative of alternatives) {
    const choices = alternative.kind === 'unknown' ? alternative.alternatives : [alternative];
    if (!choices) return undefined;
    for (const choice of choices) {
      if (choice.kind === 'string' || choice.kind === 'number' || choice.kind === 'boolean') {
        const key = `${choice.kind}:${choice.value}`;
        if (scalars.has(key)) continue;
        scalars.add(key);
      }
      flat.push(choice);
    }
    if (flat.length > mostAlternatives) return undefined;
  }
  return flat.length > 0 ? flat : undefined;
}

/** The names that stand behind the unknown parts of values, those inside arrays and objects included. */
export function deepDependencies(values: readonly Value[], budget: Budget): readonly string[] {
  const names = new Set<string>();
  const visit = (value: Value, depth: number): void => {
    budget.spend(1);
    if (names.size >= mostDependencies || depth > limits.depth) return;
    if (value.kind === 'unknown') {
      for (const name of value.dependsOn) names.add(name);
    } else if (value.kind === 'array') {
      for (const item of value.items) visit(item, depth + 1);
      if (value.rest) visit(value.rest, depth + 1);
    } else if (value.kind === 'object') {
      for (const property of value.properties()) visit(property.value, depth + 1);
      if (value.rest) visit(value.rest, depth + 1);
    }
  };
  for (const value of values) visit(value, 0);
  return [...names];
}

/** Thrown inside a function when an unknown part decides its result; caught by the caller of the function. */
export class Undecided extends Error {
  constructor(readonly parts: readonly Value[]) {
    super('hangs on an unknown value');
  }
}

/** Steps for each value that is copied: what comes through variables is made anew for each that hands it on. */
const copied = 6;

/** Plain JSON of a value that is known throughout; throws {@link Undecided} naming what is not. */
export function toJson(value: Value, budget: Budget, depth = 0): Json {
  budget.spend(copied);
  budget.checkDepth(depth);
  switch (value.kind) {
    case 'null':
      return null;
    case 'unknown':
      throw new Undecided([value]);
    case 'array':
      if (value.rest) throw new Undecided([value.rest]);
      return value.items.map(item => toJson(item, budget, depth + 1));
    case 'object': {
      if (value.rest) throw new Undecided([value.rest]);
      const entries: [string, Json][] = [];
      for (const property of value.properties()) {
        entries.push([property.name, toJson(property.value, budget, depth + 1)]);
      }
      return Object.fromEntries(entries);
    }
    default:
      return value.value;
  }
}

/** The value of plain JSON; every part has the same origin. */
export function fromPlain(json: unknown, origin: OriginChain, budget: Budget, depth = 0): Value {
  budget.spend(1);
  budget.checkDepth(depth);
  switch (typeof json) {
    case 'string':
      return textValue(json, origin);
    case 'number':
      return numberValue(json, origin);
    case 'boolean':
      return booleanValue(json, origin);
    case 'object':
      if (json === null) return nullValue(origin);
      if (Array.isArray(json)) {
        return arrayValue(
          json.map(item => fromPlain(item, origin, budget, depth + 1)),
          origin,
        );
      }
      return objectValue(
        Object.entries(json).map(([name, value]) => [name, fromPlain(value, origin, budget, depth + 1)] as const),
        origin,
      );
    default:
      return nullValue(origin);
  }
}

/** True when any part of the value came from a secure parameter. */
export function isSecret(value: Value): boolean {
  return value.secret === true;
}

/** The same value marked as secret. */
export function asSecret(value: Value): Value {
  if (value.secret) return value;
  if (value.kind === 'object') return new MapObject(value.properties(), value.origin, value.rest, true);
  return { ...value, origin: value.origin, secret: true };
}

/**
 * The text by which a part of a composed string is compared: a known scalar as ARM writes it into a string, or an
 * unknown value's symbol.
 */
export function symbolOf(value: Value): string | undefined {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return String(value.value);
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'unknown':
      return value.symbol;
    default:
      return undefined;
  }
}

/** The symbol of a call on these arguments: `{uniqueString({resourceGroup().id})}`; undefined when one has none. */
export function callSymbol(name: string, args: readonly Value[], budget: Budget): string | undefined {
  const parts: string[] = [];
  for (const arg of args) {
    let part = arg.kind === 'string' ? `'${arg.value}'` : symbolOf(arg);
    if (part === undefined && (arg.kind === 'null' || arg.kind === 'array' || arg.kind === 'object')) {
      part = structureSymbol(arg, budget);
    }
    if (part === undefined || part.length > longestSymbol) return undefined;
    parts.push(part);
  }
  return `{${name}(${parts.join(',')})}`;
}

function structureSymbol(value: Value, budget: Budget): string | undefined {
  try {
    return JSON.stringify(toJson(value, budget));
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

/** The symbol of a part of an unknown value: `{parameters('a')}` and `.b` give `{parameters('a').b}`. */
export function memberSymbol(symbol: string | undefined, access: string): string | undefined {
  if (symbol === undefined) return undefined;
  const inner = closesAtEnd(symbol) ? symbol.slice(1, -1) : `(${symbol})`;
  return `{${inner}${access}}`;
}

/** Whether an unknown text may turn out to be this one: what its symbol says outside braces is sure to be in it. */
export function mayBeText(unknown: UnknownValue, text: string): boolean {
  const symbol = unknown.symbol?.toLowerCase();
  if (symbol === undefined) return true;
  const open = symbol.indexOf('{');
  const start = open < 0 ? symbol : symbol.slice(0, open);
  const end = open < 0 ? '' : symbol.slice(symbol.lastIndexOf('}') + 1);
  const lower = text.toLowerCase();
  return lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end);
}

/** Whether the brace that opens the text is closed by its last character. */
function closesAtEnd(symbol: string): boolean {
  if (!symbol.startsWith('{')) return false;
  let open = 0;
  for (let at = 0; at < symbol.length; at++) {
    const code = symbol.charCodeAt(at);
    if (code === 123) open++;
    else if (code === 125 && --open === 0) return at === symbol.length - 1;
  }
  return false;
}

/**
 * The same value, used from somewhere else: `prefix` is put before the chains of the value and, as they are looked
 * at, of everything inside it.
 */
export function usedFrom(prefix: OriginChain, value: Value): Value {
  if (prefix.length === 0) return value;
  if (value.kind === 'object') {
    // One wrapper however often it is handed on: values passed through many hands stay as quick to read.
    if (value instanceof UsedObject) return new UsedObject(joinChains(prefix, value.prefix), value.inner);
    return new UsedObject(prefix, value);
  }
  if (value.kind === 'array') {
    if (value instanceof UsedArray) return new UsedArray(joinChains(prefix, value.prefix), value.inner);
    return new UsedArray(prefix, value);
  }
  if (value.kind === 'unknown') return new UsedUnknown(prefix, value) as UnknownValue;
  return value.kind === 'null' ? new UsedNull(prefix, value) : (new UsedScalar(prefix, value) as Value);
}

const longestChain = 64;

/** Two chains one after the other; the middle of one that grows without end is left out. */
export function joinChains(first: OriginChain, second: OriginChain): OriginChain {
  if (first.length + second.length <= longestChain) return first.concat(second);
  const head = first.slice(0, longestChain / 2);
  return [...head, ...second.slice(-(longestChain - head.length))];
}

/** How many hands a value may pass through before its chain is joined instead of being made when it is asked for. */
const mostHands = 16;

/** A value used from somewhere: most are never asked where they come from. */
abstract class Used {
  readonly #prefix: OriginChain;
  readonly #inner: { readonly origin: OriginChain };
  readonly #hands: number = 1;

  constructor(prefix: OriginChain, inner: Value) {
    this.#prefix = prefix;
    this.#inner = inner;
    if (!(inner instanceof Used)) return;
    if (inner.#hands < mostHands) this.#hands = inner.#hands + 1;
    else this.#inner = { origin: inner.origin };
  }

  get origin(): OriginChain {
    return joinChains(this.#prefix, this.#inner.origin);
  }
}

class UsedNull extends Used implements NullValue {
  readonly kind = 'null';
  readonly secret: boolean;

  constructor(prefix: OriginChain, inner: NullValue) {
    super(prefix, inner);
    this.secret = inner.secret === true;
  }
}

class UsedScalar extends Used {
  readonly kind: 'string' | 'number' | 'boolean';
  readonly value: string | number | boolean;
  readonly secret: boolean;

  constructor(prefix: OriginChain, inner: StringValue | NumberValue | BooleanValue) {
    super(prefix, inner);
    this.kind = inner.kind;
    this.value = inner.value;
    this.secret = inner.secret === true;
  }
}

class UsedUnknown extends Used {
  readonly kind = 'unknown';
  readonly dependsOn: readonly string[];
  readonly alternatives: readonly Value[] | undefined;
  readonly symbol: string | undefined;
  readonly secret: boolean;

  constructor(prefix: OriginChain, inner: UnknownValue) {
    super(prefix, inner);
    this.dependsOn = inner.dependsOn;
    this.alternatives = inner.alternatives;
    this.symbol = inner.symbol;
    this.secret = inner.secret === true;
  }
}

/** A value with a way before its own. */
abstract class UsedValue<T extends ArrayValue | ObjectValue> {
  #origin: OriginChain | undefined;

  constructor(
    readonly prefix: OriginChain,
    readonly inner: T,
  ) {}

  get origin(): OriginChain {
    this.#origin ??= joinChains(this.prefix, this.inner.origin);
    return this.#origin;
  }

  get secret(): boolean {
    return this.inner.secret === true;
  }

  get rest(): UnknownValue | undefined {
    return this.inner.rest;
  }
}

class UsedArray extends UsedValue<ArrayValue> implements ArrayValue {
  readonly kind = 'array';
  #items: readonly Value[] | undefined;

  get items(): readonly Value[] {
    this.#items ??= this.inner.items.map(item => usedFrom(this.prefix, item));
    return this.#items;
  }
}

class UsedObject extends UsedValue<ObjectValue> implements ObjectValue {
  readonly kind = 'object';

  get(name: string): Value | undefined {
    const value = this.inner.get(name);
    return value && usedFrom(this.prefix, value);
  }

  property(name: string): Property | undefined {
    const property = this.inner.property(name);
    return property && { ...property, value: usedFrom(this.prefix, property.value) };
  }

  *properties(): Iterable<Property> {
    for (const property of this.inner.properties()) {
      yield { ...property, value: usedFrom(this.prefix, property.value) };
    }
  }
}

/**
 * Whether two values are equal as `equals` compares them: undefined when an unknown part decides. Text is compared
 * with its letter case unless `ignoreCase`.
 */
export function sameValue(a: Value, b: Value, budget: Budget, ignoreCase = false, depth = 0): boolean | undefined {
  budget.spend(1);
  budget.checkDepth(depth);
  if (a.kind === 'unknown') return sameAsUnknown(a, b, budget, ignoreCase, depth);
  if (b.kind === 'unknown') return sameAsUnknown(b, a, budget, ignoreCase, depth);
  if (a.kind === 'string' && b.kind === 'string') {
    return ignoreCase ? a.value.toLowerCase() === b.value.toLowerCase() : a.value === b.value;
  }
  if (a.kind === 'array' && b.kind === 'array') return sameItems(a, b, budget, ignoreCase, depth);
  if (a.kind === 'object' && b.kind === 'object') return sameProperties(a, b, budget, ignoreCase, depth);
  if (a.kind === 'null' || b.kind === 'null' || a.kind !== b.kind) return a.kind === b.kind;
  return 'value' in a && 'value' in b && a.value === b.value;
}

function sameAsUnknown(
  unknown: UnknownValue,
  other: Value,
  budget: Budget,
  ignoreCase: boolean,
  depth: number,
): boolean | undefined {
  if (other.kind === 'unknown' && unknown.symbol !== undefined && unknown.symbol === other.symbol) return true;
  if (other.kind === 'string' && !mayBeText(unknown, other.value)) return false;
  if (!unknown.alternatives) return undefined;
  const answers = new Set(unknown.alternatives.map(choice => sameValue(choice, other, budget, ignoreCase, depth + 1)));
  return answers.size === 1 ? [...answers][0] : undefined;
}

function sameItems(
  a: ArrayValue,
  b: ArrayValue,
  budget: Budget,
  ignoreCase: boolean,
  depth: number,
): boolean | undefined {
  if (a.rest || b.rest) return undefined;
  if (a.items.length !== b.items.length) return false;
  let result: boolean | undefined = true;
  for (const [index, item] of a.items.entries()) {
    const same = sameValue(item, b.items[index]!, budget, ignoreCase, depth + 1);
    if (same === false) return false;
    if (same === undefined) result = undefined;
  }
  return result;
}

function sameProperties(
  a: ObjectValue,
  b: ObjectValue,
  budget: Budget,
  ignoreCase: boolean,
  depth: number,
): boolean | undefined {
  let result: boolean | undefined = a.rest || b.rest ? undefined : true;
  let count = 0;
  for (const property of a.properties()) {
    count++;
    const other = b.get(property.name);
    if (!other) {
      if (!b.rest) return false;
      continue;
    }
    const same = sameValue(property.value, other, budget, ignoreCase, depth + 1);
    if (same === false) return false;
    if (same === undefined) result = undefined;
  }
  let others = 0;
  for (const _ of b.properties()) others++;
  return count === others || a.rest || b.rest ? result : false;
}
