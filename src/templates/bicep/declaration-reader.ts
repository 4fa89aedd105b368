import type { Place } from '../../network/origin.ts';
import {
  bothExistences,
  type CallSite,
  certainExistence,
  dependingOn,
  type Existence,
  type ResourceDeclaration,
} from '../../network/resource.ts';
import { MapObject, type ObjectValue, type Value } from '../../network/value.ts';
import { unreadable } from './bicep-object.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, openFrame, openingPlace } from './frame.ts';
import type { Instance } from './instance.ts';
import type { ModuleCall } from './modules.ts';
import { isRelevantType } from './program.ts';
import type { Resource, ResourceSet } from './resources.ts';
import type { Expression, ModuleNode, ResourceNode } from './syntax.ts';

const mostDeclarations = 20_000;
const deepestChildren = 10;

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
      else if (isRelevantType(node.type)) this.#resources(instance, instance.resourceSet(node), node, via, around, 0);
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
      this.#declare(resource, via, presence);
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
    if (!instance.files.mayMatter(instance, node)) return;
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
    this.#add(new BicepDeclaration(resource, presence.existence, via));
  }

  #add(declaration: ResourceDeclaration): void {
    if (this.declarations.length < mostDeclarations) this.declarations.push(declaration);
  }
}

/** A declaration whose parts are made when somebody looks at them: most resources are never asked for most of theirs. */
class BicepDeclaration implements ResourceDeclaration {
  #body: ObjectValue | undefined;

  constructor(
    private readonly resource: Resource,
    readonly existence: Existence,
    readonly via: readonly CallSite[],
  ) {}

  get type(): string {
    return this.resource.type;
  }

  get apiVersion(): string {
    return this.resource.apiVersion ?? '';
  }

  get id(): Value {
    return this.resource.id;
  }

  get name(): Value {
    return this.resource.name;
  }

  get existing(): boolean {
    return this.resource.node.existing;
  }

  get address(): string {
    const { label } = this.resource.frame.instance.setting;
    return label === '' ? this.resource.label : `${label}.${this.resource.label}`;
  }

  get place(): Place {
    const { node, frame } = this.resource;
    return openingPlace(frame.instance.source, node.keyword, node.end);
  }

  get extent(): Place {
    const { node, frame } = this.resource;
    return frame.instance.place(node);
  }

  get body(): ObjectValue {
    this.#body ??= bodyOf(this.resource);
    return this.#body;
  }
}

function bodyOf({ frame, body, node, evaluator }: Resource): ObjectValue {
  const value = body.object ? evaluator.object(frame, body.object) : undefined;
  if (value?.kind === 'object') return value;
  const origin = [{ kind: 'literal', place: frame.instance.place(node) }] as const;
  return new MapObject([], origin, value?.kind === 'unknown' ? value : unreadable(origin));
}

function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'unknown' && value.alternatives) {
    const answers = new Set(value.alternatives.map(truthOf));
    return answers.size === 1 ? [...answers][0] : undefined;
  }
  return undefined;
}
