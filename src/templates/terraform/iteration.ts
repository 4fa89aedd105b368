import type { OriginChain } from '../../network/origin.ts';
import type { UnknownValue, Value } from '../../network/value.ts';
import { LazyObject, numberValue, SequenceValue, scalarText, stringValue } from './terraform-value.ts';

/** The most items that one expression makes. */
export const maximumItems = 20_000;

/** The instances of a resource or module with `count`. One that stands for an unknown number of them has a `rest`. */
export class InstanceSequence extends SequenceValue {
  constructor(
    items: readonly Value[],
    /** The count's default is none: the instance is looked at as if it were there, but is no member of the whole. */
    readonly leftOut: boolean,
    rest?: UnknownValue,
  ) {
    super(items, [], 'tuple', rest);
  }
}

/** The pairs that a `for` or `for_each` goes through; undefined for what is no collection. */
export function iterate(collection: Value): (readonly [Value, Value])[] | undefined {
  if (collection.kind === 'array') {
    if (collection instanceof InstanceSequence && collection.leftOut) return [];
    const isSet = collection instanceof SequenceValue && collection.type === 'set';
    return collection.items.map((item, index) => [isSet ? item : numberValue(index, item.origin), item] as const);
  }
  if (collection.kind === 'object') {
    const pairs: (readonly [Value, Value])[] = [];
    for (const property of collection.properties()) {
      const origin: OriginChain = property.namePlace
        ? [{ kind: 'item', name: property.name, place: property.namePlace }]
        : [];
      pairs.push([stringValue(property.name, origin), property.value]);
    }
    // Terraform goes through maps and objects in the order of their keys.
    if (!(collection instanceof LazyObject))
      pairs.sort((a, b) => compareNames(scalarText(a[0]) ?? '', scalarText(b[0]) ?? ''));
    return pairs;
  }
  return undefined;
}

/** By code points, as Go compares strings. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function restOf(value: Value): UnknownValue | undefined {
  return value.kind === 'array' || value.kind === 'object' ? value.rest : undefined;
}
