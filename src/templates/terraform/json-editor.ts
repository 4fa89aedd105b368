import {
  applyEdits as applied,
  findNodeAtLocation,
  getNodePath,
  type JSONPath,
  modify,
  type Node,
  parseTree,
} from 'jsonc-parser';
import type { TextRange } from '../../network/origin.ts';
import type { Json } from '../../network/value.ts';
import type { NewValue, PropertyChange, SourceDocument, TextEdit } from '../source-editor.ts';
import { applyEdits, indentationAt, lineBreakIn, lineStartOf } from '../text-lines.ts';

/** Whether a path is one of Terraform's JSON syntax, and not a plan, which nobody writes by hand. */
export function isJsonSyntax(path: string): boolean {
  return /\.(?:tf|tfvars)\.json$/i.test(path);
}

/** Changes configurations and variable files in Terraform's JSON syntax. Methods are those of a source editor. */
export class JsonSyntaxEditor {
  /** `nameOf` gives the provider's name of a security rule's property. */
  constructor(private readonly nameOf: (property: string) => string | undefined) {}

  replaceValue(document: SourceDocument, range: TextRange, value: NewValue): readonly TextEdit[] | undefined {
    if (!valueAt(document.text, range)) return undefined;
    return [edit(document, range, JSON.stringify(written(value)))];
  }

  changeRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const node = objectOf(document.text, rule);
    return node && this.#changes(document, node, changes);
  }

  copyRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const { text } = document;
    const node = objectOf(text, rule);
    const edits = node && this.#changes(document, node, changes);
    // What is not in a list has a name that a copy cannot share.
    if (!node || !edits || node.parent?.type !== 'array') return undefined;
    const range = { start: node.offset, end: node.offset + node.length };
    const copy = applyEdits(text, edits, range);
    const ownLine = text.slice(lineStartOf(text, range.start), range.start).trim() === '';
    const separator = ownLine ? `,${lineBreakIn(text)}${indentationAt(text, range.start)}` : ', ';
    return [edit(document, { start: range.end, end: range.end }, separator + copy)];
  }

  remove(document: SourceDocument, range: TextRange): readonly TextEdit[] | undefined {
    const { text } = document;
    const node = objectOf(text, range) ?? valueAt(text, range);
    if (!node) return undefined;
    const path = getNodePath(node);
    const [section, type, name] = path.filter(part => typeof part === 'string');
    // A resource that something refers to stays; so does everything that is neither an item nor a resource.
    if (node.parent?.type !== 'array') {
      if (section !== 'resource' || path[path.length - 1] !== name) return undefined;
      if (text.includes(`${String(type)}.${String(name)}`)) return undefined;
    }
    return this.#modified(document, path, undefined);
  }

  declareParameter(
    document: SourceDocument,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
    use: TextRange,
  ): { readonly edits: readonly TextEdit[]; readonly expression: string } | undefined {
    const root = parseTree(document.text);
    if (!root || /\.tfvars\.json$/i.test(document.path)) return undefined;
    const around = innermost(root, use.start, use.end);
    const section = around && getNodePath(around)[0];
    if (section === undefined || section === 'variable' || section === 'terraform') return undefined;
    const variables = findNodeAtLocation(root, ['variable']);
    if (variables && variables.type !== 'object') return undefined;
    const base = parameter.name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replace(/^_/, '');
    let name = base;
    for (let number = 2; variables && findNodeAtLocation(variables, [name]); number++) name = `${base}_${number}`;
    const type = parameter.type === 'array' ? 'list(string)' : 'string';
    const edits = this.#modified(document, ['variable', name], { description: parameter.description, type });
    return { edits, expression: `var.${name}` };
  }

  removeDefault(document: SourceDocument, value: TextRange): readonly TextEdit[] | undefined {
    const node = valueAt(document.text, value);
    const path = node && getNodePath(node);
    if (path?.[0] !== 'variable' || path[path.length - 1] !== 'default') return undefined;
    return this.#modified(document, path, undefined);
  }

  /** Changes to one object as one edit of its text, which keeps its layout. */
  #changes(document: SourceDocument, node: Node, changes: readonly PropertyChange[]): readonly TextEdit[] | undefined {
    const path = getNodePath(node);
    let text = document.text;
    for (const { name, value } of changes) {
      const attribute = this.nameOf(name);
      if (attribute === undefined) return undefined;
      const root = parseTree(text);
      if (value === undefined && !(root && findNodeAtLocation(root, [...path, attribute]))) continue;
      // An object that stands for a block must name all attributes: null is what the provider takes for not given.
      const edits = modify(text, [...path, attribute], value ? written(value) : null, layout(document.text));
      text = applied(text, edits);
    }
    const end = node.offset + node.length;
    const newEnd = end + text.length - document.text.length;
    return [edit(document, { start: node.offset, end }, text.slice(node.offset, newEnd))];
  }

  #modified(document: SourceDocument, path: JSONPath, value: unknown): readonly TextEdit[] {
    return modify(document.text, path, value, layout(document.text)).map(({ offset, length, content }) =>
      edit(document, { start: offset, end: offset + length }, content),
    );
  }
}

function layout(text: string) {
  const indentation = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  return {
    formattingOptions: {
      insertSpaces: !indentation.startsWith('\t'),
      tabSize: indentation.startsWith('\t') ? 1 : indentation.length,
      eol: lineBreakIn(text),
    },
  };
}

/** A value in JSON; texts are templates, in which `${` and `%{` are doubled. */
function written(value: NewValue): unknown {
  return 'expression' in value ? `\${${value.expression}}` : asTemplates(value.json);
}

function asTemplates(json: Json): unknown {
  if (typeof json === 'string') return json.replaceAll('${', '$${').replaceAll('%{', '%%{');
  if (Array.isArray(json)) return (json as readonly Json[]).map(asTemplates);
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, asTemplates(item as Json)]));
}

function edit(document: SourceDocument, range: TextRange, newText: string): TextEdit {
  return { file: document.path, range: { start: range.start, end: range.end }, newText };
}

function innermost(node: Node, start: number, end: number): Node | undefined {
  if (node.offset > start || node.offset + node.length < end) return undefined;
  let found = node;
  for (let next: Node | undefined = node; next; ) {
    const inner: Node | undefined = next.children?.find(
      child => child.offset <= start && child.offset + child.length >= end,
    );
    if (inner && inner.type !== 'property') found = inner;
    next = inner;
  }
  return found;
}

/** The value that stands at exactly a range. */
function valueAt(text: string, range: TextRange): Node | undefined {
  const root = parseTree(text);
  const node = root && innermost(root, range.start, range.end);
  return node && node.offset === range.start && node.offset + node.length === range.end ? node : undefined;
}

/** The object at a range: all of it, or its name and opening brace. */
function objectOf(text: string, range: TextRange): Node | undefined {
  const root = parseTree(text);
  let node = root && innermost(root, range.end - 1, range.end);
  if (node?.type === 'string') node = node.parent?.type === 'property' ? node.parent.children?.[1] : node;
  if (node?.type !== 'object') return undefined;
  const opening = node.parent?.type === 'property' ? node.parent.offset : node.offset;
  return range.start === node.offset || range.start === opening ? node : undefined;
}
