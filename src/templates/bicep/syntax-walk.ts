import type { TextRange } from '../../network/origin.ts';
import type {
  ArrayNode,
  BicepTree,
  Declaration,
  Expression,
  Name,
  ObjectNode,
  PropertyNode,
  SpreadNode,
} from './syntax.ts';

export type SyntaxNode = Declaration | Expression | PropertyNode | SpreadNode;

/** The parts of a node, in the order written. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.kind) {
    case 'interpolation':
      return node.holes;
    case 'array':
      return node.items;
    case 'object':
      return node.resources.length === 0
        ? node.properties
        : [...node.properties, ...node.resources].sort((a, b) => a.start - b.start);
    case 'property':
      return 'text' in node.key ? [node.value] : [node.key, node.value];
    case 'spread':
      return [node.operand];
    case 'for':
      return [node.source, node.body];
    case 'if':
      return [node.condition, node.body];
    case 'call':
      return node.target ? [node.target, ...node.args] : node.args;
    case 'lambda':
      return [node.body];
    case 'member':
    case 'nested':
      return [node.target];
    case 'index':
      return [node.target, node.index];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'ternary':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'target-scope':
    case 'metadata':
    case 'variable':
    case 'output':
    case 'resource':
    case 'module':
      return [node.value];
    case 'parameter':
      return node.value ? [node.value] : [];
    case 'function':
      return [node.lambda.body];
    default:
      return [];
  }
}

/** The nodes around a range, outermost first. */
export function pathTo(tree: BicepTree, range: TextRange): SyntaxNode[] {
  const path: SyntaxNode[] = [];
  let level: readonly SyntaxNode[] = tree.declarations;
  for (;;) {
    const inside = level.find(node => node.start <= range.start && range.end <= node.end);
    if (!inside) return path;
    path.push(inside);
    level = childrenOf(inside);
  }
}

/** The outermost declaration, property or array item that begins at an offset. */
export function nodeAt(tree: BicepTree, offset: number): SyntaxNode | undefined {
  let level: readonly SyntaxNode[] = tree.declarations;
  for (;;) {
    const around = level.find(node => node.start <= offset && offset < node.end);
    if (!around) return undefined;
    if (around.start === offset || ('keyword' in around && around.keyword.start === offset)) return around;
    level = childrenOf(around);
  }
}

export function isCollection(node: SyntaxNode | undefined): node is ArrayNode | ObjectNode {
  return node?.kind === 'array' || node?.kind === 'object';
}

/** Names that loops and lambdas around a node give values to. */
interface LocalNames {
  readonly names: readonly (Name | undefined)[];
  readonly outer: LocalNames | undefined;
}

/** The names that a declaration refers to, those of its own loops, lambdas and nested resources left out. */
export function referencesOf(declaration: Declaration): ReadonlySet<string> {
  const found = new Set<string>();
  const open: [SyntaxNode, LocalNames | undefined][] = [[declaration, undefined]];
  for (const { args } of declaration.decorators) for (const arg of args) open.push([arg, undefined]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, locals] = next;
    const name = node.kind === 'reference' ? node.name : node.kind === 'call' && !node.target ? node.name.text : '';
    if (name !== '' && !isLocal(name, locals)) found.add(name);
    switch (node.kind) {
      case 'for':
        open.push([node.source, locals], [node.body, { names: [node.item, node.index], outer: locals }]);
        break;
      case 'lambda':
        open.push([node.body, { names: node.parameters, outer: locals }]);
        break;
      case 'function':
        open.push([node.lambda, locals]);
        break;
      default:
        for (const child of node.kind === 'object' ? node.properties : childrenOf(node)) open.push([child, locals]);
    }
  }
  return found;
}

function isLocal(name: string, locals: LocalNames | undefined): boolean {
  for (let around = locals; around; around = around.outer)
    if (around.names.some(local => local?.text === name)) return true;
  return false;
}
