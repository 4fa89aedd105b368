import type { Origin, OriginChain, TextPlace, TextRange } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import { asSecret, memberSymbol, nullValue, unknownValue, usedFrom, withSymbol } from '../functions/values.ts';
import type { BicepFiles } from './bicep-files.ts';
import type { Evaluator } from './evaluator.ts';
import { shortened } from './evaluator.ts';
import { type Frame, placeIn, type SourceFile, withLocal } from './frame.ts';
import { loadFunction } from './loaded-files.ts';
import { type ModuleSet, modulesOf } from './modules.ts';
import type { SymbolNode } from './program.ts';
import { type Resource, type ResourceSet, resourcesOf } from './resources.ts';
import type {
  CallNode,
  Expression,
  FunctionNode,
  ModuleNode,
  NestedNode,
  OutputNode,
  ParameterNode,
  ResourceNode,
} from './syntax.ts';
import { describeType } from './types.ts';

/** Where a file's parameters get values from, before their defaults. */
export interface ParameterSource {
  /** A value that is given, with the step that its origin chain begins with. */
  value(name: string): { readonly value: Value; readonly origin: Origin } | undefined;
  /** True when whoever deploys may set any parameter, so that defaults decide nothing. */
  readonly open: boolean;
  /** The names that a parameter file gives. */
  readonly names?: readonly string[];
}

export const nothingGiven: ParameterSource = { open: false, value: () => undefined };
export const everythingOpen: ParameterSource = { open: true, value: () => undefined };

export interface InstanceSetting {
  readonly source: SourceFile;
  readonly scope: DeploymentScope;
  readonly parameters: ParameterSource;
  /** The address of the module call that this is an instance of; empty for the entry. */
  readonly label: string;
  /** The files whose modules lead here, the own one last. */
  readonly chain: readonly string[];
  /** The same instance when the deployer's values are left open; undefined for one that is open itself. */
  readonly makeOpen: (() => Instance) | undefined;
  /** Of a parameter file: what `base` stands for. */
  readonly base?: Value;
}

/** One deployment of a Bicep file: its names evaluated once, when somebody asks for them. */
export class Instance {
  readonly source: SourceFile;
  readonly scope: DeploymentScope;
  readonly #symbols = new Map<string, Value>();
  readonly #outputs = new Map<string, Value>();
  readonly #resources = new Map<ResourceNode, ResourceSet>();
  readonly #modules = new Map<ModuleNode, ModuleSet>();
  /** Where the file's own names count, and no others. */
  readonly frame: Frame = { instance: this, locals: undefined };
  #open: Instance | undefined;

  constructor(
    readonly evaluator: Evaluator,
    readonly files: BicepFiles,
    readonly setting: InstanceSetting,
  ) {
    this.source = setting.source;
    this.scope = setting.scope;
  }

  /** The same instance where every parameter that the deployer sets is unknown. */
  get open(): Instance {
    this.#open ??= this.setting.makeOpen?.() ?? this;
    return this.#open;
  }

  place(range: TextRange): TextPlace {
    return placeIn(this.source.path, range);
  }

  /** What a name stands for; undefined when nothing of this file has it. */
  symbol(name: string): Value | undefined {
    const known = this.#symbols.get(name);
    if (known) return known;
    const node = this.source.program.symbols.get(name);
    const value = node ? this.#declared(name, node) : this.#importedValue(name);
    if (value) this.#symbols.set(name, value);
    return value;
  }

