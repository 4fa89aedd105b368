import { followPath } from '../file-system.ts';
import { installedModule } from './installed-modules.ts';
import { join } from './module-source.ts';
import { list, type PlanJson, type PlanResource, record } from './plan.ts';
import type { ReadingState } from './reading-state.ts';

const maximumSteps = 32;
/** More references of one expression than anybody writes. */
const maximumTargets = 100;

export interface ReferenceTarget {
  readonly resource: PlanResource;
  readonly attribute: string;
  /** The reference names the resource alone: which attribute is meant stands elsewhere, or is told by who asks. */
  readonly whole: boolean;
}

type Key = string | number;

/** Where an expression stands, as far as it decides what its references mean. */
interface Context {
  readonly module: string;
  /**
   * The keys that its references may mean: that of the resource or module instance around it, which `each.key` and
   * `count.index` are, and behind it those by which a part of the whole was asked for.
   */
  readonly keys: readonly Key[];
  /** What `each.value` is a part of. */
  readonly each: unknown;
  readonly steps: number;
  /** The attribute that asks. */
  readonly attribute: string;
}

/** The type of resource that an attribute names, for references that do not say by which output of a module. */
const namedTypes: Readonly<Record<string, string>> = {
  subnet_id: 'azurerm_subnet',
  network_security_group_id: 'azurerm_network_security_group',
  network_security_group_name: 'azurerm_network_security_group',
  network_interface_id: 'azurerm_network_interface',
  network_interface_ids: 'azurerm_network_interface',
  public_ip_address_id: 'azurerm_public_ip',
  virtual_network_name: 'azurerm_virtual_network',
  application_security_group_id: 'azurerm_application_security_group',
  backend_address_pool_id: 'azurerm_lb_backend_address_pool',
  backend_address_pool_ids: 'azurerm_lb_backend_address_pool',
  load_balancer_backend_address_pool_ids: 'azurerm_lb_backend_address_pool',
  loadbalancer_id: 'azurerm_lb',
  nat_rule_id: 'azurerm_lb_nat_rule',
  firewall_policy_id: 'azurerm_firewall_policy',
};

/**
 * The configuration inside a plan: what the attributes refer to that are known only after the apply. A reference there
 * has lost what stands behind a computed key: `azurerm_subnet.s[each.key].id` is `azurerm_subnet.s` and `each.key`.
 */
export class PlanReferences {
  readonly #root: PlanJson | undefined;
  readonly #instances = new Map<string, PlanResource[]>();
  readonly #blocks = new Map<string, PlanJson | undefined>();
  /** The addresses of the modules' instances that have resources. */
  readonly #modules = new Set<string>();

  constructor(plan: PlanJson, resources: readonly PlanResource[]) {
    this.#root = record(record(plan.configuration)?.root_module);
    for (const resource of resources) {
      for (
        let module = resource.module;
        module !== '' && !this.#modules.has(module);
        module = splitModule(module).parent
      )
        this.#modules.add(module);
      const key = instanceKey(resource.module, resource.mode, resource.type, resource.name);
      const group = this.#instances.get(key);
      if (group) group.push(resource);
      else this.#instances.set(key, [resource]);
    }
  }

