import type { OriginChain } from '../../network/origin.ts';
import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { joinTexts } from './scope.ts';

/**
 * A resource's declared properties as Azure gives them back: its named parts (subnets, frontends, backend pools, rules …)
 * have ids there, as in `vnet.properties.subnets[0].id`.
 */
export function withPartIds(properties: ObjectValue, owner: Value, rest: UnknownValue | undefined): ObjectValue {
  return new ReturnedProperties(properties, owner, rest);
}

class ReturnedProperties implements ObjectValue {
  readonly kind = 'object';

  constructor(
    private readonly declared: ObjectValue,
    private readonly owner: Value,
    readonly rest: UnknownValue | undefined,
  ) {}

  get origin(): OriginChain {
    return this.declared.origin;
  }

  get(name: string): Value | undefined {
    return this.property(name)?.value;
  }

  property(name: string): Property | undefined {
    const property = this.declared.property(name);
    return property && { ...property, value: this.#returned(property) };
  }

  *properties(): Iterable<Property> {
    for (const property of this.declared.properties()) yield { ...property, value: this.#returned(property) };
  }

  #returned({ name, value }: Property): Value {
    if (value.kind !== 'array' || !value.items.some(isNamedPart)) return value;
    const items = value.items.map(item => (isNamedPart(item) ? new NamedPart(item, this.owner, name) : item));
    const returned: ArrayValue = {
      kind: 'array',
      items,
      origin: value.origin,
      ...(value.rest && { rest: value.rest }),
    };
    return returned;
  }
}

function isNamedPart(value: Value): value is ObjectValue {
  return value.kind === 'object' && value.get('name') !== undefined && value.get('id') === undefined;
}

/** A part with the id that Azure gives it. */
class NamedPart implements ObjectValue {
  readonly kind = 'object';
  readonly rest: UnknownValue | undefined;

  constructor(
    private readonly declared: ObjectValue,
    private readonly owner: Value,
    private readonly collection: string,
  ) {
    this.rest = declared.rest;
  }

  get origin(): OriginChain {
    return this.declared.origin;
  }

  get(name: string): Value | undefined {
    return name.toLowerCase() === 'id' ? this.#id() : this.declared.get(name);
  }

  property(name: string): Property | undefined {
    return name.toLowerCase() === 'id' ? { name, value: this.#id() } : this.declared.property(name);
  }

  *properties(): Iterable<Property> {
    yield { name: 'id', value: this.#id() };
    yield* this.declared.properties();
  }

  #id(): Value {
    return joinTexts([this.owner, `/${this.collection}/`, this.declared.get('name')!], this.declared.origin);
  }
}
