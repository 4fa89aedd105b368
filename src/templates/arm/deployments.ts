import type { Origin } from '../../network/origin.ts';
import type { CallSite } from '../../network/resource.ts';
import { identity, type ObjectValue, type Property, type Value } from '../../network/value.ts';
import type { FileSystem } from '../file-system.ts';
import { withPartIds } from '../functions/named-parts.ts';
import { resourceIdIn } from '../functions/resource-ids.ts';
import { type DeploymentScope, unknownResourceGroup } from '../functions/scope.ts';
import { objectValue, symbolOf, unknownValue, usedFrom } from '../functions/values.ts';
import { scopeOfSchema } from './entry-scope.ts';
import type { Evaluator } from './evaluator.ts';
import { type Frame, openFrame } from './frame.ts';
import type { JsonNode, JsonText } from './json.ts';
import { loopValue, mostInstances, wholeNumber } from './lazy-values.ts';
import { linkTarget } from './links.ts';
import { parametersOfFile } from './parameter-files.ts';
import type { ParsedTexts } from './parsed-texts.ts';
import { openingPlace, placeOf, type SourceText } from './source-text.ts';
import { type ParameterSource, type ReferenceCall, Template } from './template.ts';

const deepestNesting = 20;
const mostDeployments = 2000;

/** A nested or linked deployment: what it deploys and with which names. */
export interface Deployment {
  readonly name: Value;
  readonly id: Value;
  readonly site: CallSite;
  /** The template's object and the file it stands in. */
  readonly source: SourceText;
  readonly node: JsonNode;
  /** What the expressions in its resources and outputs stand for. */
  readonly frame: Frame;
  /** Where its resources are deployed. */
  readonly scope: DeploymentScope;
}

/** A resource that declares a deployment, in the loop instance at hand. */
export interface DeploymentResource {
  readonly frame: Frame;
  readonly node: JsonNode;
  /** Where the resource itself is deployed. */
  readonly scope: DeploymentScope;
  readonly address: string;
}

