import type { TextRange } from '../../network/origin.ts';
import type { NewValue, PropertyChange, SourceDocument, SourceEditor, TextEdit } from '../source-editor.ts';
import {
  applyEdits,
  beforeLineBreak,
  beginsLine,
  behindLineBreak,
  indentationAt,
  lineBreakIn,
  lineEndOf,
  lineStartOf,
} from '../text-lines.ts';
import { siblingName } from './child-names.ts';
import { type JsonNode, JsonText } from './json.ts';
import { dependenciesOn } from './references.ts';
import { type JsonLayout, layoutOf, writeExpressionValue, writeJsonValue, writeMembers } from './writing.ts';

/** Changes ARM templates and parameter files in JSON, keeping layout and comments. */
export class ArmEditor implements SourceEditor {
  replaceValue(document: SourceDocument, range: TextRange, value: NewValue): readonly TextEdit[] | undefined {
    const view = new DocumentView(document);
    const node = view.json.pathTo(range.start, range.end).at(-1);
    if (node === undefined) return undefined;
    if (view.covers(node, range)) return [view.edit(range, view.write(value, range.start))];
    // Inside a string the range is a part of an expression.
    return view.json.kind(node) === 'string' ? [view.edit(range, writeExpressionValue(value))] : undefined;
  }

  changeRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const view = new DocumentView(document);
    const node = view.objectAt(rule);
    return node === undefined ? undefined : view.changeRule(node, changes);
  }

  copyRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    const view = new DocumentView(document);
    const node = view.objectAt(rule);
    const edits = node === undefined ? undefined : view.changeRule(node, changes);
    if (node === undefined || !edits) return undefined;
    const resource = view.namedResource(node);
    if (resource) return [view.copyOf(resource.extent, [...edits, view.edit(resource.name, resource.freeName)])];
    const parent = view.parentOf(node);
    if (parent === undefined || view.json.kind(parent) !== 'array') return undefined;
    return [view.copyOf(view.extent(node), edits)];
  }

  remove(document: SourceDocument, range: TextRange): readonly TextEdit[] | undefined {
    const view = new DocumentView(document);
    const node = view.json.pathTo(range.start, range.end).at(-1);
    if (node === undefined || !view.covers(node, range)) return undefined;
    const named = view.namedResource(node);
    const parent = view.parentOf(node);
    if (!named && (parent === undefined || view.json.kind(parent) !== 'array')) return undefined;
    const template = view.json.find(node, 'type') === undefined ? undefined : view.templateOf(node);
    const dependencies =
      template === undefined ? [] : dependenciesOn(view.json, template, { node, symbol: named?.symbol });
    if (!dependencies) return undefined;
    return [named?.extent ?? range, ...dependencies.map(item => view.extent(item))].flatMap(each => view.removal(each));
  }

  declareParameter(
    document: SourceDocument,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
    use: TextRange,
  ): { readonly edits: readonly TextEdit[]; readonly expression: string } | undefined {
    const view = new DocumentView(document);
    const template = view.templateAround(use);
    if (template === undefined) return undefined;
    const section = view.json.find(template, 'parameters');
    const taken = new Set<string>();
    if (section !== undefined) {
      if (view.json.kind(section) !== 'object') return undefined;
      view.json.eachProperty(section, name => taken.add(view.json.string(name).toLowerCase()));
    }
    let name = parameter.name;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${parameter.name}${number}`;
    const declaration: NewValue = {
      json: { type: parameter.type, metadata: { description: parameter.description } },
    };
    const edits =
      section === undefined
        ? view.changeObject(template, [{ name: 'parameters', value: { json: { [name]: declaration.json } } }])
        : view.changeObject(section, [{ name, value: declaration }]);
    return { edits, expression: `parameters('${name}')` };
  }

  removeDefault(document: SourceDocument, value: TextRange): readonly TextEdit[] | undefined {
    const view = new DocumentView(document);
    const path = view.json.pathTo(value.start, value.end);
    const node = path.at(-1);
    const parent = path.at(-2);
    if (node === undefined || parent === undefined || !view.covers(node, value)) return undefined;
    const property = view.json.findProperty(parent, 'defaultValue');
    return property?.value === node
      ? view.changeObject(parent, [{ name: 'defaultValue', value: undefined }])
      : undefined;
  }

  suppress(document: SourceDocument, at: TextRange, id: string, reason: string): readonly TextEdit[] | undefined {
    const { text } = document;
    const view = new DocumentView(document);
    // A line that begins inside a string has no place for a comment.
    const node = view.json
      .pathTo(at.start, Math.max(at.start, at.end))
      .findLast(each => beginsLine(text, view.lineOpener(each)));
    if (node === undefined) return undefined;
    const opener = view.lineOpener(node);
    const start = lineStartOf(text, opener);
    const comment = `// portcullis-ignore ${id} -- ${reason.replace(/\s+/g, ' ').trim()}`;
    return [view.edit({ start, end: start }, `${text.slice(start, opener)}${comment}${lineBreakIn(text)}`)];
  }
}

