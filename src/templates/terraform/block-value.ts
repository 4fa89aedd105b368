import type { OriginChain, TextPlace } from '../../network/origin.ts';
import type { Property, UnknownValue, Value } from '../../network/value.ts';
import { asProperty, bind, type Evaluator, inFileOf, type Scope } from './evaluation.ts';
import { iterate, maximumItems, restOf } from './iteration.ts';
import { isFailed } from './partial-value.ts';
import { type Block, type Body, blockTypeOf, type Expression } from './syntax.ts';
import { LazyObject, mapping, sequence, unknownValue } from './terraform-value.ts';

/** What an attribute that the configuration does not set has: known to the provider only. */
export type Computed = (name: string) => Value | undefined;

const none: Computed = () => undefined;

/** A block's content as an object: attributes by name, nested blocks as lists, worked out when somebody looks. */
export function blockValue(
  body: Body,
  scope: Scope,
  evaluator: Evaluator,
  origin: OriginChain,
  computed: Computed = none,
): LazyObject {
  return new LazyObject(
    origin,
    () => namesIn(body),
    name => {
      const attribute = findLast(body, name);
      if (attribute) {
        const written = inFileOf(attribute, scope);
        const evaluated = evaluator.evaluate(attribute.value, written);
        const decided = scope.references.documented ? evaluated.origin[evaluated.origin.length - 1]?.place : undefined;
        const { start, end } = attribute.value;
        const own: TextPlace = { kind: 'text', file: written.file, range: { start, end } };
        const value = asProperty(evaluated, name, decided?.kind === 'text' ? decided : own);
        if (value.kind !== 'null')
          return {
            name,
            value,
            namePlace: { kind: 'text', file: written.file, range: { start: attribute.start, end: attribute.nameEnd } },
          };
      }
      const nested = nestedBlocks(body, name, scope, evaluator, block => computedOf(computed, name, block));
      if (nested) return { name, value: nested };
      const value = computed(name);
      return value && { name, value };
    },
  );
}

function namesIn(body: Body): Iterable<string> {
  const all = new Set(body.attributes.map(attribute => attribute.name));
  for (const block of body.blocks) all.add(blockTypeOf(block));
  return all;
}

function findLast(body: Body, name: string) {
  for (const attribute of body.attributes) if (attribute.name === name) return attribute;
  return undefined;
}

/** What a nested block's own computed attributes are: a resource's table says it under `block.attribute`. */
function computedOf(computed: Computed, block: string, values: () => LazyObject): Computed {
  return name => {
    const own = name === 'id' ? values().get('name') : undefined;
    const found = computed(`${block}.${name}`);
    if (found?.kind !== 'unknown' || found.symbol === undefined) return found;
    const text = own?.kind === 'string' ? own.value : own?.kind === 'unknown' ? own.symbol : undefined;
    return text === undefined ? found : { ...found, symbol: `${found.symbol}/${text}` };
  };
}

/** The blocks of one type, those that `dynamic` makes among them; undefined when there are none. */
function nestedBlocks(
  body: Body,
  type: string,
  scope: Scope,
  evaluator: Evaluator,
  computed: (values: () => LazyObject) => Computed,
): Value | undefined {
  const first = body.blocks.find(block => blockTypeOf(block) === type);
  if (!first) return undefined;
  const items: Value[] = [];
  const rests: UnknownValue[] = [];
  const add = (content: Body, inner: Scope, origin: OriginChain): Value => {
    const value: LazyObject = blockValue(
      content,
      inner,
      evaluator,
      origin,
      computed(() => value),
    );
    return value;
  };
  for (const block of body.blocks) {
    if (blockTypeOf(block) !== type) continue;
    const written = inFileOf(block, scope);
    if (block.type === type) {
      items.push(add(block.body, written, [{ kind: 'literal', name: type, place: placeOf(block, written) }]));
    } else {
      const made = dynamicBlocks(block, type, written, evaluator, add);
      items.push(...made.items);
      if (made.rest) rests.push(made.rest);
    }
  }
  const origin: OriginChain = [{ kind: 'property', name: type, place: placeOf(first, inFileOf(first, scope)) }];
  return sequence(items, origin, 'list', joinRests(rests));
}

