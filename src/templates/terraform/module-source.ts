import { baseName, type FileSystem } from '../file-system.ts';
import type { ReadProblem } from '../reading.ts';
import type { TerraformParser } from './grammar.ts';
import { readJsonSyntax } from './json-syntax.ts';
import {
  type Attribute,
  type Block,
  type Body,
  blockTypeOf,
  type Expression,
  type SourceFile,
  standingAt,
} from './syntax.ts';

/** A block with the file that it stands in. */
export interface PlacedBlock {
  readonly block: Block;
  readonly file: string;
}

export interface ResourceBlock extends PlacedBlock {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
}

/** A module's files, read and sorted by what they declare. */
export interface ModuleSource {
  readonly folder: string;
  readonly files: readonly string[];
  readonly variables: ReadonlyMap<string, PlacedBlock>;
  readonly locals: ReadonlyMap<string, { readonly attribute: Attribute; readonly file: string }>;
  readonly outputs: ReadonlyMap<string, PlacedBlock>;
  /** By `type.name`, data sources by `data.type.name`. */
  readonly resources: ReadonlyMap<string, ResourceBlock>;
  readonly calls: ReadonlyMap<string, PlacedBlock>;
  /** The version constraint for azurerm, as written. */
  readonly azurermVersion: string | undefined;
  /** It stands for a published module by its documented inputs: everything in it stands where the module is called. */
  readonly documented?: true;
}

/** The most files of one folder that are read as one module. */
const maximumFiles = 5000;
/** The longest text that the grammar is asked to read: it takes some microseconds for each character of a long string. */
const maximumText = 2 * 1024 * 1024;

