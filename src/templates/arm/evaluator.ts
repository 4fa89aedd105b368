import type { OriginChain, TextPlace } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import { Budget } from '../functions/budget.ts';
import type { Argument, CallContext, Lambda } from '../functions/call.ts';
import { textWithEnvironment } from '../functions/environment-text.ts';
import { accessMember } from '../functions/interpolation.ts';
import { callFunction } from '../functions/library.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import { arrayValue, nullValue, textValue, unknownValue, usedFrom } from '../functions/values.ts';
import { ReadingBounds } from '../reading-bounds.ts';
import { shortened } from '../shortened.ts';
import { type Expression, type FunctionCall, isExpression, unescapedText } from './expression.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { literalOrigin, TemplateArray, TemplateObject, TemplateScalar } from './lazy-values.ts';
import type { ParsedTexts } from './parsed-texts.ts';
import { place, placeOf } from './source-text.ts';

const deepest = 120;

/** Copies of properties and variables in one reading, so many that the work left is enough to look into them. */
export const mostAllCopies = 120_000;

/** Evaluates the values of templates for one reading, within its bounds. */
export class Evaluator extends ReadingBounds {
  #copies = 0;

  constructor(private readonly texts: ParsedTexts) {
    super(new Budget(), deepest);
  }

  /** Whether a loop may make so many copies more. */
  mayCopy(count: number): boolean {
    this.spend(count);
    if (this.exhausted || this.#copies + count > mostAllCopies) return false;
    this.#copies += count;
    return true;
  }

  /** The value of a node. Objects and arrays are evaluated as they are looked into. */
  value(frame: Frame, node: JsonNode): Value {
    const { source } = frame.template;
    const { json } = source;
    switch (json.kind(node)) {
      case 'object':
        return new TemplateObject(this, frame, node);
      case 'array':
        return new TemplateArray(this, frame, node);
      case 'string':
        if (frame.plain) {
          const filled = textWithEnvironment(json.string(node), literalOrigin(frame, node));
          if (filled) return filled;
        } else if (json.startsWithBracket(node)) {
          return this.#bracketed(frame, node);
        }
        return new TemplateScalar('string', json.string(node), source, node) as Value;
      case 'number':
        return new TemplateScalar('number', json.number(node), source, node) as Value;
      case 'boolean':
        return new TemplateScalar('boolean', json.boolean(node), source, node) as Value;
      case 'null':
        return nullValue(literalOrigin(frame, node));
      case 'missing':
        return unknownValue(['a value that is not written yet'], literalOrigin(frame, node));
    }
  }

  /** A text that begins like an expression. */
  #bracketed(frame: Frame, node: JsonNode): Value {
    const { source } = frame.template;
    let placed = source.expressions.get(node);
    if (!placed) {
      const text = source.json.string(node);
      if (!isExpression(text)) return new TemplateScalar('string', unescapedText(text), source, node) as Value;
      placed = { parsed: this.texts.expression(text), use: [{ kind: 'expression', place: placeOf(source, node) }] };
      source.expressions.set(node, placed);
    }
    const { parsed, use } = placed;
    if (parsed.kind === 'error') {
      const offset = source.json.offsetOf(node, parsed.at);
      this.report(place(source, offset, offset + 1), `The expression cannot be read: ${parsed.message}.`);
      return unknownValue(['an expression that cannot be read'], use);
    }
    if (!this.enter()) return usedFrom(use, this.beyond('an expression', []));
    try {
      return usedFrom(use, new Site(this, frame, node, parsed).evaluate(parsed));
    } finally {
      this.leave();
    }
  }
}

/** One expression in its file, with what its names stand for. */
class Site {
  constructor(
    readonly evaluator: Evaluator,
    readonly frame: Frame,
    private readonly node: JsonNode,
    private readonly root: Expression,
  ) {}

