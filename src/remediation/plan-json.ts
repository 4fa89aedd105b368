/** A JSON object as Azure returns it. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property by its path, names in any letter case. */
export function pick(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (!isObject(at)) return undefined;
    const key = keyOf(at, name);
    at = key === undefined ? undefined : at[key];
  }
  return at;
}

export function pickText(value: unknown, ...path: readonly string[]): string | undefined {
  const found = pick(value, ...path);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function pickList(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = pick(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The object with one property set, under the name that it has already in whatever case. */
export function withProperty(object: JsonObject, name: string, value: unknown): JsonObject {
  const key = keyOf(object, name) ?? name;
  const entries = Object.entries(object).filter(([other]) => other !== key || value !== undefined);
  if (value === undefined) return fromEntries(entries);
  return keyOf(object, name) === undefined
    ? fromEntries([...entries, [key, value]])
    : fromEntries(entries.map(([other, old]) => [other, other === key ? value : old]));
}

/** The object without some properties, names in any letter case. */
export function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return fromEntries(Object.entries(object).filter(([key]) => !names.has(key.toLowerCase())));
}

/** `Object.fromEntries` keeps a property called `__proto__` a property. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): JsonObject {
  return Object.fromEntries(entries);
}

function keyOf(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find(key => key.toLowerCase() === lower);
}

/** Whether two JSON values say the same, whatever the order of properties. */
export function sameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true;
  if (depth > 60) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i], depth + 1));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && sameJson(a[key], b[key], depth + 1))
  );
}
