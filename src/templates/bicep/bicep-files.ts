import type { CallSite, ResourceDeclaration } from '../../network/resource.ts';
import { callTemplate, type TemplateCall } from '../arm/module.ts';
import { type FileRead, type FileSystem, followPath } from '../file-system.ts';
import { deploymentScope } from '../functions/scope.ts';
import type { Evaluator } from './evaluator.ts';
import { placeIn, type SourceFile } from './frame.ts';
import { Instance, nothingGiven, type ParameterSource } from './instance.ts';
import { BicepTarget, HiddenTarget, type ModuleTarget, TemplateTarget } from './module-target.ts';
import type { ModuleCall } from './modules.ts';
import { isRelevantType, type ProgramCache } from './program.ts';
import { cachedPath, isRemote, remoteModule } from './remote-modules.ts';
import type { Expression, ImportNode, ModuleNode } from './syntax.ts';
import { verifiedModule } from './verified-modules.ts';

const deepestModules = 20;
const mostModules = 3000;
const shownErrors = 5;

/** The files of one reading: sources, modules, imports and what functions load. */
export class BicepFiles {
  readonly called = new Set<string>();
  readonly looked = new Set<string>();
  readonly #sources = new Map<string, SourceFile>();
  readonly #imports = new Map<string, Instance>();
  readonly #mattering = new Map<string, boolean>();
  readonly #texts = new Map<string, ReturnType<FileSystem['read']>>();
  #modules = 0;
  #loadsOnDemand = false;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly files: FileSystem,
    private readonly programs: ProgramCache,
    private readonly readInstance: (instance: Instance, via: readonly CallSite[]) => readonly ResourceDeclaration[],
  ) {}

  /** Whether values may ask for further files when they are looked at: by an import or a function that loads one. */
  get loadsOnDemand(): boolean {
    return this.#loadsOnDemand;
  }

  /** The path that a file names relative to itself. */
  resolve(from: string, written: string): string {
    return followPath(this.files, from, written);
  }

  /** The path of a local Bicep module; undefined for others. */
  #localPath(from: string, written: string): string | undefined {
    return isRemote(written) || !/\.bicep$/i.test(written) ? undefined : this.resolve(from, written);
  }

  /** A file's text, or the reason why there is none, in words. */
  text(path: string): FileRead {
    let read = this.#texts.get(path);
    if (!read) {
      this.looked.add(path);
      read = this.files.read(path);
      this.#texts.set(path, read);
    }
    return read;
  }

  /** A parsed file, its faults reported; the message says why there is none. */
  source(path: string): SourceFile | { readonly message: string } {
    const known = this.#sources.get(path);
    if (known) return known;
    const read = this.text(path);
    if (!('text' in read)) return read;
    const program = this.programs.program(read.text);
    const source = { path, program };
    this.#sources.set(path, source);
    this.#loadsOnDemand ||= program.loadsOnDemand;
    for (const error of program.tree.errors.slice(0, shownErrors)) {
      this.evaluator.report(placeIn(path, error), error.message);
    }
    return source;
  }

  /**
   * Whether a module may deploy what matters to a management port: it or a module of its declares such a resource, or
   * cannot be read. Every local module on the way counts as called.
   */
  mayMatter(caller: Instance, node: ModuleNode): boolean {
    return node.path.kind !== 'text' || this.#matters(this.#localPath(caller.source.path, node.path.value));
  }

  #matters(path: string | undefined): boolean {
    if (path === undefined) return true;
    const known = this.#mattering.get(path);
    if (known !== undefined) return known;
    // A module that leads back to itself matters, so that it is followed and reported.
    this.#mattering.set(path, true);
    const source = this.source(path);
    if (!('program' in source)) return true;
    this.called.add(path);
    let matters = false;
    for (const node of source.program.deployed) {
      if (node.kind === 'resource') matters ||= isRelevantType(node.type);
      else if (node.path.kind !== 'text' || this.#matters(this.#localPath(path, node.path.value))) matters = true;
    }
    this.#mattering.set(path, matters);
    return matters;
  }

  /** What a module call leads to; reported when it leads nowhere. */
  moduleTarget(call: ModuleCall): ModuleTarget | undefined {
    const { caller, node } = call;
    const path = this.#writtenPath(caller, node.path);
    if (path === undefined) return undefined;
    if (++this.#modules > mostModules) {
      call.report(`There are more than ${mostModules} module calls: this one is not read.`);
      return undefined;
    }
    if (isRemote(path)) return this.#remoteModule(call, path);
    const resolved = this.resolve(caller.source.path, path);
    return /\.jsonc?$/i.test(path) ? this.#templateModule(call, resolved) : this.#localModule(call, resolved);
  }

  /** A template in JSON as a module. */
  #templateModule(call: ModuleCall, path: string): ModuleTarget | undefined {
    const read = this.text(path);
    const template = 'text' in read ? callTemplate(templateCall(call, path), this.files) : undefined;
    if (!template) {
      call.report('text' in read ? `Module ${path} is not a template: it is not read.` : read.message);
      return undefined;
    }
    this.called.add(path);
    const target = new TemplateTarget(template);
    const declarations = template.declarations([]);
    for (const file of template.dependencies) this.looked.add(file);
    for (const file of template.called) this.called.add(file);
    for (const { place, message } of template.problems) this.evaluator.report(place, message);
    return declarations.length > 0 || template.outputNames.length > 0 ? target : undefined;
  }

  /** A module in a registry: from the module cache, else a well-known one by its documented parameters. */
  #remoteModule(call: ModuleCall, written: string): ModuleTarget | undefined {
    const module = remoteModule(written, call.caller.source.path, path => this.text(path));
    const file = { path: written, stand: call.site.place };
    const cached = module && this.files.readModuleCache?.(cachedPath(module));
    if (cached && 'text' in cached) {
      const alone = new OneFile(written, cached);
      const template = callTemplate(templateCall(call, written), alone);
      if (template) return new HiddenTarget(new TemplateTarget(template), file, () => []);
    }
    const text = module && verifiedModule(module.path);
    if (text === undefined) {
      call.report(`Module '${written}' is in a registry and not among the files here: what it deploys is not known.`);
      return undefined;
    }
    this.evaluator.hide(written);
    const instance = this.#instanceOf(call, { path: written, program: this.programs.program(text) });
    return new HiddenTarget(new BicepTarget(instance), file, this.readInstance);
  }

  #localModule(call: ModuleCall, path: string): ModuleTarget | undefined {
    const { chain } = call.caller.setting;
    if (chain.includes(path)) {
      this.called.add(path);
      call.report(`Module ${path} leads back to itself: it is not followed further.`);
      return undefined;
    }
    if (chain.length > deepestModules) {
      call.report(`Modules are nested more than ${deepestModules} levels deep: this one is not read.`);
      return undefined;
    }
    const source = this.source(path);
    if (!('program' in source)) {
      call.report(source.message);
      return undefined;
    }
    this.called.add(path);
    return new BicepTarget(this.#instanceOf(call, source));
  }

  #instanceOf(call: ModuleCall, source: SourceFile): Instance {
    const isOpen = call.caller.open === call.caller;
    return this.#build(call, source, isOpen ? undefined : () => this.#build(call.opened ?? call, source, undefined));
  }

  #build(call: ModuleCall, source: SourceFile, makeOpen: (() => Instance) | undefined): Instance {
    const { scope, parameters, label, caller } = call;
    const chain = [...caller.setting.chain, source.path];
    return new Instance(this.evaluator, this, { source, scope, parameters, label, chain, makeOpen });
  }

  /** The text of a path as written, without parts that are not known; reported when it is none. */
  #writtenPath(instance: Instance, node: Expression): string | undefined {
    if (node.kind === 'text') return node.value;
    if (node.kind !== 'missing') {
      this.evaluator.report(instance.place(node), 'A path is a text without holes: this one is not read.');
    }
    return undefined;
  }

  /** The file of an `import`, as an instance without parameters; reported when there is none. */
  imported(instance: Instance, node: ImportNode): Instance | undefined {
    const written = this.#writtenPath(instance, node.path);
    if (written === undefined) return undefined;
    const at = instance.place(node.path);
    const { path: from } = instance.source;
    const path = this.resolve(from, written);
    if (!/\.bicep$/i.test(path) || /^(?:br|ts)[:/]/.test(written)) {
      this.evaluator.report(at, `'${written}' is not a Bicep file among those here: what it exports is not known.`);
      return undefined;
    }
    const known = this.#imports.get(path);
    if (known) return known;
    const source = this.source(path);
    if (!('program' in source)) {
      this.evaluator.report(at, source.message);
      return undefined;
    }
    this.called.add(path);
    if (path === from || this.#leadsTo(source, from, [])) {
      this.evaluator.report(at, `The import of ${path} leads back to this file: it is not followed.`);
      return undefined;
    }
    const imported = new Instance(this.evaluator, this, {
      source,
      scope: deploymentScope(source.program.scope),
      parameters: nothingGiven,
      label: '',
      chain: [path],
      makeOpen: undefined,
    });
    this.#imports.set(path, imported);
    return imported;
  }

  /** Whether the imports of a file lead to another. */
  #leadsTo(source: SourceFile, target: string, seen: string[]): boolean {
    for (const node of source.program.tree.declarations) {
      if (node.kind !== 'import' || node.path.kind !== 'text') continue;
      const path = this.resolve(source.path, node.path.value);
      if (path === target) return true;
      if (seen.includes(path)) continue;
      seen.push(path);
      const next = this.source(path);
      if ('program' in next && this.#leadsTo(next, target, seen)) return true;
    }
    return false;
  }

  /** The entry of a reading. */
  entry(source: SourceFile, parameters: ParameterSource, open: ParameterSource): Instance {
    const setting = { source, scope: deploymentScope(source.program.scope), label: '', chain: [source.path] };
    return new Instance(this.evaluator, this, {
      ...setting,
      parameters,
      makeOpen: () => new Instance(this.evaluator, this, { ...setting, parameters: open, makeOpen: undefined }),
    });
  }
}

/** A call as the reader of templates takes it. */
function templateCall(call: ModuleCall, path: string): TemplateCall {
  return {
    path,
    scope: call.scope,
    label: call.label,
    parameters: call.parameters,
    openParameters: (call.opened ?? call).parameters,
  };
}

/** A file outside the working directory that may be read, and nothing else. */
class OneFile implements FileSystem {
  constructor(
    private readonly path: string,
    private readonly content: FileRead,
  ) {}

  read(path: string): FileRead {
    if (path === this.path) return this.content;
    return { reason: 'outside', message: `${path}: is outside the working directory and is not read` };
  }

  list(): [] {
    return [];
  }
}
