import type { Place, TextPlace } from '../../network/origin.ts';
import { certainExistence } from '../../network/resource.ts';
import { type FileSystem, folderOf } from '../file-system.ts';
import type { ReadOptions, ReadProblem, TemplateReading } from '../reading.ts';
import { RecordedFiles } from '../recorded-files.ts';
import type { TerraformParser } from './grammar.ts';
import { extentOf, openingOf } from './module-instance.ts';
import type { ResourceBlock } from './module-source.ts';
import { PlanReferences, type ReferenceTarget } from './plan-references.ts';
import { planValue } from './plan-value.ts';
import { ReadingState } from './reading-state.ts';
import { childIds, idByName, restTypes } from './resource-ids.ts';
import { isAnalysedType } from './resources/analysed-types.ts';
import { declareResources } from './resources/declarations.ts';
import type { SourceResource } from './resources/source-resource.ts';
import { stringValue, symbolOf, unknownValue } from './terraform-value.ts';

export type PlanJson = { readonly [name: string]: unknown };

/** More resources than any plan that Terraform can work with has. */
const maximumResources = 50_000;
const maximumModuleDepth = 32;

export function isPlanUnit(path: string): boolean {
  return /\.jsonc?$/i.test(path) && !/\.tf\.json$|\.tfvars\.json$/i.test(path);
}

/** Whether a JSON text is what `terraform show -json` prints, judged without reading all of it. */
export function isPlan(text: string): boolean {
  return (
    /"format_version"\s*:\s*"\d/.test(text) &&
    /"(?:planned_values|resource_changes|terraform_version|root_module)"\s*:/.test(text)
  );
}

/** One resource as `planned_values` or `values` list it. */
export interface PlanResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly module: string;
  readonly values: PlanJson;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

/**
 * Reads a plan or state as `terraform show -json` prints it
 * (https://developer.hashicorp.com/terraform/internals/json-format). Places are those of the configuration beside it
 * where it has the resource, else those in the plan.
 */
export function readPlan(
  file: string,
  files: FileSystem,
  parser: TerraformParser,
  options: ReadOptions = {},
): TemplateReading {
  const recorded = new RecordedFiles(files);
  const problems: ReadProblem[] = [];
  const resources: SourceResource[] = [];
  const report = (level: ReadProblem['level'], message: string) =>
    problems.push({
      level,
      message: `${file}: ${message}`,
      place: { kind: 'text', file, range: { start: 0, end: 0 } },
    });
  const read = recorded.read(file);
  if ('reason' in read) report('error', read.message);
  else {
    const plan = parsePlan(read.text);
    if (!plan) report('error', 'is not JSON; write it with "terraform show -json"');
    else {
      const version = String(plan.format_version);
      if (!/^[01]\./.test(version))
        report('warning', `has format version ${version}, which is not known; it is read as version 1`);
      const listed = listResources(plan);
      if (!listed)
        report('error', 'has neither planned values nor resource changes; write it with "terraform show -json"');
      else {
        if (listed.length >= maximumResources)
          report('warning', `has more than ${maximumResources} resources; the rest is not analysed`);
        const context = new PlanContext(
          file,
          read.text,
          plan,
          listed,
          new ReadingState(folderOf(file), recorded, parser),
        );
        for (const resource of listed) {
          if (options.isCancelled?.()) break;
          if (isAnalysedType(resource.type)) resources.push(context.source(resource));
        }
      }
    }
  }
  return { entry: file, declarations: declareResources(resources), problems, dependencies: recorded.paths, called: [] };
}

function parsePlan(text: string): PlanJson | undefined {
  try {
    return record(JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text));
  } catch {
    return undefined;
  }
}

