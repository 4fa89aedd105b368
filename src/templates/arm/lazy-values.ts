import type { OriginChain } from '../../network/origin.ts';
import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { arrayValue, numberValue, unknownValue } from '../functions/values.ts';
import { type Evaluator, mostAllCopies } from './evaluator.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { placeOf, type SourceText } from './source-text.ts';

/** Azure's own bound on the instances of one resource loop. */
export const mostInstances = 800;

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
      // Pushed to, an array keeps room for many more, and values are kept.
      this.#items = items.slice();
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

interface KnownValue {
  readonly node: JsonNode;
  readonly value: Value;
  readonly next: KnownValue | undefined;
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
  #rest: UnknownValue | undefined;
  /** The values that are known. Few properties of an object are ever looked at. */
  #known: KnownValue | undefined;
  /** Whether all names stand as they are written. */
  readonly #isPlain: boolean;

  constructor(
    private readonly evaluator: Evaluator,
    readonly frame: Frame,
    readonly node: JsonNode,
  ) {
    this.#isPlain = frame.plain === true || frame.template.source.json.isPlain(node);
  }

  get origin(): OriginChain {
    return literalOrigin(this.frame, this.node);
  }

  get rest(): UnknownValue | undefined {
    if (!this.#isPlain) this.#read();
    return this.#rest;
  }

  get(name: string): Value | undefined {
    if (this.#isPlain) {
      const node = this.frame.template.source.json.find(this.node, name);
      return node === undefined ? undefined : this.#valueOf(node);
    }
    const entry = this.#read().get(name.toLowerCase());
    return entry && this.#value(entry);
  }

  property(name: string): Property | undefined {
    if (!this.#isPlain) {
      const entry = this.#read().get(name.toLowerCase());
      return entry && this.#asProperty(entry.name, entry.nameNode, this.#value(entry));
    }
    const { json } = this.frame.template.source;
    const found = json.findProperty(this.node, name);
    return found && this.#asProperty(json.string(found.name), found.name, this.#valueOf(found.value));
  }

  *properties(): Iterable<Property> {
    const entries = this.#isPlain ? this.#written() : this.#read();
    for (const entry of entries.values()) yield this.#asProperty(entry.name, entry.nameNode, this.#value(entry));
  }

  #asProperty(name: string, nameNode: JsonNode, value: Value): Property {
    return { name, namePlace: placeOf(this.frame.template.source, nameNode), value };
  }

  #value(entry: Entry): Value {
    return entry.isLoop ? this.#loopOf(entry.node, entry.name) : this.#valueOf(entry.node);
  }

  #valueOf(node: JsonNode): Value {
    return this.#lookUp(node) ?? this.#keep(node, this.evaluator.value(this.frame, node));
  }

  #loopOf(node: JsonNode, name: string): Value {
    return this.#lookUp(node) ?? this.#keep(node, loopValue(this.evaluator, this.frame, node, name));
  }

  #lookUp(node: JsonNode): Value | undefined {
    for (let known = this.#known; known; known = known.next) if (known.node === node) return known.value;
    return undefined;
  }

  #keep(node: JsonNode, value: Value): Value {
    this.#known = { node, value, next: this.#known };
    return value;
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
    if (!evaluator.mayCopy(size)) {
      const place = placeOf(frame.template.source, countNode);
      evaluator.report(
        place,
        `Loops make more than ${mostAllCopies} copies in all: those of '${name}' are not read. Lower the counts.`,
      );
      return arrayValue([], origin, unknownValue([`copy '${name}' (too much to evaluate)`], origin));
    }
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
