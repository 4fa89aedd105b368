import type { OriginChain } from '../../network/origin.ts';
import type { ObjectValue, Property, UnknownValue, Value } from '../../network/value.ts';
import { withPartIds } from '../functions/named-parts.ts';
import { nameSegments, resourceIdIn, resourceIdOf } from '../functions/resource-ids.ts';
import { type DeploymentScope, joinTexts } from '../functions/scope.ts';
import { symbolOf, textValue, unknownValue } from '../functions/values.ts';
import { type Decision, noDecision } from '../presence.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './frame.ts';
import { type Body, bodyOf, turnsOf } from './loops.ts';
import { deploymentScopeOf } from './scopes.ts';
import type { Expression, Name, ObjectNode, ResourceNode } from './syntax.ts';

/** A resource declaration with all its instances. */
export interface ResourceSet extends Decision {
  readonly looped: boolean;
  readonly resources: readonly Resource[];
  readonly condition: Expression | undefined;
}

/** All instances of a resource declaration, in a file or in a parent resource. */
export function resourcesOf(
  evaluator: Evaluator,
  frame: Frame,
  node: ResourceNode,
  parent: Resource | undefined,
): ResourceSet {
  const body = bodyOf(node.value);
  if (!body.loop) {
    const only = new Resource(evaluator, frame, node, body, parent, '');
    return { looped: false, resources: [only], condition: body.condition, ...noDecision };
  }
  const { turns, ...decision } = turnsOf(evaluator, frame, body.loop);
  const resources = turns.map(
    turn => new Resource(evaluator, turn.frame, node, body, parent, `[${turn.position ?? '*'}]`),
  );
  return { looped: true, resources, condition: body.condition, ...decision };
}

/** One resource that a Bicep file declares or refers to. */
export class Resource {
  readonly type: string;
  readonly apiVersion: string | undefined;
  #children: Map<ResourceNode, ResourceSet> | undefined;
  #ownName: Value | undefined;
  #name: Value | undefined;
  #id: Value | undefined;
  #parent: Resource | undefined | null = null;
  #reference: Value | undefined;

  constructor(
    readonly evaluator: Evaluator,
    readonly frame: Frame,
    readonly node: ResourceNode,
    readonly body: Body,
    readonly outer: Resource | undefined,
    /** `[0]` in a loop, else empty. */
    readonly suffix: string,
  ) {
    const written = node.type.kind === 'text' ? node.type.value : '';
    const at = written.indexOf('@');
    const type = at < 0 ? written : written.slice(0, at);
    this.type = outer && !isWholeType(type) ? `${outer.type}/${type}` : type;
    this.apiVersion = at < 0 ? outer?.apiVersion : written.slice(at + 1);
  }

  /** The symbolic name with the loop's index, behind its parents'. */
  get label(): string {
    const own = this.node.name.text + this.suffix;
    return this.outer ? `${this.outer.label}::${own}` : own;
  }

  get parent(): Resource | undefined {
    if (this.#parent === null) {
      this.#parent = this.outer;
      const written = this.property('parent');
      if (written) this.#parent = this.frame.instance.resourceAt(this.frame, written);
    }
    return this.#parent;
  }

  property(name: string): Expression | undefined {
    return propertyOf(this.body.object, name);
  }

  /** The value of the property `name`. */
  get ownName(): Value {
    if (!this.#ownName) {
      const written = this.property('name');
      const origin = this.#origin();
      this.#ownName = unknownValue([`the name of ${this.label}`], origin);
      if (written) this.#ownName = this.evaluator.value(this.frame, written);
    }
    return this.#ownName;
  }

  /** The whole name, with the parents' names. */
  get name(): Value {
    this.#name ??= this.#wholeName();
    return this.#name;
  }

