import type { Origin, OriginChain, TextPlace } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import {
  asSecret,
  nullValue,
  objectValue,
  textValue,
  unknownValue,
  usedFrom,
  withSymbol,
} from '../functions/values.ts';
import { shortened } from '../shortened.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { loopValue, mostInstances } from './lazy-values.ts';
import { templateUri } from './links.ts';
import { sectionOf } from './sections.ts';
import { placeOf, type SourceText } from './source-text.ts';

/** Where a template's parameters get values from, before their defaults. */
export interface ParameterSource {
  /** A value that is given, with the step that its origin chain begins with. */
  value(name: string): { readonly value: Value; readonly origin?: Origin } | undefined;
  /** True when whoever deploys may set any parameter, so that defaults decide nothing. */
  readonly open: boolean;
}

export interface UserFunction {
  readonly parameters: readonly string[];
  readonly output: JsonNode;
}

/** A call of `reference` or `resourceInfo`. */
export interface ReferenceCall {
  readonly target: Value;
  readonly info: boolean;
  /** The whole resource is asked for, not its properties alone. */
  readonly full: boolean;
  /** What the call gives as far as only a deployment knows. */
  readonly unresolved: () => Value;
}

/** What `reference` and `resourceInfo` of something in the template give; undefined when only a deployment knows. */
export type ReferenceResolver = (frame: Frame, call: ReferenceCall) => Value | undefined;

export interface TemplateSetting {
  readonly source: SourceText;
  /** The template's object. */
  readonly node: JsonNode;
  readonly scope: DeploymentScope;
  readonly parameters: ParameterSource;
  /** Names a nested template in symbols and messages; empty for the entry. */
  readonly label: string;
  readonly resolveReference: ReferenceResolver;
  /** The same template when the deployer's values are left open; undefined for a template that is open itself. */
  readonly makeOpen?: () => Template;
}

const evaluating = Symbol('evaluating');

/** Types that name each other go round in a circle only by mistake. */
const mostTypes = 10;

/** One deployment of a template: its parameters, variables and functions, evaluated once when asked for. */
export class Template {
  readonly source: SourceText;
  readonly scope: DeploymentScope;
  readonly #parameters = new Map<string, Value | typeof evaluating>();
  readonly #variables = new Map<string, Value | typeof evaluating>();
  #functions: ReadonlyMap<string, UserFunction> | undefined;
  #open: Template | undefined;

  constructor(
    readonly evaluator: Evaluator,
    readonly setting: TemplateSetting,
  ) {
    this.source = setting.source;
    this.scope = setting.scope;
  }

  /** The same template where every parameter that the deployer sets is unknown. */
  get open(): Template {
    this.#open ??= this.setting.makeOpen?.() ?? this;
    return this.#open;
  }

  /** A member of the template: `resources`, `outputs` … */
  section(name: string): JsonNode | undefined {
    const found = sectionOf(this.source.json, this.setting.node, name);
    if (found?.misspelt !== undefined) this.#reportMisspelt(found.misspelt, name);
    return found?.value;
  }

