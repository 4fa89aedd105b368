import type { OriginChain } from '../../network/origin.ts';
import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { arrayValue, numberValue, unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { placeOf, type SourceText } from './source-text.ts';

/** Copies of one property or variable are bounded as Azure bounds them, with room to spare. */
const mostCopies = 5000;

/** An array of a template: its items are evaluated when somebody looks at them. */
export class TemplateArray implements ArrayValue {
  readonly kind = 'array';
  #items: readonly Value[] | undefined;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly frame: Frame,
    private readonly node: JsonNode,
  ) {}

  get origin(): OriginChain {
    return literalOrigin(this.frame, this.node);
  }

  get items(): readonly Value[] {
    if (!this.#items) {
      const { json } = this.frame.template.source;
      const items: Value[] = [];
      for (const item of json.items(this.node)) {
        if (json.kind(item) !== 'missing') items.push(this.evaluator.value(this.frame, item));
      }
      this.#items = items;
    }
    return this.#items;
  }
}

export function literalOrigin(frame: Frame, node: JsonNode): OriginChain {
  return [{ kind: 'literal', place: placeOf(frame.template.source, node) }];
}

/** A literal of a template. Its chain is made when somebody asks for it. */
export class TemplateScalar {
  constructor(
    readonly kind: 'string' | 'number' | 'boolean',
    readonly value: string | number | boolean,
    private readonly source: SourceText,
    private readonly node: JsonNode,
  ) {}

  get origin(): OriginChain {
    return [{ kind: 'literal', place: placeOf(this.source, this.node) }];
  }
}

interface Entry {
  readonly name: string;
  readonly nameNode: JsonNode;
  /** The value's node, or the loop's. */
  readonly node: JsonNode;
  readonly isLoop: boolean;
}

/** An object of a template, with its `copy` loops as the properties that they make. */
export class TemplateObject implements ObjectValue {
  readonly kind = 'object';
  /** Kept only where loops or names that are expressions stand among the properties. */
  #entries: Map<string, Entry> | undefined;
  #isPlain: boolean | undefined;
  #rest: UnknownValue | undefined;
  /** Nodes whose values are known, and the values. Few properties of an object are ever looked at. */
  readonly #nodes: JsonNode[] = [];
  readonly #values: Value[] = [];

  constructor(
    private readonly evaluator: Evaluator,
    readonly frame: Frame,
    readonly node: JsonNode,
  ) {}

  get origin(): OriginChain {
    return literalOrigin(this.frame, this.node);
  }

  get rest(): UnknownValue | undefined {
    if (!this.#plain()) this.#read();
    return this.#rest;
  }

  get(name: string): Value | undefined {
    const entry = this.#find(name);
    return entry && this.#value(entry);
  }

  property(name: string): Property | undefined {
    const entry = this.#find(name);
    return entry && this.#asProperty(entry);
  }

  *properties(): Iterable<Property> {
    const entries = this.#plain() ? this.#written() : this.#read();
    for (const entry of entries.values()) yield this.#asProperty(entry);
  }

  #find(name: string): Entry | undefined {
    if (!this.#plain()) return this.#read().get(name.toLowerCase());
    const { json } = this.frame.template.source;
    const property = json.findProperty(this.node, name);
    return property && { name, nameNode: property.name, node: property.value, isLoop: false };
  }

  #asProperty(entry: Entry): Property {
    const { source } = this.frame.template;
    return {
      // Found by name in another letter case, it is still given as written.
      name: this.#entries ? entry.name : source.json.string(entry.nameNode),
      namePlace: placeOf(source, entry.nameNode),
      value: this.#value(entry),
    };
  }

