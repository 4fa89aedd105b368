import type { OriginChain } from '../../network/origin.ts';
import { MapObject, type Property, type Value } from '../../network/value.ts';
import { Budget } from '../functions/budget.ts';
import type { Argument, CallContext, Lambda, Operand } from '../functions/call.ts';
import { partial, runFunction } from '../functions/call.ts';
import { accessMember, interpolate } from '../functions/interpolation.ts';
import { callFunction } from '../functions/library.ts';
import { mergeObjects } from '../functions/objects.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import {
  arrayValue,
  booleanValue,
  nullValue,
  numberValue,
  textValue,
  unknownValue,
  usedFrom,
} from '../functions/values.ts';
import { ReadingBounds } from '../reading-bounds.ts';
import { BicepObject, unreadable } from './bicep-object.ts';
import { type Frame, placeIn, withLocal } from './frame.ts';
import type {
  ArrayNode,
  BinaryNode,
  CallNode,
  Expression,
  ForNode,
  LambdaNode,
  MemberNode,
  ObjectNode,
  SpreadNode,
} from './syntax.ts';

/** A fraction of a second's work, and a hundred times what the largest real template of the measured set takes. */
const mostSteps = 250_000;
const deepest = 160;
const mostItems = 5000;

/** The library's function for each operator. */
const operatorFunctions = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '==': 'equals',
  '<': 'less',
  '<=': 'lessOrEquals',
  '>': 'greater',
  '>=': 'greaterOrEquals',
  '&&': 'and',
  '||': 'or',
  '??': 'coalesce',
} as const;

/** Evaluates the values of Bicep files for one reading, within its bounds. */
export class Evaluator extends ReadingBounds {
  constructor() {
    super(new Budget(mostSteps), deepest);
  }