function placeOf(block: Block, scope: Scope): TextPlace {
  return { kind: 'text', file: scope.file, range: { start: block.start, end: block.end } };
}

/** https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks */
function dynamicBlocks(
  block: Block,
  type: string,
  scope: Scope,
  evaluator: Evaluator,
  add: (content: Body, scope: Scope, origin: OriginChain) => Value,
): { readonly items: Value[]; readonly rest?: UnknownValue } {
  const content = block.body.blocks.find(nested => nested.type === 'content')?.body;
  const each = block.body.attributes.find(attribute => attribute.name === 'for_each')?.value;
  if (!content || !each) return { items: [] };
  const iteratorName = block.body.attributes.find(attribute => attribute.name === 'iterator')?.value;
  const iterator = nameIn(iteratorName) ?? type;
  const place = placeOf(block, scope);
  const make = (key: Value, value: Value): Value => {
    const inner = bind(
      scope,
      iterator,
      mapping([
        ['key', key],
        ['value', value],
      ]),
    );
    return add(content, inner, [{ kind: 'item', name: type, place }, ...value.origin]);
  };
  const over = (collection: Value): { items: Value[]; rest?: UnknownValue } => {
    if (collection.kind === 'null') return { items: [] };
    const pairs = iterate(collection);
    if (!pairs)
      return {
        items: [],
        rest: unknownValue(['a for_each over something that is no collection'], [{ kind: 'expression', place }]),
      };
    const kept = pairs.slice(0, maximumItems);
    const items = kept.map(([key, value]) => make(key, value));
    const further = restOf(collection);
    const rest = further && furtherBlocks(further);
    const tooMany =
      pairs.length > kept.length
        ? unknownValue(['a for_each that is too large to work out'], [{ kind: 'expression', place }])
        : undefined;
    return rest || tooMany ? { items, rest: joinRests([rest, tooMany]) as UnknownValue } : { items };
  };
  const furtherBlocks = (unknown: UnknownValue): UnknownValue => {
    const origin: OriginChain = [{ kind: 'item', name: type, place }, ...unknown.origin];
    if (unknown.alternatives) {
      const sets = unknown.alternatives.map(alternative => over(alternative));
      if (sets.every(set => !set.rest))
        return unknownValue(unknown.dependsOn, origin, { alternatives: sets.map(set => sequence(set.items)) });
    }
    if (isFailed(unknown)) return unknownValue(unknown.dependsOn, origin);
    // Any number of blocks with the same content: none of them, or one that stands for all.
    const part = unknownValue(unknown.dependsOn, origin);
    return unknownValue(unknown.dependsOn, origin, { alternatives: [sequence([]), sequence([make(part, part)])] });
  };
  const collection = evaluator.evaluate(each, scope);
  if (collection.kind === 'unknown') return { items: [], rest: furtherBlocks(collection) };
  return over(collection);
}

/** A name written where an expression stands: bare, in JSON as a string. */
function nameIn(expression: Expression | undefined): string | undefined {
  if (expression?.kind === 'variable') return expression.name;
  return expression?.kind === 'literal' && typeof expression.value === 'string' ? expression.value : undefined;
}

const maximumCombinations = 32;

/** Several sets of further items as one. */
export function joinRests(rests: readonly (UnknownValue | undefined)[]): UnknownValue | undefined {
  const some = rests.filter(rest => rest !== undefined);
  if (some.length <= 1) return some[0];
  let combined: Value[][] | undefined = [[]];
  for (const rest of some) {
    const sets: (readonly Value[])[] = [];
    for (const alternative of rest.alternatives ?? []) if (alternative.kind === 'array') sets.push(alternative.items);
    if (sets.length === 0 || !combined || combined.length * sets.length > maximumCombinations) combined = undefined;
    else combined = combined.flatMap(before => sets.map(set => [...before, ...set]));
  }
  const first = some[0] as UnknownValue;
  return unknownValue(
    some.flatMap(rest => rest.dependsOn),
    first.origin,
    combined ? { alternatives: combined.map(items => sequence(items)) } : {},
  );
}

/** The value of one property, as {@link LazyObject} wants it. */
export function propertyOf(name: string, value: Value | undefined): Property | undefined {
  return value && { name, value };
}