/** Finds and opens the deployments of one reading. */
export class Deployments {
  readonly called = new Set<string>();
  readonly looked = new Set<string>();
  readonly #sources = new Map<string, SourceText>();
  readonly #opened = new Map<string, Deployment | undefined>();
  readonly #templateNumbers = new Map<Template, number>();
  readonly #chains = new Map<Template, readonly string[]>();
  readonly #registries = new Map<Template, readonly Registered[]>();
  #count = 0;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly files: FileSystem,
    private readonly entry: string,
    private readonly texts: ParsedTexts,
  ) {}

  /** A parsed file, once. Undefined when it cannot be read, which is reported by the caller. */
  source(path: string): SourceText | undefined {
    const known = this.#sources.get(path);
    if (known) return known;
    this.looked.add(path);
    const read = this.files.read(path);
    if (!('text' in read)) return undefined;
    const source = this.texts.source(path, read.text);
    this.#sources.set(path, source);
    return source;
  }

  /** The template at the start of a reading, or of a call from another language. */
  entryTemplate(
    source: SourceText,
    node: JsonNode,
    scope: DeploymentScope,
    parameters: ParameterSource,
    call: { readonly label: string; readonly open: ParameterSource } = { label: '', open: nothingGiven },
  ): Template {
    const setting = {
      source,
      node,
      scope,
      label: call.label,
      resolveReference: this.#resolve,
    };
    const template: Template = new Template(this.evaluator, {
      ...setting,
      parameters,
      makeOpen: () => this.#chained(new Template(this.evaluator, { ...setting, parameters: call.open }), [source.file]),
    });
    return this.#chained(template, [source.file]);
  }

  /** Opens a deployment; undefined when its template is not to be had, which has then been reported. */
  open(resource: DeploymentResource): Deployment | undefined {
    const key = `${this.#numberOf(resource.frame.template)}:${resource.node}:${loopKey(resource.frame)}`;
    if (this.#opened.has(key)) return this.#opened.get(key);
    // A deployment whose own template refers to it would otherwise be opened again and again.
    this.#opened.set(key, undefined);
    const opened = this.#open(resource);
    this.#opened.set(key, opened);
    return opened;
  }

  #open(resource: DeploymentResource): Deployment | undefined {
    const { frame, node } = resource;
    const { template } = frame;
    const { source } = template;
    const { json } = source;
    const nameNode = json.find(node, 'name');
    const name =
      nameNode === undefined ? unknownValue(['the name of a deployment'], []) : this.evaluator.value(frame, nameNode);
    const site: CallSite = { name: symbolOf(name) ?? resource.address, place: openingPlace(source, node) };
    const properties = json.find(node, 'properties');
    if (properties === undefined || json.kind(properties) !== 'object') return undefined;
    if (++this.#count > mostDeployments) {
      this.evaluator.report(site.place, `There are more than ${mostDeployments} deployments: this one is not read.`);
      return undefined;
    }
    const content = this.#content(resource, properties);
    if (!content) return undefined;
    const scope = this.#deploymentScope(resource, content);
    const id = resourceIdIn(resource.scope, 'Microsoft.Resources/deployments', [name], []);
    if (!content.ownScope) return { name, id, site, source: content.source, node: content.node, frame, scope };
    const inner = this.#innerTemplate(resource, properties, content, scope);
    return { name, id, site, source: content.source, node: content.node, frame: { template: inner }, scope };
  }

  /** The template's text: written in place, or in the file that a link leads to. */
  #content(resource: DeploymentResource, properties: JsonNode): Content | undefined {
    const { frame } = resource;
    const { template } = frame;
    const { source } = template;
    const { json } = source;
    const chain = this.#chains.get(template) ?? [source.file];
    const at = openingPlace(source, resource.node);
    if (chain.length > deepestNesting) {
      this.evaluator.report(
        at,
        `Deployments are nested more than ${deepestNesting} levels deep: this one is not read.`,
      );
      return undefined;
    }
    const inline = json.find(properties, 'template');
    if (inline !== undefined) {
      const node = json.kind(inline) === 'object' ? inline : this.#writtenElsewhere(frame, inline);
      if (node === undefined) {
        this.evaluator.report(at, 'The template of this deployment is made by an expression: it is not read.');
        return undefined;
      }
      return { source, node, ownScope: isInner(json, properties), chain: [...chain, source.file] };
    }
    const link = json.find(properties, 'templateLink');
    if (link === undefined) return undefined;
    if (json.find(link, 'id') !== undefined) {
      this.evaluator.report(at, 'The deployment uses a template spec, which is in Azure: it is not read.');
      return undefined;
    }
    const target = this.#linked(frame, link);
    if (target.kind === 'problem') {
      this.evaluator.report(placeOf(source, link), target.message);
      return undefined;
    }
    this.called.add(target.path);
    if (chain.includes(target.path)) {
      this.evaluator.report(
        placeOf(source, link),
        `The linked template ${target.path} leads back to itself: it is not followed further.`,
      );
      return undefined;
    }
    const linked = this.source(target.path);
    const root = linked?.json.root;
    if (!linked || root === undefined || linked.json.kind(root) !== 'object') {
      this.evaluator.report(
        placeOf(source, link),
        `The linked template ${target.path} is not a template: it is not read.`,
      );
      return undefined;
    }
    for (const error of linked.json.errors.slice(0, 3)) {
      const place = { kind: 'text', file: linked.file, range: { start: error.start, end: error.end } } as const;
      this.evaluator.report(place, `The file is not valid JSON: ${error.message}. The rest of it is still read.`);
    }
    return { source: linked, node: root, ownScope: true, chain: [...chain, target.path] };
  }

  /** The object of a template that a variable holds, when it is written there literally. */
  #writtenElsewhere(frame: Frame, node: JsonNode): JsonNode | undefined {
    const value = this.evaluator.value(frame, node);
    const origin = value.kind === 'object' ? value.origin.at(-1) : undefined;
    if (origin?.kind !== 'literal' || origin.place.kind !== 'text') return undefined;
    const { source } = frame.template;
    if (origin.place.file !== source.file) return undefined;
    const { start, end } = origin.place.range;
    const found = source.json.pathTo(start, end).at(-1);
    return found !== undefined && source.json.start(found) === start && source.json.kind(found) === 'object'
      ? found
      : undefined;
  }

  #linked(frame: Frame, link: JsonNode): ReturnType<typeof linkTarget> {
    const { source } = frame.template;
    const { json } = source;
    const addressNode = json.find(link, 'relativePath') ?? json.find(link, 'uri');
    const address = addressNode === undefined ? undefined : this.evaluator.value(frame, addressNode);
    const text = address?.kind === 'string' ? address.value : address?.kind === 'unknown' ? address.symbol : undefined;
    const recording: FileSystem = {
      read: path => {
        this.looked.add(path);
        return this.files.read(path);
      },
      list: folder => this.files.list(folder),
      canonical: path => this.files.canonical?.(path) ?? path,
    };
    return linkTarget(source.file, this.entry, text, recording);
  }

  #deploymentScope(resource: DeploymentResource, content: Content): DeploymentScope {
    const { frame, node } = resource;
    const { json } = frame.template.source;
    const scope = scopeOfResource(this.evaluator, frame, node, resource.scope);
    if (scope !== resource.scope) return scope;
    const kind = scopeOfSchema(content.source.json, content.node);
    // A subscription's template that deploys one for groups must have named the group in a way not seen here.
    if (kind === 'resourceGroup' && resource.scope.kind !== 'resourceGroup' && json.find(node, 'scope') !== undefined) {
      return { ...resource.scope, kind, resourceGroup: unknownResourceGroup };
    }
    return scope;
  }

  #innerTemplate(
    resource: DeploymentResource,
    properties: JsonNode,
    content: Content,
    scope: DeploymentScope,
  ): Template {
    const build = (frame: Frame, makeOpen?: () => Template): Template =>
      this.#chained(
        new Template(this.evaluator, {
          source: content.source,
          node: content.node,
          scope,
          label: resource.address,
          parameters: this.#arguments(frame, properties),
          resolveReference: this.#resolve,
          ...(makeOpen && { makeOpen }),
        }),
        content.chain,
      );
    const isOpen = resource.frame.template.open === resource.frame.template;
    return isOpen ? build(resource.frame) : build(resource.frame, () => build(openFrame(resource.frame)));
  }

  /** The arguments that the deployment gives, evaluated where they are written. */
  #arguments(frame: Frame, properties: JsonNode): ParameterSource {
    const { source } = frame.template;
    const { json } = source;
    const section = json.find(properties, 'parameters');
    const linked = json.find(properties, 'parametersLink');
    if (section === undefined) return linked === undefined ? nothingSaid : this.#linkedArguments(frame, linked);
    if (json.kind(section) !== 'object') return this.#computedArguments(frame, section);
    return {
      open: false,
      value: name => {
        const argument = json.findProperty(section, name);
        if (!argument) return undefined;
        const written = json.string(argument.name);
        const valueNode = json.kind(argument.value) === 'object' ? json.find(argument.value, 'value') : undefined;
        if (valueNode !== undefined) {
          const origin: Origin = { kind: 'argument', name: written, place: placeOf(source, valueNode) };
          return { value: this.evaluator.value(frame, valueNode), origin };
        }
        const origin: Origin = { kind: 'argument', name: written, place: placeOf(source, argument.value) };
        if (json.kind(argument.value) === 'object') {
          const secret = json.find(argument.value, 'reference') !== undefined;
          const why = secret ? `the key vault secret of parameter ${written}` : `parameter ${written}`;
          return { value: unknownValue([why], [], { secret }), origin };
        }
        const whole = this.evaluator.value(frame, argument.value);
        return { value: memberValue(whole, 'value') ?? whole, origin };
      },
    };
  }

  #linkedArguments(frame: Frame, link: JsonNode): ParameterSource {
    const target = this.#linked(frame, link);
    const file = target.kind === 'file' ? this.source(target.path) : undefined;
    return file ? parametersOfFile(this.evaluator, file) : someGiven('the linked parameter file');
  }

  #computedArguments(frame: Frame, section: JsonNode): ParameterSource {
    let whole: Value | undefined;
    return {
      open: false,
      value: name => {
        whole ??= this.evaluator.value(frame, section);
        const origin: Origin = { kind: 'argument', name, place: placeOf(frame.template.source, section) };
        if (whole.kind === 'unknown')
          return { value: unknownValue(whole.dependsOn, [], { secret: whole.secret }), origin };
        const argument = whole.kind === 'object' ? whole.get(name) : undefined;
        const value = argument && memberValue(argument, 'value');
        return value && { value, origin };
      },
    };
  }

  #chained(template: Template, chain: readonly string[]): Template {
    this.#chains.set(template, chain);
    return template;
  }

  #numberOf(template: Template): number {
    let number = this.#templateNumbers.get(template);
    if (number === undefined) {
      number = this.#templateNumbers.size;
      this.#templateNumbers.set(template, number);
    }
    return number;
  }

  readonly #resolve = (frame: Frame, { target, info, full, unresolved }: ReferenceCall): Value | undefined => {
    const wanted = identity(target);
    if (wanted === undefined) return undefined;
    const registry = this.#registry(frame.template);
    const found = findRegistered(registry, wanted);
    if (!found) return undefined;
    if (found.deployment) {
      const deployment = this.open(found.deployment);
      return deployment && !info ? this.#deploymentReference(deployment, full) : undefined;
    }
    const rest = unresolved();
    if (rest.kind !== 'unknown') return rest;
    const declared = info ? undefined : this.#declaredProperties(found);
    if (!info && !full) return declared && withPartIds(declared, found.id, rest);
    return objectValue(
      [
        ['id', found.id],
        ['name', found.name],
        ...(declared ? [['properties', withPartIds(declared, found.id, rest)] as const] : []),
      ],
      [],
      rest,
    );
  };

  #declaredProperties({ frame, node }: Registered): ObjectValue | undefined {
    const { json } = frame.template.source;
    const properties = json.find(node, 'properties');
    if (properties === undefined || json.find(node, 'existing') !== undefined) return undefined;
    const value = this.evaluator.value(frame, properties);
    return value.kind === 'object' ? value : undefined;
  }

  /** `reference` of a deployment: its outputs, each evaluated when it is looked at. */
  #deploymentReference(deployment: Deployment, full: boolean): Value {
    const outputs = new OutputsObject(this.evaluator, deployment);
    const rest = unknownValue([`reference('${symbolOf(deployment.name) ?? 'a deployment'}')`], []);
    const properties = objectValue([['outputs', outputs]], [], rest);
    return full ? objectValue([['properties', properties]], [], rest) : properties;
  }

  /** The resources that `reference` can name in a template: deployments, symbolic names, and those with parts. */
  #registry(template: Template): readonly Registered[] {
    const known = this.#registries.get(template);
    if (known) return known;
    const registered: Registered[] = [];
    this.#registries.set(template, registered);
    const { json } = template.source;
    const resources = template.section('resources');
    if (resources === undefined) return registered;
    const visit = (node: JsonNode, symbol: string | undefined, address: string): void => {
      const typeNode = json.find(node, 'type');
      const type = typeNode === undefined ? '' : json.string(typeNode);
      const isDeployment = type.toLowerCase() === 'microsoft.resources/deployments';
      const nameNode = json.find(node, 'name');
      if (nameNode === undefined || (!isDeployment && symbol === undefined && !hasNamedParts.test(type))) return;
      for (const [frame, suffix] of this.instances({ template }, node)) {
        const name = this.evaluator.value(frame, nameNode);
        const scope = isDeployment ? template.scope : scopeOfResource(this.evaluator, frame, node, template.scope);
        const segments = type.split('/').length - 1;
        const names = segments === 1 ? [name] : (splitName(name, segments) ?? [name]);
        registered.push({
          symbol: symbol === undefined ? undefined : symbol + suffix,
          frame,
          node,
          name,
          id: resourceIdIn(scope, type, names, []),
          ...(isDeployment && { deployment: { frame, node, scope: template.scope, address: address + suffix } }),
        });
        this.evaluator.spend(10);
        if (this.evaluator.exhausted) return;
      }
    };
    if (json.kind(resources) === 'object') {
      json.eachProperty(resources, (name, node) => visit(node, json.string(name), `resources.${json.string(name)}`));
    } else {
      let index = 0;
      for (const node of json.items(resources)) visit(node, undefined, `resources[${index++}]`);
    }
    return registered;
  }

  /** The frames of a resource's loop instances with their address suffix; one without a suffix when there is no loop. */
  *instances(frame: Frame, node: JsonNode): Iterable<readonly [frame: Frame, suffix: string]> {
    const { json } = frame.template.source;
    const copy = json.find(node, 'copy');
    if (copy === undefined || json.kind(copy) !== 'object') {
      yield [frame, ''];
      return;
    }
    const nameNode = json.find(copy, 'name');
    const name = nameNode === undefined ? '' : json.string(nameNode).toLowerCase();
    const countNode = json.find(copy, 'count');
    const count = countNode === undefined ? 1 : wholeNumber(this.evaluator.value(frame, countNode));
    for (let index = 0; index < Math.min(count ?? 0, mostInstances); index++) {
      const loops = { name, index: { kind: 'number', value: index, origin: [] } as const, outer: frame.loops };
      yield [{ ...frame, loops }, `[${index}]`];
    }
  }
}

