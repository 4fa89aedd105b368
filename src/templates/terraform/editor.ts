import type { TextRange } from '../../network/origin.ts';
import type { Json } from '../../network/value.ts';
import type { NewValue, PropertyChange, SourceDocument, SourceEditor, TextEdit } from '../source-editor.ts';
import { applyEdits, indentationAt, lineBreakIn, lineEndOf, lineStartOf, wholeLines } from '../text-lines.ts';
import type { TerraformParser } from './grammar.ts';
import { isJsonSyntax, JsonSyntaxEditor } from './json-editor.ts';
import { securityRuleFields } from './resources/tables.ts';
import type { Block, Body, Expression, ObjectEntry } from './syntax.ts';
import { expressionAt, expressionsIn, nodesAt } from './syntax-search.ts';

/** The provider's name of each property of a security rule. */
const attributeNames: ReadonlyMap<string, string> = new Map(
  Object.entries(securityRuleFields).map(([name, rule]) => [
    (typeof rule === 'string' ? rule : rule.to).replace('properties.', '').toLowerCase(),
    name,
  ]),
);

interface RuleText {
  readonly range: TextRange;
  /** Attributes or entries under their names. */
  readonly members: ReadonlyMap<string, { readonly range: TextRange; readonly value: Expression }>;
  readonly block: Block | undefined;
  /** Where the inside begins and ends. */
  readonly inside: TextRange;
  readonly rest: boolean;
}

/** Changes Terraform's own syntax, and its JSON syntax by an editor of that. */
export class TerraformEditor implements SourceEditor {
  readonly #json = new JsonSyntaxEditor(name => attributeNames.get(name.toLowerCase()));

  constructor(private readonly parser: TerraformParser) {}

  replaceValue(document: SourceDocument, range: TextRange, value: NewValue): readonly TextEdit[] | undefined {
    if (isJsonSyntax(document.path)) return this.#json.replaceValue(document, range, value);
    const body = this.#body(document);
    if (!body || !expressionAt(body, range)) return undefined;
    return [edit(document, range, writeValue(value, document.text, range.start))];
  }

  changeRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    if (isJsonSyntax(document.path)) return this.#json.changeRule(document, rule, changes);
    const found = this.#rule(document, rule);
    return found && this.#changes(document, found, changes);
  }

  copyRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined {
    if (isJsonSyntax(document.path)) return this.#json.copyRule(document, rule, changes);
    const found = this.#rule(document, rule);
    const edits = found && this.#changes(document, found, changes);
    if (!found || !edits) return undefined;
    const { text } = document;
    const lineBreak = lineBreakIn(text);
    const copy = applyEdits(text, edits, found.range);
    const indentation = indentationAt(text, found.range.start);
    const at = { start: found.range.end, end: found.range.end };
    if (!found.block) {
      const ownLine = text.slice(lineStartOf(text, found.range.start), found.range.start).trim() === '';
      return found.rest
        ? [edit(document, at, ownLine ? `,${lineBreak}${indentation}${copy}` : `, ${copy}`)]
        : undefined;
    }
    if (found.block.type !== 'resource') return [edit(document, at, `${lineBreak}${indentation}${copy}`)];
    // A second resource needs a label of its own.
    if (found.members.has('count') || found.members.has('for_each')) return undefined;
    const body = this.#body(document);
    const [type = '', name = ''] = found.block.labels;
    const taken = new Set(body?.blocks.filter(one => one.labels[0] === type).map(one => one.labels[1]));
    const label = free(`${name}_2`, taken);
    const renamed = copy.replace(/^(resource\s+"[^"]*"\s+")[^"]*"/, `$1${label}"`);
    return renamed === copy ? undefined : [edit(document, at, `${lineBreak}${lineBreak}${renamed}`)];
  }

  remove(document: SourceDocument, range: TextRange): readonly TextEdit[] | undefined {
    if (isJsonSyntax(document.path)) return this.#json.remove(document, range);
    const body = this.#body(document);
    if (!body) return undefined;
    const nodes = nodesAt(body, range);
    const block = nodes.blocks.findLast(one => covers(range, one) || opens(range, one));
    if (block) {
      if (block.type === 'dynamic' || block.type === 'module' || block.type === 'content') return undefined;
      if (block.type === 'resource' && refersTo(document.text, block)) return undefined;
      return [edit(document, wholeLines(document.text, block, block.type === 'resource'), '')];
    }
    const item = expressionsIn(nodes, range);
    if (!item) return undefined;
    const { list, index } = item;
    const members = list.kind === 'tuple' ? list.items : list.kind === 'object' ? list.entries.map(entrySpan) : [];
    const own = members[index];
    return own && [edit(document, withSeparator(document.text, own, members[index + 1], members[index - 1]), '')];
  }

  declareParameter(
    document: SourceDocument,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
    use: TextRange,
  ): { readonly edits: readonly TextEdit[]; readonly expression: string } | undefined {
    if (isJsonSyntax(document.path)) return this.#json.declareParameter(document, parameter, use);
    const body = this.#body(document);
    if (!body || /\.tfvars$/i.test(document.path)) return undefined;
    const around = body.blocks.find(block => block.start <= use.start && block.end >= use.end);
    // Neither a default nor a module's source may refer to a variable.
    if (!around || around.type === 'variable' || around.type === 'terraform') return undefined;
    const taken = new Set(body.blocks.filter(block => block.type === 'variable').map(block => block.labels[0]));
    const name = free(parameter.name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`).replace(/^_/, ''), taken);
    const lineBreak = lineBreakIn(document.text);
    const type = parameter.type === 'array' ? 'list(string)' : 'string';
    const declaration = [
      `variable "${name}" {`,
      `  description = ${quote(parameter.description)}`,
      `  type        = ${type}`,
      '}',
    ].join(lineBreak);
    const last = body.blocks.findLast(block => block.type === 'variable');
    const first = body.blocks[0];
    if (last) {
      const at = lineEndOf(document.text, last.end);
      return {
        edits: [edit(document, { start: at, end: at }, `${lineBreak}${lineBreak}${declaration}`)],
        expression: `var.${name}`,
      };
    }
    const at = lineStartOf(document.text, first?.start ?? 0);
    return {
      edits: [edit(document, { start: at, end: at }, `${declaration}${lineBreak}${lineBreak}`)],
      expression: `var.${name}`,
    };
  }

  removeDefault(document: SourceDocument, value: TextRange): readonly TextEdit[] | undefined {
    if (isJsonSyntax(document.path)) return this.#json.removeDefault(document, value);
    const body = this.#body(document);
    const variable = body?.blocks.find(
      block => block.type === 'variable' && block.start <= value.start && block.end >= value.end,
    );
    const fallback = variable?.body.attributes.find(attribute => attribute.name === 'default');
    if (!fallback || fallback.value.start !== value.start || fallback.value.end !== value.end) return undefined;
    return [edit(document, wholeLines(document.text, fallback, false), '')];
  }

  suppress(document: SourceDocument, at: TextRange, id: string, reason: string): readonly TextEdit[] | undefined {
    const body = this.#body(document);
    if (!body) return undefined;
    const nodes = nodesAt(body, at);
    const target = [...nodes.blocks, ...nodes.attributes]
      .filter(node => document.text.slice(lineStartOf(document.text, node.start), node.start).trim() === '')
      .sort((a, b) => a.start - b.start)
      .pop();
    if (!target) return undefined;
    const start = lineStartOf(document.text, target.start);
    const indentation = document.text.slice(start, target.start);
    const comment = `# portcullis-ignore ${id} -- ${reason.replace(/\s+/g, ' ').trim()}`;
    return [edit(document, { start, end: start }, `${indentation}${comment}${lineBreakIn(document.text)}`)];
  }

  #body(document: SourceDocument): Body | undefined {
    return document.path.endsWith('.json') ? undefined : this.parser.parse(document.text).body;
  }

  /** The rule that a range names: a block, a resource or its opening line, or an object in a list or map. */
  #rule(document: SourceDocument, range: TextRange): RuleText | undefined {
    const body = this.#body(document);
    if (!body) return undefined;
    const nodes = nodesAt(body, range);
    const block = nodes.blocks.findLast(one => covers(range, one) || opens(range, one));
    if (block) {
      if (block.type === 'dynamic') return undefined;
      const members = new Map(block.body.attributes.map(one => [one.name, { range: one, value: one.value }]));
      const inside = { start: block.headerEnd, end: block.end - 1 };
      return { range: { start: block.start, end: block.end }, members, block, inside, rest: true };
    }
    const object = expressionAt(body, range);
    if (object?.kind !== 'object') return undefined;
    const members = new Map<string, { range: TextRange; value: Expression }>();
    for (const entry of object.entries)
      if (entry.name !== undefined) members.set(entry.name, { range: entrySpan(entry), value: entry.value });
    const item = expressionsIn(nodes, range);
    return {
      range: { start: object.start, end: object.end },
      members,
      block: undefined,
      inside: { start: object.start + 1, end: object.end - 1 },
      rest: item?.list.kind === 'tuple',
    };
  }

  #changes(document: SourceDocument, rule: RuleText, changes: readonly PropertyChange[]): TextEdit[] | undefined {
    const { text } = document;
    const edits: TextEdit[] = [];
    const added: { readonly name: string; readonly value: NewValue }[] = [];
    const removed: TextRange[] = [];
    for (const change of changes) {
      const name = attributeNames.get(change.name.toLowerCase());
      if (!name) return undefined;
      const written = rule.members.get(name) ?? rule.members.get(change.name);
      if (change.value && written)
        edits.push(edit(document, written.value, writeValue(change.value, text, written.value.start)));
      else if (written) removed.push(written.range);
      else if (change.value) {
        // An object with names of its own is data for something else: what it is called there is not known.
        if (!rule.block && !rule.members.has('access') && !rule.members.has('priority')) return undefined;
        added.push({ name, value: change.value });
      }
    }
    // As wide as what stands in its place or above it, so that the equals signs stay under each other.
    const member = ({ name, value }: (typeof added)[number], beside: TextRange): string =>
      `${name.padEnd(nameWidth(text, beside))} = ${writeValue(value, text, beside.start)}`;
    // A member that goes makes room for one that comes: one line changes instead of two.
    while (added.length > 0 && removed.length > 0) {
      const range = removed.shift()!;
      edits.push(edit(document, range, member(added.shift()!, range)));
    }
    for (const range of removed) edits.push(edit(document, memberLines(text, range), ''));
    if (added.length > 0) {
      const members = [...rule.members.values()];
      const last = members[members.length - 1];
      if (!last) return undefined;
      const ownLine = text.slice(lineStartOf(text, last.range.start), last.range.start).trim() === '';
      const indentation = indentationAt(text, last.range.start);
      const separator = ownLine ? lineBreakIn(text) + indentation : ', ';
      if (!ownLine && rule.block) return undefined;
      edits.push(
        edit(
          document,
          { start: last.range.end, end: last.range.end },
          added.map(one => separator + member(one, last.range)).join(''),
        ),
      );
    }
    return edits;
  }
}

