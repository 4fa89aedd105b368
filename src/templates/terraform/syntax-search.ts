import type { TextRange } from '../../network/origin.ts';
import type { Attribute, Block, Body, Expression } from './syntax.ts';

/** What holds a range, outermost first. */
export interface NodesAt {
  readonly blocks: readonly Block[];
  readonly attributes: readonly Attribute[];
  readonly expressions: readonly Expression[];
}

export function nodesAt(body: Body, range: TextRange): NodesAt {
  const blocks: Block[] = [];
  let at: Body | undefined = body;
  const attributes: Attribute[] = [];
  const expressions: Expression[] = [];
  while (at) {
    const within: Body = at;
    for (const attribute of within.attributes) {
      if (!holds(attribute, range)) continue;
      attributes.push(attribute);
      collect(attribute.value, range, expressions);
    }
    const block: Block | undefined = within.blocks.find(one => holds(one, range));
    if (block) blocks.push(block);
    at = block?.body;
  }
  return { blocks, attributes, expressions };
}

/** The expression that stands at exactly a range. */
export function expressionAt(body: Body, range: TextRange): Expression | undefined {
  return nodesAt(body, range).expressions.findLast(one => one.start === range.start && one.end === range.end);
}

/** The list or object that has an item, or entry, at exactly a range. */
export function expressionsIn(
  nodes: NodesAt,
  range: TextRange,
): { readonly list: Expression; readonly index: number } | undefined {
  for (const list of [...nodes.expressions].reverse()) {
    const spans =
      list.kind === 'tuple' ? list.items : list.kind === 'object' ? list.entries.map(entry => entry.value) : [];
    const index = spans.findIndex(span => span.start === range.start && span.end === range.end);
    if (index >= 0) return { list, index };
  }
  return undefined;
}

function holds(node: TextRange, range: TextRange): boolean {
  return node.start <= range.start && node.end >= range.end;
}

function collect(expression: Expression, range: TextRange, into: Expression[]): void {
  if (!holds(expression, range)) return;
  into.push(expression);
  for (const child of children(expression)) collect(child, range, into);
}

function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'tuple':
      return expression.items;
    case 'object':
      return expression.entries.flatMap(entry => [entry.key, entry.value]);
    case 'call':
      return expression.args;
    case 'conditional':
      return [expression.condition, expression.consequent, expression.alternative];
    case 'parenthesized':
      return [expression.inner];
    case 'for':
      return [expression.collection, expression.value, ...(expression.condition ? [expression.condition] : [])];
    case 'attribute':
    case 'splat':
      return [expression.target];
    case 'index':
      return [expression.target, expression.key];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'template':
      return expression.parts.flatMap(part => (part.kind === 'interpolation' ? [part.value] : []));
    default:
      return [];
  }
}
