import type { Place } from '../../network/origin.ts';
import { bothExistences, type CallSite, type Existence, type ResourceDeclaration } from '../../network/resource.ts';
import { MapObject, type ObjectValue, type Value } from '../../network/value.ts';
import { truthOf } from '../functions/truth.ts';
import { type Decision, DeclaredResources, decided, existenceOf, type Presence, present } from '../presence.ts';
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

/** Collects the declarations of a Bicep file and of every module that it calls. */
export class DeclarationReader {
  readonly #declared = new DeclaredResources();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly isCancelled: () => boolean,
  ) {}

  /** What was read that counts. */
  declarations(): readonly ResourceDeclaration[] {
    return this.#declared.settled();
  }

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
      const existence = bothExistences(existenceOf(declaration.type, presence), declaration.existence);
      if (!this.#full) this.#declared.addDeclared({ ...declaration, existence });
    }
  }

  /** Undefined when literals alone rule the resource out. */
  #presence(
    frame: Frame,
    set: Decision & { readonly condition: Expression | undefined },
    around: Presence,
  ): Presence | undefined {
    const looped = decided(around, set);
    if (!set.condition) return looped;
    const open = this.evaluator.value(openFrame(frame), set.condition);
    const truth = truthOf(open);
    if (truth === false) return undefined;
    const actual = this.evaluator.value(frame, set.condition);
    return decided(looped, {
      open: truth === true ? [] : undecided(open),
      now: truthOf(actual) === undefined ? undecided(actual) : [],
      leftOut: truthOf(actual) === false,
    });
  }

  #declare(resource: Resource, via: readonly CallSite[], presence: Presence): void {
    if (this.#full) return;
    const { type, id } = resource;
    this.#declared.add(type, id, presence, existence => new BicepDeclaration(resource, existence, via));
  }

  get #full(): boolean {
    return this.#declared.size >= mostDeclarations;
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

function undecided(value: Value): readonly string[] {
  return value.kind === 'unknown' ? value.dependsOn : [];
}
