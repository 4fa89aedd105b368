import type { Value } from '../../network/value.ts';
import { type FileSystem, followPath } from '../file-system.ts';
import type { ReadProblem } from '../reading.ts';
import { Evaluator } from './evaluation.ts';
import type { TerraformParser } from './grammar.ts';
import { installedModule } from './installed-modules.ts';
import { knownModule } from './known-modules.ts';
import type { ModuleCall, ModuleInstance } from './module-instance.ts';
import {
  documentedSource,
  join,
  type ModuleSource,
  moduleFiles,
  type PlacedBlock,
  readModuleSource,
} from './module-source.ts';
import { namedResource, type ResourceInstance } from './resource-instance.ts';
import type { Expression } from './syntax.ts';
import { LazyObject, symbolOf, unknownValue } from './terraform-value.ts';
import { readType, type TypeConstraint } from './type-constraint.ts';

const maximumModuleDepth = 16;
const maximumModuleInstances = 2000;
const maximumProblems = 200;

/** What one reading of a Terraform folder knows while it goes on. */
export class ReadingState {
  readonly evaluator = new Evaluator();
  readonly problems: ReadProblem[] = [];
  readonly called = new Set<string>();
  /** Declared resources by their addresses, as far as something has looked at them. */
  readonly resources = new Map<string, ResourceInstance>();
  readonly #sources = new Map<string, ModuleSource>();
  readonly #types = new Map<Expression, TypeConstraint>();
  readonly #said = new Set<string>();
  #instances = 0;
  #locked: string | undefined;

  constructor(
    readonly rootFolder: string,
    readonly files: FileSystem,
    readonly parser: TerraformParser,
  ) {}

  readonly report = (problem: ReadProblem): void => {
    const key = `${problem.message}\n${problem.place.file}\n${problem.place.range.start}`;
    if (this.#said.has(key) || this.problems.length >= maximumProblems) return;
    this.#said.add(key);
    this.problems.push(problem);
  };

  /** The azurerm version that `terraform init` wrote into its lock file. */
  lockedVersion(): string | undefined {
    if (this.#locked === undefined) {
      const read = this.files.read(join(this.rootFolder, '.terraform.lock.hcl'));
      const text = 'text' in read ? read.text : '';
      this.#locked =
        /provider\s+"[^"]*\/hashicorp\/azurerm"\s*\{[^}]*?\bversion\s*=\s*"([\d.]+)"/.exec(text)?.[1] ?? '';
    }
    return this.#locked === '' ? undefined : this.#locked;
  }

  typeOf(expression: Expression): TypeConstraint {
    let type = this.#types.get(expression);
    if (!type) {
      type = readType(expression);
      this.#types.set(expression, type);
    }
    return type;
  }

  /** A folder as `path.module` gives it: relative to the root module's. */
  pathFromRoot(folder: string): string {
    const from = this.rootFolder.split('/').filter(Boolean);
    const to = folder.split('/').filter(Boolean);
    let same = 0;
    while (same < from.length && from[same] === to[same]) same++;
    const parts = [...from.slice(same).map(() => '..'), ...to.slice(same)];
    return parts.length === 0 ? '.' : parts.join('/');
  }

  source(folder: string): ModuleSource {
    let source = this.#sources.get(folder);
    if (!source) {
      source = readModuleSource(folder, this.files, this.parser, this.report);
      this.#sources.set(folder, source);
    }
    return source;
  }

  /** The module that a call names, when its files can be read. Says what is missing for a local one. */
  moduleSource(call: ModuleCall): ModuleSource | undefined {
    const { block, file, caller } = call;
    const place = { kind: 'text', file, range: { start: block.start, end: block.headerEnd } } as const;
    const local = call.source !== undefined && /^\.\.?(\/|\\|$)/.test(call.source);
    const folder = local
      ? followPath(this.files, join(caller.source.folder, 'main.tf'), call.source ?? '')
      : installedModule(this.files, this.rootFolder, caller.prefix, call.name);
    if (folder === undefined) {
      const documented = knownModule(call.source);
      if (documented !== undefined) return documentedSource(documented, call, this.parser);
      this.report({
        level: 'warning',
        message: `module ${call.name}: its source${call.source === undefined ? '' : ` ${call.source}`} is not installed; what it declares is unknown. Run "terraform init" to have it analysed`,
        place,
      });
      return undefined;
    }
    for (let above: ModuleInstance | undefined = caller, depth = 0; above; above = above.parent) {
      if (above.source.folder === folder || ++depth > maximumModuleDepth) {
        this.report({
          level: 'warning',
          message: `module ${call.name}: calls lead back to ${folder === '' ? 'the root module' : folder}; it is not followed`,
          place,
        });
        return undefined;
      }
    }
    if (moduleFiles(folder, this.files).length === 0) {
      if (!local) return undefined;
      const probe = this.files.read(join(folder, 'main.tf'));
      const reason =
        'reason' in probe && probe.reason === 'outside'
          ? 'is outside the working directory and is not read'
          : 'has no Terraform files';
      this.report({
        level: 'warning',
        message: `module ${call.name}: its source ${call.source} ${reason}; what it declares is unknown`,
        place,
      });
      return undefined;
    }
    this.called.add(folder);
    return this.source(folder);
  }

  /** Counts a module's instance; false when there are too many, which is then said. */
  admitInstance(placed: PlacedBlock): boolean {
    if (++this.#instances <= maximumModuleInstances) return true;
    const { block, file } = placed;
    this.report({
      level: 'warning',
      message: `module ${block.labels[0] ?? ''}: the configuration has more than ${maximumModuleInstances} module instances; the rest is not analysed`,
      place: { kind: 'text', file, range: { start: block.start, end: block.headerEnd } },
    });
    return false;
  }

  /** The outputs of a module that is not read: unknown, and named after the module. */
  unreadOutputs(call: ModuleCall, address: string): Value {
    return new LazyObject(
      [],
      () => [],
      name => ({
        name,
        value: unknownValue([`module ${call.name}`], [], {
          symbol: `{${address}.${name}}`,
        }),
      }),
    );
  }

  /**
   * The symbol of the id of a resource that another one names. It may name it by reference, or by the same name in the
   * same module. Undefined when no declared resource has that name.
   */
  idOfNamed(type: string, name: Value, from: ResourceInstance): string | undefined {
    const named = namedResource(name);
    if (named?.type === type) return symbolOf(named.id);
    const found = this.namedIn(from.module, type, name);
    return found && symbolOf(found.id);
  }

  /** A resource of a type with a name, looked for in a module and then in those that call it. */
  namedIn(module: ModuleInstance, type: string, name: Value): ResourceInstance | undefined {
    const wanted = symbolOf(name)?.toLowerCase();
    if (wanted === undefined) return undefined;
    for (let at: ModuleInstance | undefined = module; at; at = at.parent) {
      const found = at.byName(type).get(wanted);
      if (found) return found;
    }
    return undefined;
  }
}