function entrySpan(entry: ObjectEntry): TextRange {
  return { start: entry.key.start, end: entry.value.end };
}

function edit(document: SourceDocument, range: TextRange, newText: string): TextEdit {
  return { file: document.path, range: { start: range.start, end: range.end }, newText };
}

function covers(range: TextRange, node: TextRange): boolean {
  return range.start === node.start && range.end === node.end;
}

/** A range that is a block's opening line, or begins with the block. */
function opens(range: TextRange, block: Block): boolean {
  return range.start === block.start && range.end <= block.headerEnd;
}

/** How many characters a member has before its equals sign; none when others cannot stand under it. */
function nameWidth(text: string, member: TextRange): number {
  const written = text.slice(member.start, member.end);
  return written.includes('\n') ? 0 : (/^[^=:\s]*[ \t]*(?= =)/.exec(written)?.[0].length ?? 0);
}

function free(name: string, taken: ReadonlySet<string | undefined>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}_${number}`;
  return candidate;
}

/** True when the rest of the text names a resource. */
function refersTo(text: string, block: Block): boolean {
  const [type = '', name = ''] = block.labels;
  const rest = text.slice(0, block.start) + text.slice(block.end);
  return new RegExp(`\\b${type}\\.${name}\\b`).test(rest);
}

/** A member with its line, or with the comma behind it when it shares a line. */
function memberLines(text: string, range: TextRange): TextRange {
  const comma = /^[ \t]*,/.exec(text.slice(range.end))?.[0].length ?? 0;
  const whole = { start: range.start, end: range.end + comma };
  const lines = wholeLines(text, whole, false);
  if (lines.start !== whole.start || lines.end !== whole.end) return lines;
  const blank = /^[ \t]*/.exec(text.slice(whole.end))?.[0].length ?? 0;
  return { start: whole.start, end: whole.end + blank };
}

function withSeparator(
  text: string,
  item: TextRange,
  next: TextRange | undefined,
  before: TextRange | undefined,
): TextRange {
  const comma = /^\s*,/.exec(text.slice(item.end))?.[0].length ?? 0;
  const whole = { start: item.start, end: item.end + comma };
  const lines = wholeLines(text, whole, false);
  if (lines.start !== whole.start) return lines;
  if (next) return { start: item.start, end: next.start };
  return before ? { start: before.end, end: whole.end } : whole;
}

function writeValue(value: NewValue, text: string, offset: number): string {
  return 'expression' in value
    ? value.expression
    : writeJson(value.json, lineBreakIn(text), indentationAt(text, offset));
}

function writeJson(json: Json, lineBreak: string, indentation: string): string {
  if (typeof json === 'string') return quote(json);
  if (json === null || typeof json !== 'object') return String(json);
  const inner = `${indentation}  `;
  if (Array.isArray(json))
    return `[${(json as readonly Json[]).map(item => writeJson(item, lineBreak, inner)).join(', ')}]`;
  const lines = Object.entries(json).map(
    ([name, item]) => `${inner}${nameText(name)} = ${writeJson(item as Json, lineBreak, inner)}`,
  );
  return lines.length === 0 ? '{}' : `{${lineBreak}${lines.join(lineBreak)}${lineBreak}${indentation}}`;
}

function nameText(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? name : quote(name);
}

/** A text as a quoted template that means just this text. */
function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped.replaceAll('${', '$${').replaceAll('%{', '%%{')}"`;
}
