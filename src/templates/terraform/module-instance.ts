import type { Origin, TextPlace } from '../../network/origin.ts';
import type { CallSite } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';
import { inFileOf, type References, type Scope, type Uses } from './evaluation.ts';
import type { FunctionContext } from './functions/definition.ts';
import { type Expanded, type Expansion, expand } from './instances.ts';
import { InstanceSequence } from './iteration.ts';
import { moduleContext } from './module-files.ts';
import { type ModuleSource, type PlacedBlock, type ResourceBlock, textAttribute } from './module-source.ts';
import { failed, isFailed } from './partial-value.ts';
import type { ReadingState } from './reading-state.ts';
import { ResourceInstance } from './resource-instance.ts';
import { attributeOf, type Block, type Expression } from './syntax.ts';
import { asSecret, LazyObject, mapping, stringValue, symbolOf, through, unknownValue } from './terraform-value.ts';
import { convert } from './type-constraint.ts';

/** A value that a caller or a variable file gives to an input variable. */
export interface Assignment {
  readonly kind: 'argument' | 'parameter-file';
  readonly expression: Expression;
  readonly scope: Scope;
}

export interface ModuleCall {
  readonly name: string;
  readonly block: Block;
  readonly file: string;
  readonly expansion: Expansion;
  /** One for each of the expansion's instances; empty when the module's source is not had. */
  readonly instances: readonly ModuleInstance[];
  readonly caller: ModuleInstance;
  readonly source: string | undefined;
}

interface Worked {
  readonly value: Value;
  readonly uses: Uses;
}

/** One instance of a module: its variables have values, its names can be resolved. */
export class ModuleInstance implements References {
  readonly functionContext: FunctionContext;
  readonly #worked = new Map<string, Worked | 'working'>();
  readonly #resources = new Map<string, { expansion: Expansion; instances: readonly ResourceInstance[] } | 'working'>();
  readonly #calls = new Map<string, ModuleCall | 'working'>();

  constructor(
    readonly state: ReadingState,
    readonly source: ModuleSource,
    /** `module.net.` or nothing: what addresses in it begin with. */
    readonly prefix: string,
    readonly parent: ModuleInstance | undefined,
    readonly via: readonly CallSite[],
    private readonly assigned: ReadonlyMap<string, Assignment>,
    /** How this instance came to be: its existence is that of everything in it. */
    readonly expanded: Pick<Expanded, 'hangsOn' | 'doubt' | 'leftOut'>,
  ) {
    this.functionContext = moduleContext(this);
  }

  get documented(): boolean {
    return this.source.documented === true;
  }

  /** The scope of an expression in one of the module's files. */
  scope(file: string): Scope {
    return { file, references: this, bindings: undefined };
  }

  resolve(path: readonly string[]): Value | undefined {
    const [root = '', name = '', third = ''] = path;
    switch (root) {
      case 'var':
        return this.source.variables.has(name) || this.assigned.has(name)
          ? this.variable(name)
          : this.#undeclared(name);
      case 'local':
        return this.#local(name);
      case 'module':
        return this.#module(name);
      case 'data':
        return this.#resource(`data.${name}.${third}`);
      case 'path':
        return this.#path(name);
      case 'each':
      case 'count':
      case 'self':
      case 'terraform':
        return undefined;
      default:
        return this.#resource(`${root}.${name}`);
    }
  }

