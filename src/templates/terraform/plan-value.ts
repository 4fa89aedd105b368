import type { OriginChain, Place } from '../../network/origin.ts';
import type { ObjectValue, Property, Value } from '../../network/value.ts';
import { type ResourceBlock, textAttribute } from './module-source.ts';
import type { PlanResource } from './plan.ts';
import type { Block, Body } from './syntax.ts';
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

/** What a plan's configuration says of an attribute that is known only after the apply. */
export interface PlannedConfiguration {
  /** Whether it gives it a value; undefined when that cannot be told. */
  gives(path: Path): boolean | undefined;
  /** The symbols of what it refers to. */
  symbolsAt(path: Path): readonly (string | undefined)[];
}

/** Attributes that the provider works out when they are not given, in blocks that `dynamic` may have made. */
const computedInBlocks: ReadonlySet<string> = new Set([
  'azurerm_network_interface.private_ip_address',
  'azurerm_lb.private_ip_address',
  'azurerm_lb.subnet_id',
]);

/**
 * A resource's planned values. What is known only after the apply is unknown, with the symbol of what it refers to; but
 * what the configuration does not give, the provider works out, and Azure's API is not told. An empty text is what the
 * provider's schema has for something not given.
 */
export function planValue(
  resource: PlanResource,
  block: ResourceBlock | undefined,
  place: Place,
  configuration: PlannedConfiguration,
): ObjectValue {
  const isGiven = (path: Path, body: Body | undefined): boolean => {
    const name = path.findLast(part => typeof part === 'string');
    if (name === undefined) return true;
    if (body && path[path.length - 1] === name) return writes(body, name);
    const isComputed = path.length > 1 && computedInBlocks.has(`${resource.type}.${name}`);
    return configuration.gives(path) ?? !isComputed;
  };
  /** A value that is known only after the apply; of the items of a list, the one `at` a place among `of` such ones. */
  const afterApply = (path: Path, origin: OriginChain, at = 0, of = 1): Value => {
    const shown = `${resource.address}.${path.filter(part => typeof part === 'string').join('.')} (known after apply)`;
    const symbols = configuration.symbolsAt(path);
    const unknown = (symbol: string | undefined) =>
      unknownValue([shown], origin, symbol === undefined ? {} : { symbol });
    // A whole list of ids has one for each resource that it refers to.
    const name = path[path.length - 1];
    if (of === 1 && typeof name === 'string' && /_ids$/.test(name) && symbols.length > 0)
      return sequence(symbols.map(unknown), origin, 'list');
    if (symbols.length === of) return unknown(symbols[at]);
    if (symbols.length === 1) return unknown(symbols[0]);
    return unknownValue([shown], origin, { alternatives: symbols.map(unknown) });
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
    if (unknown === true && (json === undefined || json === null))
      return isGiven(path, body) ? afterApply(path, origin) : nullValue(origin);
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
      const blocks = body?.blocks.filter(one => one.type === path[path.length - 1]) ?? [];
      const open = openItems(json, unknown);
      const items = json.map((item, index) => {
        const order = open.listed.indexOf(index);
        if (order >= 0) return afterApply([...path, index], origin, order, open.count);
        const own = blockOf(item, blocks) ?? (json.length === 1 && blocks.length === 1 ? blocks[0] : undefined);
        const ownPlace: Place =
          own && block ? { kind: 'text', file: block.file, range: { start: own.start, end: own.end } } : at;
        return convert(item, part(unknown, index), part(sensitive, index), [...path, index], own?.body, ownPlace);
      });
      for (let place = open.listed.length; place < open.count; place++)
        items.push(afterApply([...path, place], origin, place, open.count));
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

/** The block that an item is written in: a set has its items in another order, but with the names that blocks give. */
function blockOf(item: unknown, blocks: readonly Block[]): Block | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const name = own(item as { readonly [name: string]: unknown }, 'name');
  const named = blocks.filter(block => textAttribute(block.body, 'name') === name);
  return name !== undefined && named.length === 1 ? named[0] : undefined;
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

function writes(body: Body, name: string): boolean {
  return (
    body.attributes.some(attribute => attribute.name === name) ||
    body.blocks.some(block => block.type === name || (block.type === 'dynamic' && block.labels[0] === name))
  );
}
