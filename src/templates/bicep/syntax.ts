import type { TextRange } from '../../network/origin.ts';

/**
 * Bicep's syntax trees. Every node is itself a half-open range of UTF-16 offsets, so that nothing of the text is lost:
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
 */
export interface Name extends TextRange {
  readonly text: string;
}

export interface TextNode extends TextRange {
  readonly kind: 'text';
  readonly value: string;
}
/** `'a${b}c'`: one more text than holes. */
export interface InterpolationNode extends TextRange {
  readonly kind: 'interpolation';
  readonly texts: readonly string[];
  readonly holes: readonly Expression[];
}
export interface NumberNode extends TextRange {
  readonly kind: 'number';
  readonly value: number;
}
export interface BooleanNode extends TextRange {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface NullNode extends TextRange {
  readonly kind: 'null';
}
export interface SpreadNode extends TextRange {
  readonly kind: 'spread';
  readonly operand: Expression;
}
export interface ArrayNode extends TextRange {
  readonly kind: 'array';
  /** Something in it could not be read: further items may be there. */
  readonly damaged: boolean;
  readonly items: readonly (Expression | SpreadNode)[];
}
export interface PropertyNode extends TextRange {
  readonly kind: 'property';
  /** A name or a text without holes; an interpolated one is an expression. */
  readonly key: Name | InterpolationNode;
  readonly value: Expression;
}
export interface ObjectNode extends TextRange {
  readonly kind: 'object';
  /** Something in it could not be read: further properties may be there. */
  readonly damaged: boolean;
  readonly properties: readonly (PropertyNode | SpreadNode)[];
  /** Nested resources of a resource's body. */
  readonly resources: readonly ResourceNode[];
}
/** `[for (item, index) in source: body]`; the body of a resource or module loop may be an `if`. */
export interface ForNode extends TextRange {
  readonly kind: 'for';
  readonly item: Name;
  readonly index: Name | undefined;
  readonly source: Expression;
  readonly body: Expression;
}
/** `if (condition) { … }` as the value of a resource or module. */
export interface IfNode extends TextRange {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly body: Expression;
}
/** `name(…)`, or `target.name(…)` when there is a target. */
export interface CallNode extends TextRange {
  readonly kind: 'call';
  readonly target: Expression | undefined;
  readonly name: Name;
  readonly args: readonly Expression[];
}
export interface LambdaNode extends TextRange {
  readonly kind: 'lambda';
  readonly parameters: readonly Name[];
  readonly body: Expression;
}
export interface ReferenceNode extends TextRange {
  readonly kind: 'reference';
  readonly name: string;
}
/** `target.name`, `target.?name`. */
export interface MemberNode extends TextRange {
  readonly kind: 'member';
  readonly target: Expression;
  readonly name: Name;
  readonly optional: boolean;
}
/** `target[index]`, `target[?index]`, `target[^index]`. */
export interface IndexNode extends TextRange {
  readonly kind: 'index';
  readonly target: Expression;
  readonly index: Expression;
  readonly optional: boolean;
  readonly fromEnd: boolean;
}
/** `target::name`: a nested resource. */
export interface NestedNode extends TextRange {
  readonly kind: 'nested';
  readonly target: Expression;
  readonly name: Name;
}
export interface UnaryNode extends TextRange {
  readonly kind: 'unary';
  readonly operator: '!' | '-';
  readonly operand: Expression;
}
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '=='
  | '!='
  | '=~'
  | '!~'
  | '<'
  | '<='
  | '>'
  | '>='
  | '&&'
  | '||'
  | '??';
export interface BinaryNode extends TextRange {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface TernaryNode extends TextRange {
  readonly kind: 'ternary';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}
/** Where an expression belongs and none could be read. */
export interface MissingNode extends TextRange {
  readonly kind: 'missing';
}

export type Expression =
  | TextNode
  | InterpolationNode
  | NumberNode
  | BooleanNode
  | NullNode
  | ArrayNode
  | ObjectNode
  | ForNode
  | IfNode
  | CallNode
  | LambdaNode
  | ReferenceNode
  | MemberNode
  | IndexNode
  | NestedNode
  | UnaryNode
  | BinaryNode
  | TernaryNode
  | MissingNode;

/** A type, as far as it tells something about values: what it may be, and whether it may be null. */
export type TypeNode =
  | (TextRange & { readonly kind: 'type-name'; readonly path: readonly string[] })
  | (TextRange & { readonly kind: 'type-literal'; readonly value: Expression })
  | (TextRange & { readonly kind: 'type-union'; readonly members: readonly TypeNode[] })
  | (TextRange & { readonly kind: 'type-nullable'; readonly inner: TypeNode; readonly nullable: boolean })
  | (TextRange & { readonly kind: 'type-array'; readonly item: TypeNode })
  | (TextRange & { readonly kind: 'type-object'; readonly properties: readonly TypeProperty[] })
  | (TextRange & { readonly kind: 'type-other' });

export interface TypeProperty extends TextRange {
  readonly name: string;
  readonly type: TypeNode;
}

export interface Decorator extends TextRange {
  readonly name: string;
  readonly args: readonly Expression[];
}

interface Declared extends TextRange {
  readonly decorators: readonly Decorator[];
  /** Where the keyword stands: behind the decorators. */
  readonly keyword: TextRange;
}

export interface TargetScopeNode extends Declared {
  readonly kind: 'target-scope';
  readonly value: Expression;
}
export interface MetadataNode extends Declared {
  readonly kind: 'metadata';
  readonly name: Name;
  readonly value: Expression;
}
export interface TypeDeclarationNode extends Declared {
  readonly kind: 'type';
  readonly name: Name;
  readonly type: TypeNode;
}
/** `param name type = value`; in a parameter file `param name = value`. */
export interface ParameterNode extends Declared {
  readonly kind: 'parameter';
  readonly name: Name;
  readonly type: TypeNode | undefined;
  readonly value: Expression | undefined;
}
export interface VariableNode extends Declared {
  readonly kind: 'variable';
  readonly name: Name;
  readonly value: Expression;
}
export interface FunctionNode extends Declared {
  readonly kind: 'function';
  readonly name: Name;
  readonly lambda: LambdaNode;
}
export interface OutputNode extends Declared {
  readonly kind: 'output';
  readonly name: Name;
  readonly value: Expression;
}
export interface ResourceNode extends Declared {
  readonly kind: 'resource';
  readonly name: Name;
  /** `Microsoft.Network/networkSecurityGroups@2024-05-01`; nested: the last segment may be enough. */
  readonly type: Expression;
  readonly existing: boolean;
  readonly value: Expression;
}
export interface ModuleNode extends Declared {
  readonly kind: 'module';
  readonly name: Name;
  readonly path: Expression;
  readonly value: Expression;
}
export interface ImportedSymbol extends TextRange {
  readonly name: string;
  readonly alias: string;
}
/** `import {a, b as c} from 'file'`, `import * as n from 'file'`. */
export interface ImportNode extends Declared {
  readonly kind: 'import';
  readonly symbols: readonly ImportedSymbol[];
  readonly wildcard: Name | undefined;
  readonly path: Expression;
}
/** `extension name with { … } as alias`, and the older `import '…'` and `provider '…'`. */
export interface ExtensionNode extends Declared {
  readonly kind: 'extension';
  readonly alias: string | undefined;
}
/** `using 'file'`, `using none`; `extends 'file'`. */
export interface UsingNode extends Declared {
  readonly kind: 'using' | 'extends';
  /** Undefined for `none`. */
  readonly path: Expression | undefined;
}
/** `assert`, `test`, `extensionConfig`: read past, since they deploy nothing. */
export interface OtherNode extends Declared {
  readonly kind: 'other';
}

export type Declaration =
  | TargetScopeNode
  | MetadataNode
  | TypeDeclarationNode
  | ParameterNode
  | VariableNode
  | FunctionNode
  | OutputNode
  | ResourceNode
  | ModuleNode
  | ImportNode
  | ExtensionNode
  | UsingNode
  | OtherNode;

export interface ParseError extends TextRange {
  readonly message: string;
}

export interface BicepTree {
  readonly declarations: readonly Declaration[];
  readonly errors: readonly ParseError[];
  /** Start and end of each comment, in pairs. */
  readonly comments: readonly number[];
}
