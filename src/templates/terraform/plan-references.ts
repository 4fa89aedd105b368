import { followPath } from '../file-system.ts';
import { installedModule } from './installed-modules.ts';
import { join } from './module-source.ts';
import { list, type PlanJson, type PlanResource, record } from './plan.ts';
import type { ReadingState } from './reading-state.ts';

const maximumSteps = 32;

export interface ReferenceTarget {
  readonly resource: PlanResource;
  readonly attribute: string;
}

/** Which of a list's items that are known only after the apply, and of how many. */
export interface ListItem {
  readonly at: number;
  readonly of: number;
}

/** The configuration inside a plan: what the attributes refer to that are known only after the apply. */
export class PlanReferences {
  readonly #root: PlanJson | undefined;
  readonly #instances = new Map<string, PlanResource[]>();

  constructor(plan: PlanJson, resources: readonly PlanResource[]) {
    this.#root = record(record(plan.configuration)?.root_module);
    for (const resource of resources) {
      const key = instanceKey(resource.module, resource.mode, resource.type, resource.name);
      const group = this.#instances.get(key);
      if (group) group.push(resource);
      else this.#instances.set(key, [resource]);
    }
  }

  /**
   * The resource and attribute that an attribute refers to, when it refers to one; of a list's items, the one that the
   * item refers to.
   */
  target(from: PlanResource, path: readonly (string | number)[], item?: ListItem): ReferenceTarget | undefined {
    const module = this.#module(from.module);
    const own = list(module?.resources)
      .map(record)
      .find(
        one => one?.type === from.type && one.name === from.name && (one.mode === 'data') === (from.mode === 'data'),
      );
    const expression = expressionAt(own?.expressions, path, from.values);
    return this.#follow(expression, from.module, from, 0, item);
  }

  #follow(
    expression: unknown,
    module: string,
    from: PlanResource,
    steps: number,
    item?: ListItem,
  ): ReferenceTarget | undefined {
    if (steps > maximumSteps) return undefined;
    const all = list(record(expression)?.references).filter(one => typeof one === 'string');
    // Each reference is followed by what it is a part of.
    const whole = all.filter((one, at) => at === 0 || !all[at - 1]!.startsWith(one));
    if (item && item.of > 1 && whole.length > 1)
      return whole.length === item.of ? this.#resolve(whole[item.at]!, module, from, steps) : undefined;
    for (const reference of all) {
      const found = this.#resolve(reference, module, from, steps, item);
      if (found) return found;
    }
    return undefined;
  }

  #resolve(
    reference: string,
    module: string,
    from: PlanResource,
    steps: number,
    item?: ListItem,
  ): ReferenceTarget | undefined {
    const parts = reference.match(/[^.[\]]+|\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g) ?? [];
    const [root = '', name = ''] = parts;
    if (root === 'var') {
      const { parent, call } = splitModule(module);
      const caller = call === undefined ? undefined : record(record(this.#module(parent)?.module_calls)?.[call]);
      return caller && this.#follow(record(caller.expressions)?.[name], parent, from, steps + 1, item);
    }
    if (root === 'module') {
      const output = parts.find((part, index) => index > 1 && !part.startsWith('['));
      const call = record(record(this.#module(module)?.module_calls)?.[name]);
      const declared = record(record(record(call?.module)?.outputs)?.[output ?? '']);
      const key = parts[2]?.startsWith('[') ? parts[2] : '';
      const inner = `${module === '' ? '' : `${module}.`}module.${name}${key}`;
      return declared && this.#follow(declared.expression, inner, from, steps + 1, item);
    }
    const isData = root === 'data';
    const [type = '', own = '', ...rest] = isData ? parts.slice(1) : parts;
    const instances = this.#instances.get(instanceKey(module, isData ? 'data' : 'managed', type, own));
    if (!instances) return undefined;
    const index = rest[0]?.startsWith('[') ? rest.shift()?.slice(1, -1) : undefined;
    const wanted =
      index === undefined ? from.index : index.startsWith('"') ? (JSON.parse(index) as string) : Number(index);
    const listed = item && index === undefined && instances.length === item.of ? instances[item.at] : undefined;
    const resource = listed ?? (instances.length === 1 ? instances[0] : instances.find(one => one.index === wanted));
    const attribute = rest.find(part => !part.startsWith('['));
    return resource && { resource, attribute: attribute ?? 'id' };
  }

  /** The configuration of a module by its address; instances of one call share it. */
  #module(address: string): PlanJson | undefined {
    let module = this.#root;
    for (const name of callNames(address)) module = record(record(record(module?.module_calls)?.[name])?.module);
    return module;
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

function instanceKey(module: string, mode: string, type: string, name: string): string {
  return `${module} ${mode} ${type}.${name}`;
}

/** `module.a["x"].module.b` is `a`, `b`. */
function callNames(address: string): string[] {
  return [...address.matchAll(/(?:^|\.)module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g)].map(
    match => match[1] ?? '',
  );
}

function splitModule(address: string): { parent: string; call: string | undefined } {
  const match = /^(.*?)\.?module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?$/.exec(address);
  return match ? { parent: match[1] ?? '', call: match[2] } : { parent: '', call: undefined };
}

/** The expression of an attribute, through nested blocks. A set's blocks stand in another order than its values. */
function expressionAt(expressions: unknown, path: readonly (string | number)[], values: unknown): unknown {
  let at: unknown = expressions;
  let value: unknown = values;
  for (const part of path) {
    if (typeof part === 'number') {
      value = Array.isArray(value) ? value[part] : undefined;
      const name = record(value)?.name;
      if (Array.isArray(at)) {
        const named = at.filter(block => record(record(block)?.name)?.constant_value === name);
        at = (typeof name === 'string' && named.length === 1 ? named[0] : at[part]) ?? at[0];
      }
    } else {
      value = record(value)?.[part];
      const next: unknown = record(at)?.[part];
      if (next === undefined) return at;
      at = next;
    }
  }
  return at;
}