  /** The value of an expression, with the expression itself as the first place of what it computes. */
  value(frame: Frame, node: Expression): Value {
    switch (node.kind) {
      case 'text':
        return textValue(node.value, this.#literal(frame, node));
      case 'number':
        return numberValue(node.value, this.#literal(frame, node));
      case 'boolean':
        return booleanValue(node.value, this.#literal(frame, node));
      case 'null':
        return nullValue(this.#literal(frame, node));
      case 'missing':
        return unreadable(this.#literal(frame, node));
      case 'array':
        return this.#array(frame, node);
      case 'object':
        return this.object(frame, node);
      default:
        return usedFrom(
          [{ kind: 'expression', place: placeIn(frame.instance.source.path, node) }],
          this.compute(frame, node, true),
        );
    }
  }

  /**
   * The value of an expression inside another. `root`: its user puts the place before what it computes, so that it
   * does not stand there twice.
   */
  compute(frame: Frame, node: Expression, root = false): Value {
    const origin: OriginChain = root ? [] : [{ kind: 'expression', place: placeIn(frame.instance.source.path, node) }];
    if (!this.enter()) return this.beyond(this.words(frame, node), origin);
    try {
      return this.#compute(frame, node, origin);
    } finally {
      this.leave();
    }
  }

  /** Runs an evaluation one level deeper; too deep a one is an unknown value. */
  nested(what: () => string, origin: OriginChain, run: () => Value): Value {
    if (!this.enter()) return this.beyond(what(), origin);
    try {
      return run();
    } finally {
      this.leave();
    }
  }

  #literal(frame: Frame, node: Expression): OriginChain {
    return [{ kind: 'literal', place: placeIn(frame.instance.source.path, node) }];
  }

  #compute(frame: Frame, node: Expression, origin: OriginChain): Value {
    switch (node.kind) {
      case 'interpolation':
        return this.#interpolation(frame, node, origin);
      case 'reference':
        return this.#named(frame, node.name, node, origin);
      case 'member':
        return this.#member(frame, node, origin);
      case 'index': {
        const target = this.compute(frame, node.target);
        const index = this.compute(frame, node.index);
        const context = this.#context(frame, node, origin);
        if (node.fromEnd) {
          const name = node.optional ? 'tryIndexFromEnd' : 'indexFromEnd';
          return callFunction(name, [{ value: target }, { value: index }], context) ?? unreadable(origin);
        }
        return accessMember(target, index, context, node.optional);
      }
      case 'call':
        return this.#call(frame, node, origin);
      case 'unary':
        return this.#unary(frame, node, origin);
      case 'binary':
        return this.#binary(frame, node, origin);
      case 'ternary': {
        const args = [node.condition, node.whenTrue, node.whenFalse].map(each => this.#argument(frame, each));
        return this.#library('if', args, this.#context(frame, node, origin));
      }
      case 'for':
        return this.loop(frame, node, origin);
      case 'if': {
        const args = [this.#argument(frame, node.condition), this.#argument(frame, node.body)];
        return this.#library('if', [...args, { value: nullValue(origin) }], this.#context(frame, node, origin));
      }
      case 'nested':
        return frame.instance.nestedResource(frame, node) ?? unknownValue([this.words(frame, node)], origin);
      case 'lambda':
        return unknownValue(['a lambda where a value belongs'], origin);
      default:
        return this.value(frame, node);
    }
  }

  #interpolation(frame: Frame, node: Extract<Expression, { kind: 'interpolation' }>, origin: OriginChain): Value {
    const parts: (string | Value)[] = [];
    for (const [index, text] of node.texts.entries()) {
      if (text !== '') parts.push(text);
      const hole = node.holes[index];
      if (hole) parts.push(this.compute(frame, hole));
    }
    return interpolate(parts, this.#context(frame, node, origin));
  }

  #named(frame: Frame, name: string, node: Expression, origin: OriginChain): Value {
    for (let local = frame.locals; local; local = local.outer) {
      if (local.name === name) return local.value;
    }
    const value = frame.instance.symbol(name);
    if (value) return value;
    this.report(placeIn(frame.instance.source.path, node), `There is no '${shortened(name)}' in this file.`);
    return unknownValue([shortened(name)], origin);
  }

  #isLocal(frame: Frame, name: string): boolean {
    for (let local = frame.locals; local; local = local.outer) if (local.name === name) return true;
    return false;
  }

  #member(frame: Frame, node: MemberNode, origin: OriginChain): Value {
    const { target } = node;
    if (target.kind === 'reference' && !this.#isLocal(frame, target.name)) {
      const imported = frame.instance.importedFile(target.name);
      if (imported) return imported.exported(node.name.text) ?? unknownValue([this.words(frame, node)], origin);
    }
    const object = this.compute(frame, target);
    // The common case without the ceremony of a call.
    const known = object.kind === 'object' ? object.get(node.name.text) : undefined;
    if (known) return known;
    const key = textValue(node.name.text, []);
    return accessMember(object, key, this.#context(frame, node, origin), node.optional);
  }

  #unary(frame: Frame, node: Extract<Expression, { kind: 'unary' }>, origin: OriginChain): Value {
    const operand = this.#argument(frame, node.operand);
    const context = this.#context(frame, node, origin);
    if (node.operator === '!') return this.#library('not', [operand], context);
    return this.#library('sub', [{ value: numberValue(0, origin) }, operand], context);
  }

  #binary(frame: Frame, node: BinaryNode, origin: OriginChain): Value {
    const context = this.#context(frame, node, origin);
    const left = this.#argument(frame, node.left);
    const right = this.#argument(frame, node.right);
    switch (node.operator) {
      case '!=':
        return this.#library('not', [{ value: this.#library('equals', [left, right], context) }], context);
      case '=~':
      case '!~': {
        const lower = [left, right].map(each => ({ value: this.#library('toLower', [each], context) }));
        const equal = this.#library('equals', lower, context);
        return node.operator === '=~' ? equal : this.#library('not', [{ value: equal }], context);
      }
      default:
        return this.#library(operatorFunctions[node.operator], [left, right], context);
    }
  }

  #library(name: string, args: readonly Argument[], context: CallContext): Value {
    return callFunction(name, args, context) ?? unknownValue([context.text], context.origin);
  }

  #call(frame: Frame, node: CallNode, origin: OriginChain): Value {
    const { instance } = frame;
    const name = node.name.text;
    const { target } = node;
    if (target) {
      const space = target.kind === 'reference' && !this.#isLocal(frame, target.name) ? target.name : undefined;
      const imported = space === undefined ? undefined : instance.importedFile(space);
      if (imported)
        return imported.callFunction(name, this.#values(frame, node.args)) ?? this.#noFunction(frame, node, origin);
      const standard = (space === 'sys' || space === 'az') && !instance.symbol(space);
      if (!standard) {
        // What a resource answers at deployment: keys, secrets, connection strings.
        return unknownValue([this.words(frame, node)], origin, { secret: true });
      }
    } else {
      const own = instance.callFunction(name, () => this.#values(frame, node.args));
      if (own) return own;
    }
    const loaded = instance.loadFile(name, node, () => this.#values(frame, node.args), origin);
    if (loaded) return loaded;
    if (name === 'any') return node.args[0] ? this.compute(frame, node.args[0]) : nullValue(origin);
    if (name === 'nameof') return textValue(nameOf(node.args[0]), origin);
    if (name === 'readEnvironmentVariable' && node.args[1]) return this.compute(frame, node.args[1]);
    const args = node.args.map(arg => this.#argument(frame, arg));
    return callFunction(name, args, this.#context(frame, node, origin)) ?? this.#noFunction(frame, node, origin);
  }

  #noFunction(frame: Frame, node: CallNode, origin: OriginChain): Value {
    const at = placeIn(frame.instance.source.path, node.name);
    this.report(at, `The function ${shortened(node.name.text)} is not known.`);
    return unknownValue([`${shortened(node.name.text)}()`], origin);
  }

  #values(frame: Frame, nodes: readonly Expression[]): Value[] {
    return nodes.map(node => this.compute(frame, node));
  }

  #argument(frame: Frame, node: Expression): Argument {
    if (node.kind === 'lambda') return this.#lambda(frame, node);
    return new LazyOperand(this, frame, node);
  }

  #lambda(frame: Frame, node: LambdaNode): Lambda {
    return {
      arity: node.parameters.length,
      invoke: args => {
        let inner = frame;
        for (const [index, parameter] of node.parameters.entries()) {
          const value = args[index];
          if (value) inner = withLocal(inner, parameter.text, value);
        }
        return this.compute(inner, node.body);
      },
    };
  }

  #array(frame: Frame, node: ArrayNode): Value {
    const origin = this.#literal(frame, node);
    this.spend(node.items.length);
    if (this.exhausted) return unknownValue(['an array (too much to evaluate)'], origin);
    const rest = node.damaged ? unreadable(origin) : undefined;
    if (!node.items.some(item => item.kind === 'spread')) {
      const items = (node.items as readonly Expression[]).map(item => this.value(frame, item));
      return arrayValue(items, origin, rest);
    }
    const parts = node.items.map(item => ({
      value: item.kind === 'spread' ? this.#spreadArray(frame, item) : arrayValue([this.value(frame, item)], origin),
    }));
    if (rest) parts.push({ value: arrayValue([], origin, rest) });
    return this.#library('concat', parts, this.#context(frame, node, origin));
  }

  #spreadArray(frame: Frame, node: SpreadNode): Value {
    const value = this.value(frame, node.operand);
    return value.kind === 'null' ? arrayValue([], value.origin) : value;
  }

  object(frame: Frame, node: ObjectNode): Value {
    if (BicepObject.canHold(node)) return new BicepObject(this, frame, node);
    const origin = this.#literal(frame, node);
    const parts: Value[] = [];
    let plain: Property[] = [];
    const flush = (): void => {
      if (plain.length > 0) parts.push(new MapObject(plain, origin));
      plain = [];
    };
    for (const property of node.properties) {
      if (property.kind === 'spread') {
        flush();
        parts.push(this.value(frame, property.operand));
        continue;
      }
      const key = 'text' in property.key ? property.key.text : this.compute(frame, property.key);
      const value = this.value(frame, property.value);
      if (typeof key === 'string') {
        const namePlace = placeIn(frame.instance.source.path, property.key);
        plain.push({ name: key, namePlace, value });
      } else if (key.kind === 'string') {
        plain.push({ name: key.value, value });
      } else {
        flush();
        parts.push(unknownValue(key.kind === 'unknown' ? key.dependsOn : ['the name of a property'], origin));
      }
    }
    flush();
    if (node.damaged) parts.push(unreadable(origin));
    const merge = partial(0, parts.length, (values, call) => mergeObjects(values, call, true));
    return runFunction(
      'union',
      merge,
      parts.map(value => ({ value })),
      this.#context(frame, node, origin),
    );
  }

  /** `[for x in y: …]` as a value. */
  loop(frame: Frame, node: ForNode, origin: OriginChain): Value {
    const source = this.value(frame, node.source);
    return this.#loopOver(frame, node, source, origin);
  }

  #loopOver(frame: Frame, node: ForNode, source: Value, origin: OriginChain): Value {
    const item = (value: Value, index: Value): Value => {
      let inner = withLocal(frame, node.item.text, value);
      if (node.index) inner = withLocal(inner, node.index.text, index);
      return this.value(inner, node.body);
    };
    if (source.kind === 'array') {
      if (source.items.length > mostItems) {
        this.report(
          placeIn(frame.instance.source.path, node.source),
          `A loop over more than ${mostItems} items is not read.`,
        );
        return arrayValue([], origin, unknownValue([`a loop over ${source.items.length} items`], origin));
      }
      const items = source.items.map((value, index) => item(value, numberValue(index, origin)));
      if (!source.rest) return arrayValue(items, origin);
      const further = this.#loopOver(frame, node, source.rest, origin);
      return arrayValue(items, origin, further.kind === 'array' ? further.rest : undefined);
    }
    if (source.kind !== 'unknown') return arrayValue([], origin, unknownValue(['a loop over no array'], origin));
    const arrays = source.alternatives?.every(each => each.kind === 'array') ? source.alternatives : undefined;
    const alternatives = arrays
      ? arrays.map(each => this.#loopOver(frame, node, each, origin))
      : [arrayValue([], origin), arrayValue([this.#someItem(frame, node, source, item, origin)], origin)];
    return arrayValue([], origin, unknownValue(source.dependsOn, origin, { alternatives, secret: source.secret }));
  }

  /** What a loop makes of an item that is not known. */
  #someItem(
    frame: Frame,
    node: ForNode,
    source: Extract<Value, { kind: 'unknown' }>,
    item: (value: Value, index: Value) => Value,
    origin: OriginChain,
  ): Value {
    const each = `an item of ${this.words(frame, node.source)}`;
    const index = unknownValue(source.dependsOn, origin, { symbol: `{index of ${each}}` });
    const value = unknownValue(source.dependsOn, source.origin, { symbol: `{${each}}`, secret: source.secret });
    return item(value, index);
  }

  #context(frame: Frame, node: Expression, origin: OriginChain): CallContext {
    return new SiteContext(this, frame, node, origin);
  }

  /** An expression as written, in short. */
  words(frame: Frame, node: Expression): string {
    const { text } = frame.instance.source.program;
    const words = text.slice(node.start, Math.min(node.end, node.start + 200));
    return words.length > 80 || words.includes('\n') ? shortened(words) : words;
  }
}

class LazyOperand implements Operand {
  #value: Value | undefined;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly frame: Frame,
    private readonly node: Expression,
  ) {}

  get value(): Value {
    this.#value ??= this.evaluator.compute(this.frame, this.node);
    return this.#value;
  }
}

/** The call that an expression makes. Few are ever asked for their words. */
class SiteContext implements CallContext {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly frame: Frame,
    private readonly node: Expression,
    readonly origin: OriginChain,
  ) {}

  get text(): string {
    return this.evaluator.words(this.frame, this.node);
  }

  get budget(): Budget {
    return this.evaluator.budget;
  }

  get scope(): DeploymentScope {
    return this.frame.instance.scope;
  }
}

/** `nameof(a.b)` is the last name. */
function nameOf(node: Expression | undefined): string {
  if (node?.kind === 'reference') return node.name;
  return node?.kind === 'member' || node?.kind === 'nested' ? node.name.text : '';
}

export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
