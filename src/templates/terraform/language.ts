import { type FileSystem, folderOf } from '../file-system.ts';
import type { TemplateFormat, TemplateLanguage } from '../reading.ts';
import { readConfiguration } from './configuration.ts';
import { TerraformEditor } from './editor.ts';
import { type GrammarBytes, loadGrammar } from './grammar.ts';
import { parseSource } from './module-source.ts';
import { isPlan, isPlanUnit, readPlan } from './plan.ts';
import { suppressionComments } from './suppressions.ts';
import { appliesByItself, choosable, isVariableFile } from './variable-files.ts';

/** Terraform: folders of `.tf` files with their modules and variable files, and plans as `terraform show -json` has them. */
export async function terraformLanguage(bytes: GrammarBytes): Promise<TemplateLanguage> {
  const parser = await loadGrammar(bytes);
  return {
    formats: ['terraform', 'terraform-plan'],
    formatOf,
    unitOf: path => (isPlanUnit(path) ? path : folderOf(path)),
    read: (unit, files, options) =>
      isPlanUnit(unit) && isPlanFile(unit, files)
        ? readPlan(unit, files, parser, options)
        : readConfiguration(unit, files, parser, options),
    parameterFilesOf: (unit, files) => (isPlanUnit(unit) && isPlanFile(unit, files) ? [] : choosable(unit, files)),
    templateOf: parameterFile => (isVariableFile(parameterFile) ? folderOf(parameterFile) : undefined),
    acceptsParameterFile: (parameterFile, unit, files) =>
      isVariableFile(parameterFile) &&
      !(appliesByItself(parameterFile) && folderOf(parameterFile) === unit) &&
      !(isPlanUnit(unit) && isPlanFile(unit, files)),
    editor: new TerraformEditor(parser),
    suppressions: (path, text) =>
      path.endsWith('.json') ? [] : suppressionComments(text, parseSource(path, text, parser)),
  };
}

function formatOf(path: string, text: string): TemplateFormat | undefined {
  if (/\.tf(\.json)?$/i.test(path) || isVariableFile(path)) return 'terraform';
  return isPlanUnit(path) && isPlan(text) ? 'terraform-plan' : undefined;
}

function isPlanFile(unit: string, files: FileSystem): boolean {
  const read = files.read(unit);
  return 'text' in read && isPlan(read.text);
}