  #wholeName(): Value {
    const own = this.ownName;
    if (this.parent) return joinTexts([this.parent.name, '/', own], own.origin);
    if (!this.property('parent')) return own;
    // The parent is something that cannot be told.
    const unknown = unknownValue([`the parent of ${this.label}`], own.origin);
    return joinTexts([unknown, '/', own], own.origin);
  }

  get id(): Value {
    this.#id ??= this.#makeId();
    return this.#id;
  }

  #makeId(): Value {
    const { name } = this;
    const count = this.type.split('/').length - 1;
    const names = nameSegments(name, count) ?? [name];
    const scopeNode = this.#scopeNode();
    if (/^microsoft\.resources\/resourcegroups$/i.test(this.type)) {
      const { subscriptionId } = this.scope;
      return joinTexts(['/subscriptions/', subscriptionId, '/resourceGroups/', name], name.origin);
    }
    const extended = scopeNode && this.frame.instance.resourceAt(this.frame, scopeNode);
    if (extended && !/^microsoft\.resources\/resourcegroups$/i.test(extended.type)) {
      return resourceIdOf([extended.id], this.type, names, name.origin);
    }
    return resourceIdIn(this.scope, this.type, names, name.origin);
  }

  #scopeNode(): Expression | undefined {
    return this.property('scope') ?? (this.parent ? this.parent.#scopeNode() : undefined);
  }

  /** Where it is deployed. */
  get scope(): DeploymentScope {
    const own = this.property('scope');
    if (own) return deploymentScopeOf(this.evaluator, this.frame, own);
    return this.parent ? this.parent.scope : this.frame.instance.scope;
  }

  /** Instances of a resource declared inside this one. */
  child(node: ResourceNode): ResourceSet {
    let set = this.#children?.get(node);
    if (!set) {
      set = resourcesOf(this.evaluator, this.frame, node, this);
      this.#children ??= new Map();
      this.#children.set(node, set);
    }
    return set;
  }

  childNamed(name: string): ResourceSet | undefined {
    const node = this.body.object?.resources.find(each => each.name.text === name);
    return node && this.child(node);
  }

  /** What its symbolic name stands for in expressions. */
  get reference(): Value {
    this.#reference ??= new ResourceValue(this);
    return this.#reference;
  }

  #origin(): OriginChain {
    return [{ kind: 'resource', name: this.node.name.text, place: this.frame.instance.place(this.node.name) }];
  }
}

export function propertyOf(object: ObjectNode | undefined, name: string): Expression | undefined {
  for (const property of object?.properties ?? []) {
    if (property.kind === 'property' && isNamed(property.key, name)) return property.value;
  }
  return undefined;
}

function isNamed(key: Name | Expression, name: string): boolean {
  return 'text' in key && key.text.toLowerCase() === name.toLowerCase();
}

function isWholeType(type: string): boolean {
  const slash = type.indexOf('/');
  return slash > 0 && type.slice(0, slash).includes('.');
}

/**
 * A resource as a value: its id and name, what its declaration says, and beyond that what only Azure knows. What is
 * declared counts as what will be there.
 */
class ResourceValue implements ObjectValue {
  readonly kind = 'object';
  #rest: UnknownValue | undefined;
  #body: Value | undefined;

  constructor(private readonly resource: Resource) {}

  get origin(): OriginChain {
    const { node, frame } = this.resource;
    return [{ kind: 'resource', name: node.name.text, place: frame.instance.place(node.name) }];
  }

  get rest(): UnknownValue {
    const { id, label } = this.resource;
    const of = symbolOf(id);
    this.#rest ??= unknownValue([`resource ${label}`], [], of === undefined ? {} : { symbol: `{reference(${of})}` });
    return this.#rest;
  }

  get(name: string): Value | undefined {
    const { resource } = this;
    switch (name.toLowerCase()) {
      case 'id':
        return resource.id;
      case 'name':
        return resource.ownName;
      case 'type':
        return textValue(resource.type, this.origin);
      case 'apiversion':
        return textValue(resource.apiVersion ?? '', this.origin);
      case 'properties': {
        const declared = this.#declared()?.get('properties');
        return declared?.kind === 'object' ? withPartIds(declared, resource.id, this.rest) : declared;
      }
      default:
        return this.#declared()?.get(name);
    }
  }

  #declared(): ObjectValue | undefined {
    const { body, node, evaluator, frame } = this.resource;
    if (node.existing || !body.object) return undefined;
    this.#body ??= evaluator.object(frame, body.object);
    return this.#body.kind === 'object' ? this.#body : undefined;
  }

  property(name: string): Property | undefined {
    const value = this.get(name);
    return value && { name, value };
  }

  *properties(): Iterable<Property> {
    yield { name: 'id', value: this.resource.id };
    const names = new Set(['id']);
    for (const property of this.#declared()?.properties() ?? []) {
      const key = property.name.toLowerCase();
      if (!names.has(key)) yield { ...property, value: this.get(property.name) ?? property.value };
      names.add(key);
    }
  }
}