  #undeclared(name: string): Value | undefined {
    if (name === '') return undefined;
    this.state.evaluator.use({ all: new Set([`variable ${name}`]), conditions: new Set() });
    return unknownValue([`variable ${name}`], [], { symbol: `{${this.prefix}var.${name}}` });
  }

  #path(name: string): Value | undefined {
    if (name !== 'module' && name !== 'root' && name !== 'cwd') return undefined;
    return stringValue(name === 'module' ? this.state.pathFromRoot(this.source.folder) : '.');
  }

  /** Works a name out once; `cycle` stands for it while it is being worked out. */
  #once(key: string, place: TextPlace, work: () => Value): Value {
    const before = this.#worked.get(key);
    if (before === 'working') {
      this.state.report({ level: 'warning', message: `${key} refers to itself; break the cycle`, place });
      return failed(`${key}, which refers to itself`, [{ kind: 'expression', place }]);
    }
    if (before) {
      this.state.evaluator.use(before.uses);
      return before.value;
    }
    this.#worked.set(key, 'working');
    const { result, uses } = this.state.evaluator.tracking(work);
    this.#worked.set(key, { value: result, uses });
    return result;
  }

  variable(name: string): Value {
    const declared = this.source.variables.get(name);
    const place = declared ? openingOf(declared) : undefined;
    const assignment = this.assigned.get(name);
    const where = place ?? placeOf(assignment?.expression, assignment?.scope.file ?? '');
    return this.#once(`variable ${name}`, where, () => {
      const value = this.#variableValue(name, declared, assignment);
      const stepped = place && !isFailed(value) ? through(value, { kind: 'parameter', name, place }) : value;
      return declared && isTrue(declared.block, 'sensitive') ? asSecret(stepped) : stepped;
    });
  }

  #variableValue(name: string, declared: PlacedBlock | undefined, assignment: Assignment | undefined): Value {
    const { evaluator } = this.state;
    // What the caller writes decides in a called module; in the root, whoever runs Terraform may give another value.
    if (!this.parent) evaluator.use({ all: new Set([`variable ${name}`]), conditions: new Set() });
    const fallback = declared && attributeOf(declared.block.body, 'default');
    let value: Value | undefined;
    if (assignment) {
      const given = evaluator.evaluate(assignment.expression, assignment.scope);
      const nullable = declared && !isFalse(declared.block, 'nullable');
      if (given.kind !== 'null' || nullable !== false)
        value = through(given, {
          kind: assignment.kind,
          name,
          place: placeOf(assignment.expression, assignment.scope.file),
        });
    }
    if (!value && fallback && declared) {
      const file = fallback.file ?? declared.file;
      value = through(evaluator.evaluate(fallback.value, this.scope(file)), {
        kind: 'parameter-default',
        name,
        place: placeOf(fallback.value, file),
      });
    }
    const unknown = () => unknownValue([`variable ${name}`], [], { symbol: `{${this.prefix}var.${name}}` });
    if (!value) return unknown();
    const type = declared && attributeOf(declared.block.body, 'type');
    if (!type || isFailed(value)) return value;
    const scope = this.scope(type.file ?? declared.file);
    const converted = convert(value, this.state.typeOf(type.value), expression =>
      evaluator.evaluate(expression, scope),
    );
    if ('value' in converted) return converted.value;
    const last = value.origin[value.origin.length - 1]?.place;
    this.state.report({
      level: 'warning',
      message: `variable ${name}: its value does not have the declared type (${converted.problem}); it is taken as unknown`,
      place: last?.kind === 'text' ? last : openingOf(declared),
    });
    return { ...unknown(), origin: value.origin };
  }

  #local(name: string): Value | undefined {
    const local = this.source.locals.get(name);
    if (!local) return undefined;
    const place = placeOf(local.attribute.value, local.file);
    return this.#once(`local ${name}`, place, () => {
      const value = this.state.evaluator.evaluate(local.attribute.value, this.scope(local.file));
      return isFailed(value) ? value : through(value, { kind: 'variable', name: `local.${name}`, place });
    });
  }

  output(name: string): Value | undefined {
    const output = this.source.outputs.get(name);
    const attribute = output && attributeOf(output.block.body, 'value');
    if (!output || !attribute) return undefined;
    const file = attribute.file ?? output.file;
    const place = placeOf(attribute.value, file);
    return this.#once(`output ${name}`, place, () => {
      const value = this.state.evaluator.evaluate(attribute.value, this.scope(file));
      const step: Origin = { kind: 'output', name, place };
      const stepped = isFailed(value) ? value : through(value, step);
      return isTrue(output.block, 'sensitive') ? asSecret(stepped) : stepped;
    });
  }

  // Resources

  #resource(key: string): Value | undefined {
    const block = this.source.resources.get(key);
    if (!block) return undefined;
    const made = this.resourceInstances(block);
    if (!made) return failed(`${this.prefix}${key}, whose number refers to itself`, []);
    return wholeOf(
      made.expansion,
      made.instances.map(instance => instance.value),
      `${this.prefix}${key}`,
    );
  }

  /** The instances of a resource block; undefined while their number is being worked out. */
  resourceInstances(
    block: ResourceBlock,
  ): { expansion: Expansion; instances: readonly ResourceInstance[] } | undefined {
    const key = block.mode === 'data' ? `data.${block.type}.${block.name}` : `${block.type}.${block.name}`;
    const before = this.#resources.get(key);
    if (before === 'working') {
      this.state.report({
        level: 'warning',
        message: `${this.prefix}${key}: its count or for_each refers to itself; break the cycle`,
        place: openingOf(block),
      });
      return undefined;
    }
    if (before) return before;
    this.#resources.set(key, 'working');
    const expansion = expand(block.block.body, this.scope(block.file), this.state.evaluator);
    this.#reportTooMany(`${this.prefix}${key}`, expansion, block);
    const instances = expansion.instances.map(
      expanded => new ResourceInstance(this, block, `${this.prefix}${key}${expanded.suffix}`, expanded),
    );
    const made = { expansion, instances };
    this.#resources.set(key, made);
    return made;
  }

  #byName = new Map<string, Map<string, ResourceInstance>>();

  /** The module's resources of a type by their name or its symbol, in lower case. */
  byName(type: string): ReadonlyMap<string, ResourceInstance> {
    let found = this.#byName.get(type);
    if (!found) {
      found = new Map();
      this.#byName.set(type, found);
      for (const block of this.source.resources.values()) {
        if (block.type !== type) continue;
        for (const instance of this.resourceInstances(block)?.instances ?? []) {
          const name = instance.value.get('name');
          const symbol = name && symbolOf(name)?.toLowerCase();
          if (symbol !== undefined && !found.has(symbol)) found.set(symbol, instance);
        }
      }
    }
    return found;
  }

  #reportTooMany(address: string, expansion: Expansion, block: PlacedBlock): void {
    if (expansion.tooMany === undefined) return;
    this.state.report({
      level: 'warning',
      message: `${address}: has ${expansion.tooMany} instances, too many to look at one by one; it is analysed as one whose keys are unknown`,
      place: openingOf(block),
    });
  }

  // Modules

  #module(name: string): Value | undefined {
    const call = this.call(name);
    if (!call) return undefined;
    const address = `${this.prefix}module.${name}`;
    const values =
      call.instances.length > 0
        ? call.instances.map(instance => outputsOf(instance))
        : call.expansion.instances.map(({ suffix }) => this.state.unreadOutputs(call, `${address}${suffix}`));
    return wholeOf(call.expansion, values, address);
  }

  /** A module call with its instances; undefined when the module has none of that name or it is being worked out. */
  call(name: string): ModuleCall | undefined {
    const placed = this.source.calls.get(name);
    if (!placed) return undefined;
    const before = this.#calls.get(name);
    if (before === 'working') {
      this.state.report({
        level: 'warning',
        message: `${this.prefix}module.${name}: its count or for_each refers to itself; break the cycle`,
        place: openingOf(placed),
      });
      return undefined;
    }
    if (before) return before;
    this.#calls.set(name, 'working');
    const call = this.#makeCall(name, placed);
    this.#calls.set(name, call);
    return call;
  }

  #makeCall(name: string, placed: PlacedBlock): ModuleCall {
    const { block, file } = placed;
    const expansion = expand(block.body, this.scope(file), this.state.evaluator);
    this.#reportTooMany(`${this.prefix}module.${name}`, expansion, placed);
    const source = textAttribute(block.body, 'source');
    const instances: ModuleInstance[] = [];
    const call: ModuleCall = { name, block, file, expansion, instances, caller: this, source };
    const module = this.state.moduleSource(call);
    if (!module) return call;
    for (const expanded of expansion.instances) {
      const assigned = new Map<string, Assignment>();
      const scope: Scope = { ...this.scope(file), bindings: expanded.bindings };
      for (const attribute of block.body.attributes)
        if (!metaArguments.has(attribute.name))
          assigned.set(attribute.name, {
            kind: 'argument',
            expression: attribute.value,
            scope: inFileOf(attribute, scope),
          });
      if (!this.state.admitInstance(placed)) break;
      const site: CallSite = { name, place: openingOf(placed) };
      instances.push(
        new ModuleInstance(
          this.state,
          module,
          `${this.prefix}module.${name}${expanded.suffix}.`,
          this,
          module.documented ? this.via : [...this.via, site],
          assigned,
          {
            hangsOn: [...this.expanded.hangsOn, ...expanded.hangsOn],
            doubt: [...this.expanded.doubt, ...expanded.doubt],
            leftOut: this.expanded.leftOut || expanded.leftOut,
          },
        ),
      );
    }
    return call;
  }
}