/** Names of the files that make up the module of a folder, overrides last. */
export function moduleFiles(folder: string, files: FileSystem): string[] {
  const names = files
    .list(folder)
    .filter(entry => entry.kind === 'file' && /\.tf(\.json)?$/.test(entry.name) && !/^[.~#]/.test(entry.name))
    .map(entry => entry.name)
    .sort();
  const overrides = names.filter(isOverride);
  return [...names.filter(name => !isOverride(name)), ...overrides].map(name => join(folder, name));
}

function isOverride(name: string): boolean {
  return /(^|_)override\.tf(\.json)?$/.test(name);
}

export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

export function readModuleSource(
  folder: string,
  files: FileSystem,
  parser: TerraformParser,
  report: (problem: ReadProblem) => void,
): ModuleSource {
  const source = emptySource(folder);
  for (const file of moduleFiles(folder, files)) {
    source.files.push(file);
    const read = files.read(file);
    const unread =
      'reason' in read
        ? read.message
        : source.files.length > maximumFiles
          ? `${file}: is not read: ${folder === '' ? 'the folder' : folder} has more than ${maximumFiles} Terraform files`
          : read.text.length > maximumText && !file.endsWith('.json')
            ? `${file}: is not read: it is longer than ${maximumText / 1024 / 1024} MB`
            : undefined;
    if (unread !== undefined || 'reason' in read) {
      const place = { kind: 'text', file, range: { start: 0, end: 0 } } as const;
      report({ level: 'error', message: unread ?? '', place });
      continue;
    }
    const syntax = parseSource(file, read.text, parser);
    reportSyntax(file, syntax, report);
    const override = isOverride(baseName(file));
    for (const block of syntax.body.blocks) addBlock(source, block, file, override);
  }
  return source;
}

/** A text that stands for a published module, with everything in it standing at the call of the module. */
export function documentedSource(text: string, call: PlacedBlock, parser: TerraformParser): ModuleSource {
  const source = emptySource(`the documented inputs of module ${call.block.labels[0] ?? ''}`);
  for (const block of parser.parse(text).body.blocks) addBlock(source, standingAt(block, call.block), call.file, false);
  return { ...source, documented: true };
}

function emptySource(folder: string) {
  return {
    folder,
    files: [] as string[],
    variables: new Map<string, PlacedBlock>(),
    locals: new Map<string, { attribute: Attribute; file: string }>(),
    outputs: new Map<string, PlacedBlock>(),
    resources: new Map<string, ResourceBlock>(),
    calls: new Map<string, PlacedBlock>(),
    azurermVersion: undefined as string | undefined,
  };
}

export function parseSource(file: string, text: string, parser: TerraformParser): SourceFile {
  return file.endsWith('.json') ? readJsonSyntax(text, parser) : parser.parse(text);
}

/** One message per damaged place, or one for a file of which nothing could be read. */
export function reportSyntax(file: string, syntax: SourceFile, report: (problem: ReadProblem) => void): void {
  const nothing = syntax.body.blocks.length === 0 && syntax.body.attributes.length === 0;
  for (const { start, end, unfinished } of syntax.problems.slice(0, nothing ? 1 : 5)) {
    const message = unfinished
      ? `${file}: this text is not read: it takes too long, as very long blank space or very much damage does. Run "terraform fmt" to see whether it is Terraform`
      : nothing
        ? `${file}: cannot be read as Terraform; nothing in it was analysed. Run "terraform validate" to see the error`
        : `${file}: this text cannot be read as Terraform; what stands around it was analysed. Run "terraform validate" to see the error`;
    report({
      level: nothing || unfinished ? 'error' : 'warning',
      message,
      place: { kind: 'text', file, range: { start, end } },
    });
  }
}

type Mutable = {
  -readonly [K in keyof ModuleSource]: ModuleSource[K] extends ReadonlyMap<infer Name, infer Item>
    ? Map<Name, Item>
    : ModuleSource[K];
};

function addBlock(source: Mutable, block: Block, file: string, override: boolean): void {
  const [first = '', second = ''] = block.labels;
  switch (block.type) {
    case 'variable':
      put(source.variables, first, { block, file }, override);
      break;
    case 'locals':
      for (const attribute of block.body.attributes) source.locals.set(attribute.name, { attribute, file });
      break;
    case 'output':
      put(source.outputs, first, { block, file }, override);
      break;
    case 'module':
      put(source.calls, first, { block, file }, override);
      break;
    case 'resource':
      put(
        source.resources,
        `${first}.${second}`,
        { block, file, mode: 'managed', type: first, name: second },
        override,
      );
      break;
    case 'data':
      put(
        source.resources,
        `data.${first}.${second}`,
        { block, file, mode: 'data', type: first, name: second },
        override,
      );
      break;
    case 'terraform':
      for (const inner of block.body.blocks) if (inner.type === 'required_providers') readVersion(source, inner);
      break;
    case 'provider':
      if (first === 'azurerm') source.azurermVersion ??= textAttribute(block.body, 'version');
      break;
  }
}

function put<T extends PlacedBlock>(into: Map<string, T>, name: string, item: T, override: boolean): void {
  const before = override ? into.get(name) : undefined;
  into.set(name, before ? { ...before, block: overridden(before.block, item) } : item);
}

function readVersion(source: Mutable, block: Block): void {
  for (const attribute of block.body.attributes) {
    const value = attribute.value;
    if (attribute.name !== 'azurerm') continue;
    if (value.kind === 'literal' && typeof value.value === 'string') source.azurermVersion = value.value;
    if (value.kind !== 'object') continue;
    const version = value.entries.find(entry => entry.name === 'version')?.value;
    if (version?.kind === 'literal' && typeof version.value === 'string') source.azurermVersion = version.value;
  }
}

/** https://developer.hashicorp.com/terraform/language/files/override */
function overridden(block: Block, { block: by, file }: PlacedBlock): Block {
  const names = new Set(by.body.attributes.map(attribute => attribute.name));
  for (const nested of by.body.blocks) names.add(blockTypeOf(nested));
  const body: Body = {
    attributes: [
      ...block.body.attributes.filter(attribute => !names.has(attribute.name)),
      ...by.body.attributes.map(attribute => ({ ...attribute, file })),
    ],
    blocks: [
      ...block.body.blocks.filter(nested => !names.has(blockTypeOf(nested))),
      ...by.body.blocks.map(nested => ({ ...nested, file })),
    ],
  };
  return { ...block, body };
}

/** A literal text that an attribute has. */
export function textAttribute(body: Body, name: string): string | undefined {
  const value: Expression | undefined = body.attributes.find(attribute => attribute.name === name)?.value;
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}
