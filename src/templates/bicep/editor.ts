import type { TextRange } from '../../network/origin.ts';
import type { NewValue, PropertyChange, SourceDocument, SourceEditor, TextEdit } from '../source-editor.ts';
import { applyEdits, indentationAt, lineBreakIn, lineEndOf, lineStartOf, wholeLines } from '../text-lines.ts';
import { bodyOf } from './loops.ts';
import type { Program, ProgramCache } from './program.ts';
import { propertyOf } from './resources.ts';
import { quoteText } from './string-text.ts';
import type { Expression, ObjectNode, PropertyNode, ResourceNode } from './syntax.ts';
import { isCollection, pathTo, referencesOf, type SyntaxNode } from './syntax-walk.ts';
import { writeExpression } from './writing.ts';

/** A rule as written: the object with its name, and the one with its properties. */
interface RuleNodes {
  readonly node: SyntaxNode;
  readonly whole: ObjectNode;
  readonly properties: ObjectNode;
}

/** Changes Bicep texts in Bicep's own syntax. */
export class BicepEditor implements SourceEditor {
  constructor(private readonly programs: ProgramCache) {}

  replaceValue(document: SourceDocument, range: TextRange, value: NewValue): readonly TextEdit[] | undefined {
    const node = this.#path(document, range).at(-1);
    if (!node || !sameRange(node, range) || !isExpressionNode(node)) return undefined;
    const newText = writeExpression(value, document.text, indentationAt(document.text, node.start));
    return [edit(document, node, newText)];
  }

  changeRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const nodes = this.#rule(document, rule);
    return nodes && this.#changes(document, nodes, changes);
  }

  copyRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const nodes = this.#rule(document, rule);
    const edits = nodes && this.#changes(document, nodes, changes);
    if (!nodes || !edits) return undefined;
    const { text } = document;
    const lineEnd = lineBreakIn(text);
    if (nodes.node.kind === 'resource') {
      const { node } = nodes;
      if (node.value.kind === 'for') return undefined;
      const name = freeName(this.programs.program(text), node.name.text);
      const renamed = [...edits, edit(document, node.name, name)];
      const copy = applyEdits(text, renamed, node);
      return [edit(document, { start: node.end, end: node.end }, `${lineEnd}${lineEnd}${copy}`)];
    }
    const list = this.#path(document, nodes.node).at(-2);
    if (list?.kind !== 'array') return undefined;
    const copy = applyEdits(text, edits, nodes.node);
    const at = { start: nodes.node.end, end: nodes.node.end };
    const ownLine = text.slice(lineStartOf(text, nodes.node.start), nodes.node.start).trim() === '';
    const separator = ownLine ? `${lineEnd}${indentationAt(text, nodes.node.start)}` : ', ';
    return [edit(document, at, separator + copy)];
  }

  remove(document: SourceDocument, range: TextRange): readonly TextEdit[] | undefined {
    const path = this.#path(document, range);
    const rule = this.#rule(document, range);
    const resource = rule?.node.kind === 'resource' ? rule.node : undefined;
    const node = resource ?? path.at(-1);
    if (!node || (!resource && !sameRange(node, range))) return undefined;
    if (node.kind === 'resource') {
      const program = this.programs.program(document.text);
      if (isReferredTo(program, node)) return undefined;
      return [edit(document, wholeLines(document.text, node, true), '')];
    }
    const list = path.at(-2);
    const item = node.kind === 'property' || (list?.kind === 'array' && isExpressionNode(node));
    return item && isCollection(list) ? [edit(document, withSeparator(document.text, node, list), '')] : undefined;
  }

  declareParameter(
    document: SourceDocument,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
    use: TextRange,
  ): { readonly edits: readonly TextEdit[]; readonly expression: string } | undefined {
    if (/\.bicepparam$/i.test(document.path)) return undefined;
    const around = this.#path(document, use)[0];
    // A function sees no parameters, and what is exported has none to see.
    if (!around || around.kind === 'function') return undefined;
    if (around.kind === 'variable' && around.decorators.some(each => each.name === 'export')) return undefined;
    const program = this.programs.program(document.text);
    const name = freeName(program, parameter.name);
    const lineEnd = lineBreakIn(document.text);
    const declaration = `@description(${quoteText(parameter.description)})${lineEnd}param ${name} ${parameter.type}`;
    const last = program.tree.declarations.findLast(each => each.kind === 'parameter');
    if (last) {
      const at = lineEndOf(document.text, last.end);
      const newText = `${lineEnd}${lineEnd}${declaration}`;
      return { edits: [edit(document, { start: at, end: at }, newText)], expression: name };
    }
    const first = program.tree.declarations.find(
      each => !['target-scope', 'metadata', 'import', 'extension'].includes(each.kind),
    );
    const at = lineStartOf(document.text, first?.start ?? around.start);
    const newText = `${declaration}${lineEnd}${lineEnd}`;
    return { edits: [edit(document, { start: at, end: at }, newText)], expression: name };
  }

  removeDefault(document: SourceDocument, value: TextRange): readonly TextEdit[] | undefined {
    const node = this.#path(document, value)[0];
    if (node?.kind !== 'parameter' || !node.type || !node.value || !sameRange(node.value, value)) return undefined;
    return [edit(document, { start: node.type.end, end: node.value.end }, '')];
  }

  suppress(document: SourceDocument, at: TextRange, id: string, reason: string): readonly TextEdit[] | undefined {
    const { text } = document;
    const path = this.#path(document, at);
    const target = path.findLast(
      (node, index) =>
        (index === 0 || node.kind === 'property' || node.kind === 'resource' || path[index - 1]?.kind === 'array') &&
        text.slice(lineStartOf(text, node.start), node.start).trim() === '',
    );
    if (!target) return undefined;
    const start = lineStartOf(text, target.start);
    const comment = `// portcullis-ignore ${id} -- ${reason.replace(/\s+/g, ' ').trim()}`;
    const newText = `${text.slice(start, target.start)}${comment}${lineBreakIn(text)}`;
    return [edit(document, { start, end: start }, newText)];
  }

  #path(document: SourceDocument, range: TextRange): SyntaxNode[] {
    return pathTo(this.programs.program(document.text).tree, range);
  }

  /** The rule that a range names: its object, or its resource or the first line of one. */
  #rule(document: SourceDocument, range: TextRange): RuleNodes | undefined {
    const path = this.#path(document, range);
    const node = path.findLast(
      each => (each.kind === 'object' && sameRange(each, range)) || (each.kind === 'resource' && names(each, range)),
    );
    if (!node) return undefined;
    const resource = node.kind === 'resource' ? node : path.findLast(each => each.kind === 'resource');
    if (resource?.kind === 'resource') {
      const { object } = bodyOf(resource.value);
      if (object && (resource === node || object === node)) return ruleOf(resource, object);
    }
    return node.kind === 'object' ? ruleOf(node, node) : undefined;
  }

  #changes(
    document: SourceDocument,
    nodes: RuleNodes,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const edits: TextEdit[] = [];
    for (const [object, own] of [
      [nodes.whole, changes.filter(change => change.name === 'name' || nodes.whole === nodes.properties)],
      [nodes.properties, changes.filter(change => change.name !== 'name' && nodes.whole !== nodes.properties)],
    ] as const) {
      const made = changedObject(document, object, own);
      if (!made) return undefined;
      edits.push(...made);
    }
    return edits;
  }
}

function ruleOf(node: SyntaxNode, whole: ObjectNode): RuleNodes | undefined {
  const inner = propertyOf(whole, 'properties');
  if (!inner) return { node, whole, properties: whole };
  return inner.kind === 'object' ? { node, whole, properties: inner } : undefined;
}

/** A resource is named by its whole extent, its body or its first line. */
function names(resource: ResourceNode, range: TextRange): boolean {
  if (sameRange(resource, range) || sameRange(resource.value, range)) return true;
  return range.start === resource.keyword.start && range.end > range.start;
}