  #value(entry: Entry): Value {
    const known = this.#nodes.indexOf(entry.node);
    if (known >= 0) return this.#values[known]!;
    const value = entry.isLoop
      ? loopValue(this.evaluator, this.frame, entry.node, entry.name)
      : this.evaluator.value(this.frame, entry.node);
    this.#nodes.push(entry.node);
    this.#values.push(value);
    return value;
  }

  /** Whether all names stand as they are written. */
  #plain(): boolean {
    if (this.#isPlain !== undefined) return this.#isPlain;
    const { json } = this.frame.template.source;
    let isPlain = true;
    if (!this.frame.plain) {
      json.eachProperty(this.node, (name, value) => {
        if (json.startsWithBracket(name)) isPlain = false;
        else if (json.kind(value) === 'array' && json.string(name).toLowerCase() === 'copy') isPlain = false;
      });
    }
    this.#isPlain = isPlain;
    return isPlain;
  }

  #written(): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const { json } = this.frame.template.source;
    json.eachProperty(this.node, (nameNode, node) => {
      if (json.kind(node) === 'missing') return;
      const name = json.string(nameNode);
      entries.set(name.toLowerCase(), { name, nameNode, node, isLoop: false });
    });
    return entries;
  }

  #read(): Map<string, Entry> {
    if (this.#entries) return this.#entries;
    const entries = new Map<string, Entry>();
    this.#entries = entries;
    const { json } = this.frame.template.source;
    json.eachProperty(this.node, (nameNode, node) => {
      if (json.kind(node) === 'missing') return;
      const written = json.string(nameNode);
      if (written.toLowerCase() === 'copy' && json.kind(node) === 'array') {
        for (const loop of json.items(node)) this.#addLoop(entries, loop);
        return;
      }
      const name = this.#nameOf(nameNode, written);
      if (name !== undefined) entries.set(name.toLowerCase(), { name, nameNode, node, isLoop: false });
    });
    return entries;
  }

  /** A name may be an expression too, as in the tags of many a template. */
  #nameOf(nameNode: JsonNode, written: string): string | undefined {
    if (written.charCodeAt(0) !== 91) return written;
    const name = this.evaluator.value(this.frame, nameNode);
    if (name.kind === 'string') return name.value;
    if (name.kind === 'unknown') this.#rest = name;
    return undefined;
  }

  #addLoop(entries: Map<string, Entry>, node: JsonNode): void {
    const { json } = this.frame.template.source;
    const nameNode = json.find(node, 'name');
    if (nameNode === undefined) return;
    const name = this.evaluator.value(this.frame, nameNode);
    if (name.kind !== 'string') return;
    entries.set(name.value.toLowerCase(), { name: name.value, nameNode, node, isLoop: true });
  }
}

/** The array that a `copy` of a property, variable or output makes. */
export function loopValue(evaluator: Evaluator, frame: Frame, loop: JsonNode, name: string): Value {
  const { json } = frame.template.source;
  const countNode = json.find(loop, 'count');
  const input = json.find(loop, 'input') ?? json.find(loop, 'value');
  const origin = literalOrigin(frame, loop);
  if (countNode === undefined || input === undefined) return arrayValue([], origin);
  const count = evaluator.value(frame, countNode);
  const instance = (index: Value): Value =>
    evaluator.value({ ...frame, loops: { name: name.toLowerCase(), index, outer: frame.loops } }, input);
  const instances = (size: number): Value => {
    if (size > mostCopies || size < 0) {
      evaluator.report(placeOf(frame.template.source, countNode), copyCountMessage(name, size, mostCopies));
      const rest = unknownValue([`the count of copy '${name}' (${size})`], origin);
      return arrayValue([], origin, rest);
    }
    evaluator.spend(size);
    return arrayValue(
      Array.from({ length: size }, (_, index) => instance(numberValue(index, origin))),
      origin,
    );
  };
  const size = wholeNumber(count);
  if (size !== undefined) return instances(size);
  if (count.kind !== 'unknown') return arrayValue([], origin, unknownValue([`the count of copy '${name}'`], origin));
  const counts = count.alternatives?.map(wholeNumber);
  const fewCounts = counts?.every(each => each !== undefined && each <= 20);
  const open = unknownValue(count.dependsOn, origin, { symbol: `{copyIndex('${name}')}` });
  const alternatives = fewCounts
    ? counts!.map(each => instances(each!))
    : [arrayValue([], origin), arrayValue([instance(open)], origin)];
  return arrayValue([], origin, unknownValue(count.dependsOn, origin, { alternatives }));
}

/** A count; Azure takes it from text too. */
export function wholeNumber(value: Value): number | undefined {
  if (value.kind === 'number') return Number.isFinite(value.value) ? Math.trunc(value.value) : undefined;
  if (value.kind === 'string' && /^\d{1,9}$/.test(value.value)) return Number(value.value);
  return undefined;
}

export function copyCountMessage(name: string, count: number, most: number): string {
  return count < 0
    ? `The count of copy '${name}' is negative: Azure refuses the deployment.`
    : `The count of copy '${name}' is ${count}, of which Azure takes at most 800 and this reading ${most}: lower the count.`;
}
