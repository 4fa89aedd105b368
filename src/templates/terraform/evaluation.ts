import type { Origin, OriginChain, TextPlace } from '../../network/origin.ts';
import type { Property, UnknownValue, Value } from '../../network/value.ts';
import type { FunctionContext } from './functions/definition.ts';
import { callFunction } from './functions/library.ts';
import { InstanceSequence, iterate, maximumItems, restOf } from './iteration.ts';
import { combine, failed, isFailed, mapAlternatives } from './partial-value.ts';
import type {
  BinaryExpression,
  CallExpression,
  ConditionalExpression,
  Expression,
  ForExpression,
  ObjectExpression,
  SplatExpression,
  TemplateExpression,
  TemplatePart,
} from './syntax.ts';
import {
  asSecret,
  booleanValue,
  equalValues,
  MappingValue,
  nullValue,
  numberValue,
  scalarText,
  sequence,
  sequenceType,
  stringValue,
  symbolOf,
  through,
  unknownValue,
  withOrigin,
} from './terraform-value.ts';

/** What names outside an expression stand for: the module that it is written in. */
export interface References {
  /** `var.x`, `local.x`, `module.x`, `path.module`, `data.type.name` …; undefined when the module does not know it. */
  resolve(path: readonly string[]): Value | undefined;
  /** For `file` and its kin, relative to the module's folder. */
  readonly functionContext: FunctionContext;
  /** What is written in the module is in no file: a value stands where its module's caller wrote it. */
  readonly documented?: boolean;
}

/** A name that an expression's surroundings give: `each`, `count`, a `for` variable, a `dynamic` block's iterator. */
export interface Binding {
  readonly name: string;
  readonly value: Value;
  readonly outer: Binding | undefined;
}

export interface Scope {
  readonly file: string;
  readonly references: References;
  readonly bindings: Binding | undefined;
}

/** The scope in which something is written: an override's parts stand in a file of their own. */
export function inFileOf({ file }: { readonly file?: string }, scope: Scope): Scope {
  return file === undefined ? scope : { ...scope, file };
}

export function bind(scope: Scope, name: string, value: Value): Scope {
  return { ...scope, bindings: { name, value, outer: scope.bindings } };
}

/** What an evaluation looked at: input variables, and those among them that stood in a condition. */
export interface Uses {
  readonly all: Set<string>;
  readonly conditions: Set<string>;
}

/** More work than any real configuration needs; beyond it everything is unknown. */
const maximumSteps = 1_000_000;
const maximumText = 4 * 1024 * 1024;
const maximumDepth = 400;
const maximumSubsets = 4;

const tooMuch = 'an expression that is too large to work out';

/** Evaluates expressions over partly known values. One evaluator serves one reading and bounds its work. */
export class Evaluator {
  #steps = 0;
  #depth = 0;
  #uses: Uses = { all: new Set(), conditions: new Set() };

  /** True once the bound on work was reached. */
  get exhausted(): boolean {
    return this.#steps > maximumSteps;
  }

  spend(steps: number): boolean {
    this.#steps += steps;
    return !this.exhausted;
  }

  /** Runs an evaluation and gives the input variables that it used, which count for what goes on around it, too. */
  tracking<T>(evaluate: () => T): { readonly result: T; readonly uses: Uses } {
    const outer = this.#uses;
    const uses: Uses = { all: new Set(), conditions: new Set() };
    this.#uses = uses;
    try {
      return { result: evaluate(), uses };
    } finally {
      this.#uses = outer;
      this.use(uses);
    }
  }

  use(uses: Uses): void {
    for (const name of uses.all) this.#uses.all.add(name);
    for (const name of uses.conditions) this.#uses.conditions.add(name);
  }

