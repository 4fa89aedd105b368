import { misshapen } from './live-shape.ts';
import type { OriginChain, Place } from './origin.ts';

/**
 * A JSON-like value that may be known in part. Template readers and the reading of live resources both give it;
 * every node carries the chain of places it came through.
 */
export type Value = NullValue | BooleanValue | NumberValue | StringValue | ArrayValue | ObjectValue | UnknownValue;

interface Origined {
  readonly origin: OriginChain;
  /** True for what a secure parameter or a sensitive variable holds: it may decide, but is never shown or stored. */
  readonly secret?: boolean;
}

export interface NullValue extends Origined {
  readonly kind: 'null';
}
export interface BooleanValue extends Origined {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface NumberValue extends Origined {
  readonly kind: 'number';
  readonly value: number;
}
export interface StringValue extends Origined {
  readonly kind: 'string';
  readonly value: string;
}

export interface ArrayValue extends Origined {
  readonly kind: 'array';
  readonly items: readonly Value[];
  /**
   * Set when further items may be there (anywhere among the known ones). Its `alternatives`, if any, are arrays: each
   * one possible set of further items.
   */
  readonly rest?: UnknownValue;
}

export interface Property {
  /** As written. */
  readonly name: string;
  /** Where the name stands. */
  readonly namePlace?: Place;
  readonly value: Value;
}

export interface ObjectValue extends Origined {
  readonly kind: 'object';
  /** The value of a property, its name in any letter case, as Azure reads names. */
  get(name: string): Value | undefined;
  /** The same with the name's place. */
  property(name: string): Property | undefined;
  /** All properties in the order written. */
  properties(): Iterable<Property>;
  /** Set when further properties may be there. */
  readonly rest?: UnknownValue;
}

/** A value that cannot be had from what was read. */
export interface UnknownValue extends Origined {
  readonly kind: 'unknown';
  /** What it hangs on, in words that stand in a sentence: "parameter sshSource", "output id of module net". Never empty. */
  readonly dependsOn: readonly string[];
  /** When the value is surely one of these (allowed values, the branches of an undecided condition). */
  readonly alternatives?: readonly Value[];
  /**
   * A canonical text of an unknown string: two unknown strings with the same symbol are equal. Unknown parts stand in
   * braces: `/subscriptions/{subscription().subscriptionId}/…/networkSecurityGroups/{parameters('name')}-nsg`.
   */
  readonly symbol?: string;
}

/** An object over a map, for values that a template reader makes. Later properties of the same name win, as in Azure. */
export class MapObject implements ObjectValue {
  readonly kind = 'object';
  readonly #byName = new Map<string, Property>();

  constructor(
    properties: Iterable<Property>,
    readonly origin: OriginChain,
    readonly rest?: UnknownValue,
    readonly secret?: boolean,
  ) {
    for (const property of properties) {
      const key = property.name.toLowerCase();
      // A duplicate keeps the first one's position and takes the last one's value.
      this.#byName.set(key, property);
    }
  }

  get(name: string): Value | undefined {
    return this.#byName.get(name.toLowerCase())?.value;
  }

  property(name: string): Property | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  properties(): Iterable<Property> {
    return this.#byName.values();
  }
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * Plain JSON of a live resource as a {@link Value}, wrapped only where somebody looks: an estate of ten thousand
 * machines is read without a second copy of it. Places are `{kind: 'resource', id, path}`.
 */
export function fromJson(json: unknown, id: string, path = ''): Value {
  return wrap(json, { id, path });
}

/** Where a JSON value stands: at the top of a resource, or under a name or index of another one. */
type Position =
  | { readonly id: string; readonly path: string }
  | { readonly parent: Position; readonly key: string | number };

function wrap(json: unknown, position: Position): Value {
  switch (typeof json) {
    case 'string':
      return new JsonScalar('string', json, position) as StringValue;
    case 'number':
      return new JsonScalar('number', json, position) as NumberValue;
    case 'boolean':
      return new JsonScalar('boolean', json, position) as BooleanValue;
    case 'object':
      if (json === null) return new JsonScalar('null', null, position) as NullValue;
      return Array.isArray(json) ? new JsonArray(json, position) : new JsonObject(json as JsonRecord, position);
    default:
      return new JsonScalar('null', null, position) as NullValue;
  }
}

function placeOf(position: Position): Place {
  const keys: (string | number)[] = [];
  let current = position;
  while ('parent' in current) {
    keys.push(current.key);
    current = current.parent;
  }
  let path = current.path;
  for (const key of keys.reverse()) {
    path = typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
  }
  return { kind: 'resource', id: current.id, path };
}

type JsonRecord = { readonly [name: string]: unknown };

class JsonNode {
  constructor(protected readonly position: Position) {}

  get origin(): OriginChain {
    return [{ kind: 'resource', place: placeOf(this.position) }];
  }
}

class JsonScalar extends JsonNode {
  constructor(
    readonly kind: 'string' | 'number' | 'boolean' | 'null',
    readonly value: unknown,
    position: Position,
  ) {
    super(position);
  }
}

class JsonArray extends JsonNode implements ArrayValue {
  readonly kind = 'array';
  #items: readonly Value[] | undefined;

  constructor(
    private readonly json: readonly unknown[],
    position: Position,
    /** Set when some items are not of the kind that Azure gives the list. */
    readonly rest?: UnknownValue,
  ) {
    super(position);
  }

  get items(): readonly Value[] {
    const parent = this.position;
    this.#items ??= this.json.map((item, key) => wrap(item, { parent, key }));
    return this.#items;
  }
}

class JsonObject extends JsonNode implements ObjectValue {
  readonly kind = 'object';

  constructor(
    private readonly json: JsonRecord,
    position: Position,
  ) {
    super(position);
  }

  get(name: string): Value | undefined {
    const key = this.#ownName(name);
    if (key === undefined) return undefined;
    const json = this.json[key];
    const position = { parent: this.position, key };
    const wrong = misshapen(name, json);
    if (wrong === undefined) return wrap(json, position);
    const unknown: UnknownValue = { kind: 'unknown', dependsOn: [`not readable: ${name}`], origin: [] };
    return wrong === 'all' ? unknown : new JsonArray(json as readonly unknown[], position, unknown);
  }

  property(name: string): Property | undefined {
    const own = this.#ownName(name);
    const value = this.get(name);
    return own === undefined || value === undefined ? undefined : { name: own, value };
  }

  *properties(): Iterable<Property> {
    for (const name of Object.keys(this.json)) {
      const value = this.get(name);
      if (value) yield { name, value };
    }
  }

  /** The property's name as written; of several that differ in letter case the exact one, else the last. */
  #ownName(name: string): string | undefined {
    if (Object.hasOwn(this.json, name)) return name;
    const wanted = name.toLowerCase();
    let found: string | undefined;
    for (const own in this.json) {
      if (own.length === name.length && own.toLowerCase() === wanted && Object.hasOwn(this.json, own)) found = own;
    }
    return found;
  }
}

/** The names an object or any other value hangs on when it is unknown; empty when it is known. */
export function dependencies(value: Value | undefined): readonly string[] {
  return value?.kind === 'unknown' ? value.dependsOn : [];
}

/**
 * A text by which two values that name the same resource are equal: a known string in lower case, or an unknown
 * string's symbol in lower case. Undefined when nothing can be compared.
 */
export function identity(value: Value | undefined): string | undefined {
  if (value?.kind === 'string') return value.value.toLowerCase();
  if (value?.kind === 'unknown') return value.symbol?.toLowerCase();
  return undefined;
}
