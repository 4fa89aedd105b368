import type { FileSystem } from '../file-system.ts';
import type { ReadOptions, ReadProblem, TemplateReading } from '../reading.ts';
import { RecordedFiles } from '../recorded-files.ts';
import type { TerraformParser } from './grammar.ts';
import { type Assignment, ModuleInstance } from './module-instance.ts';
import { ReadingState } from './reading-state.ts';
import type { ResourceInstance } from './resource-instance.ts';
import { isAnalysedType } from './resources/analysed-types.ts';
import { declareResources } from './resources/declarations.ts';
import type { SourceResource } from './resources/source-resource.ts';
import { alwaysApplying, readAssignments } from './variable-files.ts';

/** Reads a folder as Terraform's root module, with the modules that it calls. */
export function readConfiguration(
  folder: string,
  files: FileSystem,
  parser: TerraformParser,
  options: ReadOptions = {},
): TemplateReading {
  const recorded = new RecordedFiles(files);
  const state = new ReadingState(folder, recorded, parser);
  const source = state.source(folder);
  const assigned = new Map<string, Assignment>();
  const variableFiles = alwaysApplying(folder, recorded);
  if (options.parameterFile !== undefined) variableFiles.push(options.parameterFile);
  for (const file of variableFiles) readAssignments(file, state, assigned);
  const root = new ModuleInstance(state, source, '', undefined, [], assigned, {
    hangsOn: [],
    doubt: [],
    leftOut: false,
  });
  const resources: SourceResource[] = [];
  collect(root, resources, options.isCancelled ?? (() => false));
  const declarations = declareResources(resources);
  if (source.files.length === 0) state.report(noFiles(folder));
  return {
    entry: folder,
    ...(options.parameterFile === undefined ? {} : { parameterFile: options.parameterFile }),
    declarations,
    problems: state.problems,
    dependencies: recorded.paths,
    called: [...state.called].filter(path => path !== folder),
  };
}

function noFiles(folder: string): ReadProblem {
  return {
    level: 'error',
    message: `${folder === '' ? 'the folder' : folder}: has no Terraform files`,
    place: { kind: 'text', file: folder, range: { start: 0, end: 0 } },
  };
}

function collect(module: ModuleInstance, into: SourceResource[], isCancelled: () => boolean): void {
  for (const block of module.source.resources.values()) {
    if (isCancelled()) return;
    if (!isAnalysedType(block.type)) continue;
    const made = module.resourceInstances(block);
    for (const instance of made?.instances ?? []) into.push(sourceOf(instance));
  }
  for (const name of module.source.calls.keys()) {
    const call = module.call(name);
    for (const instance of call?.instances ?? []) collect(instance, into, isCancelled);
  }
}

function sourceOf(instance: ResourceInstance): SourceResource {
  const { module } = instance;
  return {
    mode: instance.block.mode,
    type: instance.type,
    address: instance.address,
    value: instance.configured,
    id: instance.id,
    existence: instance.existence,
    wholeExistence: instance.wholeExistence,
    leftOut: instance.leftOut,
    place: instance.place,
    extent: instance.extent,
    via: module.via,
    providerVersion: providerVersion(module),
    idOfNamed: (type, name) => module.state.idOfNamed(type, name, instance),
  };
}

/** The azurerm version in the lock file, else the constraints of the module and those above it, which hold together. */
function providerVersion(module: ModuleInstance): string | undefined {
  const locked = module.state.lockedVersion();
  if (locked !== undefined) return locked;
  const constraints: string[] = [];
  for (let at: ModuleInstance | undefined = module; at; at = at.parent)
    if (at.source.azurermVersion !== undefined) constraints.push(at.source.azurermVersion);
  return constraints.length > 0 ? constraints.join(',') : undefined;
}
