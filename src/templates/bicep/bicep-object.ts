import type { OriginChain } from '../../network/origin.ts';
import type { ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, placeIn } from './frame.ts';
import type { Name, ObjectNode, PropertyNode } from './syntax.ts';

interface Entry {
  readonly key: string;
  readonly name: Name;
  readonly node: PropertyNode;
  value: Value | undefined;
}

/** An object as written, its properties evaluated when somebody looks at them. */
export class BicepObject implements ObjectValue {
  readonly kind = 'object';
  readonly #entries: Entry[] = [];
  #rest: UnknownValue | undefined;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly frame: Frame,
    private readonly node: ObjectNode,
  ) {
    for (const property of node.properties) {
      if (property.kind !== 'property' || !('text' in property.key)) continue;
      const key = property.key.text.toLowerCase();
      const entry = { key, name: property.key, node: property, value: undefined };
      const earlier = this.#entries.findIndex(each => each.key === key);
      // A name that stands twice is an error in Bicep; the later one counts, as in the template made of it.
      if (earlier < 0) this.#entries.push(entry);
      else this.#entries[earlier] = entry;
    }
  }

  /** Whether an object's properties have names without unknown parts, and nothing is spread into it. */
  static canHold(node: ObjectNode): boolean {
    return (
      node.properties.length <= 64 && node.properties.every(each => each.kind === 'property' && 'text' in each.key)
    );
  }

  get origin(): OriginChain {
    return [{ kind: 'literal', place: placeIn(this.frame.instance.source.path, this.node) }];
  }

  get rest(): UnknownValue | undefined {
    if (!this.node.damaged) return undefined;
    this.#rest ??= unreadable(this.origin);
    return this.#rest;
  }

  get(name: string): Value | undefined {
    const entry = this.#find(name);
    return entry && this.#valueOf(entry);
  }

  property(name: string): Property | undefined {
    const entry = this.#find(name);
    return entry && this.#propertyOf(entry);
  }

  *properties(): Iterable<Property> {
    for (const entry of this.#entries) yield this.#propertyOf(entry);
  }

  #find(name: string): Entry | undefined {
    const key = name.toLowerCase();
    for (const entry of this.#entries) if (entry.key === key) return entry;
    return undefined;
  }

  #propertyOf(entry: Entry): Property {
    return {
      name: entry.name.text,
      namePlace: placeIn(this.frame.instance.source.path, entry.name),
      value: this.#valueOf(entry),
    };
  }

  #valueOf(entry: Entry): Value {
    entry.value ??= this.evaluator.value(this.frame, entry.node.value);
    return entry.value;
  }
}

/** What stands where the text could not be read. */
export function unreadable(origin: OriginChain): UnknownValue {
  return unknownValue(['text that cannot be read'], origin);
}
