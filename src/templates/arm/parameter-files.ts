import type { Origin } from '../../network/origin.ts';
import { baseName, type FileSystem, folderOf } from '../file-system.ts';
import { unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import { formatOf } from './format.ts';
import type { Frame } from './frame.ts';
import { placeOf, type SourceText } from './source-text.ts';
import { type ParameterSource, Template } from './template.ts';

/** Templates that a `parameters.json` without another name belongs to. */
const customaryNames = ['azuredeploy', 'template', 'maintemplate', 'main', 'deploy'];
const mostNeighbours = 30;

/** The values of a parameter file, taken as they are written. */
export function parametersOfFile(evaluator: Evaluator, source: SourceText): ParameterSource {
  const { json } = source;
  const { root } = json;
  const section = root === undefined ? undefined : json.find(root, 'parameters');
  if (root === undefined || section === undefined) return { open: false, value: () => undefined };
  const template = new Template(evaluator, {
    source,
    node: root,
    scope: { kind: 'resourceGroup', subscriptionId: nothing, resourceGroup: nothing },
    parameters: { open: false, value: () => undefined },
    label: '',
    resolveReference: () => undefined,
  });
  const frame: Frame = { template, plain: true };
  return {
    open: false,
    value: name => {
      const parameter = json.findProperty(section, name);
      if (!parameter) return undefined;
      const written = json.string(parameter.name);
      const valueNode = json.kind(parameter.value) === 'object' ? json.find(parameter.value, 'value') : undefined;
      const at = valueNode ?? parameter.value;
      const origin: Origin = { kind: 'parameter-file', name: written, place: placeOf(source, at) };
      if (valueNode !== undefined) return { value: evaluator.value(frame, valueNode), origin };
      if (json.kind(parameter.value) === 'object' && json.find(parameter.value, 'reference') !== undefined) {
        const secret = unknownValue([`parameter ${written} (a key vault secret)`], [], { secret: true });
        return { value: secret, origin };
      }
      // Written without a value: the deployment tools ask for it.
      return undefined;
    },
  };
}

const nothing = unknownValue(['a parameter file'], []);

interface SplitName {
  /** The template's name in lower case without its extension; empty for a bare `parameters.json`. */
  readonly template: string;
}

/** What a parameter file's name says about its template: `x.parameters.dev.json` is of `x`. */
function splitParameterName(file: string): SplitName | undefined {
  const name = baseName(file).toLowerCase();
  const match = /^(?:(.+?)[._-])??(?:[\w-]+\.)??(parameters|params|param)(?:[._-].*)?\.jsonc?$/.exec(name);
  if (!match) return undefined;
  return { template: match[1] ?? '' };
}

/** Parameter files beside a template that its name or theirs ties to it. */
export function parameterFilesOf(unit: string, files: FileSystem): readonly string[] {
  const folder = folderOf(unit);
  const own = templateName(unit);
  const candidates = files.list(folder).filter(entry => entry.kind === 'file' && isParameterName(entry.name));
  const found: string[] = [];
  for (const entry of candidates) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (path === unit || !belongs(entry.name, own, folder, files)) continue;
    if (isParameterFile(path, files)) found.push(path);
  }
  return found.sort();
}

function isParameterName(file: string): boolean {
  return /(?:^|[._-])param(?:eter)?s?(?:[._-].*)?\.jsonc?$/i.test(file);
}

function belongs(file: string, own: string, folder: string, files: FileSystem): boolean {
  // `vm-nsg.parameters.json` is of `vm-nsg.json` when there is one, not of `vm.json`, nor of `azuredeploy.json`.
  const closest = longestTemplate(file.toLowerCase(), folder, files);
  if (closest !== undefined) return closest === own;
  const split = splitParameterName(file);
  return split?.template === '' && isCustomaryTemplate(own, folder, files);
}

/** The longest name of a template in the folder that the parameter file's name begins with. */
function longestTemplate(parameterFile: string, folder: string, files: FileSystem): string | undefined {
  let longest: string | undefined;
  for (const entry of files.list(folder)) {
    if (entry.kind !== 'file' || !/\.(jsonc?|bicep)$/i.test(entry.name) || isParameterName(entry.name)) continue;
    const name = templateName(entry.name);
    if (parameterFile.startsWith(name) && /^[._-]/.test(parameterFile.slice(name.length))) {
      if (longest === undefined || name.length > longest.length) longest = name;
    }
  }
  return longest;
}

function isCustomaryTemplate(own: string, folder: string, files: FileSystem): boolean {
  if (customaryNames.includes(own)) return true;
  const templates = templatesIn(folder, files);
  return templates.length === 1 && templateName(templates[0]!) === own;
}

function templatesIn(folder: string, files: FileSystem): readonly string[] {
  const candidates = files
    .list(folder)
    .filter(entry => entry.kind === 'file' && /\.jsonc?$/i.test(entry.name))
    .map(entry => (folder === '' ? entry.name : `${folder}/${entry.name}`));
  if (candidates.length > mostNeighbours) return [];
  return candidates.filter(path => {
    const read = files.read(path);
    return 'text' in read && formatOf(read.text) === 'arm-template';
  });
}

function isParameterFile(path: string, files: FileSystem): boolean {
  const read = files.read(path);
  return 'text' in read && formatOf(read.text) === 'arm-parameters';
}

function templateName(path: string): string {
  return baseName(path)
    .toLowerCase()
    .replace(/\.(jsonc?|bicep)$/, '');
}

/** The template or Bicep file beside a parameter file that its name ties it to. */
export function templateOf(parameterFile: string, files: FileSystem): string | undefined {
  const folder = folderOf(parameterFile);
  const name = baseName(parameterFile).toLowerCase();
  const inFolder = (file: string) => (folder === '' ? file : `${folder}/${file}`);
  const entries = files.list(folder).filter(entry => entry.kind === 'file');
  const longest = longestTemplate(name, folder, files);
  for (const wanted of longest === undefined ? customaryNames : [longest]) {
    for (const extension of ['json', 'jsonc', 'bicep']) {
      const entry = entries.find(each => each.name.toLowerCase() === `${wanted}.${extension}`);
      if (entry && inFolder(entry.name) !== parameterFile && isTemplate(inFolder(entry.name), files)) {
        return inFolder(entry.name);
      }
    }
  }
  const templates = templatesIn(folder, files);
  return templates.length === 1 ? templates[0] : undefined;
}

function isTemplate(path: string, files: FileSystem): boolean {
  if (path.toLowerCase().endsWith('.bicep')) return true;
  const read = files.read(path);
  return 'text' in read && formatOf(read.text) === 'arm-template';
}
