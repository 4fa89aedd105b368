import type { Value } from '../../network/value.ts';
import type { FileSystem } from '../file-system.ts';
import type { ReadOptions, TemplateFormat, TemplateLanguage, TemplateReading } from '../reading.ts';
import { BicepFiles } from './bicep-files.ts';
import { DeclarationReader } from './declaration-reader.ts';
import { BicepEditor } from './editor.ts';
import { Evaluator } from './evaluator.ts';
import { placeIn } from './frame.ts';
import { everythingOpen, nothingGiven } from './instance.ts';
import { parameterFilesBeside, parametersOfFile, usedBy } from './parameter-file.ts';
import { ProgramCache } from './program.ts';
import { suppressionComments } from './suppressions.ts';

/** Bicep: `.bicep` files with their modules, and the `.bicepparam` files that give them values. */
export function bicepLanguage(): TemplateLanguage {
  const programs = new ProgramCache();
  return {
    formats: ['bicep', 'bicepparam'],
    formatOf,
    unitOf: path => path,
    read: (unit, files, options = {}) => readBicep(unit, files, programs, options),
    parameterFilesOf: (unit, files) => parameterFilesBeside(unit, files, programs),
    templateOf: (parameterFile, files) => usedBy(parameterFile, files, programs),
    acceptsParameterFile: (parameterFile, unit, files) => accepts(parameterFile, unit, files, programs),
    editor: new BicepEditor(programs),
    suppressions: (_path, text) => suppressionComments(programs.program(text)),
  };
}

function formatOf(path: string): TemplateFormat | undefined {
  if (/\.bicep$/i.test(path)) return 'bicep';
  return /\.bicepparam$/i.test(path) ? 'bicepparam' : undefined;
}

function accepts(parameterFile: string, unit: string, files: FileSystem, programs: ProgramCache): boolean {
  if (!/\.bicep$/i.test(unit)) return false;
  if (/\.bicepparam$/i.test(parameterFile)) return usedBy(parameterFile, files, programs) === unit;
  if (!/\.jsonc?$/i.test(parameterFile)) return false;
  const read = files.read(parameterFile);
  return 'text' in read && read.text.includes('"parameters"') && !read.text.includes('"resources"');
}

function readBicep(unit: string, files: FileSystem, programs: ProgramCache, options: ReadOptions): TemplateReading {
  const evaluator = new Evaluator();
  const isCancelled = options.isCancelled ?? (() => false);
  const bicepFiles = new BicepFiles(evaluator, files, programs, (instance, via) => {
    const apart = new DeclarationReader(evaluator, isCancelled);
    apart.read(instance, via);
    return apart.declarations();
  });
  const reader = new DeclarationReader(evaluator, isCancelled);
  const source = bicepFiles.source(unit);
  if ('program' in source) {
    const { tree } = source.program;
    if (tree.declarations.length === 0 && tree.errors.length > 0) {
      evaluator.report(placeIn(unit, tree.errors[0]!), `${unit}: is not Bicep: ${tree.errors[0]!.message}`, 'error');
    }
    const { parameterFile } = options;
    const parameters =
      parameterFile === undefined ? nothingGiven : parametersOfFile(evaluator, bicepFiles, parameterFile);
    reader.read(bicepFiles.entry(source, parameters, everythingOpen));
    if (bicepFiles.loadsOnDemand) for (const { body } of reader.declarations()) lookInto(body, 0);
  } else {
    evaluator.report(placeIn(unit, { start: 0, end: 0 }), source.message, 'error');
  }
  return {
    entry: unit,
    ...(options.parameterFile !== undefined && { parameterFile: options.parameterFile }),
    declarations: reader.declarations(),
    // Values are evaluated when somebody looks at them, and may show a problem only then.
    get problems() {
      return evaluator.problems;
    },
    dependencies: [...bicepFiles.looked],
    called: [...bicepFiles.called],
  };
}

const deepestLook = 12;

/** Looks at every value, so that the files that they load are asked for while the reading is under way. */
function lookInto(value: Value, depth: number): void {
  if (depth > deepestLook) return;
  if (value.kind === 'array') for (const item of value.items) lookInto(item, depth + 1);
  if (value.kind === 'object') for (const property of value.properties()) lookInto(property.value, depth + 1);
}