interface Content {
  readonly source: SourceText;
  readonly node: JsonNode;
  /** Whether its expressions stand for its own parameters and variables. */
  readonly ownScope: boolean;
  readonly chain: readonly string[];
}

/** Resources whose parts others refer to by `reference(…).subnets[0].id` and the like. */
const hasNamedParts = /^microsoft\.network\/(?:virtualnetworks|loadbalancers|applicationgateways)$/i;

interface Registered {
  readonly symbol: string | undefined;
  readonly frame: Frame;
  readonly node: JsonNode;
  readonly name: Value;
  readonly id: Value;
  readonly deployment?: DeploymentResource;
}

function findRegistered(registry: readonly Registered[], wanted: string): Registered | undefined {
  const exact = registry.find(
    each => each.symbol?.toLowerCase() === wanted || identity(each.id) === wanted || identity(each.name) === wanted,
  );
  if (exact) return exact;
  const marker = '/providers/microsoft.resources/deployments/';
  const at = wanted.lastIndexOf(marker);
  if (at < 0) return undefined;
  const name = wanted.slice(at + marker.length);
  const named = registry.filter(each => each.deployment && identity(each.name) === name);
  return named.length === 1 ? named[0] : undefined;
}

function splitName(name: Value, count: number): readonly Value[] | undefined {
  if (name.kind !== 'string') return undefined;
  const segments = name.value.split('/');
  return segments.length === count ? segments.map(value => ({ ...name, origin: name.origin, value })) : undefined;
}

