import { baseName, type FileSystem } from '../file-system.ts';
import { readJsonSyntax } from './json-syntax.ts';
import type { Assignment } from './module-instance.ts';
import { join, reportSyntax } from './module-source.ts';
import type { ReadingState } from './reading-state.ts';
import type { Attribute, Expression } from './syntax.ts';

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

/** A name that something is assigned to, in either syntax. */
const assignment = /^[{,\s]*"?([\w-]+)"?\s*[=:]/gm;

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
      nameOf: () => undefined,
      renderTemplate: () => ({ kind: 'null', origin: [] }) as const,
    },
  };
  const scope = { file, references, bindings: undefined };
  const isDamaged = ({ start, end }: Attribute) =>
    syntax.problems.some(problem => problem.start <= end && problem.end >= start);
  const named = new Set(syntax.body.attributes.map(attribute => attribute.name));
  for (const problem of syntax.problems)
    for (const { 1: name = '', index } of read.text.slice(problem.start, problem.end).matchAll(assignment)) {
      if (named.has(name)) continue;
      const at = { start: problem.start + index, end: problem.end };
      into.set(name, { kind: 'parameter-file', expression: { kind: 'missing', ...at }, scope });
    }
  for (const attribute of syntax.body.attributes) {
    // What stands in damaged text may have been meant to be anything.
    const { start, end } = attribute.value;
    const expression: Expression = isDamaged(attribute) ? { kind: 'missing', start, end } : attribute.value;
    into.set(attribute.name, { kind: 'parameter-file', expression, scope });
  }
}
