import type { OriginChain, TextPlace } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import { Budget, TooLarge } from '../functions/budget.ts';
import type { Argument, CallContext, Lambda } from '../functions/call.ts';
import { accessMember } from '../functions/interpolation.ts';
import { callFunction } from '../functions/library.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import { nullValue, numberValue, textValue, unknownValue, usedFrom } from '../functions/values.ts';
import type { ReadProblem } from '../reading.ts';
import { type Expression, type FunctionCall, isExpression, unescapedText } from './expression.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { literalOrigin, TemplateArray, TemplateObject, TemplateScalar } from './lazy-values.ts';
import type { ParsedTexts } from './parsed-texts.ts';
import { place, placeOf, type SourceText } from './source-text.ts';

const deepest = 120;
const mostProblems = 100;

/** Evaluates the values of templates for one reading, within its bounds. */
export class Evaluator {
  readonly budget = new Budget();
  readonly #problems = new Map<string, ReadProblem>();
  #depth = 0;
  #exhausted = false;

  constructor(private readonly texts: ParsedTexts) {}

  get problems(): readonly ReadProblem[] {
    return [...this.#problems.values()];
  }

  /** True once the reading has used up its work: what follows is left unread. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  report(at: TextPlace, message: string, level: ReadProblem['level'] = 'warning'): void {
    const key = `${at.file}:${at.range.start}:${message}`;
    if (this.#problems.size < mostProblems) this.#problems.set(key, { level, message, place: at });
  }

  spend(steps: number): void {
    try {
      this.budget.spend(steps);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#exhausted = true;
    }
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
      case 'string': {
        const text = json.string(node);
        if (frame.plain || text.charCodeAt(0) !== 91) return new TemplateScalar('string', text, source, node) as Value;
        if (!isExpression(text)) return new TemplateScalar('string', unescapedText(text), source, node) as Value;
        return this.#expressionValue(frame, node, text);
      }
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

  /** Runs an evaluation one level deeper; too deep a one is an unknown value. */
  nested(what: string, origin: OriginChain, run: () => Value): Value {
    this.spend(1);
    if (this.#exhausted) return unknownValue([`${what} (too much to evaluate)`], origin);
    if (this.#depth >= deepest) return unknownValue([`${what} (nested too deep)`], origin);
    this.#depth++;
    try {
      return run();
    } finally {
      this.#depth--;
    }
  }

  #expressionValue(frame: Frame, node: JsonNode, text: string): Value {
    const parsed = this.texts.expression(text);
    const { source } = frame.template;
    const at = placeOf(source, node);
    const use: OriginChain = [{ kind: 'expression', place: at }];
    if (parsed.kind === 'error') {
      const offset = source.json.offsetOf(node, parsed.at);
      this.report(place(source, offset, offset + 1), `The expression cannot be read: ${parsed.message}.`);
      return unknownValue(['an expression that cannot be read'], use);
    }
    const site = new Site(this, frame, node, text);
    const root = parsed;
    return usedFrom(
      use,
      this.nested('an expression', [], () => site.evaluate(root, true)),
    );
  }
}

/** One expression's text in its file, with what its names stand for. */
class Site {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly frame: Frame,
    private readonly node: JsonNode,
    private readonly text: string,
  ) {}

  evaluate(expression: Expression, root = false): Value {
    // A value that the whole expression computes stands at the whole text, which its user puts before it.
    const origin = root ? [] : this.#origin(expression);
    switch (expression.kind) {
      case 'text':
        return textValue(expression.value, [{ kind: 'literal', place: this.#place(expression) }]);
      case 'number':
        return numberValue(expression.value, [{ kind: 'literal', place: this.#place(expression) }]);
      case 'member': {
        const target = this.#deeper(expression.target, origin);
        return accessMember(target, textValue(expression.name, []), this.#context(expression, origin));
      }
      case 'index': {
        const target = this.#deeper(expression.target, origin);
        const index = this.#deeper(expression.index, origin);
        return accessMember(target, index, this.#context(expression, origin));
      }
      case 'call':
        return this.#call(expression, origin);
    }
  }

  #deeper(expression: Expression, origin: OriginChain): Value {
    return this.evaluator.nested(this.#words(expression), origin, () => this.evaluate(expression));
  }

  #call(call: FunctionCall, origin: OriginChain): Value {
    const { template } = this.frame;
    switch (call.name.toLowerCase()) {
      case 'parameters': {
        const name = this.#nameArgument(call, origin);
        if (typeof name !== 'string') return name;
        const own = this.frame.functionParameters;
        return own
          ? (own.get(name.toLowerCase()) ?? this.#undeclared('parameter', name, call, origin))
          : (template.parameter(name) ?? this.#undeclared('parameter', name, call, origin));
      }
      case 'variables': {
        const name = this.#nameArgument(call, origin);
        if (typeof name !== 'string') return name;
        return template.variable(name) ?? this.#undeclared('variable', name, call, origin);
      }
      case 'copyindex':
        return this.#copyIndex(call, origin);
      case 'lambdavariables': {
        const name = this.#nameArgument(call, origin);
        if (typeof name !== 'string') return name;
        for (let local = this.frame.locals; local; local = local.outer) {
          if (local.name === name.toLowerCase()) return local.value;
        }
        return this.#undeclared('lambda variable', name, call, origin);
      }
      case 'reference':
      case 'resourceinfo': {
        const target = call.args[0];
        if (!target) return this.#library(call, origin);
        return template.referenced(this.frame, {
          target: this.#deeper(target, origin),
          info: call.name.toLowerCase() === 'resourceinfo',
          full: call.args.length > 2,
          unresolved: () => this.#library(call, origin),
        });
      }
      case 'deployment':
        return call.args.length === 0 ? template.deploymentObject(origin) : this.#library(call, origin);
      default:
        return call.name.includes('.') ? this.#userFunction(call, origin) : this.#library(call, origin);
    }
  }

  #library(call: FunctionCall, origin: OriginChain): Value {
    const result = callFunction(
      call.name,
      call.args.map(arg => this.#argument(arg, origin)),
      this.#context(call, origin),
    );
    if (result) return result;
    this.evaluator.report(this.#place(call), `The function ${shortened(call.name)} is not known.`);
    return unknownValue([`${shortened(call.name)}()`], origin);
  }

  #argument(expression: Expression, origin: OriginChain): Argument {
    if (expression.kind === 'call' && expression.name.toLowerCase() === 'lambda') return this.#lambda(expression);
    return new LazyOperand(() => this.#deeper(expression, origin));
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
        const site = new Site(this.evaluator, { ...this.frame, locals }, this.node, this.text);
        return body ? site.#deeper(body, this.#origin(expression)) : nullValue(this.#origin(expression));
      },
    };
  }

  #userFunction(call: FunctionCall, origin: OriginChain): Value {
    const { template } = this.frame;
    const found = template.userFunction(call.name);
    if (!found) return this.#undeclared('function', call.name, call, origin);
    const parameters = new Map<string, Value>();
    for (const [index, name] of found.parameters.entries()) {
      const arg = call.args[index];
      if (arg) parameters.set(name.toLowerCase(), this.#deeper(arg, origin));
    }
    return this.evaluator.nested(`function ${call.name}`, origin, () =>
      this.evaluator.value({ template, functionParameters: parameters }, found.output),
    );
  }

  #copyIndex(call: FunctionCall, origin: OriginChain): Value {
    const args = call.args.map(arg => this.#deeper(arg, origin));
    const named = args[0]?.kind === 'string' ? args[0].value.toLowerCase() : undefined;
    const offset = named === undefined ? args[0] : args[1];
    let loop = this.frame.loops;
    while (loop && named !== undefined && loop.name !== named) loop = loop.outer;
    if (!loop) return unknownValue([`${this.#words(call)} outside a loop`], origin);
    if (!offset) return loop.index;
    return callFunction('add', [{ value: loop.index }, { value: offset }], this.#context(call, origin)) ?? loop.index;
  }

  /** The single name that `parameters` and its like take; an unknown value when it is not known. */
  #nameArgument(call: FunctionCall, origin: OriginChain): string | Value {
    const arg = call.args[0];
    const value = arg && this.#deeper(arg, origin);
    if (value?.kind === 'string') return value.value;
    if (value?.kind === 'unknown') return unknownValue(value.dependsOn, origin);
    return unknownValue([this.#words(call)], origin);
  }

  #undeclared(what: string, name: string, call: FunctionCall, origin: OriginChain): Value {
    this.evaluator.report(this.#place(call), `There is no ${what} '${shortened(name)}' in this template.`);
    return unknownValue([`${what} ${shortened(name)}`], origin);
  }

  #context(expression: Expression, origin: OriginChain): CallContext {
    return new SiteContext(origin, this.#words(expression), this.evaluator.budget, this.frame.template.scope);
  }

  #words(expression: Expression): string {
    return shortened(this.text.slice(expression.start, expression.end));
  }

  #origin(expression: Expression): OriginChain {
    return [{ kind: 'expression', place: this.#place(expression) }];
  }

  #place(expression: Expression): TextPlace {
    const source: SourceText = this.frame.template.source;
    const { json } = source;
    return place(source, json.offsetOf(this.node, expression.start), json.offsetOf(this.node, expression.end));
  }
}

class LazyOperand {
  #value: Value | undefined;

  constructor(private readonly evaluate: () => Value) {}

  get value(): Value {
    this.#value ??= this.evaluate();
    return this.#value;
  }
}

class SiteContext implements CallContext {
  constructor(
    readonly origin: OriginChain,
    readonly text: string,
    readonly budget: Budget,
    readonly scope: DeploymentScope,
  ) {}
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
