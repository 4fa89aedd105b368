/** A resource or a part of one: parsed JSON that is read and written freely. */
// biome-ignore lint/suspicious/noExplicitAny: the local Azure holds whatever JSON it is sent.
export type Json = any;

export interface Resource {
  id: string;
  name: string;
  type: string;
  location?: string;
  properties?: Json;
  [name: string]: Json;
}

/** An own property, its name in any letter case. */
export function property(object: Json, name: string): Json {
  if (object === null || typeof object !== 'object') return undefined;
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find(own => own.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

/** Renames an own property to the letter case that Azure answers with. */
export function rename(object: Json, name: string): void {
  const key = Object.keys(object).find(own => own !== name && own.toLowerCase() === name.toLowerCase());
  if (key === undefined) return;
  object[name] = object[key];
  delete object[key];
}

export function copy<T>(value: T): T {
  return structuredClone(value);
}

export function sameId(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && left.toLowerCase() === right.toLowerCase();
}