  #declared(name: string, node: SymbolNode): Value | undefined {
    if (this.source.program.circles.hold(name)) {
      const message = `'${shortened(name)}' refers to itself: Bicep refuses it.`;
      this.evaluator.report(this.place(node.name), message);
      return unknownValue([`${shortened(name)} (it refers to itself)`], []);
    }
    return this.evaluator.nested(
      () => shortened(name),
      [],
      () => this.#evaluate(node),
    );
  }

  #evaluate(node: SymbolNode): Value {
    switch (node.kind) {
      case 'parameter':
        return this.#parameter(node);
      case 'variable': {
        const step: Origin = { kind: 'variable', name: node.name.text, place: this.place(node.value) };
        return usedFrom([step], this.evaluator.value(this.frame, node.value));
      }
      case 'function':
        return unknownValue([`function ${node.name.text} where a value belongs`], []);
      case 'resource': {
        const set = this.resourceSet(node);
        return set.looped
          ? this.#loopOf(
              set,
              set.resources.map(resource => resource.reference),
              node.name.text,
            )
          : (set.resources[0]?.reference ?? nullValue([]));
      }
      case 'module': {
        const set = this.moduleSet(node);
        return set.looped
          ? this.#loopOf(
              set,
              set.modules.map(module => module.reference),
              node.name.text,
            )
          : (set.modules[0]?.reference ?? nullValue([]));
      }
    }
  }

  /** Several instances as a value; when their number is not known, any of them. */
  #loopOf(set: ResourceSet | ModuleSet, items: readonly Value[], name: string): Value {
    const members = 'resources' in set ? set.resources : set.modules;
    if (!members.some(member => member.suffix === '[*]')) return { kind: 'array', items, origin: [] };
    const on = set.open.length > 0 ? set.open : [`the loop of ${name}`];
    return unknownValue(on, [], { alternatives: undefined, symbol: `{${name}}` });
  }

  #parameter(node: ParameterNode): Value {
    const name = node.name.text;
    const use: Origin = { kind: 'parameter', name, place: this.place(node.name) };
    const secure = node.decorators.some(decorator => decorator.name === 'secure');
    const value = this.#givenValue(node, name, use);
    return secure ? asSecret(value) : value;
  }

  #givenValue(node: ParameterNode, name: string, use: Origin): Value {
    const { parameters } = this.setting;
    const given = parameters.value(name);
    // A null argument leaves a parameter to its default.
    if (given && !(given.value.kind === 'null' && node.value)) {
      return usedFrom([use, given.origin], withoutStep(given.value, given.origin));
    }
    const type = describeType(this, node);
    if (!parameters.open) {
      if (node.value) {
        const step: Origin = { kind: 'parameter-default', name, place: this.place(node.value) };
        const value = this.evaluator.value(this.frame, node.value);
        return usedFrom([use, step], withoutStep(this.#drawnOnce(value, name), step));
      }
      if (type.nullable) return nullValue([use]);
    }
    const { label } = this.setting;
    const owner = label === '' ? '' : ` of module ${label}`;
    return unknownValue([`parameter ${name}${owner}`], [use], {
      symbol: this.#parameterSymbol(name),
      alternatives: type.alternatives,
    });
  }

  /** A default such as `newGuid()` is drawn once: the parameter then stands for it in symbols. */
  #drawnOnce(value: Value, name: string): Value {
    if (value.kind !== 'unknown' || value.symbol !== undefined) return value;
    return withSymbol(value, this.#parameterSymbol(name));
  }

  #parameterSymbol(name: string): string {
    const { label } = this.setting;
    return label === '' ? `{parameters('${name.toLowerCase()}')}` : `{${label}/parameters('${name.toLowerCase()}')}`;
  }

  #importedValue(name: string): Value | undefined {
    const imported = this.source.program.imported.get(name);
    if (!imported) return name === 'base' ? this.setting.base : undefined;
    if (imported.name === undefined) return unknownValue([`the file imported as ${shortened(name)}`], []);
    const file = this.files.imported(this, imported.from);
    return file?.exported(imported.name) ?? unknownValue([`${shortened(name)} (imported)`], []);
  }

  /** The file behind `import * as name`. */
  importedFile(name: string): Instance | undefined {
    const { program } = this.source;
    const imported = program.imported.get(name);
    if (!imported || imported.name !== undefined || program.symbols.has(name)) return undefined;
    return this.files.imported(this, imported.from);
  }

  /** A variable that another file takes from this one. */
  exported(name: string): Value | undefined {
    const node = this.source.program.symbols.get(name);
    return node && node.kind !== 'variable' ? undefined : this.symbol(name);
  }

  /** Calls a function that this file declares or imports. */
  callFunction(name: string, args: readonly Value[] | (() => readonly Value[])): Value | undefined {
    const { program } = this.source;
    const node = program.symbols.get(name);
    if (node?.kind === 'function') return this.#callOwn(node, typeof args === 'function' ? args() : args);
    const imported = node ? undefined : program.imported.get(name);
    if (!imported || imported.name === undefined) return undefined;
    return this.files.imported(this, imported.from)?.callFunction(imported.name, args);
  }

  #callOwn(node: FunctionNode, args: readonly Value[]): Value {
    const { text } = node.name;
    if (this.source.program.circles.hold(text)) {
      this.evaluator.report(this.place(node.name), `Function '${shortened(text)}' calls itself: Bicep refuses it.`);
      return unknownValue([`${shortened(text)}() (it calls itself)`], []);
    }
    let { frame } = this;
    for (const [index, parameter] of node.lambda.parameters.entries()) {
      frame = withLocal(frame, parameter.text, args[index] ?? nullValue([]));
    }
    return this.evaluator.value(frame, node.lambda.body);
  }

  loadFile(name: string, node: CallNode, args: () => readonly Value[], origin: OriginChain): Value | undefined {
    return loadFunction(this, name, node, args, origin);
  }

  resourceSet(node: ResourceNode): ResourceSet {
    let set = this.#resources.get(node);
    if (!set) {
      set = resourcesOf(this.evaluator, this.frame, node, undefined);
      this.#resources.set(node, set);
    }
    return set;
  }

  moduleSet(node: ModuleNode): ModuleSet {
    let set = this.#modules.get(node);
    if (!set) {
      set = modulesOf(this, node);
      this.#modules.set(node, set);
    }
    return set;
  }

  /** The resource that an expression such as `vnet`, `vnets[0]` or `vnet::subnet` names. */
  resourceAt(frame: Frame, node: Expression): Resource | undefined {
    switch (node.kind) {
      case 'reference': {
        const symbol = this.source.program.symbols.get(node.name);
        if (symbol?.kind !== 'resource') return this.#outerResource(frame, node.name);
        if (this.source.program.circles.hold(node.name)) return undefined;
        const set = this.resourceSet(symbol);
        return set.looped ? undefined : set.resources[0];
      }
      case 'index': {
        const set = this.#setAt(frame, node.target);
        if (!set?.looped) return undefined;
        const index = this.evaluator.value(frame, node.index);
        const suffix = index.kind === 'number' ? `[${index.value}]` : '[*]';
        return set.resources.find(each => each.suffix === suffix) ?? set.resources.find(each => each.suffix === '[*]');
      }
      case 'nested': {
        const set = this.#setAt(frame, node);
        return set && !set.looped ? set.resources[0] : undefined;
      }
      default:
        return undefined;
    }
  }

  #setAt(frame: Frame, node: Expression): ResourceSet | undefined {
    if (node.kind === 'reference') {
      const symbol = this.source.program.symbols.get(node.name);
      return symbol?.kind === 'resource' && !this.source.program.circles.hold(node.name)
        ? this.resourceSet(symbol)
        : undefined;
    }
    return node.kind === 'nested' ? this.resourceAt(frame, node.target)?.childNamed(node.name.text) : undefined;
  }

  /** A name that a loop gives to a resource is none: only nested resources see their siblings, by name. */
  #outerResource(_frame: Frame, name: string): Resource | undefined {
    for (const set of this.#resources.values()) {
      if (set.looped) continue;
      const child = set.resources[0]?.childNamed(name);
      if (child && !child.looped) return child.resources[0];
    }
    return undefined;
  }

  nestedResource(frame: Frame, node: NestedNode): Value | undefined {
    return this.resourceAt(frame, node)?.reference;
  }

  /** The value of an output; undefined when there is none of this name. */
  output(name: string): Value | undefined {
    const known = this.#outputs.get(name);
    if (known) return known;
    const node = this.source.program.outputs.get(name);
    if (!node) return undefined;
    const value = this.evaluator.nested(
      () => `output ${name}`,
      [],
      () => this.#output(node),
    );
    this.#outputs.set(name, value);
    return value;
  }

  #output(node: OutputNode): Value {
    const step: Origin = { kind: 'output', name: node.name.text, place: this.place(node.value) };
    const value = usedFrom([step], this.evaluator.value(this.frame, node.value));
    const { label } = this.setting;
    // What the output hangs on in the module is told from the caller's side by the module's name.
    if (value.kind !== 'unknown' || value.symbol !== undefined || label === '') return value;
    return withSymbol(value, memberSymbol(`{${label}}`, `.outputs.${node.name.text}`) ?? '');
  }
}

/** The value without the literal step that says again what the step before it says. */
function withoutStep(value: Value, step: Origin): Value {
  if (value.kind === 'object' || value.kind === 'array') return value;
  const [first, ...others] = value.origin;
  if (first?.kind !== 'literal' || first.place.kind !== 'text' || step.place.kind !== 'text') return value;
  const same =
    first.place.file === step.place.file &&
    first.place.range.start === step.place.range.start &&
    first.place.range.end === step.place.range.end;
  return same ? { ...value, origin: others } : value;
}
