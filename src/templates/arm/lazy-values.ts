import type { OriginChain } from '../../network/origin.ts';
import type { ArrayValue, ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { arrayValue, numberValue, unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { placeOf } from './source-text.ts';

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

interface Entry {
  readonly name: string;
  readonly nameNode: JsonNode;
  /** Evaluates the property; its value is kept afterwards. */
  readonly evaluate: () => Value;
  value?: Value;
}

/** An object of a template, with its `copy` loops as the properties that they make. */
export class TemplateObject implements ObjectValue {
  readonly kind = 'object';
  #entries: Map<string, Entry> | undefined;
  #rest: UnknownValue | undefined;

  constructor(
    private readonly evaluator: Evaluator,
    readonly frame: Frame,
    readonly node: JsonNode,
  ) {}

  get origin(): OriginChain {
    return literalOrigin(this.frame, this.node);
  }

  get rest(): UnknownValue | undefined {
    this.#read();
    return this.#rest;
  }

  get(name: string): Value | undefined {
    const entry = this.#read().get(name.toLowerCase());
    return entry && evaluated(entry);
  }

  property(name: string): Property | undefined {
    const entry = this.#read().get(name.toLowerCase());
    return entry && this.#asProperty(entry);
  }

  *properties(): Iterable<Property> {
    for (const entry of this.#read().values()) yield this.#asProperty(entry);
  }

  #asProperty(entry: Entry): Property {
    return {
      name: entry.name,
      namePlace: placeOf(this.frame.template.source, entry.nameNode),
      value: evaluated(entry),
    };
  }

  #read(): Map<string, Entry> {
    if (this.#entries) return this.#entries;
    const entries = new Map<string, Entry>();
    this.#entries = entries;
    const { json } = this.frame.template.source;
    json.eachProperty(this.node, (nameNode, value) => {
      if (json.kind(value) === 'missing') return;
      const written = json.string(nameNode);
      if (!this.frame.plain && written.toLowerCase() === 'copy' && json.kind(value) === 'array') {
        for (const loop of json.items(value)) this.#addLoop(entries, loop);
        return;
      }
      const name = this.#nameOf(nameNode, written);
      if (name === undefined) return;
      const evaluate = () => this.evaluator.value(this.frame, value);
      entries.set(name.toLowerCase(), { name, nameNode, evaluate });
    });
    return entries;
  }

  /** A name may be an expression too, as in the tags of many a template. */
  #nameOf(nameNode: JsonNode, written: string): string | undefined {
    if (this.frame.plain || written.charCodeAt(0) !== 91) return written;
    const name = this.evaluator.value(this.frame, nameNode);
    if (name.kind === 'string') return name.value;
    if (name.kind === 'unknown') this.#rest = name;
    return undefined;
  }

  #addLoop(entries: Map<string, Entry>, loop: JsonNode): void {
    const { json } = this.frame.template.source;
    const nameNode = json.find(loop, 'name');
    if (nameNode === undefined) return;
    const name = this.evaluator.value(this.frame, nameNode);
    if (name.kind !== 'string') return;
    const evaluate = () => loopValue(this.evaluator, this.frame, loop, name.value);
    entries.set(name.value.toLowerCase(), { name: name.value, nameNode, evaluate });
  }
}

function evaluated(entry: Entry): Value {
  entry.value ??= entry.evaluate();
  return entry.value;
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
