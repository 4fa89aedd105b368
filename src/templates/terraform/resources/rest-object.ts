import type { OriginChain, Place } from '../../../network/origin.ts';
import type { Property, UnknownValue, Value } from '../../../network/value.ts';
import { joinRests } from '../block-value.ts';
import { MappingValue, sequence } from '../terraform-value.ts';

type Content = Value | RestObject | RestList;

/** A body in the shape of Azure's REST API while it is being put together. */
export class RestObject {
  readonly #entries = new Map<string, { readonly content: Content; readonly namePlace?: Place }>();
  rest: UnknownValue | undefined;

  constructor(readonly origin: OriginChain = []) {}

  /** Sets a property; dots in `path` lead into objects that are made on the way. */
  set(path: string, content: Content, namePlace?: Place): void {
    const { parent, name } = this.#parent(path);
    parent.#entries.set(name, namePlace ? { content, namePlace } : { content });
  }

  get(path: string): Content | undefined {
    const { parent, name } = this.#parent(path);
    return parent.#entries.get(name)?.content;
  }

  /** The list at a path, made when there is none. */
  list(path: string): RestList {
    const before = this.get(path);
    if (before instanceof RestList) return before;
    const list = new RestList(this.origin);
    if (before && 'kind' in before && before.kind === 'array') {
      list.items.push(...before.items);
      if (before.rest) list.rests.push(before.rest);
    }
    this.set(path, list);
    return list;
  }

  #parent(path: string): { parent: RestObject; name: string } {
    const parts = path.split('.');
    const name = parts.pop() as string;
    let parent: RestObject = this;
    for (const part of parts) {
      let next = parent.#entries.get(part)?.content;
      if (!(next instanceof RestObject)) {
        next = new RestObject(this.origin);
        parent.#entries.set(part, { content: next });
      }
      parent = next;
    }
    return { parent, name };
  }

  toValue(): MappingValue {
    const entries = new Map<string, Property>();
    for (const [name, { content, namePlace }] of this.#entries)
      entries.set(name, { name, value: finished(content), ...(namePlace ? { namePlace } : {}) });
    return new MappingValue(entries, this.origin, this.rest);
  }
}

export class RestList {
  readonly items: (Value | RestObject)[] = [];
  readonly rests: UnknownValue[] = [];

  constructor(readonly origin: OriginChain = []) {}

  toValue(): Value {
    return sequence(this.items.map(finished), this.origin, 'list', joinRests(this.rests));
  }
}

function finished(content: Content): Value {
  return content instanceof RestObject || content instanceof RestList ? content.toValue() : content;
}