const commaBehind = /^(?:\s|\/\/[^\r\n]*(?:\r?\n|\r)|\/\*[\s\S]*?\*\/)*,/;

/** How far before a property its comma is looked for: comments in between are no longer. */
const farthestComma = 5000;

interface NewMember {
  readonly name: string;
  readonly value: NewValue;
}

/** A resource with its symbolic name. */
interface NamedResource {
  readonly symbol: string;
  /** A name that no resource has, as JSON. */
  readonly freeName: string;
  readonly name: TextRange;
  readonly extent: TextRange;
}

/** One document with its JSON. */
class DocumentView {
  readonly json: JsonText;
  readonly #layout: JsonLayout;

  constructor(private readonly document: SourceDocument) {
    this.json = new JsonText(document.text);
    this.#layout = layoutOf(document.text);
  }

  edit(range: TextRange, newText: string): TextEdit {
    return { file: this.document.path, range: { start: range.start, end: range.end }, newText };
  }

  extent(node: JsonNode): TextRange {
    return { start: this.json.start(node), end: this.json.end(node) };
  }

  covers(node: JsonNode, range: TextRange): boolean {
    return this.json.start(node) === range.start && this.json.end(node) === range.end;
  }

  parentOf(node: JsonNode): JsonNode | undefined {
    const path = this.json.pathTo(this.json.start(node), this.json.end(node));
    return path[path.indexOf(node) - 1];
  }

  /** The object that a range is, or whose opening the range is. */
  objectAt(range: TextRange): JsonNode | undefined {
    const path = this.json.pathTo(range.start, range.start + 1);
    return path.findLast(
      node =>
        this.json.kind(node) === 'object' && this.json.start(node) === range.start && this.json.end(node) >= range.end,
    );
  }

  /** A resource that is the value of a symbolic name. */
  namedResource(node: JsonNode): NamedResource | undefined {
    const resources = this.parentOf(node);
    const owner = this.#ownerOf(node);
    if (resources === undefined || owner === undefined || this.json.kind(resources) !== 'object') return undefined;
    if (this.json.find(owner, 'resources') !== resources) return undefined;
    const taken = new Set<string>();
    let name: JsonNode | undefined;
    this.json.eachProperty(resources, (each, value) => {
      taken.add(this.json.string(each).toLowerCase());
      if (value === node) name = each;
    });
    if (name === undefined) return undefined;
    const symbol = this.json.string(name);
    let number = 2;
    while (taken.has(`${symbol}${number}`.toLowerCase())) number++;
    return {
      symbol,
      freeName: JSON.stringify(`${symbol}${number}`),
      name: this.extent(name),
      extent: { start: this.json.start(name), end: this.json.end(node) },
    };
  }

  /** The template whose resource a node is, or whose resource has it as a child. */
  templateOf(node: JsonNode): JsonNode | undefined {
    const path = this.json.pathTo(this.json.start(node), this.json.end(node));
    return path.slice(0, path.indexOf(node)).findLast(each => this.#isTemplate(each));
  }

  #isTemplate(node: JsonNode): boolean {
    return this.json.find(node, 'resources') !== undefined && this.json.find(node, 'type') === undefined;
  }

