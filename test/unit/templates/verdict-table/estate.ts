/**
 * A small deployment written once, in Azure's REST shapes, with the expressions that every template language has. Each
 * language writes it its own way: see `arm-text.ts`, `bicep-text.ts`, `terraform-text.ts`, `azapi-text.ts`.
 */
export type Term = null | boolean | number | string | readonly Term[] | Expression | { readonly [name: string]: Term };

/** A parameter by its name. */
export class Parameter {
  constructor(readonly name: string) {}
}

/** A variable (a local value) by its name. */
export class Variable {
  constructor(readonly name: string) {}
}

/** The id of a resource by its symbol, or of a part of it: `['subnets', 'web']`. */
export class Id {
  readonly part: readonly [string, string] | undefined;
  constructor(
    readonly symbol: string,
    part?: readonly [string, string],
  ) {
    this.part = part;
  }
}

/** A field of the item that a loop is at; without a name the item itself. */
export class Item {
  constructor(readonly field?: string) {}
}

export class Choice {
  constructor(
    readonly condition: Parameter,
    readonly yes: Term,
    readonly no: Term,
  ) {}
}

/** Texts put together. */
export class Joined {
  constructor(readonly parts: readonly (string | Parameter | Variable | Item)[]) {}
}

/** A list with one entry for each item of another. */
export class Loop {
  constructor(
    readonly over: Parameter | Variable,
    readonly body: { readonly [name: string]: Term },
  ) {}
}

/** Lists one after another. */
export class Lists {
  constructor(readonly parts: readonly Term[]) {}
}

/** What a module gives back. */
export class Output {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** A field of a variable. */
export class Field {
  constructor(
    readonly of: Parameter | Variable,
    readonly name: string,
  ) {}
}

export type Expression = Parameter | Variable | Id | Item | Choice | Joined | Loop | Lists | Output | Field;

export function isExpression(term: Term): term is Expression {
  return (
    term instanceof Parameter ||
    term instanceof Variable ||
    term instanceof Id ||
    term instanceof Item ||
    term instanceof Choice ||
    term instanceof Joined ||
    term instanceof Loop ||
    term instanceof Lists ||
    term instanceof Output ||
    term instanceof Field
  );
}

export interface ParameterDeclaration {
  readonly type: 'string' | 'array' | 'bool' | 'int';
  readonly default?: Term;
}

export interface Resource {
  readonly symbol: string;
  readonly type: string;
  readonly name: Term;
  /** The symbol of what it is a child of. */
  readonly parent?: string;
  readonly sku?: string;
  readonly properties: { readonly [name: string]: Term };
  /** It exists only when this is true. */
  readonly when?: Parameter;
  /** One for each item. */
  readonly each?: Variable | Parameter;
  /** It is declared elsewhere. */
  readonly existing?: true;
}

export interface Estate {
  readonly parameters?: { readonly [name: string]: ParameterDeclaration };
  /** Values that a parameter file gives. */
  readonly given?: { readonly [name: string]: Term };
  readonly variables?: { readonly [name: string]: Term };
  readonly resources?: readonly Resource[];
  readonly outputs?: { readonly [name: string]: Term };
  /** Modules by their names, with the arguments of the call. */
  readonly modules?: {
    readonly [name: string]: { readonly estate: Estate; readonly args: { readonly [name: string]: Term } };
  };
}

export type Texts = { readonly [path: string]: string };

/** The resource with a symbol; throws when a case is written wrongly. */
export function bySymbol(estate: Estate, symbol: string): Resource {
  const found = estate.resources?.find(resource => resource.symbol === symbol);
  if (!found) throw new Error(`no resource ${symbol}`);
  return found;
}

export const apiVersion = '2024-05-01';