  /**
   * Whether the configuration gives an attribute a value, or leaves it to the provider. Undefined when it cannot be told:
   * the plan has no configuration, or the attribute is in a block that `dynamic` makes, which is not in it.
   */
  gives(from: PlanResource, path: readonly (string | number)[]): boolean | undefined {
    const expressions = record(this.#block(from)?.expressions);
    return expressions && expressionAt(expressions, path, from.values).given;
  }

  /** The one resource and attribute that an attribute refers to; undefined when there are none or several. */
  target(from: PlanResource, path: readonly (string | number)[]): ReferenceTarget | undefined {
    const all = this.targets(from, path);
    return all.length === 1 ? all[0] : undefined;
  }

  /** The resources that an attribute refers to, each with the attribute of it that is meant. */
  targets(from: PlanResource, path: readonly (string | number)[]): readonly ReferenceTarget[] {
    const block = this.#block(from);
    const attribute = path.findLast(part => typeof part === 'string') ?? '';
    const context: Context = {
      module: from.module,
      keys: from.index === undefined ? [] : [from.index],
      each: block?.for_each_expression,
      steps: 0,
      attribute,
    };
    return this.#follow(expressionAt(block?.expressions, path, from.values).expression, context);
  }

  #follow(expression: unknown, context: Context): ReferenceTarget[] {
    const found = new Map<PlanResource, ReferenceTarget>();
    if (context.steps > maximumSteps) return [];
    let longer = '';
    for (const reference of list(record(expression)?.references)) {
      if (typeof reference !== 'string' || found.size > maximumTargets) continue;
      // Behind a reference stand its beginnings, down to the resource alone: they say nothing more.
      if (/^[.[]/.test(longer.slice(reference.length)) && longer.startsWith(reference)) continue;
      longer = reference;
      for (const target of this.#resolve(reference, context))
        if (!found.has(target.resource)) found.set(target.resource, target);
    }
    return [...found.values()];
  }

  #resolve(reference: string, context: Context): readonly ReferenceTarget[] {
    const parts = reference.match(/[^.[\]]+|\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g) ?? [];
    const [root = '', name = ''] = parts;
    const steps = context.steps + 1;
    switch (root) {
      case 'var': {
        const { parent, call, key } = splitModule(context.module);
        const caller = call === undefined ? undefined : record(record(this.#module(parent)?.module_calls)?.[call]);
        if (!caller) return [];
        const keys = [...(key === undefined ? [] : [key]), ...context.keys, ...keysIn(parts.slice(2))];
        const outer = { ...context, module: parent, keys, each: caller.for_each_expression, steps };
        return this.#follow(record(caller.expressions)?.[name], outer);
      }
      case 'each': {
        if (name !== 'value') return [];
        const attribute = parts[2];
        return this.#follow(context.each, { ...context, each: undefined, steps }).map(target =>
          attribute === undefined || !target.whole ? target : { ...target, attribute, whole: false },
        );
      }
      case 'module':
        return this.#output(parts, { ...context, steps });
      default:
        return this.#instance(parts, context);
    }
  }

  /** What an output of a module refers to. */
  #output(parts: readonly string[], context: Context): readonly ReferenceTarget[] {
    const name = parts[1] ?? '';
    const call = record(record(this.#module(context.module)?.module_calls)?.[name]);
    const outputs = record(record(call?.module)?.outputs);
    if (!call || !outputs) return [];
    const address = `${context.module === '' ? '' : `${context.module}.`}module.${name}`;
    const repeated = call.for_each_expression !== undefined || call.count_expression !== undefined;
    const candidates = repeated ? context.keys.map(own => `[${JSON.stringify(own)}]`) : [];
    const key = parts[2]?.startsWith('[') ? parts[2] : candidates.find(own => this.#modules.has(address + own));
    const inner: Context = {
      ...context,
      module: address + (key ?? ''),
      keys: [...keysIn(parts.slice(3)), ...context.keys],
      each: undefined,
    };
    const output = parts.find((part, index) => index > 1 && !part.startsWith('['));
    if (output !== undefined) return this.#follow(record(outputs[output])?.expression, inner);
    const type = namedTypes[context.attribute];
    const found = new Map<PlanResource, ReferenceTarget>();
    for (const declared of Object.values(outputs))
      for (const target of this.#follow(record(declared)?.expression, inner))
        if (target.resource.type === type) found.set(target.resource, target);
    return [...found.values()];
  }

  #instance(parts: readonly string[], context: Context): readonly ReferenceTarget[] {
    const isData = parts[0] === 'data';
    const [type = '', own = '', ...rest] = isData ? parts.slice(1) : parts;
    const instances = this.#instances.get(instanceKey(context.module, isData ? 'data' : 'managed', type, own));
    if (!instances) return [];
    const index = rest[0]?.startsWith('[') ? rest.shift()?.slice(1, -1) : undefined;
    const keys = index === undefined ? context.keys : [keyIn(index)];
    const named = rest.find(part => !part.startsWith('['));
    const attribute = named ?? (/_name$/.test(context.attribute) ? 'name' : 'id');
    const key = keys.find(wanted => instances.some(one => one.index === wanted));
    const matching =
      instances.length === 1 ? instances : instances.filter(one => key !== undefined && one.index === key);
    // Without a key all of them are meant, as by a splat.
    const meant = matching.length > 0 || index !== undefined ? matching : instances.slice(0, maximumTargets);
    return meant.map(resource => ({ resource, attribute, whole: named === undefined }));
  }

  /** The configuration of a module by its address; instances of one call share it. */
  #module(address: string): PlanJson | undefined {
    let module = this.#root;
    for (const name of callNames(address)) module = record(record(record(module?.module_calls)?.[name])?.module);
    return module;
  }

  /** The configuration of a resource. */
  #block(resource: PlanResource): PlanJson | undefined {
    const calls = callNames(resource.module).join('.');
    const key = instanceKey(calls, resource.mode, resource.type, resource.name);
    if (!this.#blocks.has(calls)) {
      this.#blocks.set(calls, undefined);
      for (const item of list(this.#module(resource.module)?.resources)) {
        const block = record(item);
        const mode = block?.mode === 'data' ? 'data' : 'managed';
        if (block) this.#blocks.set(instanceKey(calls, mode, String(block.type), String(block.name)), block);
      }
    }
    return this.#blocks.get(key);
  }

  /** The folder of a module, as its calls' sources say. */
  folderOf(address: string, state: ReadingState): string | undefined {
    let folder = state.rootFolder;
    let module = this.#root;
    let prefix = '';
    for (const name of callNames(address)) {
      const call = record(record(module?.module_calls)?.[name]);
      const source = call?.source;
      if (typeof source !== 'string') return undefined;
      const next = /^\.\.?(\/|$)/.test(source)
        ? followPath(state.files, join(folder, 'main.tf'), source)
        : installedModule(state.files, state.rootFolder, prefix, name);
      if (next === undefined) return undefined;
      folder = next;
      prefix += `module.${name}.`;
      module = record(call?.module);
    }
    return folder;
  }
}

/** The key in what stands between brackets. */
function keyIn(index: string): Key {
  return index.startsWith('"') ? (JSON.parse(index) as string) : Number(index);
}

/** The keys in brackets that a reference ends with: `module.net.subnets["web"].id`. */
function keysIn(parts: readonly string[]): Key[] {
  return parts.flatMap(part => (part.startsWith('[') ? [keyIn(part.slice(1, -1))] : []));
}

function instanceKey(module: string, mode: string, type: string, name: string): string {
  return `${module} ${mode} ${type}.${name}`;
}

/** `module.a["x"].module.b` is `a`, `b`. */
function callNames(address: string): string[] {
  return [...address.matchAll(/(?:^|\.)module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g)].map(
    match => match[1] ?? '',
  );
}

function splitModule(address: string): { parent: string; call?: string; key?: Key } {
  const match = /^(.*?)\.?module\.([\w-]+)(?:\[("(?:[^"\\]|\\.)*"|\d+)\])?$/.exec(address);
  if (!match) return { parent: '' };
  const key = match[3] === undefined ? undefined : (JSON.parse(match[3]) as Key);
  return { parent: match[1] ?? '', call: match[2] ?? '', ...(key === undefined ? {} : { key }) };
}

/**
 * The expression of an attribute, through nested blocks, and whether it is there. A set's blocks stand in another order
 * than its values: they are told apart by their names.
 */
function expressionAt(
  expressions: unknown,
  path: readonly (string | number)[],
  values: unknown,
): { readonly expression: unknown; readonly given: boolean | undefined } {
  let at: unknown = expressions;
  let value: unknown = values;
  for (const [index, part] of path.entries()) {
    if (typeof part === 'number') {
      value = Array.isArray(value) ? value[part] : undefined;
      const name = record(value)?.name;
      if (!Array.isArray(at)) continue;
      const named = at.filter(block => record(record(block)?.name)?.constant_value === name);
      at = (typeof name === 'string' && named.length === 1 ? named[0] : at[part]) ?? at[0];
      continue;
    }
    value = record(value)?.[part];
    const next: unknown = record(at)?.[part];
    if (next === undefined) {
      // What stands behind an expression that gives the whole is a part of its value.
      const isWhole = Array.isArray(record(at)?.references) || record(at)?.constant_value !== undefined;
      if (isWhole) return { expression: at, given: true };
      const isLast = path.slice(index + 1).every(rest => typeof rest === 'number');
      return { expression: undefined, given: isLast ? false : undefined };
    }
    at = next;
  }
  return { expression: at, given: true };
}