  evaluate(expression: Expression): Value {
    switch (expression.kind) {
      case 'text':
        return new SiteLiteral('string', expression.value, this, expression) as Value;
      case 'number':
        return new SiteLiteral('number', expression.value, this, expression) as Value;
      case 'member': {
        const target = this.within(expression.target, expression);
        return accessMember(target, textValue(expression.name, []), new SiteContext(this, expression));
      }
      case 'index': {
        const target = this.within(expression.target, expression);
        const index = this.within(expression.index, expression);
        return accessMember(target, index, new SiteContext(this, expression));
      }
      case 'call':
        return this.#call(expression);
    }
  }

  /** The value of a part of an expression. */
  within(part: Expression, whole: Expression): Value {
    if (!this.evaluator.enter()) return this.evaluator.beyond(this.words(part), this.origin(whole));
    try {
      return this.evaluate(part);
    } finally {
      this.evaluator.leave();
    }
  }

  #call(call: FunctionCall): Value {
    const { template } = this.frame;
    switch (call.key) {
      case 'parameters': {
        const name = this.#nameArgument(call);
        if (typeof name !== 'string') return name;
        const own = this.frame.functionParameters;
        return own
          ? (own.get(name.toLowerCase()) ?? this.#undeclared('parameter', name, call))
          : (template.parameter(name) ?? this.#undeclared('parameter', name, call));
      }
      case 'variables': {
        const name = this.#nameArgument(call);
        if (typeof name !== 'string') return name;
        return template.variable(name) ?? this.#undeclared('variable', name, call);
      }
      case 'copyindex':
        return this.#copyIndex(call);
      case 'lambdavariables': {
        const name = this.#nameArgument(call);
        if (typeof name !== 'string') return name;
        for (let local = this.frame.locals; local; local = local.outer) {
          if (local.name === name.toLowerCase()) return local.value;
        }
        return this.#undeclared('lambda variable', name, call);
      }
      case 'reference':
      case 'resourceinfo': {
        const target = call.args[0];
        if (!target) return this.#library(call);
        return template.referenced(this.frame, {
          target: this.within(target, call),
          info: call.key === 'resourceinfo',
          full: call.args.length > 2,
          unresolved: () => this.#library(call),
        });
      }
      case 'references': {
        const name = this.#nameArgument(call);
        if (typeof name !== 'string') return name;
        const items = template.allReferenced(this.frame, name, {
          info: false,
          full: call.args.length > 1,
          unresolved: () => this.#library(call),
        });
        return items ? arrayValue(items, this.origin(call)) : this.#library(call);
      }
      case 'deployment':
        return call.args.length === 0 ? template.deploymentObject(this.origin(call)) : this.#library(call);
      default:
        return call.name.includes('.') ? this.#userFunction(call) : this.#library(call);
    }
  }

  #library(call: FunctionCall): Value {
    const result = callFunction(
      call.name,
      call.args.map(arg => this.#argument(arg, call)),
      new SiteContext(this, call),
    );
    if (result) return result;
    this.evaluator.report(this.place(call), `The function ${shortened(call.name)} is not known.`);
    return unknownValue([`${shortened(call.name)}()`], this.origin(call));
  }

  #argument(expression: Expression, call: FunctionCall): Argument {
    if (expression.kind === 'call' && expression.key === 'lambda') return this.#lambda(expression);
    return new LazyOperand(this, expression, call);
  }