function changedObject(
  document: SourceDocument,
  object: ObjectNode,
  changes: readonly PropertyChange[],
): readonly TextEdit[] | undefined {
  const { text } = document;
  const edits: TextEdit[] = [];
  const added: { readonly name: string; readonly value: NewValue }[] = [];
  const removed: PropertyNode[] = [];
  for (const { name, value } of changes) {
    const property = findProperty(object, name);
    if (property && value) {
      const newText = writeExpression(value, text, indentationAt(text, property.start));
      edits.push(edit(document, property.value, newText));
    } else if (property) removed.push(property);
    else if (value) added.push({ name, value });
  }
  // A property that goes makes room for one that comes: one line changes instead of two.
  while (added.length > 0 && removed.length > 0) {
    const property = removed.shift()!;
    const { name, value } = added.shift()!;
    const newText = `${name}: ${writeExpression(value, text, indentationAt(text, property.start))}`;
    edits.push(edit(document, property, newText));
  }
  for (const property of removed) edits.push(edit(document, withSeparator(text, property, object), ''));
  if (added.length === 0) return edits;
  return [...edits, insertion(document, object, added)];
}

function insertion(
  document: SourceDocument,
  object: ObjectNode,
  added: readonly { readonly name: string; readonly value: NewValue }[],
): TextEdit {
  const { text } = document;
  const lineEnd = lineBreakIn(text);
  const last = object.properties.at(-1);
  const write = (indentation: string): string[] =>
    added.map(({ name, value }) => `${name}: ${writeExpression(value, text, indentation)}`);
  if (!last) {
    const outer = indentationAt(text, object.start);
    const inner = `${outer}  `;
    const lines = write(inner).map(line => `${inner}${line}${lineEnd}`);
    return edit(document, object, `{${lineEnd}${lines.join('')}${outer}}`);
  }
  const at = { start: last.end, end: last.end };
  const indentation = indentationAt(text, last.start);
  const ownLine = text.slice(lineStartOf(text, last.start), last.start).trim() === '';
  const separator = ownLine ? `${lineEnd}${indentation}` : ', ';
  return edit(
    document,
    at,
    write(indentation)
      .map(line => separator + line)
      .join(''),
  );
}

function findProperty(object: ObjectNode, name: string): PropertyNode | undefined {
  for (const property of object.properties) {
    if (property.kind !== 'property' || !('text' in property.key)) continue;
    if (property.key.text.toLowerCase() === name.toLowerCase()) return property;
  }
  return undefined;
}

function isExpressionNode(node: SyntaxNode): node is Expression {
  return !('keyword' in node) && node.kind !== 'property' && node.kind !== 'spread';
}

function isReferredTo(program: Program, resource: ResourceNode): boolean {
  const name = resource.name.text;
  return program.tree.declarations.some(each => each !== resource && referencesOf(each).has(name));
}

/** A name that nothing in the file has. */
function freeName(program: Program, wanted: string): string {
  const isTaken = (name: string): boolean =>
    program.symbols.has(name) || program.imported.has(name) || program.types.has(name) || program.outputs.has(name);
  let name = wanted;
  for (let number = 2; isTaken(name); number++) name = `${wanted}${number}`;
  return name;
}

function sameRange(a: TextRange, b: TextRange): boolean {
  return a.start === b.start && a.end === b.end;
}

function edit(document: SourceDocument, range: TextRange, newText: string): TextEdit {
  return { file: document.path, range: { start: range.start, end: range.end }, newText };
}

/** A property or array item with the comma or line that parts it from the next. */
function withSeparator(text: string, node: TextRange, list: TextRange): TextRange {
  const inside = { start: list.start + 1, end: list.end - 1 };
  // The only one leaves brackets that close again.
  if ((text.slice(inside.start, node.start) + text.slice(node.end, inside.end)).trim() === '') return inside;
  const lines = wholeLines(text, node);
  if (lines.start !== node.start || lines.end !== node.end) return lines;
  const behind = /^[ \t]*,[ \t]*/.exec(text.slice(node.end, list.end));
  if (behind) return { start: node.start, end: node.end + behind[0].length };
  const before = /[ \t]*,[ \t]*$/.exec(text.slice(list.start, node.start));
  return before ? { start: node.start - before[0].length, end: node.end } : { start: node.start, end: node.end };
}
