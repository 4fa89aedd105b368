import type { CallSite, Existence, ResourceDeclaration } from '../../network/resource.ts';
import { MapObject, type ObjectValue, type Value } from '../../network/value.ts';
import { nameSegments, namesIn, resourceIdIn, resourceIdOf } from '../functions/resource-ids.ts';
import { type DeploymentScope, joinTexts, scopeParts } from '../functions/scope.ts';
import { truthOf } from '../functions/truth.ts';
import { numberValue, symbolOf, unknownValue } from '../functions/values.ts';
import { type Decision, DeclaredResources, decided, type Presence, present } from '../presence.ts';
import { type Deployments, scopeOfResource } from './deployments.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, openFrame } from './frame.ts';
import type { JsonNode } from './json.ts';
import { copyCountMessage, literalOrigin, mostInstances, wholeNumber } from './lazy-values.ts';
import { sectionOf } from './sections.ts';
import { openingPlace, placeOf, type SourceText } from './source-text.ts';

const mostDeclarations = 20_000;
const deepestChildren = 10;

/** What the model is made of, children included. Other resources cannot open a management port. */
const relevantType = new RegExp(
  `^microsoft\\.(?:${[
    'network/(?:networksecuritygroups|networkinterfaces|virtualnetworks|publicipaddresses|publicipprefixes|' +
      'loadbalancers|applicationgateways|applicationsecuritygroups|azurefirewalls|firewallpolicies|ipgroups|' +
      'bastionhosts|networkmanagers)',
    'compute/(?:virtualmachines(?!/extensions)|virtualmachinescalesets(?!/extensions))',
    'security/(?:locations|jitnetworkaccesspolicies)',
  ].join('|')})(?:/|$)`,
  'i',
);
const deploymentType = 'microsoft.resources/deployments';

interface Parent {
  readonly type: string;
  readonly name: Value;
  readonly depth: number;
}

/** Where resources stand. */
interface Surroundings {
  readonly frame: Frame;
  /** The file that the resources are written in. */
  readonly source: SourceText;
  readonly scope: DeploymentScope;
  readonly address: string;
  readonly via: readonly CallSite[];
  readonly presence: Presence;
  readonly parent?: Parent;
}

