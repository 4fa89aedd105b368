import type { ObjectValue, UnknownValue, Value } from '../../../network/value.ts';
import { mapping, sequence, unknownValue } from '../terraform-value.ts';
import { RestList, RestObject } from './rest-object.ts';

/**
 * How a provider's attribute is written in Azure's REST API: the path alone for a plain value; `single` for one that
 * Azure has as the only item of a list; `ids` for a list of resource ids, each of which becomes an object; `many` for a
 * list of blocks, `one` for a block that is there at most once.
 */
export type FieldRule =
  | string
  | { readonly to: string; readonly single: true }
  | { readonly to: string; readonly ids: true }
  | { readonly to: string; readonly many: Fields }
  | { readonly to: string; readonly one: Fields };

export type Fields = Readonly<Record<string, FieldRule>>;

/** Translates an object of the provider's schema. Attributes that are not set or not in the table are left out. */
export function translate(source: ObjectValue, fields: Fields, into = new RestObject(source.origin)): RestObject {
  for (const [name, rule] of Object.entries(fields)) {
    const property = source.property(name);
    if (!property || property.value.kind === 'null') continue;
    const { value, namePlace } = property;
    if (typeof rule === 'string') into.set(rule, value, namePlace);
    else if ('single' in rule) into.set(rule.to, sequence([value], value.origin, 'list'), namePlace);
    else if ('ids' in rule)
      into.set(
        rule.to,
        mapItems(value, id => mapping([['id', id]], id.origin)),
        namePlace,
      );
    else if ('many' in rule) addMany(into.list(rule.to), value, rule.many);
    else {
      const first = value.kind === 'array' ? value.items[0] : value;
      if (first?.kind === 'object') into.set(rule.to, translate(first, rule.one));
      else if (value.kind === 'array' && value.rest) into.set(rule.to, value.rest);
      else if (first) into.set(rule.to, first);
    }
  }
  if (source.rest) into.rest = source.rest;
  return into;
}

function addMany(list: RestList, value: Value, fields: Fields): void {
  if (value.kind === 'object') list.items.push(translate(value, fields));
  else if (value.kind === 'array') {
    for (const item of value.items) list.items.push(item.kind === 'object' ? translate(item, fields) : item);
    if (value.rest) list.rests.push(translateRest(value.rest, fields));
  } else if (value.kind === 'unknown') list.rests.push(translateRest(value, fields));
}

/** Further items, or a list that is unknown as a whole: its alternatives are lists of items. */
function translateRest(rest: UnknownValue, fields: Fields): UnknownValue {
  if (!rest.alternatives?.every(one => one.kind === 'array' || one.kind === 'null'))
    return unknownValue(rest.dependsOn, rest.origin);
  const alternatives = rest.alternatives.map(one => {
    const list = new RestList(one.origin);
    addMany(list, one, fields);
    return list.toValue();
  });
  return unknownValue(rest.dependsOn, rest.origin, { alternatives });
}

/** Every item of a list through a function, further and unknown ones as far as they are known. */
export function mapItems(value: Value, change: (item: Value) => Value): Value {
  if (value.kind === 'unknown') {
    const alternatives = value.alternatives?.map(one => mapItems(one, change));
    return unknownValue(value.dependsOn, value.origin, alternatives ? { alternatives } : {});
  }
  if (value.kind !== 'array') return value.kind === 'null' ? value : sequence([change(value)], value.origin);
  const rest = value.rest && (mapItems(value.rest, change) as UnknownValue);
  return sequence(value.items.map(change), value.origin, 'list', rest);
}