export function record(value: unknown): PlanJson | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PlanJson) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function listResources(plan: PlanJson): PlanResource[] | undefined {
  const changes = new Map<string, PlanJson>();
  for (const item of list(plan.resource_changes)) {
    const change = record(item);
    if (change && typeof change.address === 'string') changes.set(change.address, change);
  }
  const found: PlanResource[] = [];
  const values = record(plan.planned_values) ?? record(plan.values);
  const root = record(values?.root_module);
  if (root) {
    walkModule(root, '', changes, found, 0);
    addDataSources(plan, changes, found);
  } else {
    if (!Array.isArray(plan.resource_changes)) return undefined;
    for (const [, change] of changes) {
      const after = record(record(change.change)?.after);
      if (after && found.length < maximumResources)
        add(change, String(change.module_address ?? ''), after, changes, found);
    }
  }
  return found;
}

/** Data sources that were read for the plan stand in the state before it. */
function addDataSources(plan: PlanJson, changes: ReadonlyMap<string, PlanJson>, into: PlanResource[]): void {
  const before = record(record(record(plan.prior_state)?.values)?.root_module);
  if (!before) return;
  const listed = new Set(into.map(resource => resource.address));
  const known: PlanResource[] = [];
  walkModule(before, '', changes, known, 0);
  for (const resource of known)
    if (resource.mode === 'data' && !listed.has(resource.address) && into.length < maximumResources)
      into.push(resource);
}

function walkModule(
  module: PlanJson,
  path: string,
  changes: ReadonlyMap<string, PlanJson>,
  into: PlanResource[],
  depth: number,
): void {
  for (const item of list(module.resources)) {
    const resource = record(item);
    // Of a resource of which nothing is known before the apply, such as an association, there are no values.
    if (resource && into.length < maximumResources) add(resource, path, record(resource.values) ?? {}, changes, into);
  }
  if (depth >= maximumModuleDepth) return;
  for (const item of list(module.child_modules)) {
    const child = record(item);
    if (child) walkModule(child, String(child.address ?? ''), changes, into, depth + 1);
  }
}

function add(
  item: PlanJson,
  module: string,
  values: PlanJson,
  changes: ReadonlyMap<string, PlanJson>,
  into: PlanResource[],
): void {
  const { address, type, name, index } = item;
  if (typeof address !== 'string' || typeof type !== 'string' || typeof name !== 'string') return;
  const change = record(changes.get(address)?.change);
  into.push({
    address,
    mode: item.mode === 'data' ? 'data' : 'managed',
    type,
    name,
    index: typeof index === 'string' || typeof index === 'number' ? index : undefined,
    module,
    values,
    unknown: change?.after_unknown,
    sensitive: item.sensitive_values ?? change?.after_sensitive,
  });
}

/** What the resources of one plan share. */
class PlanContext {
  readonly #byAddress = new Map<string, PlanResource>();
  readonly #byName = new Map<string, PlanResource>();
  readonly #sources = new Map<PlanResource, SourceResource>();
  readonly #references: PlanReferences;
  readonly #version: string | undefined;
  #offset = 0;

  constructor(
    private readonly file: string,
    private readonly text: string,
    plan: PlanJson,
    resources: readonly PlanResource[],
    private readonly state: ReadingState,
  ) {
    for (const resource of resources) {
      this.#byAddress.set(resource.address, resource);
      const name = resource.values.name;
      if (typeof name === 'string') this.#byName.set(`${resource.type} ${name.toLowerCase()}`, resource);
    }
    this.#references = new PlanReferences(plan, resources);
    const provider = record(record(record(plan.configuration)?.provider_config)?.azurerm);
    this.#version = typeof provider?.version_constraint === 'string' ? provider.version_constraint : undefined;
  }

