import type { Origin, OriginChain } from '../../network/origin.ts';
import type { CallSite } from '../../network/resource.ts';
import type { ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { objectValue, unknownValue } from '../functions/values.ts';
import { type Decision, noDecision } from '../presence.ts';
import { type Frame, openFrame, openingPlace } from './frame.ts';
import type { Instance, ParameterSource } from './instance.ts';
import { type Body, bodyOf, turnsOf } from './loops.ts';
import type { ModuleTarget } from './module-target.ts';
import { propertyOf } from './resources.ts';
import { deploymentScopeOf } from './scopes.ts';
import type { Expression, ModuleNode, Name, ObjectNode } from './syntax.ts';

/** A module declaration with all its calls. */
export interface ModuleSet extends Decision {
  readonly looped: boolean;
  readonly modules: readonly ModuleCall[];
  readonly condition: Expression | undefined;
}

export function modulesOf(caller: Instance, node: ModuleNode): ModuleSet {
  const body = bodyOf(node.value);
  if (!body.loop) {
    const only = new ModuleCall(caller.frame, node, body, '');
    return { looped: false, modules: [only], condition: body.condition, ...noDecision };
  }
  const { turns, ...decision } = turnsOf(caller.evaluator, caller.frame, body.loop);
  const modules = turns.map(turn => new ModuleCall(turn.frame, node, body, `[${turn.position ?? '*'}]`));
  return { looped: true, modules, condition: body.condition, ...decision };
}

/** One call of a module: https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules */
export class ModuleCall {
  #target: ModuleTarget | undefined | null = null;
  #reference: Value | undefined;

  constructor(
    readonly frame: Frame,
    readonly node: ModuleNode,
    private readonly body: Body,
    /** `[0]` in a loop, else empty. */
    readonly suffix: string,
  ) {}

  get caller(): Instance {
    return this.frame.instance;
  }

  /** The address of the call: symbolic names from the entry on. */
  get label(): string {
    const { label } = this.caller.setting;
    const own = this.node.name.text + this.suffix;
    return label === '' ? own : `${label}.${own}`;
  }

  get site(): CallSite {
    return {
      name: this.node.name.text + this.suffix,
      place: openingPlace(this.caller.source, this.node.keyword, this.node.end),
    };
  }

  /** What the module deploys; undefined when it is not to be had, which has then been reported. */
  get target(): ModuleTarget | undefined {
    if (this.#target === null) {
      this.#target = undefined;
      this.#target = this.caller.files.moduleTarget(this);
    }
    return this.#target;
  }

  get scope(): Instance['scope'] {
    const written = propertyOf(this.body.object, 'scope');
    return written ? deploymentScopeOf(this.caller.evaluator, this.frame, written) : this.caller.scope;
  }

  get name(): Value {
    const written = propertyOf(this.body.object, 'name');
    if (written) return this.caller.evaluator.value(this.frame, written);
    return unknownValue([`the name of module ${this.label}`], [], { symbol: `{deployment ${this.label}}` });
  }

  /** The arguments of the call, evaluated where they are written. */
  get parameters(): ParameterSource {
    return new Arguments(this.frame, propertyOf(this.body.object, 'params'));
  }

  /** The same call as seen from its open caller. */
  get opened(): ModuleCall | undefined {
    const open = openFrame(this.frame);
    return open.instance === this.caller ? undefined : new ModuleCall(open, this.node, this.body, this.suffix);
  }

  /** What the symbolic name stands for in expressions. */
  get reference(): Value {
    this.#reference ??= objectValue(
      [
        ['name', this.name],
        ['outputs', new Outputs(this)],
      ],
      [],
      unknownValue([`module ${this.label}`], [], { symbol: `{${this.label}}` }),
    );
    return this.#reference;
  }

  report(message: string): void {
    this.caller.evaluator.report(this.caller.place(this.node.path), message);
  }
}

class Arguments implements ParameterSource {
  readonly open = false;
  #whole: Value | undefined;

  constructor(
    private readonly frame: Frame,
    private readonly node: Expression | undefined,
  ) {}

  value(name: string): { readonly value: Value; readonly origin: Origin } | undefined {
    const { node, frame } = this;
    if (!node) return undefined;
    const { instance } = frame;
    if (node.kind === 'object' && isPlain(node)) {
      const argument = argumentOf(node, name);
      if (argument) {
        const origin: Origin = { kind: 'argument', name, place: instance.place(argument) };
        return { value: instance.evaluator.value(frame, argument), origin };
      }
      if (!node.damaged) return undefined;
    }
    this.#whole ??= instance.evaluator.value(frame, node);
    const origin: Origin = { kind: 'argument', name, place: instance.place(node) };
    const whole = this.#whole;
    if (whole.kind === 'unknown') return { value: unknownValue(whole.dependsOn, [], { secret: whole.secret }), origin };
    if (whole.kind !== 'object') return undefined;
    const value = whole.get(name);
    if (value) return { value, origin };
    return whole.rest && { value: unknownValue(whole.rest.dependsOn, []), origin };
  }
}

function isPlain(node: ObjectNode): boolean {
  return node.properties.every(each => each.kind === 'property' && 'text' in each.key);
}

function argumentOf(node: ObjectNode, name: string): Expression | undefined {
  for (const property of node.properties) {
    if (property.kind === 'property' && 'text' in property.key && (property.key as Name).text === name)
      return property.value;
  }
  return undefined;
}

/** `module.outputs`: each is evaluated when somebody looks at it. */
class Outputs implements ObjectValue {
  readonly kind = 'object';

  constructor(private readonly call: ModuleCall) {}

  get origin(): OriginChain {
    return [];
  }

  get rest(): UnknownValue | undefined {
    return this.call.target ? undefined : this.#unknown('');
  }

  #unknown(name: string): UnknownValue {
    const { label } = this.call;
    const what = name === '' ? `the outputs of module ${label}` : `output ${name} of module ${label}`;
    return unknownValue([what], [], { symbol: `{${label}.outputs${name === '' ? '' : `.${name}`}}` });
  }

  get(name: string): Value | undefined {
    const { target } = this.call;
    return target ? target.output(name) : this.#unknown(name);
  }

  property(name: string): Property | undefined {
    const value = this.get(name);
    return value && { name, value };
  }

  *properties(): Iterable<Property> {
    for (const name of this.call.target?.outputNames ?? []) {
      const value = this.get(name);
      if (value) yield { name, value };
    }
  }
}