  #condition<T>(evaluate: () => T): T {
    const { result, uses } = this.tracking(evaluate);
    for (const name of uses.all) this.#uses.conditions.add(name);
    return result;
  }

  evaluate(expression: Expression, scope: Scope): Value {
    if (++this.#steps > maximumSteps || this.#depth > maximumDepth)
      return unknownValue([tooMuch], this.#origin('expression', expression, scope));
    this.#depth++;
    try {
      return this.#evaluate(expression, scope);
    } finally {
      this.#depth--;
    }
  }

  #evaluate(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case 'literal':
        return this.#literal(expression.value, this.#origin('literal', expression, scope));
      case 'template':
        return this.#template(expression, scope);
      case 'tuple': {
        const items = expression.items.map(item => this.evaluate(item, scope));
        return sequence(items, this.#origin('literal', expression, scope));
      }
      case 'object':
        return this.#object(expression, scope);
      case 'variable':
      case 'attribute':
        return this.#reference(expression, scope);
      case 'index':
        return this.index(
          this.evaluate(expression.target, scope),
          this.evaluate(expression.key, scope),
          this.#place(expression, scope),
        );
      case 'splat':
        return this.#splat(expression, scope);
      case 'call':
        return this.#call(expression, scope);
      case 'for':
        return this.#for(expression, scope);
      case 'conditional':
        return this.#conditional(expression, scope);
      case 'unary':
        return this.#unary(
          expression.operator,
          this.evaluate(expression.operand, scope),
          this.#origin('expression', expression, scope),
        );
      case 'binary':
        return this.#binary(expression, scope);
      case 'parenthesized':
        return this.evaluate(expression.inner, scope);
      case 'missing':
        return failed('text that cannot be read', this.#origin('expression', expression, scope));
    }
  }

  #place(expression: { start: number; end: number }, scope: Scope): TextPlace {
    return { kind: 'text', file: scope.file, range: { start: expression.start, end: expression.end } };
  }

  #origin(kind: Origin['kind'], expression: { start: number; end: number }, scope: Scope): OriginChain {
    return [{ kind, place: this.#place(expression, scope) }];
  }

  #literal(value: string | number | boolean | null, origin: OriginChain): Value {
    switch (typeof value) {
      case 'string':
        return stringValue(value, origin);
      case 'number':
        return numberValue(value, origin);
      case 'boolean':
        return booleanValue(value, origin);
      default:
        return nullValue(origin);
    }
  }

  #object(expression: ObjectExpression, scope: Scope): Value {
    const entries = new Map<string, Property>();
    const unknownKeys: string[] = [];
    for (const entry of expression.entries) {
      const value = this.evaluate(entry.value, scope);
      let name = entry.name;
      if (name === undefined) {
        const key = this.evaluate(entry.key, scope);
        name = scalarText(key);
        if (name === undefined) {
          unknownKeys.push(...(key.kind === 'unknown' ? key.dependsOn : ['a key that cannot be worked out']));
          continue;
        }
      }
      entries.set(name, { name, namePlace: this.#place(entry.key, scope), value });
    }
    const origin = this.#origin('literal', expression, scope);
    return new MappingValue(entries, origin, unknownKeys.length > 0 ? unknownValue(unknownKeys, origin) : undefined);
  }

  /** A name, or names joined by dots: something bound around the expression, or something of the module. */
  #reference(expression: Expression, scope: Scope): Value {
    const path: string[] = [];
    let root = expression;
    while (root.kind === 'attribute') {
      path.push(root.name);
      root = root.target;
    }
    if (root.kind !== 'variable') {
      if (expression.kind !== 'attribute') return this.evaluate(expression, scope);
      return this.attribute(this.evaluate(expression.target, scope), expression.name, this.#place(expression, scope));
    }
    path.push(root.name);
    path.reverse();
    const bound = lookUp(scope.bindings, root.name);
    let value: Value | undefined;
    let used = 1;
    if (bound) value = bound;
    else {
      used = Math.min(path.length, root.name === 'data' || root.name === 'ephemeral' ? 3 : 2);
      value = scope.references.resolve(path.slice(0, used));
    }
    const place = this.#place(expression, scope);
    if (!value) {
      const name = path.slice(0, used).join('.');
      value = unknownValue([name], [{ kind: 'expression', place }], { symbol: `{${name}}` });
    }
    for (let at = used; at < path.length; at++) value = this.attribute(value, path[at] as string, place);
    return value;
  }

  /** `value.name` */
  attribute(value: Value, name: string, place: TextPlace): Value {
    switch (value.kind) {
      case 'object': {
        const exact = value instanceof MappingValue ? value.entries.get(name)?.value : value.get(name);
        if (exact) return this.#member(value, exact);
        if (value.rest) return this.#member(value, unknownPart(value.rest, name));
        return failed(`an attribute ${name} that is not there`, [{ kind: 'expression', place }]);
      }
      case 'unknown':
        if (isFailed(value)) return value;
        return (
          mapAlternatives([value], ([known]) => this.attribute(known as Value, name, place)) ?? unknownPart(value, name)
        );
      case 'array':
        // The form of old configurations, where a resource with `count` was named without an index.
        if (value.items.length === 1 && value.items[0]) return this.attribute(value.items[0], name, place);
        break;
    }
    return failed(`an attribute ${name} of something that has none`, [{ kind: 'expression', place }]);
  }

  /** `value[key]` */
  index(value: Value, key: Value, place: TextPlace): Value {
    if (isFailed(value)) return value;
    if (isFailed(key)) return key;
    if (value.kind === 'unknown' || key.kind === 'unknown') {
      const mapped = mapAlternatives([value, key], ([v, k]) => this.index(v as Value, k as Value, place));
      if (mapped) return mapped;
      if (value.kind === 'unknown') return unknownPart(value, `[${symbolOf(key) ?? '?'}]`);
      return combine([value, key], [{ kind: 'expression', place }]);
    }
    const text = scalarText(key);
    if (value.kind === 'object' && text !== undefined) {
      const exact = value instanceof MappingValue ? value.entries.get(text)?.value : value.get(text);
      if (exact) return this.#member(value, exact);
      if (value.rest) return this.#member(value, unknownPart(value.rest, text));
      return failed(`a key ${text} that is not there`, [{ kind: 'expression', place }]);
    }
    if (value.kind === 'array' && text !== undefined) {
      if (sequenceType(value) === 'set') return failed('an index of a set', [{ kind: 'expression', place }]);
      const at = Number(text);
      const item = value.items[at];
      if (value.rest) {
        // Further items may stand before this one, except where one instance stands for an unknown count of them.
        if (item && value instanceof InstanceSequence) return item;
        return unknownPart(value.rest, `[${text}]`);
      }
      if (item) return this.#member(value, item);
    }
    return failed('an index that is not there', [{ kind: 'expression', place }]);
  }

  /** A part's chain begins with the way that its whole came. */
  #member(whole: Value, part: Value): Value {
    const way = whole.origin.filter(step => step.kind !== 'literal' && step.kind !== 'expression');
    const reached = way.length > 0 && part.origin[0] !== way[0] ? withOrigin(part, [...way, ...part.origin]) : part;
    return whole.secret ? asSecret(reached) : reached;
  }

  #splat(expression: SplatExpression, scope: Scope): Value {
    const target = this.evaluate(expression.target, scope);
    const place = this.#place(expression, scope);
    const origin: OriginChain = [{ kind: 'expression', place }];
    const apply = (item: Value): Value => {
      let value = item;
      for (const step of expression.steps)
        value =
          'name' in step
            ? this.attribute(value, step.name, place)
            : this.index(value, this.evaluate(step.key, scope), place);
      return value;
    };
    switch (target.kind) {
      case 'null':
        return sequence([], origin);
      case 'unknown':
        if (isFailed(target)) return target;
        return (
          mapAlternatives([target], ([known]) => this.#splatOver(known as Value, apply, origin)) ??
          sequence([], origin, 'list', unknownValue(target.dependsOn, origin))
        );
      default:
        return this.#splatOver(target, apply, origin);
    }
  }

  #splatOver(target: Value, apply: (item: Value) => Value, origin: OriginChain): Value {
    if (target.kind === 'null') return sequence([], origin);
    if (target.kind !== 'array') return sequence([apply(target)], origin);
    if (target instanceof InstanceSequence && target.leftOut) return sequence([], origin);
    const items = target.items.map(apply);
    return items.find(isFailed) ?? sequence(items, origin, 'tuple', target.rest);
  }

  #call(expression: CallExpression, scope: Scope): Value {
    const origin = this.#origin('expression', expression, scope);
    if (expression.name === 'try' || expression.name === 'can') return this.#attempt(expression, scope, origin);
    const args: Value[] = [];
    for (const [index, argument] of expression.args.entries()) {
      const value = this.evaluate(argument, scope);
      if (expression.expand && index === expression.args.length - 1) {
        if (value.kind === 'array' && !value.rest) args.push(...value.items);
        else if (value.kind === 'array') {
          // An unknown number of arguments: functions over any number of collections take the rest as one of them.
          args.push(...value.items, unknownValue(value.rest?.dependsOn ?? [], origin));
        } else args.push(isFailed(value) ? value : combine([value], origin));
      } else args.push(value);
    }
    const broken = args.find(isFailed);
    if (broken) return broken;
    if (!this.spend(args.length)) return unknownValue([tooMuch], origin);
    return callFunction(expression.name, args, origin, scope.references.functionContext, this);
  }

  /** `try` gives the first argument that works out, `can` whether its argument does. */
  #attempt(expression: CallExpression, scope: Scope, origin: OriginChain): Value {
    let last: Value = failed('try without a result', origin);
    for (const argument of expression.args) {
      const value = this.evaluate(argument, scope);
      if (expression.name === 'can') {
        if (isFailed(value)) return booleanValue(false, origin);
        return value.kind === 'unknown' ? combine([value], origin) : booleanValue(true, origin);
      }
      if (!isFailed(value)) return value;
      last = value;
    }
    return last;
  }

  #for(expression: ForExpression, scope: Scope): Value {
    const collection = this.evaluate(expression.collection, scope);
    const origin = this.#origin('expression', expression, scope);
    if (isFailed(collection)) return collection;
    if (collection.kind !== 'unknown') return this.#forOver(collection, expression, scope, origin);
    const made = mapAlternatives([collection], ([known]) => this.#forOver(known as Value, expression, scope, origin));
    if (made) return made;
    const rest = this.#forRest(collection, expression, scope, origin);
    return expression.key ? new MappingValue(new Map(), origin, rest) : sequence([], origin, 'tuple', rest);
  }

  /** What a `for` makes of items that are not known: none of them, or one that stands for all. */
  #forRest(items: UnknownValue, expression: ForExpression, scope: Scope, origin: OriginChain): UnknownValue {
    const made = mapAlternatives([items], ([known]) => this.#forOver(known as Value, expression, scope, origin));
    if (made?.kind === 'unknown') return made;
    if (made && !isFailed(made)) return unknownValue(items.dependsOn, origin, { alternatives: [made] });
    const nothingKnown = unknownValue(items.dependsOn, origin);
    if (expression.key) return nothingKnown;
    const part = unknownValue(items.dependsOn, items.origin, items.secret ? { secret: true } : {});
    let inner = bind(scope, expression.valueName, part);
    if (expression.keyName !== undefined) inner = bind(inner, expression.keyName, part);
    const result = this.evaluate(expression.value, inner);
    if (isFailed(result)) return nothingKnown;
    const alternatives = [sequence([], origin), sequence([result], origin)];
    return unknownValue(items.dependsOn, origin, { alternatives });
  }

  #forOver(collection: Value, expression: ForExpression, scope: Scope, origin: OriginChain): Value {
    const pairs = iterate(collection);
    if (!pairs) return failed('a for over something that is no collection', origin);
    const further = restOf(collection);
    // An instance that stands for an unknown number of them stands for them here, too.
    let rest =
      further && !(collection instanceof InstanceSequence)
        ? this.#forRest(further, expression, scope, origin)
        : further;
    const items: Value[] = [];
    const doubtful: Value[] = [];
    const doubts: string[] = [];
    const entries = new Map<string, Property>();
    const groups = new Map<string, Value[]>();
    for (const [key, value] of pairs) {
      if (!this.spend(1) || items.length + entries.size > maximumItems) {
        rest = unknownValue([tooMuch], origin);
        break;
      }
      let inner = bind(scope, expression.valueName, value);
      if (expression.keyName !== undefined) inner = bind(inner, expression.keyName, key);
      let sure = true;
      if (expression.condition) {
        const condition = expression.condition;
        const answer = this.#condition(() => toBoolean(this.evaluate(condition, inner)));
        if (answer.kind === 'boolean' && !answer.value) continue;
        if (answer.kind !== 'boolean') {
          if (isFailed(answer)) return answer;
          sure = false;
          doubts.push(...(answer.kind === 'unknown' ? answer.dependsOn : []));
        }
      }
      const result = this.evaluate(expression.value, inner);
      if (!expression.key) {
        if (isFailed(result)) return result;
        if (sure) items.push(result);
        else doubtful.push(result);
        continue;
      }
      const keyValue = this.evaluate(expression.key, inner);
      const name = scalarText(keyValue);
      if (name === undefined || !sure) {
        if (isFailed(keyValue)) return keyValue;
        doubts.push(...(keyValue.kind === 'unknown' ? keyValue.dependsOn : []));
        rest = unknownValue([...(rest?.dependsOn ?? []), ...doubts], origin);
      } else if (expression.group) {
        const group = groups.get(name);
        if (group) group.push(result);
        else groups.set(name, [result]);
      } else entries.set(name, { name, value: result, ...placeOf(keyValue) });
    }
    if (expression.key) {
      for (const [name, values] of groups) entries.set(name, { name, value: sequence(values, origin) });
      return new MappingValue(entries, origin, rest);
    }
    if (doubtful.length > 0) {
      const names = [...(rest?.dependsOn ?? []), ...doubts];
      const sets = rest ? undefined : subsets(doubtful).map(set => sequence(set, origin));
      rest = unknownValue(names, origin, sets ? { alternatives: sets } : {});
    }
    return sequence(items, origin, 'tuple', rest);
  }

  #conditional(expression: ConditionalExpression, scope: Scope): Value {
    const condition = this.#condition(() => toBoolean(this.evaluate(expression.condition, scope)));
    if (condition.kind === 'boolean')
      return this.evaluate(condition.value ? expression.consequent : expression.alternative, scope);
    if (isFailed(condition)) return condition;
    const origin = this.#origin('expression', expression, scope);
    const then = this.evaluate(expression.consequent, scope);
    const otherwise = this.evaluate(expression.alternative, scope);
    return either(condition, then, otherwise, origin);
  }

  #unary(operator: '-' | '!', operand: Value, origin: OriginChain): Value {
    if (isFailed(operand)) return operand;
    if (operand.kind === 'unknown')
      return (
        mapAlternatives([operand], ([known]) => this.#unary(operator, known as Value, origin)) ??
        combine([operand], origin)
      );
    if (operator === '!') {
      const answer = toBoolean(operand);
      return answer.kind === 'boolean' ? booleanValue(!answer.value, origin, operand.secret) : answer;
    }
    const number = toNumber(operand);
    return number === undefined
      ? failed('a sign before something that is no number', origin)
      : numberValue(-number, origin, operand.secret);
  }

  #binary(expression: BinaryExpression, scope: Scope): Value {
    const { operator } = expression;
    const origin = this.#origin('expression', expression, scope);
    const left = this.evaluate(expression.left, scope);
    if (operator === '&&' || operator === '||') return this.#logical(operator, left, expression.right, scope, origin);
    return this.operate(operator, left, this.evaluate(expression.right, scope), origin);
  }

  #logical(operator: string, leftValue: Value, rightSide: Expression, scope: Scope, origin: OriginChain): Value {
    const decisive = operator === '||';
    const left = toBoolean(leftValue);
    if (left.kind === 'boolean' && left.value === decisive) return booleanValue(decisive, origin, left.secret);
    const right = toBoolean(this.evaluate(rightSide, scope));
    if (right.kind === 'boolean' && right.value === decisive && !isFailed(left))
      return booleanValue(decisive, origin, right.secret);
    if (isFailed(left)) return left;
    if (isFailed(right)) return right;
    if (left.kind === 'boolean' && right.kind === 'boolean')
      return booleanValue(!decisive, origin, left.secret || right.secret);
    return combine([left, right], origin);
  }

  operate(operator: string, left: Value, right: Value, origin: OriginChain): Value {
    if (isFailed(left)) return left;
    if (isFailed(right)) return right;
    const secret = left.secret || right.secret;
    if (operator === '==' || operator === '!=') {
      const equal = equalValues(left, right);
      return equal === undefined
        ? combine([left, right], origin)
        : booleanValue(equal === (operator === '=='), origin, secret);
    }
    if (left.kind === 'unknown' || right.kind === 'unknown')
      return (
        mapAlternatives([left, right], ([a, b]) => this.operate(operator, a as Value, b as Value, origin)) ??
        combine([left, right], origin)
      );
    const a = toNumber(left);
    const b = toNumber(right);
    if (a === undefined || b === undefined) return failed('a calculation with something that is no number', origin);
    switch (operator) {
      case '+':
        return numberValue(a + b, origin, secret);
      case '-':
        return numberValue(a - b, origin, secret);
      case '*':
        return numberValue(a * b, origin, secret);
      case '/':
        return b === 0 ? failed('a division by zero', origin) : numberValue(a / b, origin, secret);
      case '%':
        return b === 0 ? failed('a division by zero', origin) : numberValue(a % b, origin, secret);
      case '>':
        return booleanValue(a > b, origin, secret);
      case '>=':
        return booleanValue(a >= b, origin, secret);
      case '<':
        return booleanValue(a < b, origin, secret);
      case '<=':
        return booleanValue(a <= b, origin, secret);
      default:
        return failed('an operator that cannot be read', origin);
    }
  }

  #template(expression: TemplateExpression, scope: Scope): Value {
    const origin = this.#origin('expression', expression, scope);
    const only = expression.parts[0];
    if (expression.parts.length === 1 && only?.kind === 'interpolation') return this.evaluate(only.value, scope);
    return this.templateText(expression.parts, scope, origin);
  }

  /** A template's text: a known string, or an unknown one that may have a symbol or alternatives. */
  templateText(parts: readonly TemplatePart[], scope: Scope, origin: OriginChain): Value {
    const pieces: Value[] = [];
    const broken = this.#pieces(parts, scope, origin, pieces);
    return broken ?? joinPieces(pieces, origin);
  }

  #pieces(parts: readonly TemplatePart[], scope: Scope, origin: OriginChain, into: Value[]): Value | undefined {
    for (const part of parts) {
      if (!this.spend(1)) return unknownValue([tooMuch], origin);
      switch (part.kind) {
        case 'text':
          into.push(stringValue(part.text));
          break;
        case 'interpolation': {
          const value = this.evaluate(part.value, scope);
          if (isFailed(value)) return value;
          into.push(value);
          break;
        }
        case 'if': {
          const condition = this.#condition(() => toBoolean(this.evaluate(part.condition, scope)));
          if (isFailed(condition)) return condition;
          if (condition.kind === 'boolean') {
            const broken = this.#pieces(condition.value ? part.consequent : part.alternative, scope, origin, into);
            if (broken) return broken;
          } else
            into.push(
              either(
                condition,
                this.templateText(part.consequent, scope, origin),
                this.templateText(part.alternative, scope, origin),
                origin,
              ),
            );
          break;
        }
        case 'for': {
          const collection = this.evaluate(part.collection, scope);
          const pairs = collection.kind === 'unknown' || restOf(collection) ? undefined : iterate(collection);
          if (!pairs) {
            into.push(isFailed(collection) ? collection : combine([collection], origin));
            break;
          }
          for (const [key, value] of pairs) {
            let inner = bind(scope, part.valueName, value);
            if (part.keyName !== undefined) inner = bind(inner, part.keyName, key);
            const broken = this.#pieces(part.body, inner, origin, into);
            if (broken) return broken;
          }
        }
      }
    }
    return undefined;
  }
}

