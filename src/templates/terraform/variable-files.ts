import { baseName, type FileSystem } from '../file-system.ts';
import { readJsonSyntax } from './json-syntax.ts';
import type { Assignment } from './module-instance.ts';
import { join, reportSyntax } from './module-source.ts';
import type { ReadingState } from './reading-state.ts';

/** Variable files that Terraform reads by itself, in its order: a later one overrules an earlier one. */
export function alwaysApplying(folder: string, files: FileSystem): string[] {
  const names = files
    .list(folder)
    .filter(entry => entry.kind === 'file')
    .map(entry => entry.name);
  const automatic = names.filter(name => /\.auto\.tfvars(\.json)?$/.test(name)).sort();
  const first = ['terraform.tfvars', 'terraform.tfvars.json'].filter(name => names.includes(name));
  return [...first, ...automatic].map(name => join(folder, name));
}

/** Variable files beside a configuration that somebody may choose. */
export function choosable(folder: string, files: FileSystem): string[] {
  return files
    .list(folder)
    .filter(entry => entry.kind === 'file' && isVariableFile(entry.name) && !appliesByItself(entry.name))
    .map(entry => join(folder, entry.name))
    .sort();
}

export function isVariableFile(path: string): boolean {
  return /\.tfvars(\.json)?$/i.test(path);
}

export function appliesByItself(path: string): boolean {
  const name = baseName(path);
  return /^terraform\.tfvars(\.json)?$/.test(name) || /\.auto\.tfvars(\.json)?$/.test(name);
}

/** Adds the values of a variable file, which overrule those that are there. */
export function readAssignments(file: string, state: ReadingState, into: Map<string, Assignment>): void {
  const read = state.files.read(file);
  if ('reason' in read) {
    state.report({
      level: 'warning',
      message: read.message,
      place: { kind: 'text', file, range: { start: 0, end: 0 } },
    });
    return;
  }
  const syntax = file.endsWith('.json') ? readJsonSyntax(read.text, state.parser, true) : state.parser.parse(read.text);
  reportSyntax(file, { ...syntax, body: { ...syntax.body, blocks: [] } }, problem =>
    state.report({ ...problem, level: 'warning' }),
  );
  const references = {
    resolve: () => undefined,
    functionContext: {
      readFile: () => ({ message: 'no files here' }),
      listFiles: () => [],
      renderTemplate: () => ({ kind: 'null', origin: [] }) as const,
    },
  };
  for (const attribute of syntax.body.attributes)
    into.set(attribute.name, {
      kind: 'parameter-file',
      expression: attribute.value,
      scope: { file, references, bindings: undefined },
    });
}
