/** A half-open range of UTF-16 offsets in a file's text. A byte order mark counts as one character. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Characters in a file. `file` is a path as the {@link FileSystem} of the surface writes it. */
export interface TextPlace {
  readonly kind: 'text';
  readonly file: string;
  readonly range: TextRange;
}

/** A value inside a resource that Azure returned; `path` is a JSON path such as `properties.securityRules[2].name`. */
export interface ResourcePlace {
  readonly kind: 'resource';
  readonly id: string;
  readonly path: string;
}

export type Place = TextPlace | ResourcePlace;

/**
 * What stands at a place on a value's way. `literal` decides by itself; the others hand a value on.
 * `parameter-default` is a parameter's, variable's or optional attribute's default value, `argument` a value that a
 * caller passes to a module, `data-file` a value in a file that a function loaded.
 */
export type OriginKind =
  | 'literal'
  | 'property'
  | 'expression'
  | 'variable'
  | 'parameter'
  | 'parameter-default'
  | 'parameter-file'
  | 'argument'
  | 'output'
  | 'item'
  | 'data-file'
  | 'resource';

/** One step on the way from the use of a value to the place that decides it. */
export interface Origin {
  readonly kind: OriginKind;
  /** The parameter's, variable's, output's or property's name as written. */
  readonly name?: string;
  readonly place: Place;
}

/** First the place where the value is used, last the place that decides it. Empty only for values made from nothing. */
export type OriginChain = readonly Origin[];

/** The place that decides a value: the last of its chain. */
export function decidingPlace(chain: OriginChain): Place | undefined {
  return chain[chain.length - 1]?.place;
}

/** The deciding place when it is text, which is what an edit needs. */
export function decidingText(chain: OriginChain): TextPlace | undefined {
  const place = decidingPlace(chain);
  return place?.kind === 'text' ? place : undefined;
}
