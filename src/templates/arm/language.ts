import type { FileSystem } from '../file-system.ts';
import type { TemplateLanguage } from '../reading.ts';
import { ArmEditor } from './editor.ts';
import { formatOf } from './format.ts';
import { parameterFilesOf, templateOf } from './parameter-files.ts';
import { ParsedTexts } from './parsed-texts.ts';
import { readTemplate } from './read.ts';
import { suppressionsIn } from './suppressions.ts';

/** ARM templates in JSON with their parameter files. Keeps what it parsed lately. */
export function armLanguage(): TemplateLanguage {
  const texts = new ParsedTexts();
  return {
    formats: ['arm-template', 'arm-parameters'],
    formatOf: (_path, text) => formatOf(text),
    unitOf: path => path,
    read: (unit, files, options) => readTemplate(texts, unit, files, options),
    parameterFilesOf,
    templateOf,
    acceptsParameterFile: (parameterFile, unit, files) =>
      parameterFile !== unit &&
      formatIn(parameterFile, files) === 'arm-parameters' &&
      formatIn(unit, files) === 'arm-template',
    editor: new ArmEditor(),
    suppressions: (_path, text) => suppressionsIn(text),
  };
}

function formatIn(path: string, files: FileSystem): string | undefined {
  const read = files.read(path);
  return 'text' in read ? formatOf(read.text) : undefined;
}