function memberValue(value: Value, name: string): Value | undefined {
  return value.kind === 'object' ? value.get(name) : undefined;
}

function isInner(json: JsonText, properties: JsonNode): boolean {
  const options = json.find(properties, 'expressionEvaluationOptions');
  const scope = options === undefined ? undefined : json.find(options, 'scope');
  return scope !== undefined && json.string(scope).toLowerCase() === 'inner';
}

function loopKey(frame: Frame): string {
  let key = '';
  for (let loop = frame.loops; loop; loop = loop.outer) key += `${loop.name}=${symbolOf(loop.index) ?? '?'};`;
  return key;
}

const nothingGiven: ParameterSource = { open: true, value: () => undefined };
const nothingSaid: ParameterSource = { open: false, value: () => undefined };

function someGiven(what: string): ParameterSource {
  return { open: false, value: name => ({ value: unknownValue([`parameter ${name} (from ${what})`], []) }) };
}

/** The scope that a resource names with `resourceGroup`, `subscriptionId` or `scope`; else the one it stands in. */
export function scopeOfResource(
  evaluator: Evaluator,
  frame: Frame,
  node: JsonNode,
  scope: DeploymentScope,
): DeploymentScope {
  const { json } = frame.template.source;
  const groupNode = json.find(node, 'resourceGroup');
  const subscriptionNode = json.find(node, 'subscriptionId');
  if (groupNode === undefined && subscriptionNode === undefined) return scope;
  const subscriptionId =
    subscriptionNode === undefined ? scope.subscriptionId : evaluator.value(frame, subscriptionNode);
  if (groupNode === undefined) return { ...scope, kind: 'subscription', subscriptionId };
  return { kind: 'resourceGroup', subscriptionId, resourceGroup: evaluator.value(frame, groupNode) };
}