  /** A copy of an item or a property behind itself, with edits in the copy. */
  copyOf(extent: TextRange, edits: readonly TextEdit[]): TextEdit {
    const { text } = this.document;
    const copy = this.#comma(extent.start) + applyEdits(text, edits, extent);
    return this.edit({ start: extent.end, end: extent.end }, copy);
  }

  write(value: NewValue, near: number): string {
    return writeJsonValue(value, this.#layoutAt(near), indentationAt(this.document.text, near));
  }

  /** A rule's own properties stand under `properties`, its name beside it. */
  changeRule(node: JsonNode, written: readonly PropertyChange[]): readonly TextEdit[] | undefined {
    const changes = written.map(change => this.#wholeName(node, change));
    const inner = this.json.find(node, 'properties');
    if (inner === undefined) return this.changeObject(node, changes);
    if (this.json.kind(inner) !== 'object') return undefined;
    return [
      ...this.changeObject(
        node,
        changes.filter(change => change.name === 'name'),
      ),
      ...this.changeObject(
        inner,
        changes.filter(change => change.name !== 'name'),
      ),
    ];
  }

  /** A child that stands outside its parent has the parent's name before its own. */
  #wholeName(node: JsonNode, change: PropertyChange): PropertyChange {
    if (change.name !== 'name' || !change.value || !('json' in change.value)) return change;
    const type = this.json.find(node, 'type');
    const name = this.json.find(node, 'name');
    const { json } = change.value;
    if (type === undefined || name === undefined || typeof json !== 'string') return change;
    const written = this.json.string(name);
    const outside = this.json.string(type).split('/').length > 2 && this.templateOf(node) === this.#ownerOf(node);
    return outside || written.includes('/') ? { name: 'name', value: siblingName(written, json) } : change;
  }

  /** What has the node among its `resources`. */
  #ownerOf(node: JsonNode): JsonNode | undefined {
    const resources = this.parentOf(node);
    return resources === undefined ? undefined : this.parentOf(resources);
  }

