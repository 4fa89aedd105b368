import type { Origin, OriginChain, TextPlace } from '../../network/origin.ts';
import type { ResourceDeclaration } from '../../network/resource.ts';
import type { ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';

/** A file whose places nobody may see, and the place that stands for all of them: the call that leads to it. */
export interface HiddenFile {
  readonly path: string;
  readonly stand: TextPlace;
}

/** The value with no place of the hidden file left in it, evaluated as it is looked at. */
export function hideValue(value: Value, file: HiddenFile): Value {
  switch (value.kind) {
    case 'object':
      return new HiddenObject(value, file);
    case 'array': {
      const rest = value.rest && hideUnknown(value.rest, file);
      const items = value.items.map(item => hideValue(item, file));
      return { kind: 'array', items, origin: hideChain(value.origin, file), ...(rest && { rest }), ...secrecy(value) };
    }
    case 'unknown':
      return hideUnknown(value, file);
    default:
      return { ...value, origin: hideChain(value.origin, file) };
  }
}

function secrecy(value: Value): { readonly secret?: boolean } {
  return value.secret ? { secret: true } : {};
}

function hideUnknown(value: UnknownValue, file: HiddenFile): UnknownValue {
  const { alternatives } = value;
  return {
    ...value,
    origin: hideChain(value.origin, file),
    ...(alternatives && { alternatives: alternatives.map(choice => hideValue(choice, file)) }),
  };
}

/** Steps inside the file become one step at the call; those that lead on from it stay. */
function hideChain(chain: OriginChain, file: HiddenFile): OriginChain {
  if (!chain.some(step => isHidden(step, file))) return chain;
  const shown: Origin[] = [];
  for (const step of chain) {
    if (!isHidden(step, file)) shown.push(step);
    else if (shown.at(-1)?.place !== file.stand) shown.push({ kind: 'expression', place: file.stand });
  }
  return shown;
}

function isHidden(step: Origin, file: HiddenFile): boolean {
  return step.place.kind === 'text' && step.place.file === file.path;
}

class HiddenObject implements ObjectValue {
  readonly kind = 'object';

  constructor(
    private readonly inner: ObjectValue,
    private readonly file: HiddenFile,
  ) {}

  get origin(): OriginChain {
    return hideChain(this.inner.origin, this.file);
  }

  get secret(): boolean {
    return this.inner.secret === true;
  }

  get rest(): UnknownValue | undefined {
    const { rest } = this.inner;
    return rest && hideUnknown(rest, this.file);
  }

  get(name: string): Value | undefined {
    const value = this.inner.get(name);
    return value && hideValue(value, this.file);
  }

  property(name: string): Property | undefined {
    const property = this.inner.property(name);
    return property && this.#hidden(property);
  }

  *properties(): Iterable<Property> {
    for (const property of this.inner.properties()) yield this.#hidden(property);
  }

  #hidden(property: Property): Property {
    const { namePlace } = property;
    const hidden = namePlace?.kind === 'text' && namePlace.file === this.file.path;
    return {
      name: property.name,
      ...(namePlace && { namePlace: hidden ? this.file.stand : namePlace }),
      value: hideValue(property.value, this.file),
    };
  }
}

/** A declaration of the hidden file as one at the call. */
export function hideDeclaration(declaration: ResourceDeclaration, file: HiddenFile): ResourceDeclaration {
  const { type, apiVersion, existence, existing, address, via } = declaration;
  return {
    type,
    ...(apiVersion !== undefined && { apiVersion }),
    existence,
    existing,
    address,
    via,
    id: hideValue(declaration.id, file),
    name: hideValue(declaration.name, file),
    body: new HiddenObject(declaration.body, file),
    place: file.stand,
    extent: file.stand,
  };
}