function lookUp(binding: Binding | undefined, name: string): Value | undefined {
  for (let at = binding; at; at = at.outer) if (at.name === name) return at.value;
  return undefined;
}

function placeOf(key: Value): { namePlace?: TextPlace } {
  const place = key.origin[key.origin.length - 1]?.place;
  return place?.kind === 'text' ? { namePlace: place } : {};
}

function unknownPart(whole: UnknownValue, name: string): Value {
  const symbol = whole.symbol === undefined ? undefined : `${whole.symbol}${name.startsWith('[') ? '' : '.'}${name}`;
  return unknownValue(whole.dependsOn, whole.origin, {
    ...(symbol === undefined ? {} : { symbol }),
    ...(whole.secret ? { secret: true } : {}),
  });
}

/** One of two values, by an unknown condition. */
export function either(condition: Value, then: Value, otherwise: Value, origin: OriginChain): Value {
  if (isFailed(then)) return otherwise;
  if (isFailed(otherwise)) return then;
  if (equalValues(then, otherwise) === true) return then;
  const names = condition.kind === 'unknown' ? [...condition.dependsOn] : [];
  const alternatives: Value[] = [];
  for (const branch of [then, otherwise]) {
    if (branch.kind !== 'unknown') alternatives.push(branch);
    else {
      names.push(...branch.dependsOn);
      if (!branch.alternatives)
        return unknownValue(names.concat(dependenciesOf(then), dependenciesOf(otherwise)), origin);
      alternatives.push(...branch.alternatives);
    }
  }
  return unknownValue(names, origin, { alternatives });
}