  changeObject(object: JsonNode, changes: readonly PropertyChange[]): readonly TextEdit[] {
    const edits: TextEdit[] = [];
    const added: NewMember[] = [];
    const removed: TextRange[] = [];
    for (const { name, value } of changes) {
      const property = this.json.findProperty(object, name);
      if (property && value) {
        const range = this.extent(property.value);
        edits.push(this.edit(range, this.write(value, this.json.start(property.name))));
      } else if (property) {
        removed.push({ start: this.json.start(property.name), end: this.json.end(property.value) });
      } else if (value) added.push({ name, value });
    }
    // A property that goes makes room for one that comes: one line changes instead of two.
    while (added.length > 0 && removed.length > 0) {
      const range = removed.shift()!;
      edits.push(this.edit(range, this.#property(added.shift()!, range.start)));
    }
    for (const range of removed) edits.push(...this.removal(range));
    if (added.length > 0) edits.push(this.#insertion(object, added));
    return edits;
  }

  /** Takes a property or item away, with the comma that parts it from its neighbour and its line when it is alone there. */
  removal(range: TextRange): readonly TextEdit[] {
    const { text } = this.document;
    const behind = commaBehind.exec(text.slice(range.end, range.end + farthestComma));
    if (behind) {
      const end = range.end + behind[0].length;
      const lineEnd = lineEndOf(text, end);
      if (beginsLine(text, range.start) && text.slice(end, lineEnd).trim() === '')
        return [this.edit({ start: lineStartOf(text, range.start), end: behindLineBreak(text, lineEnd) }, '')];
      const space = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
      return [this.edit({ start: range.start, end: end + space }, '')];
    }
    const from = Math.max(0, range.start - farthestComma);
    const before = /,((?:\s|\/\/[^\r\n]*(?:\r?\n|\r)|\/\*[\s\S]*?\*\/)*)$/.exec(text.slice(from, range.start));
    if (!before) return [this.edit(this.#wholeInside(range), '')];
    const comma = from + before.index;
    if (before[1]?.trim() === '') return [this.edit({ start: comma, end: range.end }, '')];
    // A comment between the two stays.
    const start = beginsLine(text, range.start) ? beforeLineBreak(text, lineStartOf(text, range.start)) : range.start;
    return [
      this.edit({ start: comma, end: comma + 1 }, ''),
      this.edit({ start: Math.max(start, comma + 1), end: range.end }, ''),
    ];
  }

  /** What stands alone between its brackets, with the space around it: they close again as `[]`. */
  #wholeInside({ start, end }: TextRange): TextRange {
    const { text } = this.document;
    const before = /[[{]\s*$/.exec(text.slice(Math.max(0, start - farthestComma), start));
    const behind = /^\s*[\]}]/.exec(text.slice(end, end + farthestComma));
    if (!before || !behind) return { start, end };
    return { start: start - before[0].length + 1, end: end + behind[0].length - 1 };
  }

  /** The innermost template around a place whose parameters an expression at the place sees. */
  templateAround(range: TextRange): JsonNode | undefined {
    const path = this.json.pathTo(range.start, range.end);
    for (let at = path.length - 1; at >= 0; at--) {
      const node = path[at]!;
      if (this.json.kind(node) !== 'object' || this.json.find(node, 'resources') === undefined) continue;
      if (
        at > 0 &&
        this.json.find(node, 'contentVersion') === undefined &&
        this.json.find(node, '$schema') === undefined
      )
        continue;
      const around = path[at - 1];
      if (around === undefined || this.#hasInnerScope(around)) return node;
    }
    return undefined;
  }

  /** Where the line's own text of a node begins: the name of a property, else the node. */
  lineOpener(node: JsonNode): number {
    const parent = this.parentOf(node);
    let opener = this.json.start(node);
    if (parent !== undefined && this.json.kind(parent) === 'object')
      this.json.eachProperty(parent, (name, value) => {
        if (value === node) opener = this.json.start(name);
      });
    return opener;
  }

  #hasInnerScope(properties: JsonNode): boolean {
    const options = this.json.find(properties, 'expressionEvaluationOptions');
    const scope = options === undefined ? undefined : this.json.find(options, 'scope');
    if (this.json.find(properties, 'template') === undefined) return true;
    return scope !== undefined && /^inner$/i.test(this.json.string(scope));
  }

  #insertion(object: JsonNode, added: readonly NewMember[]): TextEdit {
    const { text } = this.document;
    let last: TextRange | undefined;
    this.json.eachProperty(object, (name, value) => {
      last = { start: this.json.start(name), end: this.json.end(value) };
    });
    if (!last) {
      const start = this.json.start(object);
      const layout = this.#layoutAt(start);
      const outer = indentationAt(text, start);
      const members = added.map(member => this.#member(member, layout, outer + layout.unit));
      return this.edit(this.extent(object), writeMembers(members, layout, outer));
    }
    const { start, end } = last;
    const comma = this.#comma(start);
    return this.edit({ start: end, end }, added.map(property => comma + this.#property(property, start)).join(''));
  }

  #property(member: NewMember, near: number): string {
    return this.#member(member, this.#layoutAt(near), indentationAt(this.document.text, near));
  }

  #member({ name, value }: NewMember, layout: JsonLayout, indentation: string): string {
    return JSON.stringify(name) + layout.colon + writeJsonValue(value, layout, indentation);
  }

  /** What parts an item or a property from the next one like it: a comma, and a line of its own where it has one. */
  #comma(start: number): string {
    const { text } = this.document;
    const { lineBreak, comma } = this.#layout;
    return lineBreak !== '' && beginsLine(text, start) ? `,${lineBreak}${indentationAt(text, start)}` : comma;
  }

  #layoutAt(offset: number): JsonLayout {
    return this.#layout.lineBreak === '' ? this.#layout : { ...this.#layout, unit: this.#unit(offset) };
  }

  /** One level of indentation as the text has it: by how much the line is further in than the object around it. */
  #unit(offset: number): string {
    const { text } = this.document;
    const own = indentationAt(text, offset);
    for (const node of this.json.pathTo(offset, offset).toReversed()) {
      const outer = indentationAt(text, this.json.start(node));
      if (own.length > outer.length && own.startsWith(outer)) return own.slice(outer.length);
    }
    return text.includes('\n\t') ? '\t' : '  ';
  }
}
