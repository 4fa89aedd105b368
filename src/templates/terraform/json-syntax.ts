import { type Node, parseTree } from 'jsonc-parser';
import type { TerraformParser } from './grammar.ts';
import {
  type Attribute,
  type Block,
  type Body,
  type Expression,
  type ObjectEntry,
  type SourceFile,
  standingAt,
} from './syntax.ts';

const maximumDepth = 200;

/**
 * The syntax of a `.tf.json` or `.tfvars.json` file: the same blocks and attributes as in Terraform's own language
 * (https://developer.hashicorp.com/terraform/language/syntax/json). A property is a block where the language has one,
 * else an attribute; strings are templates.
 */
export function readJsonSyntax(text: string, parser: TerraformParser, valuesOnly = false): SourceFile {
  const byteOrderMark = text.charCodeAt(0) === 0xfeff ? ' ' : '';
  const errors: { offset: number; length: number; error: number }[] = [];
  const root = parseTree(byteOrderMark + text.slice(byteOrderMark.length), errors);
  const problems = errors.slice(0, 5).map(error => ({ start: error.offset, end: error.offset + error.length }));
  if (root?.type !== 'object')
    return { body: { attributes: [], blocks: [] }, problems: [...problems, { start: 0, end: text.length }] };
  const reader = new JsonReader(parser, valuesOnly);
  if (valuesOnly) return { body: { attributes: reader.attributes(root), blocks: [] }, problems };
  return { body: { attributes: [], blocks: reader.topLevel(root) }, problems };
}

/** How many labels a top-level block has. */
const labelCounts: Readonly<Record<string, number>> = {
  resource: 2,
  data: 2,
  variable: 1,
  output: 1,
  module: 1,
  provider: 1,
  locals: 0,
  terraform: 0,
};

class JsonReader {
  constructor(
    private readonly parser: TerraformParser,
    private readonly literal: boolean,
  ) {}

  topLevel(root: Node): Block[] {
    const blocks: Block[] = [];
    for (const { name, value } of members(root)) {
      const labels = labelCounts[name];
      if (labels !== undefined) this.#labelled(name, [], labels, value, value, blocks);
    }
    return blocks;
  }

  #labelled(type: string, labels: readonly string[], missing: number, node: Node, opening: Node, into: Block[]): void {
    for (const item of node.type === 'array' ? (node.children ?? []) : [node]) {
      if (missing === 0) into.push(this.#block(type, labels, item, opening));
      else
        for (const { name, key, value } of members(item))
          this.#labelled(type, [...labels, name], missing - 1, value, key, into);
    }
  }

  #block(type: string, labels: readonly string[], node: Node, opening: Node): Block {
    const body: Body = { attributes: this.attributes(node), blocks: this.#nested(node) };
    const end = node.offset + node.length;
    return { type, labels, start: Math.min(opening.offset, node.offset), headerEnd: node.offset + 1, end, body };
  }

  /** `dynamic` is always a block; everything else is an attribute, which reads as a list of blocks where one is needed. */
  #nested(node: Node): Block[] {
    const blocks: Block[] = [];
    for (const { name, value } of members(node)) {
      if (name === 'dynamic') this.#labelled('dynamic', [], 1, value, value, blocks);
      if (name === 'content' || name === 'required_providers') this.#labelled(name, [], 0, value, value, blocks);
    }
    return blocks;
  }

  attributes(node: Node): Attribute[] {
    return members(node)
      .filter(({ name }) => name !== 'dynamic' && name !== '//' && name !== 'content')
      .map(({ name, key, value }) => ({
        name,
        start: key.offset,
        nameEnd: key.offset + key.length,
        end: value.offset + value.length,
        value: this.#expression(value, 0),
      }));
  }

  #expression(node: Node, depth: number): Expression {
    const start = node.offset;
    const end = node.offset + node.length;
    if (depth > maximumDepth) return { kind: 'missing', start, end };
    switch (node.type) {
      case 'string':
        return this.#template(String(node.value), start, end);
      case 'number':
      case 'boolean':
        return { kind: 'literal', value: node.value as number | boolean, start, end };
      case 'array':
        return {
          kind: 'tuple',
          items: (node.children ?? []).map(item => this.#expression(item, depth + 1)),
          start,
          end,
        };
      case 'object': {
        const entries = members(node).map(({ name, key, value }): ObjectEntry => {
          const at = { start: key.offset, end: key.offset + key.length };
          return { name, key: { kind: 'literal', value: name, ...at }, value: this.#expression(value, depth + 1) };
        });
        return { kind: 'object', entries, start, end };
      }
      default:
        return { kind: 'literal', value: null, start, end };
    }
  }

  #template(value: string, start: number, end: number): Expression {
    if (this.literal || (!value.includes('${') && !value.includes('%{'))) return { kind: 'literal', value, start, end };
    // In JSON a string is a template as a heredoc's text is: without the escapes of a quoted one.
    const marker = 'PORTCULLIS_END_OF_JSON_STRING';
    const syntax = this.parser.parse(`v = <<${marker}\n${value}\n${marker}\n`);
    const parsed = syntax.body.attributes[0]?.value;
    if (!parsed || syntax.problems.length > 0) return { kind: 'missing', start, end };
    return standingAt(withoutLastNewline(parsed), { start, headerEnd: end, end });
  }
}

function withoutLastNewline(expression: Expression): Expression {
  if (expression.kind === 'literal') return { ...expression, value: String(expression.value).replace(/\n$/, '') };
  if (expression.kind !== 'template') return expression;
  const parts = [...expression.parts];
  const last = parts[parts.length - 1];
  if (last?.kind === 'text') {
    const text = last.text.replace(/\n$/, '');
    if (text === '') parts.pop();
    else parts[parts.length - 1] = { kind: 'text', text };
  }
  return { ...expression, parts };
}

function members(node: Node): { name: string; key: Node; value: Node }[] {
  if (node.type !== 'object') return [];
  const found: { name: string; key: Node; value: Node }[] = [];
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key && value) found.push({ name: String(key.value), key, value });
  }
  return found;
}
