import type { TextRange } from '../network/origin.ts';
import type { Json } from '../network/value.ts';

export interface SourceDocument {
  readonly path: string;
  readonly text: string;
}

export interface TextEdit {
  readonly file: string;
  readonly range: TextRange;
  readonly newText: string;
}

/** A property to write: a JSON value in the language's own syntax, or an expression as the language writes it. */
export type NewValue = { readonly json: Json } | { readonly expression: string };

/** A rule property under its REST name (`sourceAddressPrefix`); the editor writes the language's name for it. */
export interface PropertyChange {
  readonly name: string;
  /** Undefined removes the property. */
  readonly value: NewValue | undefined;
}

/**
 * How a language's text is changed. Edits are minimal and keep layout and comments. Each method answers `undefined`
 * when the text at the place has not the shape it needs; the caller then offers no such fix.
 */
export interface SourceEditor {
  /** Replaces the expression or literal at a range. */
  replaceValue(document: SourceDocument, range: TextRange, value: NewValue): readonly TextEdit[] | undefined;
  /**
   * Changes properties of a security rule written as an object, block or resource that covers `rule`. For a rule in
   * REST shape the names live under `properties` (except `name`); the editor finds the right level itself.
   */
  changeRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined;
  /** Inserts a copy of the rule behind it, with changes: the way a rule is split. */
  copyRule(
    document: SourceDocument,
    rule: TextRange,
    changes: readonly PropertyChange[],
  ): readonly TextEdit[] | undefined;
  /** Removes an array item, block or resource with its separator and its line. */
  remove(document: SourceDocument, range: TextRange): readonly TextEdit[] | undefined;
  /** Declares a parameter without a default. `expression` is how to refer to it where `use` stands. */
  declareParameter(
    document: SourceDocument,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
    use: TextRange,
  ): { readonly edits: readonly TextEdit[]; readonly expression: string } | undefined;
  /**
   * Takes the default away from the parameter or variable whose default value stands at a range, so that a deployment
   * must give a value.
   */
  removeDefault(document: SourceDocument, value: TextRange): readonly TextEdit[] | undefined;
  /** Writes the language's suppression comment for the declaration, block or property at a range. */
  suppress(document: SourceDocument, at: TextRange, id: string, reason: string): readonly TextEdit[] | undefined;
}