function dependenciesOf(value: Value): readonly string[] {
  return value.kind === 'unknown' ? value.dependsOn : [];
}

function joinPieces(pieces: readonly Value[], origin: OriginChain): Value {
  let text = '';
  let secret = false;
  let unknown = false;
  for (const piece of pieces) {
    if (piece.secret) secret = true;
    const known = scalarText(piece);
    if (known !== undefined) text += known;
    if (text.length > maximumText) return unknownValue([tooMuch], origin);
    if (known !== undefined) continue;
    if (piece.kind === 'unknown') unknown = true;
    else if (piece.kind !== 'null') return failed('a template with something that is no text', origin);
    else return failed('a template with a null value', origin);
  }
  if (!unknown) return stringValue(text, origin, secret);
  const mapped = mapAlternatives(pieces, known => joinPieces(known, origin));
  if (mapped) return mapped;
  let symbol: string | undefined = '';
  for (const piece of pieces) {
    const part: string | undefined = symbolOf(piece);
    symbol = symbol === undefined || part === undefined ? undefined : symbol + part;
  }
  return combine(pieces, origin, symbol);
}

function subsets(items: readonly Value[]): Value[][] {
  if (items.length > maximumSubsets) return [[], ...items.map(item => [item]), [...items]];
  const sets: Value[][] = [];
  for (let mask = 0; mask < 1 << items.length; mask++) sets.push(items.filter((_, index) => mask & (1 << index)));
  return sets;
}

/** A boolean, an unknown, or a failure. */
export function toBoolean(value: Value): Value {
  switch (value.kind) {
    case 'boolean':
      return value;
    case 'unknown': {
      if (isFailed(value)) return value;
      return mapAlternatives([value], ([known]) => toBoolean(known as Value)) ?? value;
    }
    case 'string':
      if (value.value === 'true' || value.value === '1') return booleanValue(true, value.origin, value.secret);
      if (value.value === 'false' || value.value === '0') return booleanValue(false, value.origin, value.secret);
  }
  return failed('a condition that is neither true nor false', value.origin);
}

export function toNumber(value: Value): number | undefined {
  if (value.kind === 'number') return value.value;
  if (value.kind !== 'string' || value.value.trim() === '') return undefined;
  const number = Number(value.value);
  return Number.isFinite(number) ? number : undefined;
}

/** Adds an attribute's place to the front of its value's chain. */
export function asProperty(value: Value, name: string, place: TextPlace): Value {
  return through(value, {
    kind: value.kind === 'unknown' || value.origin.length > 1 ? 'property' : 'literal',
    name,
    place,
  });
}
