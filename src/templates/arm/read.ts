import type { TextPlace } from '../../network/origin.ts';
import type { FileSystem } from '../file-system.ts';
import { deploymentScope } from '../functions/scope.ts';
import type { ReadOptions, TemplateReading } from '../reading.ts';
import { Deployments } from './deployments.ts';
import { scopeOfSchema } from './entry-scope.ts';
import { Evaluator } from './evaluator.ts';
import type { JsonNode, JsonText } from './json.ts';
import { parametersOfFile } from './parameter-files.ts';
import type { ParsedTexts } from './parsed-texts.ts';
import type { SourceText } from './source-text.ts';
import type { ParameterSource } from './template.ts';
import { TemplateReader } from './template-reader.ts';

const mostJsonProblems = 5;

/**
 * Reads an ARM template, with a parameter file's values when one is given, through its nested and linked deployments.
 * Never throws on bad input.
 */
export function readTemplate(
  texts: ParsedTexts,
  unit: string,
  files: FileSystem,
  options: ReadOptions = {},
): TemplateReading {
  const evaluator = new Evaluator(texts);
  const deployments = new Deployments(evaluator, files, unit, texts);
  const reader = new TemplateReader(evaluator, deployments, options.isCancelled ?? (() => false));
  const asked = new Set<string>();
  try {
    readInto(unit, files, options, evaluator, deployments, reader, asked);
  } catch (error) {
    // The bounds on depth keep the stack small; should one be missing, the rest of the workspace is still read.
    if (!(error instanceof RangeError)) throw error;
    evaluator.report(fileStart(unit), `${unit} is nested too deep to be read.`, 'error');
  }
  const readingWith = (parameterFile: string | undefined): TemplateReading => ({
    entry: unit,
    ...(parameterFile !== undefined && { parameterFile }),
    declarations: reader.declarations(),
    // Values are evaluated as they are looked at, and some problems come to light only then.
    get problems() {
      return evaluator.problems;
    },
    dependencies: [...new Set([unit, ...deployments.looked, ...(parameterFile === undefined ? [] : [parameterFile])])],
    called: [...deployments.called],
    ...(parameterFile === undefined && {
      withParameters: (other, files) => (givesNothingOf(asked, texts, other, files) ? readingWith(other) : undefined),
    }),
  });
  return readingWith(options.parameterFile);
}

/** Whether a parameter file can be read, and gives no value to any of the parameters. */
function givesNothingOf(
  parameters: ReadonlySet<string>,
  texts: ParsedTexts,
  parameterFile: string,
  files: FileSystem,
): boolean {
  const read = files.read(parameterFile);
  if (!('text' in read)) return false;
  const { json } = texts.source(parameterFile, read.text);
  if (json.root === undefined || json.errors.length > 0) return false;
  const given = json.find(json.root, 'parameters');
  if (given === undefined) return true;
  let nothing = true;
  json.eachProperty(given, name => {
    if (parameters.has(json.string(name).toLowerCase())) nothing = false;
  });
  return nothing;
}

function readInto(
  unit: string,
  files: FileSystem,
  options: ReadOptions,
  evaluator: Evaluator,
  deployments: Deployments,
  reader: TemplateReader,
  asked: Set<string>,
): void {
  const source = readSource(unit, files, evaluator, deployments);
  const root = source?.json.root;
  if (!source || root === undefined) return;
  if (source.json.kind(root) !== 'object') {
    evaluator.report(fileStart(unit), `${unit} is not a template: it is not a JSON object.`, 'error');
    return;
  }
  let parameters: ParameterSource = {
    open: false,
    value: name => {
      asked.add(name.toLowerCase());
      return undefined;
    },
  };
  if (options.parameterFile !== undefined) {
    const file = readSource(options.parameterFile, files, evaluator, deployments);
    if (!file) return;
    parameters = parametersOfFile(evaluator, file);
  }
  const scope = deploymentScope(scopeOfSchema(source.json, root) ?? 'resourceGroup');
  const { node, address } = templateIn(source.json, root);
  const template = deployments.entryTemplate(source, node, scope, parameters);
  reader.readTemplate({ template }, scope, address);
  if (evaluator.exhausted) {
    evaluator.report(
      fileStart(unit),
      `${unit} asks for more work than one reading may do: the rest of it is not read.`,
    );
  }
}

/**
 * The template of a file: the whole of it, or what a blueprint artifact carries.
 * https://learn.microsoft.com/azure/governance/blueprints/overview#artifacts
 */
function templateIn(json: JsonText, root: JsonNode): { readonly node: JsonNode; readonly address: string } {
  const properties = json.find(root, 'resources') === undefined ? json.find(root, 'properties') : undefined;
  const inner = properties === undefined ? undefined : json.find(properties, 'template');
  if (inner === undefined || json.kind(inner) !== 'object') return { node: root, address: '' };
  return { node: inner, address: 'properties.template' };
}

function readSource(
  path: string,
  files: FileSystem,
  evaluator: Evaluator,
  deployments: Deployments,
): SourceText | undefined {
  const source = deployments.source(path);
  if (!source) {
    const read = files.read(path);
    if ('message' in read) evaluator.report(fileStart(path), read.message, 'error');
    return undefined;
  }
  const level = source.json.root === undefined ? 'error' : 'warning';
  for (const error of source.json.errors.slice(0, mostJsonProblems)) {
    const place: TextPlace = { kind: 'text', file: path, range: { start: error.start, end: error.end } };
    const rest = level === 'error' ? '' : ' The rest of it is still read.';
    evaluator.report(place, `${path} is not valid JSON: ${error.message}.${rest}`, level);
  }
  return source;
}

function fileStart(file: string): TextPlace {
  return { kind: 'text', file, range: { start: 0, end: 0 } };
}