  #lambda(expression: FunctionCall): Lambda {
    const names = expression.args.slice(0, -1).map(arg => (arg.kind === 'text' ? arg.value.toLowerCase() : ''));
    const body = expression.args.at(-1);
    return {
      arity: names.length,
      invoke: args => {
        let { locals } = this.frame;
        for (const [index, name] of names.entries()) {
          const value = args[index];
          if (value) locals = { name, value, outer: locals };
        }
        const site = new Site(this.evaluator, { ...this.frame, locals }, this.node, this.root);
        return body ? site.within(body, expression) : nullValue(this.origin(expression));
      },
    };
  }

  #userFunction(call: FunctionCall): Value {
    const { template } = this.frame;
    const found = template.userFunction(call.name);
    if (!found) return this.#undeclared('function', call.name, call);
    const parameters = new Map<string, Value>();
    for (const [index, name] of found.parameters.entries()) {
      const arg = call.args[index];
      if (arg) parameters.set(name.toLowerCase(), this.within(arg, call));
    }
    if (!this.evaluator.enter()) return this.evaluator.beyond(`function ${call.name}`, this.origin(call));
    try {
      return this.evaluator.value({ template, functionParameters: parameters }, found.output);
    } finally {
      this.evaluator.leave();
    }
  }

  #copyIndex(call: FunctionCall): Value {
    const args = call.args.map(arg => this.within(arg, call));
    const named = args[0]?.kind === 'string' ? args[0].value.toLowerCase() : undefined;
    const offset = named === undefined ? args[0] : args[1];
    let loop = this.frame.loops;
    while (loop && named !== undefined && loop.name !== named) loop = loop.outer;
    if (!loop) return unknownValue([`${this.words(call)} outside a loop`], this.origin(call));
    if (!offset) return loop.index;
    const operands = [{ value: loop.index }, { value: offset }];
    return callFunction('add', operands, new SiteContext(this, call)) ?? loop.index;
  }

  /** The single name that `parameters` and its like take; an unknown value when it is not known. */
  #nameArgument(call: FunctionCall): string | Value {
    const arg = call.args[0];
    if (arg?.kind === 'text') return arg.value;
    const value = arg && this.within(arg, call);
    if (value?.kind === 'string') return value.value;
    if (value?.kind === 'unknown') return unknownValue(value.dependsOn, this.origin(call));
    return unknownValue([this.words(call)], this.origin(call));
  }

  #undeclared(what: string, name: string, call: FunctionCall): Value {
    this.evaluator.report(this.place(call), `There is no ${what} '${shortened(name)}' in this template.`);
    return unknownValue([`${what} ${shortened(name)}`], this.origin(call));
  }

  words(expression: Expression): string {
    return shortened(this.frame.template.source.json.string(this.node).slice(expression.start, expression.end));
  }

  /** A value that the whole expression computes stands at the whole text, which its user puts before it. */
  origin(expression: Expression): OriginChain {
    return expression === this.root ? [] : [{ kind: 'expression', place: this.place(expression) }];
  }

  place(expression: Expression): TextPlace {
    const { source } = this.frame.template;
    const { json } = source;
    return place(source, json.offsetOf(this.node, expression.start), json.offsetOf(this.node, expression.end));
  }
}

/** A literal in an expression. Its chain is made when somebody asks for it. */
class SiteLiteral {
  constructor(
    readonly kind: 'string' | 'number',
    readonly value: string | number,
    private readonly site: Site,
    private readonly expression: Expression,
  ) {}

  get origin(): OriginChain {
    return [{ kind: 'literal', place: this.site.place(this.expression) }];
  }
}

class LazyOperand {
  #value: Value | undefined;

  constructor(
    private readonly site: Site,
    private readonly expression: Expression,
    private readonly call: FunctionCall,
  ) {}

  get value(): Value {
    this.#value ??= this.site.within(this.expression, this.call);
    return this.#value;
  }
}

class SiteContext implements CallContext {
  #origin: OriginChain | undefined;

  constructor(
    private readonly site: Site,
    private readonly expression: Expression,
  ) {}

  get origin(): OriginChain {
    this.#origin ??= this.site.origin(this.expression);
    return this.#origin;
  }

  get text(): string {
    return this.site.words(this.expression);
  }

  get budget(): Budget {
    return this.site.evaluator.budget;
  }

  get scope(): DeploymentScope {
    return this.site.frame.template.scope;
  }
}
