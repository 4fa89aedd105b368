import type { Origin } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import { parameterFilesOf as jsonFilesOf } from '../arm/parameter-files.ts';
import { type FileSystem, folderOf, followPath } from '../file-system.ts';
import { deploymentScope } from '../functions/scope.ts';
import { objectValue, unknownValue } from '../functions/values.ts';
import type { BicepFiles } from './bicep-files.ts';
import type { Evaluator } from './evaluator.ts';
import { placeIn } from './frame.ts';
import { Instance, nothingGiven, type ParameterSource } from './instance.ts';
import { jsonContent } from './loaded-files.ts';
import type { ProgramCache } from './program.ts';

const deepestExtensions = 10;

/** The values that a parameter file gives: a `.bicepparam`, or the JSON form that the deployment tools take too. */
export function parametersOfFile(evaluator: Evaluator, files: BicepFiles, path: string): ParameterSource {
  return /\.bicepparam$/i.test(path)
    ? bicepParameters(evaluator, files, path, [])
    : jsonParameters(evaluator, files, path);
}

function bicepParameters(
  evaluator: Evaluator,
  files: BicepFiles,
  path: string,
  chain: readonly string[],
): ParameterSource {
  const source = files.source(path);
  if (!('program' in source)) {
    evaluator.report(placeIn(path, { start: 0, end: 0 }), source.message, 'error');
    return nothingGiven;
  }
  const { program } = source;
  const base = extendedFile(evaluator, files, path, [...chain, path]);
  const instance = new Instance(evaluator, files, {
    source,
    scope: deploymentScope('resourceGroup'),
    parameters: nothingGiven,
    label: '',
    chain: [path],
    makeOpen: undefined,
    ...(base && { base: baseObject(base) }),
  });
  return {
    open: false,
    names: [...(base?.names ?? []), ...program.symbols.keys()],
    value: name => {
      const node = program.symbols.get(name);
      if (node?.kind !== 'parameter' || !node.value) return base?.value(name);
      const origin: Origin = { kind: 'parameter-file', name, place: placeIn(path, node.value) };
      const isDamaged = program.tree.errors.some(error => error.end >= node.start && error.start <= node.end);
      const value = isDamaged
        ? unknownValue([`parameter ${name}, whose value cannot be read`], [])
        : evaluator.value(instance.frame, node.value);
      return { value, origin };
    },
  };
}

/** `base`: what the extended file says, for values built on it. */
function baseObject(base: ParameterSource): Value {
  const entries: [string, Value][] = [];
  for (const name of base.names ?? []) {
    const given = base.value(name);
    if (given) entries.push([name, given.value]);
  }
  return objectValue(entries, [], unknownValue(['the extended parameter file'], []));
}

function extendedFile(
  evaluator: Evaluator,
  files: BicepFiles,
  path: string,
  chain: readonly string[],
): ParameterSource | undefined {
  const source = files.source(path);
  const node = 'program' in source ? source.program.extending : undefined;
  if (node?.path?.kind !== 'text') return undefined;
  const target = files.resolve(path, node.path.value);
  if (chain.includes(target) || chain.length > deepestExtensions) {
    evaluator.report(placeIn(path, node), `The parameter file ${target} leads back to itself: it is not followed.`);
    return undefined;
  }
  const read = files.text(target);
  if (!('text' in read)) {
    evaluator.report(placeIn(path, node), read.message);
    return undefined;
  }
  return bicepParameters(evaluator, files, target, chain);
}

function jsonParameters(evaluator: Evaluator, files: BicepFiles, path: string): ParameterSource {
  const read = files.text(path);
  if (!('text' in read)) {
    evaluator.report(placeIn(path, { start: 0, end: 0 }), read.message, 'error');
    return nothingGiven;
  }
  const whole = jsonContent(evaluator, path, read.text, 'parameter-file');
  const parameters = whole.kind === 'object' ? whole.get('parameters') : undefined;
  return {
    open: false,
    value: name => {
      const entry = parameters?.kind === 'object' ? parameters.get(name) : undefined;
      if (entry?.kind !== 'object') return undefined;
      const value = entry.get('value');
      const [origin] = (value ?? entry).origin;
      if (!origin) return undefined;
      const step: Origin = { kind: 'parameter-file', name, place: origin.place };
      if (value) return { value, origin: step };
      if (!entry.get('reference')) return undefined;
      return { value: unknownValue([`parameter ${name} (a key vault secret)`], [], { secret: true }), origin: step };
    },
  };
}

/** The Bicep file that a `.bicepparam` gives values to; undefined for `none`, registries and files that are not there. */
export function usedBy(path: string, files: FileSystem, programs: ProgramCache): string | undefined {
  const read = files.read(path);
  if (!('text' in read)) return undefined;
  const used = programs.program(read.text).using?.path;
  if (used?.kind !== 'text' || !/\.bicep$/i.test(used.value)) return undefined;
  const target = followPath(files, path, used.value);
  return 'text' in files.read(target) ? target : undefined;
}

/** The `.bicepparam` files in a Bicep file's folder that use it, and the JSON ones that its name ties to it. */
export function parameterFilesBeside(unit: string, files: FileSystem, programs: ProgramCache): readonly string[] {
  const folder = folderOf(unit);
  const found: string[] = [];
  for (const entry of files.list(folder)) {
    if (entry.kind !== 'file' || !/\.bicepparam$/i.test(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (usedBy(path, files, programs) === unit) found.push(path);
  }
  return [...found, ...jsonFilesOf(unit, files)].sort();
}