  source(resource: PlanResource): SourceResource {
    const before = this.#sources.get(resource);
    if (before) return before;
    const block = this.#block(resource);
    const place: Place = block ? openingOf(block) : this.#placeInPlan(resource);
    const value = planValue(resource, block, place, {
      gives: path => this.#references.gives(resource, path),
      symbolsAt: path => this.#references.targets(resource, path).flatMap(target => this.#symbolsOf(target)),
    });
    const context = this;
    const source: SourceResource = {
      mode: resource.mode,
      type: resource.type,
      address: resource.address,
      value,
      get id() {
        const known = resource.values.id;
        if (typeof known === 'string' && known !== '') return stringValue(known);
        return unknownValue([`${resource.address}.id (known after apply)`], [], {
          symbol: context.#symbolOf(resource, 'id') ?? '',
        });
      },
      existence: certainExistence,
      wholeExistence: certainExistence,
      leftOut: false,
      place,
      extent: block ? extentOf(block) : place,
      via: [],
      providerVersion: this.state.lockedVersion() ?? this.#version,
      idOfNamed: (type, name) => {
        const symbol = symbolOf(name);
        const found = symbol === undefined ? undefined : this.#byName.get(`${type} ${symbol.toLowerCase()}`);
        if (found) return this.#symbolOf(found, 'id');
        const reference = childIds.get(resource.type)?.reference;
        const target = reference ? this.#references.target(resource, [reference]) : undefined;
        return target?.resource.type === type ? this.#symbolOf(target.resource, 'id') : undefined;
      },
    };
    this.#sources.set(resource, source);
    return source;
  }

  /** What a reference may mean: of a network's own subnets any, since a plan does not say which. */
  #symbolsOf({ resource, attribute }: ReferenceTarget): readonly (string | undefined)[] {
    const subnets = resource.type === 'azurerm_virtual_network' && attribute === 'subnet' ? resource.values.subnet : [];
    const names = list(subnets).flatMap(subnet => record(subnet)?.name ?? []);
    if (names.length === 0) return [this.#symbolOf(resource, attribute)];
    return names.map(name => `${this.#symbolOf(resource, 'id')}/subnets/${String(name)}`);
  }

  /** What an attribute of a resource is compared by: its value, or a symbol while it is unknown. */
  #symbolOf(resource: PlanResource, attribute: string, depth = 0): string | undefined {
    const known = resource.values[attribute];
    if (typeof known === 'string' && known !== '') return known;
    if (attribute !== 'id') return `{${resource.address}.${attribute}}`;
    const child = childIds.get(resource.type);
    const name = typeof resource.values.name === 'string' ? resource.values.name : `{${resource.address}}`;
    if (child && depth < 4) {
      const parent = this.#parent(resource, child.reference, child.parentType);
      const symbol = typeof parent === 'object' ? this.#symbolOf(parent, 'id', depth + 1) : parent;
      if (symbol !== undefined) return `${symbol}/${child.segment}/${name}`;
    }
    const type = restTypes.get(resource.type) ?? resource.type;
    return `/subscriptions/{subscription}/resourceGroups/{resource group}/providers/${type}/{${resource.address.replaceAll('/', '%2f')}}`;
  }

  #parent(
    resource: PlanResource,
    reference: string,
    parentType: string | undefined,
  ): PlanResource | string | undefined {
    const given = resource.values[reference];
    if (typeof given === 'string' && given !== '') {
      if (parentType === undefined) return given;
      const group = resource.values.resource_group_name;
      return (
        this.#byName.get(`${parentType} ${given.toLowerCase()}`) ??
        idByName(parentType, given, typeof group === 'string' ? group : undefined)
      );
    }
    return this.#references.target(resource, [reference])?.resource;
  }

  /** The configuration's block of a resource, when it lies beside the plan. */
  #block(resource: PlanResource): ResourceBlock | undefined {
    const key =
      resource.mode === 'data' ? `data.${resource.type}.${resource.name}` : `${resource.type}.${resource.name}`;
    const folder = this.#references.folderOf(resource.module, this.state);
    return folder === undefined ? undefined : this.state.source(folder).resources.get(key);
  }

  #placeInPlan(resource: PlanResource): TextPlace {
    const wanted = JSON.stringify(resource.address);
    // Resources mostly stand in the order in which they are asked for.
    let at = this.text.indexOf(wanted, this.#offset);
    if (at < 0) at = this.text.indexOf(wanted);
    if (at < 0) return { kind: 'text', file: this.file, range: { start: 0, end: 0 } };
    this.#offset = at;
    return { kind: 'text', file: this.file, range: { start: at, end: at + wanted.length } };
  }
}