const metaArguments = new Set(['source', 'version', 'count', 'for_each', 'providers', 'depends_on']);

function outputsOf(instance: ModuleInstance): Value {
  return new LazyObject(
    [],
    () => instance.source.outputs.keys(),
    name => {
      const value = instance.output(name) ?? (instance.source.documented && unreadOutput(instance, name));
      return value && { name, value };
    },
  );
}

/** An output that the documentation of a published module may have and what stands for the module has not. */
function unreadOutput({ prefix }: ModuleInstance, name: string): Value {
  return unknownValue([`${prefix}${name}`], [], { symbol: `{${prefix}${name}}` });
}

/** All instances as an expression sees them: one object, a list or a map. */
function wholeOf(expansion: Expansion, values: readonly Value[], address: string): Value {
  const first = values[0];
  if (expansion.mode === 'single') return first ?? failed(address, []);
  const generic = expansion.instances.find(instance => instance.generic);
  const leftOut = expansion.instances.some(instance => instance.leftOut);
  const doubt = expansion.instances.flatMap(instance => instance.doubt);
  const names = doubt.length > 0 ? doubt : generic ? [`the instances of ${address}`] : [];
  const rest = names.length > 0 ? unknownValue(names) : undefined;
  if (expansion.mode === 'count') return new InstanceSequence(values, leftOut, rest);
  if (generic || leftOut) {
    // Any key names the instance that stands for all.
    const standIn = values[expansion.instances.findIndex(instance => instance.generic)] ?? first;
    const listed = new Map(expansion.instances.map((instance, index) => [String(instance.key ?? ''), values[index]]));
    return new LazyObject(
      [],
      () => [],
      name => {
        const value = listed.get(name) ?? standIn;
        return value && { name, value };
      },
      rest,
    );
  }
  const pairs: [string, Value][] = [];
  expansion.instances.forEach((instance, index) => {
    const value = values[index];
    if (value) pairs.push([String(instance.key), value]);
  });
  return mapping(pairs, [], rest);
}

export function openingOf({ block, file }: PlacedBlock): TextPlace {
  return { kind: 'text', file, range: { start: block.start, end: block.headerEnd } };
}

export function extentOf({ block, file }: PlacedBlock): TextPlace {
  return { kind: 'text', file, range: { start: block.start, end: block.end } };
}

export function placeOf(expression: { start: number; end: number } | undefined, file: string): TextPlace {
  return { kind: 'text', file, range: { start: expression?.start ?? 0, end: expression?.end ?? 0 } };
}

function isTrue(block: Block, name: string): boolean {
  const value = attributeOf(block.body, name)?.value;
  return value?.kind === 'literal' && value.value === true;
}

function isFalse(block: Block, name: string): boolean {
  const value = attributeOf(block.body, name)?.value;
  return value?.kind === 'literal' && value.value === false;
}
