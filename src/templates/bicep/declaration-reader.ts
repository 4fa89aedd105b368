import { type CallSite, certainExistence, type Existence, type ResourceDeclaration } from '../../network/resource.ts';
import { MapObject, type ObjectValue, type Value } from '../../network/value.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, openFrame, openingPlace } from './frame.ts';
import type { Instance } from './instance.ts';
import type { ModuleCall } from './modules.ts';
import type { Resource, ResourceSet } from './resources.ts';
import type { Expression, ModuleNode, ResourceNode } from './syntax.ts';

const mostDeclarations = 20_000;
const deepestChildren = 10;

/** What the model is made of. Other resources cannot open a management port. */
const relevantType = /^microsoft\.(network|compute|security)\//i;
const standaloneRule = /^microsoft\.network\/networksecuritygroups\/securityrules$/i;

/** Whether something is there: as the deployer may decide, and as the values at hand decide. */
interface Presence {
  readonly existence: Existence;
  /** The values at hand leave it out: it is judged as if it existed, but a rule is left out. */
  readonly leftOut: boolean;
}

const present: Presence = { existence: certainExistence, leftOut: false };

/** Collects the declarations of a Bicep file and of every module that it calls. */
export class DeclarationReader {
  readonly declarations: ResourceDeclaration[] = [];

  constructor(
    private readonly evaluator: Evaluator,
    private readonly isCancelled: () => boolean,
  ) {}

  read(instance: Instance, via: readonly CallSite[] = [], around: Presence = present): void {
    for (const node of instance.source.program.deployed) {
      if (this.evaluator.exhausted || this.isCancelled()) return;
      if (node.kind === 'module') this.#modules(instance, node, via, around);
      else this.#resources(instance, instance.resourceSet(node), node, via, around, 0);
    }
  }

  #resources(
    instance: Instance,
    set: ResourceSet,
    node: ResourceNode,
    via: readonly CallSite[],
    around: Presence,
    depth: number,
  ): void {
    for (const resource of set.resources) {
      const presence = this.#presence(resource.frame, set, around);
      if (!presence) continue;
      if (relevantType.test(resource.type)) this.#declare(resource, via, presence);
      if (depth >= deepestChildren) continue;
      for (const child of resource.body.object?.resources ?? []) {
        this.#resources(instance, resource.child(child), child, via, presence, depth + 1);
      }
    }
    if (this.evaluator.exhausted) {
      this.evaluator.report(
        instance.place(node.keyword),
        'The file asks for more work than one reading may do: the rest is not read.',
      );
    }
  }

  #modules(instance: Instance, node: ModuleNode, via: readonly CallSite[], around: Presence): void {
    const set = instance.moduleSet(node);
    for (const call of set.modules) {
      if (this.evaluator.exhausted || this.isCancelled()) return;
      const presence = this.#presence(call.frame, set, around);
      if (presence) this.#module(call, via, presence);
    }
  }

  #module(call: ModuleCall, via: readonly CallSite[], presence: Presence): void {
    const { target } = call;
    if (!target) return;
    const calls = [...via, call.site];
    if (target.instance) {
      this.read(target.instance, calls, presence);
      return;
    }
    for (const declaration of target.declarations(calls)) {
      const existence = bothExistences(presence.existence, declaration.existence);
      this.#add({ ...declaration, existence });
    }
  }

  /** Undefined when literals alone rule the resource out. */
  #presence(
    frame: Frame,
    set: { readonly condition: Expression | undefined; readonly on: readonly string[]; readonly leftOut: boolean },
    around: Presence,
  ): Presence | undefined {
    let existence = bothExistences(around.existence, dependingOn(set.on));
    let leftOut = around.leftOut || set.leftOut;
    if (set.condition) {
      const open = this.evaluator.value(openFrame(frame), set.condition);
      const truth = truthOf(open);
      if (truth === false) return undefined;
      if (truth === undefined && open.kind === 'unknown')
        existence = bothExistences(existence, dependingOn(open.dependsOn));
      if (truthOf(this.evaluator.value(frame, set.condition)) === false) leftOut = true;
    }
    return { existence, leftOut };
  }

  #declare(resource: Resource, via: readonly CallSite[], presence: Presence): void {
    // The values at hand leave this rule out, so it does not count.
    if (presence.leftOut && standaloneRule.test(resource.type)) return;
    const { frame, node } = resource;
    const { instance } = frame;
    const { label } = instance.setting;
    this.#add({
      type: resource.type,
      ...(resource.apiVersion !== undefined && { apiVersion: resource.apiVersion }),
      id: resource.id,
      name: resource.name,
      body: this.#body(resource),
      existence: presence.existence,
      existing: node.existing,
      address: label === '' ? resource.label : `${label}.${resource.label}`,
      place: openingPlace(instance.source, node.keyword, node.end),
      extent: instance.place(node),
      via,
    });
  }

  #add(declaration: ResourceDeclaration): void {
    if (this.declarations.length < mostDeclarations) this.declarations.push(declaration);
  }

  #body(resource: Resource): ObjectValue {
    const { frame, body, node } = resource;
    const value: Value | undefined = body.object && this.evaluator.object(frame, body.object);
    if (value?.kind === 'object') return value;
    const origin = [{ kind: 'literal', place: frame.instance.place(node) }] as const;
    const rest =
      value?.kind === 'unknown'
        ? value
        : this.evaluator.value(frame, { kind: 'missing', start: node.start, end: node.end });
    return new MapObject([], origin, rest.kind === 'unknown' ? rest : undefined);
  }
}

function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'unknown' && value.alternatives) {
    const answers = new Set(value.alternatives.map(truthOf));
    return answers.size === 1 ? [...answers][0] : undefined;
  }
  return undefined;
}

function dependingOn(names: readonly string[]): Existence {
  return names.length > 0 ? { kind: 'depends', on: names } : certainExistence;
}

function bothExistences(a: Existence, b: Existence): Existence {
  if (a.kind === 'certain') return b;
  if (b.kind === 'certain') return a;
  return { kind: 'depends', on: [...new Set([...a.on, ...b.on])] };
}