/** Collects the declarations of a template and of everything that it deploys. */
export class TemplateReader {
  readonly #declared = new DeclaredResources();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly deployments: Deployments,
    private readonly isCancelled: () => boolean,
  ) {}

  /** Reads the `resources` of an entry template, which stands at `address` in its file. */
  readTemplate(frame: Frame, scope: DeploymentScope, address: string): void {
    this.#resources(frame.template.section('resources'), {
      frame,
      source: frame.template.source,
      scope,
      address,
      via: [],
      presence: present,
    });
  }

  /** What was read that counts. */
  declarations(): readonly ResourceDeclaration[] {
    return this.#declared.settled();
  }

  /** The `resources` of a template, or of a resource with resources inside. */
  #resources(resources: JsonNode | undefined, around: Surroundings): void {
    const { json } = around.source;
    if (resources === undefined) return;
    const prefix = around.address === '' ? 'resources' : `${around.address}.resources`;
    if (json.kind(resources) === 'object') {
      const named: (readonly [string, JsonNode])[] = [];
      json.eachProperty(resources, (name, node) => named.push([json.string(name), node]));
      for (const [name, node] of named) {
        const type = this.#relevantType(node, around);
        if (type !== undefined) this.#resource(node, type, { ...around, address: `${prefix}.${name}` });
      }
      return;
    }
    if (json.kind(resources) !== 'array') {
      this.evaluator.report(placeOf(around.source, resources), 'resources is not a list: none of them is read.');
      return;
    }
    let index = 0;
    for (const node of json.items(resources)) {
      const type = this.#relevantType(node, around);
      if (type !== undefined) this.#resource(node, type, { ...around, address: `${prefix}[${index}]` });
      index++;
    }
  }

  /** A resource, once for each instance of its loop. */
  #resource(node: JsonNode, type: string, around: Surroundings): void {
    const { source, frame } = around;
    const { json } = source;
    const copy = json.find(node, 'copy');
    if (copy === undefined || json.kind(copy) !== 'object') {
      this.#instance(node, type, around);
      return;
    }
    const nameNode = json.find(copy, 'name');
    const name = nameNode === undefined ? '' : json.string(nameNode);
    const count = this.#count(copy, name, around);
    const indices: readonly Value[] =
      count.instances === 'unknown'
        ? [unknownValue(count.now, [], { symbol: `{copyIndex('${name}')}` })]
        : Array.from({ length: count.instances }, (_, index) => numberValue(index, literalOrigin(frame, copy)));
    for (const [position, index] of indices.entries()) {
      if (this.evaluator.exhausted || this.#declared.size >= mostDeclarations) return;
      this.#instance(node, type, {
        ...around,
        frame: { ...frame, loops: { name: name.toLowerCase(), index, outer: frame.loops } },
        address: count.instances === 'unknown' ? `${around.address}[*]` : `${around.address}[${position}]`,
        presence: decided(around.presence, count),
      });
    }
  }

  /** The type of a resource that the model is made of, or of a deployment; undefined for any other. */
  #relevantType(node: JsonNode, around: Surroundings): string | undefined {
    if (around.source.json.kind(node) !== 'object' || this.evaluator.exhausted || this.isCancelled()) return undefined;
    const type = this.#typeOf(node, around);
    if (type === undefined || !(type.toLowerCase() === deploymentType || relevantType.test(type))) return undefined;
    return type;
  }

  #typeOf(node: JsonNode, around: Surroundings): string | undefined {
    const { json } = around.source;
    const typeNode = json.find(node, 'type');
    if (typeNode === undefined) return undefined;
    const value = this.evaluator.value(around.frame, typeNode);
    if (value.kind !== 'string') return undefined;
    const { parent } = around;
    if (!parent) return value.value;
    // A child's type is written short; some write it whole.
    return isWholeType(value.value) ? value.value : `${parent.type}/${value.value}`;
  }

  /** How many instances a loop has, and what that hangs on. */
  #count(copy: JsonNode, name: string, around: Surroundings): Count {
    const { json } = around.source;
    const countNode = json.find(copy, 'count');
    if (countNode === undefined) return { instances: 1, open: [], now: [], leftOut: false };
    const open = this.evaluator.value(openFrame(around.frame), countNode);
    const on = open.kind === 'unknown' ? open.dependsOn : [];
    const value = this.evaluator.value(around.frame, countNode);
    const count = wholeNumber(value);
    if (count === undefined) {
      const names = value.kind === 'unknown' ? value.dependsOn : ['the count of a loop'];
      return { instances: 'unknown', open: names, now: names, leftOut: false };
    }
    if (count < 0 || count > mostInstances) {
      this.evaluator.report(placeOf(around.source, countNode), copyCountMessage(name, count, mostInstances));
      return { instances: count < 0 ? 0 : mostInstances, open: on, now: [], leftOut: false };
    }
    // None by default: judged as if there were one, since the deployer may want it.
    if (count === 0 && on.length > 0) return { instances: 1, open: on, now: [], leftOut: true };
    return { instances: count, open: on, now: [], leftOut: false };
  }

  #instance(node: JsonNode, type: string, around: Surroundings): void {
    const presence = this.#presence(node, around);
    if (!presence) return;
    const inside = presence === around.presence ? around : { ...around, presence };
    if (type.toLowerCase() === deploymentType) {
      this.#deployment(node, inside);
      return;
    }
    const name = this.#name(node, inside);
    this.#declare(node, type, name, inside);
    const depth = (around.parent?.depth ?? 0) + 1;
    if (depth <= deepestChildren) {
      const children = around.source.json.find(node, 'resources');
      this.#resources(children, { ...inside, presence: around.presence, parent: { type, name, depth } });
    }
  }

  /** Undefined when literals alone rule the resource out. */
  #presence(node: JsonNode, around: Surroundings): Presence | undefined {
    const condition = around.source.json.find(node, 'condition');
    if (condition === undefined) return around.presence;
    const open = this.evaluator.value(openFrame(around.frame), condition);
    const truth = truthOf(open);
    if (truth === false) return undefined;
    const actual = this.evaluator.value(around.frame, condition);
    return decided(around.presence, {
      open: truth === true ? [] : undecided(open),
      now: truthOf(actual) === undefined ? undecided(actual) : [],
      leftOut: truthOf(actual) === false,
    });
  }

  #name(node: JsonNode, around: Surroundings): Value {
    const nameNode = around.source.json.find(node, 'name');
    const { parent } = around;
    if (nameNode === undefined) return unknownValue(['the name of a resource'], []);
    const name = this.evaluator.value(around.frame, nameNode);
    if (!parent) return name;
    const typeNode = around.source.json.find(node, 'type');
    const written = typeNode === undefined ? '' : around.source.json.string(typeNode);
    const whole = isWholeType(written) && (symbolOf(name) ?? '').includes('/');
    return whole ? name : joinTexts([parent.name, '/', name], name.origin);
  }

  #declare(node: JsonNode, type: string, name: Value, around: Surroundings): void {
    if (this.#declared.size >= mostDeclarations) return;
    const { source, frame } = around;
    const { json } = source;
    const existing = json.find(node, 'existing');
    const version = json.find(node, 'apiVersion');
    const apiVersion = version === undefined ? undefined : this.evaluator.value(frame, version);
    const id = this.#id(node, type, name, around);
    const declare = (existence: Existence): ResourceDeclaration => ({
      type,
      ...(apiVersion?.kind === 'string' && { apiVersion: apiVersion.value }),
      id,
      name,
      body: this.#body(node, frame),
      existence,
      existing: existing !== undefined && json.boolean(existing),
      address: around.address,
      place: openingPlace(source, node),
      extent: placeOf(source, node),
      via: around.via,
    });
    this.#declared.add(type, id, around.presence, declare);
  }

  #id(node: JsonNode, type: string, name: Value, around: Surroundings): Value {
    const { frame, source } = around;
    const names = nameSegments(name, namesIn(type)) ?? [name];
    const scopeNode = source.json.find(node, 'scope');
    if (scopeNode !== undefined) {
      const scope = this.evaluator.value(frame, scopeNode);
      const text = symbolOf(scope) ?? '';
      const base =
        text.startsWith('/') || text.startsWith('{') ? [scope] : [...scopeParts(around.scope), '/providers/', scope];
      return resourceIdOf(text === '/' ? [] : base, type, names, name.origin);
    }
    return resourceIdIn(scopeOfResource(this.evaluator, frame, node, around.scope), type, names, name.origin);
  }

  #body(node: JsonNode, frame: Frame): ObjectValue {
    const body = this.evaluator.value(frame, node);
    return body.kind === 'object' ? body : new MapObject([], literalOrigin(frame, node));
  }

  #deployment(node: JsonNode, around: Surroundings): void {
    const deployment = this.deployments.open({
      frame: around.frame,
      node,
      scope: around.scope,
      address: around.address,
    });
    if (!deployment) return;
    const via = [...around.via, deployment.site];
    this.#resources(sectionOf(deployment.source.json, deployment.node, 'resources')?.value, {
      frame: deployment.frame,
      source: deployment.source,
      scope: deployment.scope,
      address: `${around.address}.properties.template`,
      via,
      presence: around.presence,
    });
  }
}

interface Count extends Decision {
  readonly instances: number | 'unknown';
}

function undecided(value: Value): readonly string[] {
  return value.kind === 'unknown' ? value.dependsOn : [];
}

function isWholeType(type: string): boolean {
  const slash = type.indexOf('/');
  return slash > 0 && type.slice(0, slash).includes('.');
}
