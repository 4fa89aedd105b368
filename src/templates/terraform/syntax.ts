/**
 * The syntax of the Terraform language as the evaluation needs it: the grammar's tree without its wrappers. `start` and
 * `end` are UTF-16 offsets in the text that was parsed.
 */
export interface Body {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
}

export interface Attribute {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly nameEnd: number;
  readonly value: Expression;
  /** The override file that it comes from, when it is not in the file of the block around it. */
  readonly file?: string;
}

export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly start: number;
  readonly end: number;
  /** Behind the opening brace. */
  readonly headerEnd: number;
  readonly body: Body;
  /** The override file that it comes from, when it is not in the file of the block around it. */
  readonly file?: string;
}

/** Text that is not Terraform. What stands around it is read. */
export interface SyntaxProblem {
  readonly start: number;
  readonly end: number;
  /** It may be Terraform, but reading it takes longer than a text may. */
  readonly unfinished?: true;
}

export interface SourceFile {
  readonly body: Body;
  readonly problems: readonly SyntaxProblem[];
}

interface Node {
  readonly start: number;
  readonly end: number;
}

export type Expression =
  | LiteralExpression
  | TemplateExpression
  | TupleExpression
  | ObjectExpression
  | VariableExpression
  | AttributeExpression
  | IndexExpression
  | SplatExpression
  | CallExpression
  | ForExpression
  | ConditionalExpression
  | UnaryExpression
  | BinaryExpression
  | ParenthesizedExpression
  | MissingExpression;

export interface LiteralExpression extends Node {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}

/** A quoted template or heredoc with something to evaluate in it. */
export interface TemplateExpression extends Node {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'interpolation'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly consequent: readonly TemplatePart[];
      readonly alternative: readonly TemplatePart[];
    }
  | {
      readonly kind: 'for';
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly collection: Expression;
      readonly body: readonly TemplatePart[];
    };

export interface TupleExpression extends Node {
  readonly kind: 'tuple';
  readonly items: readonly Expression[];
}

export interface ObjectEntry {
  /** The key when it stands there as a name or a plain string. */
  readonly name: string | undefined;
  readonly key: Expression;
  readonly value: Expression;
}

export interface ObjectExpression extends Node {
  readonly kind: 'object';
  readonly entries: readonly ObjectEntry[];
}

export interface VariableExpression extends Node {
  readonly kind: 'variable';
  readonly name: string;
}

export interface AttributeExpression extends Node {
  readonly kind: 'attribute';
  readonly target: Expression;
  readonly name: string;
}

export interface IndexExpression extends Node {
  readonly kind: 'index';
  readonly target: Expression;
  readonly key: Expression;
}

export type SplatStep = { readonly name: string } | { readonly key: Expression };

/** `target[*].a.b` or the older `target.*.a`. */
export interface SplatExpression extends Node {
  readonly kind: 'splat';
  readonly target: Expression;
  readonly steps: readonly SplatStep[];
}

export interface CallExpression extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  /** The last argument is a list of arguments: `f(list...)`. */
  readonly expand: boolean;
}

export interface ForExpression extends Node {
  readonly kind: 'for';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: Expression;
  /** Set when the result is an object. */
  readonly key: Expression | undefined;
  readonly value: Expression;
  /** `...`: values of equal keys are collected. */
  readonly group: boolean;
  readonly condition: Expression | undefined;
}

export interface ConditionalExpression extends Node {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly consequent: Expression;
  readonly alternative: Expression;
}

export interface UnaryExpression extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '!';
  readonly operand: Expression;
}

export interface BinaryExpression extends Node {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface ParenthesizedExpression extends Node {
  readonly kind: 'parenthesized';
  readonly inner: Expression;
}

/** Where an expression is expected and none can be read. */
export interface MissingExpression extends Node {
  readonly kind: 'missing';
}

export const emptyBody: Body = { attributes: [], blocks: [] };

export function attributeOf(body: Body, name: string): Attribute | undefined {
  return body.attributes.find(attribute => attribute.name === name);
}

/** The type of a block, or of those that a `dynamic` one makes. */
export function blockTypeOf(block: Block): string {
  return block.type === 'dynamic' ? (block.labels[0] ?? '') : block.type;
}

/**
 * The same syntax, all of it standing at one place of another text: a block's opening for what is in a block, its end for
 * its end. For texts that no file has.
 */
export function standingAt<T>(
  node: T,
  at: { readonly start: number; readonly headerEnd: number; readonly end: number },
): T;
export function standingAt(
  node: unknown,
  at: { readonly start: number; readonly headerEnd: number; readonly end: number },
): unknown {
  if (Array.isArray(node)) return node.map(item => standingAt(item, at));
  if (typeof node !== 'object' || node === null) return node;
  if ('headerEnd' in node) {
    const { type, labels, body } = node as Block;
    return { type, labels, start: at.start, headerEnd: at.headerEnd, end: at.end, body: standingAt(body, at) };
  }
  const moved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node)) {
    if (name === 'start') moved[name] = at.start;
    else if (name === 'end' || name === 'nameEnd') moved[name] = at.headerEnd;
    else moved[name] = standingAt(value, at);
  }
  return moved;
}