  #reportMisspelt(written: JsonNode, name: string): void {
    const place = placeOf(this.source, written);
    const text = shortened(this.source.json.string(written));
    this.evaluator.report(place, `'${text}' is no section of a template: it is read as '${name}'.`);
  }

  /** Undefined when the template declares no such parameter. */
  parameter(name: string): Value | undefined {
    return this.#once(this.#parameters, 'parameter', name);
  }

  /** Undefined when the template declares no such variable. */
  variable(name: string): Value | undefined {
    return this.#once(this.#variables, 'variable', name);
  }

  /** A function of `functions`, by namespace and name in any letter case. */
  userFunction(name: string): UserFunction | undefined {
    this.#functions ??= this.#readFunctions();
    return this.#functions.get(name.toLowerCase());
  }

  /** What `references` of a symbolic name gives: each instance of its loop; undefined when that cannot be told. */
  allReferenced(frame: Frame, name: string, call: Omit<ReferenceCall, 'target'>): readonly Value[] | undefined {
    const items: Value[] = [];
    for (let index = 0; index < mostInstances; index++) {
      const target = textValue(`${name}[${index}]`, []);
      const found = this.setting.resolveReference(frame, { ...call, target });
      if (!found) break;
      items.push(found);
    }
    return items.length > 0 ? items : undefined;
  }

  referenced(frame: Frame, call: ReferenceCall): Value {
    return this.setting.resolveReference(frame, call) ?? call.unresolved();
  }

  /** `deployment()`: its template's address is the file's, by which links beside it are followed. */
  deploymentObject(origin: OriginChain): Value {
    const named = (name: string) =>
      unknownValue([`deployment().${name}`], origin, { symbol: `{${this.#prefix}deployment().${name}}` });
    const link = objectValue([['uri', textValue(templateUri(this.source.file), origin)]], origin, named('properties'));
    return objectValue(
      [
        ['name', named('name')],
        ['location', named('location')],
        ['properties', objectValue([['templateLink', link]], origin, named('properties'))],
      ],
      origin,
      named('properties'),
    );
  }

  get #prefix(): string {
    return this.setting.label === '' ? '' : `${this.setting.label}/`;
  }

  #once(
    known: Map<string, Value | typeof evaluating>,
    what: 'parameter' | 'variable',
    name: string,
  ): Value | undefined {
    const key = name.toLowerCase();
    const earlier = known.get(key);
    if (earlier === evaluating) {
      const at = this.#definition(`${what}s`, name);
      if (at) {
        this.evaluator.report(at, `The ${what} '${name}' refers to itself: Azure refuses the deployment.`);
      }
      return unknownValue([`${what} ${name} (it refers to itself)`], []);
    }
    if (earlier) return earlier;
    known.set(key, evaluating);
    const value = this.#evaluate(what, name);
    if (value) known.set(key, value);
    else known.delete(key);
    return value;
  }

  #evaluate(what: 'parameter' | 'variable', name: string): Value | undefined {
    if (!this.evaluator.enter()) return this.evaluator.beyond(`${what} ${name}`, []);
    try {
      return what === 'parameter' ? this.#evaluateParameter(name) : this.#evaluateVariable(name);
    } finally {
      this.evaluator.leave();
    }
  }

  #definition(section: string, name: string): TextPlace | undefined {
    const node = this.section(section);
    const property = node === undefined ? undefined : this.source.json.findProperty(node, name);
    return property && placeOf(this.source, property.name);
  }

  #evaluateParameter(name: string): Value | undefined {
    const { json } = this.source;
    const section = this.section('parameters');
    const property = section === undefined ? undefined : json.findProperty(section, name);
    if (!property) return undefined;
    const written = json.string(property.name);
    const definition = property.value;
    const frame: Frame = { template: this };
    const use: Origin = { kind: 'parameter', name: written, place: placeOf(this.source, property.name) };
    const typeNode = this.#constraint(definition, 'type');
    const secure = typeNode !== undefined && /^secure/i.test(json.string(typeNode));
    const value = this.#givenValue(frame, definition, written, use);
    return secure ? asSecret(value) : value;
  }

  #givenValue(frame: Frame, definition: JsonNode, name: string, use: Origin): Value {
    const { json } = this.source;
    const given = this.setting.parameters.value(name);
    if (given) return usedFrom(given.origin ? [use, given.origin] : [use], sameStep(given.value, given.origin));
    const defaultNode = this.setting.parameters.open ? undefined : json.find(definition, 'defaultValue');
    if (defaultNode !== undefined) {
      const step: Origin = { kind: 'parameter-default', name, place: placeOf(this.source, defaultNode) };
      return usedFrom([use, step], sameStep(this.#defaultValue(frame, defaultNode, name), step));
    }
    const nullable = this.#constraint(definition, 'nullable');
    if (!this.setting.parameters.open && nullable !== undefined && json.boolean(nullable)) return nullValue([use]);
    const allowed = this.#constraint(definition, 'allowedValues');
    const alternatives =
      allowed !== undefined && json.kind(allowed) === 'array'
        ? [...json.items(allowed)].map(item => this.evaluator.value(frame, item))
        : undefined;
    const owner = this.setting.label === '' ? '' : ` of ${this.setting.label}`;
    return unknownValue([`parameter ${name}${owner}`], [use], {
      symbol: `{${this.#prefix}parameters('${name.toLowerCase()}')}`,
      alternatives,
    });
  }

  /** What a declaration says of its values, itself or in the type of `definitions` that it names. */
  #constraint(declaration: JsonNode, name: string): JsonNode | undefined {
    const { json } = this.source;
    let node: JsonNode | undefined = declaration;
    for (let depth = 0; node !== undefined && depth < mostTypes; depth++) {
      const found = json.find(node, name);
      if (found !== undefined) return found;
      const reference = json.find(node, '$ref');
      const type = reference === undefined ? undefined : /^#\/definitions\/([^/]+)$/.exec(json.string(reference))?.[1];
      const definitions = type === undefined ? undefined : this.section('definitions');
      node = definitions === undefined || type === undefined ? undefined : json.find(definitions, type);
    }
    return undefined;
  }

  /** A default such as `[newGuid()]` is drawn once: the parameter then stands for it in symbols. */
  #defaultValue(frame: Frame, node: JsonNode, name: string): Value {
    const value = this.evaluator.value(frame, node);
    return value.kind === 'unknown' && value.symbol === undefined
      ? withSymbol(value, `{${this.#prefix}parameters('${name.toLowerCase()}')}`)
      : value;
  }

  #evaluateVariable(name: string): Value | undefined {
    const { json } = this.source;
    const section = this.section('variables');
    if (section === undefined) return undefined;
    const frame: Frame = { template: this };
    const property = json.findProperty(section, name);
    if (property) {
      const written = json.string(property.name);
      const step: Origin = { kind: 'variable', name: written, place: placeOf(this.source, property.value) };
      return usedFrom([step], this.evaluator.value(frame, property.value));
    }
    const loops = json.find(section, 'copy');
    if (loops === undefined) return undefined;
    for (const loop of json.items(loops)) {
      const nameNode = json.find(loop, 'name');
      if (nameNode === undefined || json.string(nameNode).toLowerCase() !== name.toLowerCase()) continue;
      const step: Origin = { kind: 'variable', name: json.string(nameNode), place: placeOf(this.source, loop) };
      return usedFrom([step], loopValue(this.evaluator, frame, loop, json.string(nameNode)));
    }
    return undefined;
  }

  #readFunctions(): ReadonlyMap<string, UserFunction> {
    const { json } = this.source;
    const functions = new Map<string, UserFunction>();
    const section = this.section('functions');
    for (const group of section === undefined ? [] : json.items(section)) {
      const namespace = json.find(group, 'namespace');
      const members = json.find(group, 'members');
      if (namespace === undefined || members === undefined) continue;
      json.eachProperty(members, (nameNode, member) => {
        const output = json.find(member, 'output');
        const value = output === undefined ? undefined : json.find(output, 'value');
        if (value === undefined) return;
        const parameters: string[] = [];
        const list = json.find(member, 'parameters');
        for (const parameter of list === undefined ? [] : json.items(list)) {
          const parameterName = json.find(parameter, 'name');
          if (parameterName !== undefined) parameters.push(json.string(parameterName));
        }
        const key = `${json.string(namespace)}.${json.string(nameNode)}`.toLowerCase();
        functions.set(key, { parameters, output: value });
      });
    }
    return functions;
  }
}

/** The value without the literal step that says again what the step before it says. */
function sameStep(value: Value, step: Origin | undefined): Value {
  if (!step || value.kind === 'object' || value.kind === 'array') return value;
  const [first, ...others] = value.origin;
  if (first?.kind !== 'literal' || first.place.kind !== 'text' || step.place.kind !== 'text') return value;
  const same =
    first.place.file === step.place.file &&
    first.place.range.start === step.place.range.start &&
    first.place.range.end === step.place.range.end;
  return same ? { ...value, origin: others } : value;
}