/** `outputs` of a deployment as `reference` gives them: `{type, value}` for each. */
class OutputsObject implements ObjectValue {
  readonly kind = 'object';
  readonly origin = [];
  readonly #values = new Map<string, Property | undefined>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly deployment: Deployment,
  ) {}

  get(name: string): Value | undefined {
    return this.property(name)?.value;
  }

  property(name: string): Property | undefined {
    const key = name.toLowerCase();
    if (!this.#values.has(key)) {
      this.#values.set(key, undefined);
      this.#values.set(key, this.#evaluate(name));
    }
    return this.#values.get(key);
  }

  *properties(): Iterable<Property> {
    const { json } = this.deployment.source;
    const section = json.find(this.deployment.node, 'outputs');
    const names: string[] = [];
    if (section !== undefined) json.eachProperty(section, name => names.push(json.string(name)));
    for (const name of names) {
      const property = this.property(name);
      if (property) yield property;
    }
  }

  #evaluate(name: string): Property | undefined {
    const { frame, source, node } = this.deployment;
    const { json } = source;
    const section = json.find(node, 'outputs');
    const output = section === undefined ? undefined : json.findProperty(section, name);
    if (!output) return undefined;
    const written = json.string(output.name);
    const valueNode = json.find(output.value, 'value');
    const copy = json.find(output.value, 'copy');
    const at = placeOf(source, valueNode ?? copy ?? output.value);
    const value =
      valueNode !== undefined
        ? this.evaluator.value(frame, valueNode)
        : copy !== undefined
          ? loopValue(this.evaluator, frame, copy, written)
          : unknownValue([`output ${written}`], []);
    const step: Origin = { kind: 'output', name: written, place: at };
    return { name: written, value: objectValue([['value', usedFrom([step], value)]], []) };
  }
}
