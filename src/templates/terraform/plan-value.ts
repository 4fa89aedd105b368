import type { OriginChain, Place } from '../../network/origin.ts';
import type { ObjectValue, Property, Value } from '../../network/value.ts';
import type { ResourceBlock } from './module-source.ts';
import type { PlanResource } from './plan.ts';
import type { ListItem } from './plan-references.ts';
import type { Body } from './syntax.ts';
import {
  asSecret,
  booleanValue,
  MappingValue,
  nullValue,
  numberValue,
  sequence,
  stringValue,
  unknownValue,
} from './terraform-value.ts';

const maximumDepth = 64;

type Path = readonly (string | number)[];

/**
 * A resource's planned values. What is known only after the apply is unknown, with the symbol of what it refers to. An
 * empty text is what the provider's schema has for something not given.
 */
export function planValue(
  resource: PlanResource,
  block: ResourceBlock | undefined,
  place: Place,
  symbolAt: (path: Path, item?: ListItem) => string | undefined,
): ObjectValue {
  const afterApply = (path: Path, origin: OriginChain, item?: ListItem): Value => {
    const symbol = symbolAt(path, item);
    const shown = `${resource.address}.${path.filter(part => typeof part === 'string').join('.')} (known after apply)`;
    return unknownValue([shown], origin, symbol === undefined ? {} : { symbol });
  };
  const convert = (
    json: unknown,
    unknown: unknown,
    sensitive: unknown,
    path: Path,
    body: Body | undefined,
    at: Place,
  ): Value => {
    const origin: OriginChain = [
      { kind: 'property', name: String(path[path.length - 1] ?? resource.address), place: at },
    ];
    if (path.length > maximumDepth) return unknownValue(['a value that is nested too deeply'], origin);
    if (unknown === true && (json === undefined || json === null)) return afterApply(path, origin);
    const value = known(json, unknown, sensitive, path, body, at, origin);
    return sensitive === true ? asSecret(value) : value;
  };
  const known = (
    json: unknown,
    unknown: unknown,
    sensitive: unknown,
    path: Path,
    body: Body | undefined,
    at: Place,
    origin: OriginChain,
  ): Value => {
    switch (typeof json) {
      case 'string':
        return json === '' ? nullValue(origin) : stringValue(json, origin);
      case 'number':
        return numberValue(json, origin);
      case 'boolean':
        return booleanValue(json, origin);
    }
    if (Array.isArray(json)) {
      const blocks = body?.blocks.filter(one => one.type === path[path.length - 1]);
      const matching = blocks?.length === json.length ? blocks : undefined;
      const open = openItems(json, unknown);
      const items = json.map((item, index) => {
        const order = open.listed.indexOf(index);
        if (order >= 0) return afterApply(path, origin, { at: order, of: open.count });
        const own = matching?.[index];
        const ownPlace: Place =
          own && block ? { kind: 'text', file: block.file, range: { start: own.start, end: own.end } } : at;
        return convert(item, part(unknown, index), part(sensitive, index), [...path, index], own?.body, ownPlace);
      });
      for (let at = open.listed.length; at < open.count; at++)
        items.push(afterApply(path, origin, { at, of: open.count }));
      if (items.length === 0 && unknown !== undefined && unknown !== false && !Array.isArray(unknown))
        return unknownValue([`${resource.address}.${String(path[path.length - 1])} (known after apply)`], origin);
      return items.length === 0 ? nullValue(origin) : sequence(items, origin, 'list');
    }
    if (typeof json === 'object' && json !== null)
      return object(json as Record<string, unknown>, unknown, sensitive, path, body, at, origin);
    return nullValue(origin);
  };
  const object = (
    json: { readonly [name: string]: unknown },
    unknown: unknown,
    sensitive: unknown,
    path: Path,
    body: Body | undefined,
    at: Place,
    origin: OriginChain,
  ): ObjectValue => {
    const entries = new Map<string, Property>();
    const names = new Set(Object.keys(json));
    if (typeof unknown === 'object' && unknown !== null && !Array.isArray(unknown))
      for (const name of Object.keys(unknown)) names.add(name);
    for (const name of names) {
      const attribute = body?.attributes.find(one => one.name === name);
      const ownPlace: Place =
        attribute && block
          ? { kind: 'text', file: block.file, range: { start: attribute.value.start, end: attribute.value.end } }
          : at;
      const value = convert(
        own(json, name),
        part(unknown, name),
        part(sensitive, name),
        [...path, name],
        body,
        ownPlace,
      );
      if (value.kind !== 'null') entries.set(name, { name, value });
    }
    return new MappingValue(entries, origin);
  };
  const root: OriginChain = [{ kind: 'resource', name: resource.address, place }];
  return object(resource.values, resource.unknown, resource.sensitive, [], block?.block.body, place, root);
}

/**
 * Items that are known only after the apply: those of a list have their places, a set's values leave them out.
 * https://developer.hashicorp.com/terraform/internals/json-format#change-representation
 */
function openItems(
  json: readonly unknown[],
  unknown: unknown,
): { readonly listed: readonly number[]; readonly count: number } {
  const marks: readonly unknown[] = Array.isArray(unknown) ? unknown : [];
  const count = marks.filter(mark => mark === true).length;
  const listed = json.flatMap((item, index) => (item === null && marks[index] === true ? [index] : []));
  return { listed, count: Math.max(count, listed.length) };
}

function own(json: { readonly [name: string]: unknown }, name: string): unknown {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

/** The part of a tree of marks that belongs to a part of the values. */
function part(marks: unknown, key: string | number): unknown {
  if (marks === true) return true;
  if (typeof marks !== 'object' || marks === null) return undefined;
  return Object.hasOwn(marks, key) ? (marks as Record<string | number, unknown>)[key] : undefined;
}
