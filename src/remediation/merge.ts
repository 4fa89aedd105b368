import { isObject, type JsonObject, pickText } from './plan-json.ts';

/** A place that is not as it was expected to be. */
export interface Difference {
  /** `properties.ipConfigurations[ipconfig1].properties.publicIPAddress`; empty for the whole. */
  readonly path: string;
  /** Undefined when nothing was expected there. */
  readonly expected: unknown;
  /** Undefined when nothing is there. */
  readonly found: unknown;
}

/** What two sides made of one body, put together; `conflicts` are places that both have changed. */
export interface Merged {
  readonly body: JsonObject | null;
  readonly conflicts: readonly Difference[];
}

/** Letter case counts between two answers of one API, not between an API and an inventory of unknown origin. */
type Case = 'exact' | 'any';

const deepest = 60;
const mostDifferences = 50;

/** How much of a resource others may have changed: nothing, nothing of what a rule does, or only other parts. */
export type Leeway = 'none' | 'rule' | 'parts';

/**
 * Puts together what we want to change and what others have changed since: `ours` was made of `base`, and `theirs` is
 * what stands there now. What only one side has changed is taken over; a rule is taken as a whole, so that nobody's half
 * of it is mixed with another's. Null stands for a resource that is not there.
 */
export function merge(
  base: JsonObject | null,
  ours: JsonObject | null,
  theirs: JsonObject | null,
  leeway: Leeway = 'parts',
): Merged {
  const changed = { none: differences, rule: ruleDifferences, parts: () => [] }[leeway](base, theirs, 'any');
  if (changed.length > 0) return { body: ours, conflicts: changed };
  const conflicts: Difference[] = [];
  const merged = mergeValues(base ?? undefined, ours ?? undefined, theirs ?? undefined, '', conflicts, 0);
  return { body: isObject(merged) ? merged : null, conflicts };
}

/** Fields that say what a rule does. A newer API may name more than an older one: those are no change. */
const telling =
  /^(access|allowed|backend|destination|direction|frontend|ipProtocols|maxRequest|priority|protocol|source|translated)/i;

function ruleDifferences(base: unknown, theirs: unknown): Difference[] {
  const found = differences(base, theirs, 'any');
  if (!isObject(base) || !isObject(theirs)) return found;
  return found.filter(one => telling.test(one.path.replace(/^properties\./, '')));
}

/** Every place where two bodies differ, up to a number that a person can look at. */
export function differences(expected: unknown, found: unknown, letterCase: Case): Difference[] {
  const out: Difference[] = [];
  collect(expected ?? undefined, found ?? undefined, letterCase, '', out, 0);
  return out;
}

/** Whether two bodies say the same. Nothing, null, an empty text and an empty list are the same. */
export function sameBody(a: unknown, b: unknown, letterCase: Case): boolean {
  return alike(a ?? undefined, b ?? undefined, letterCase, 0);
}

/**
 * Whether a write has taken effect: everything that `sent` changes against `before` is so in `now`. What Azure adds of
 * itself does not count, nor what it does not give back of a new resource.
 */
export function shows(before: unknown, sent: unknown, now: unknown): boolean {
  if (isNothing(sent) !== isNothing(now)) return false;
  return showsChange(before ?? undefined, sent ?? undefined, now ?? undefined, isNothing(before), 0);
}

/** "properties.access: was Allow, is Deny". */
export function differenceText({ path, expected, found }: Difference): string {
  return `${path === '' ? 'the resource' : path}: was ${shortText(expected)}, is ${shortText(found)}`;
}

function shortText(value: unknown): string {
  if (isNothing(value)) return 'not there';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function mergeValues(
  base: unknown,
  ours: unknown,
  theirs: unknown,
  path: string,
  conflicts: Difference[],
  depth: number,
): unknown {
  if (depth > deepest || alike(ours, base, 'any', 0)) return theirs;
  if (alike(theirs, base, 'any', 0) || alike(ours, theirs, 'any', 0)) return ours;
  if (isObject(ours) && isObject(theirs) && (base === undefined || isObject(base))) {
    if (isRule(path))
      conflicts.push(...ruleDifferences(base, theirs).map(one => ({ ...one, path: `${path}.${one.path}` })));
    return mergeObjects(base, ours, theirs, path, conflicts, depth);
  }
  const lists = [base ?? [], ours, theirs].map(keyed);
  const [baseItems, ourItems, theirItems] = lists;
  if (!baseItems || !ourItems || !theirItems) {
    conflicts.push({ path, expected: base, found: theirs });
    return ours;
  }
  const out: unknown[] = [];
  for (const key of new Set([...theirItems.keys(), ...ourItems.keys()])) {
    const item = mergeValues(
      baseItems.get(key),
      ourItems.get(key),
      theirItems.get(key),
      `${path}[${key}]`,
      conflicts,
      depth + 1,
    );
    if (item !== undefined) out.push(item);
  }
  return out;
}

function mergeObjects(
  base: JsonObject | undefined,
  ours: JsonObject,
  theirs: JsonObject,
  path: string,
  conflicts: Difference[],
  depth: number,
): JsonObject {
  const [baseFields, ourFields, theirFields] = [fields(base), fields(ours), fields(theirs)];
  const out: [string, unknown][] = [];
  for (const [lower, { name }] of [...theirFields, ...ourFields].filter(unique())) {
    const value = mergeValues(
      baseFields.get(lower)?.value,
      ourFields.get(lower)?.value,
      theirFields.get(lower)?.value,
      path === '' ? name : `${path}.${name}`,
      conflicts,
      depth + 1,
    );
    if (value !== undefined) out.push([name, value]);
  }
  return Object.fromEntries(out);
}

function unique(): (entry: readonly [string, unknown]) => boolean {
  const seen = new Set<string>();
  return ([key]) => !seen.has(key) && Boolean(seen.add(key));
}

/** A rule of a firewall, a group or a policy, of which one field alone means nothing. */
function isRule(path: string): boolean {
  return /(^|\.)(rules|securityRules|inboundNatRules|ports)\[[^\]]*\]$/i.test(path);
}

function collect(
  expected: unknown,
  found: unknown,
  letterCase: Case,
  path: string,
  out: Difference[],
  depth: number,
): void {
  if (out.length >= mostDifferences || alike(expected, found, letterCase, depth)) return;
  if (isObject(expected) && isObject(found)) {
    const [before, after] = [fields(expected), fields(found)];
    for (const [lower, { name }] of [...before, ...after].filter(unique())) {
      const inner = path === '' ? name : `${path}.${name}`;
      collect(before.get(lower)?.value, after.get(lower)?.value, letterCase, inner, out, depth + 1);
    }
    return;
  }
  const [before, after] = [keyed(expected ?? []), keyed(found ?? [])];
  if (!before || !after) {
    out.push({ path, expected, found });
    return;
  }
  for (const key of new Set([...before.keys(), ...after.keys()]))
    collect(before.get(key), after.get(key), letterCase, `${path}[${key}]`, out, depth + 1);
}

function showsChange(before: unknown, sent: unknown, now: unknown, isNew: boolean, depth: number): boolean {
  if (depth > deepest || alike(before, sent, 'any', depth) || alike(sent, now, 'any', depth)) return true;
  if (isNew && now === undefined && depth > 0) return true;
  if (isObject(sent) && (before === undefined || isObject(before)) && isObject(now)) {
    const [old, wanted, actual] = [fields(before), fields(sent), fields(now)];
    return [...new Set([...old.keys(), ...wanted.keys()])].every(key =>
      showsChange(old.get(key)?.value, wanted.get(key)?.value, actual.get(key)?.value, isNew, depth + 1),
    );
  }
  const [old, wanted, actual] = [before ?? [], sent ?? [], now ?? []].map(keyed);
  if (!old || !wanted || !actual) return false;
  return [...new Set([...old.keys(), ...wanted.keys()])].every(
    key =>
      isNothing(wanted.get(key)) === isNothing(actual.get(key)) &&
      showsChange(old.get(key), wanted.get(key), actual.get(key), isNew, depth + 1),
  );
}

function alike(a: unknown, b: unknown, letterCase: Case, depth: number): boolean {
  if (a === b || (isNothing(a) && isNothing(b))) return true;
  if (depth > deepest || isNothing(a) !== isNothing(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const [left, right] = [keyed(a), keyed(b)];
    if (!left || !right) return a.every((item, i) => alike(item, b[i], letterCase, depth + 1));
    return [...left].every(([key, item]) => right.has(key) && alike(item, right.get(key), letterCase, depth + 1));
  }
  if (isObject(a) && isObject(b)) {
    const [left, right] = [fields(a), fields(b)];
    return [...new Set([...left.keys(), ...right.keys()])].every(key =>
      alike(left.get(key)?.value, right.get(key)?.value, letterCase, depth + 1),
    );
  }
  if (typeof a === 'object' || typeof b === 'object') return false;
  const [left, right] = [String(a), String(b)];
  return left === right || ((letterCase === 'any' || isId(left)) && left.toLowerCase() === right.toLowerCase());
}

function isId(text: string): boolean {
  return text.startsWith('/');
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** The properties by their names in lower case: answers of Azure differ in it. */
function fields(object: unknown): Map<string, Field> {
  const out = new Map<string, Field>();
  if (isObject(object))
    for (const [name, value] of Object.entries(object)) out.set(name.toLowerCase(), { name, value });
  return out;
}

/** The items of a list by what names them; undefined for a list whose items have no names, or the same ones. */
function keyed(list: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(list)) return undefined;
  const out = new Map<string, unknown>();
  for (const item of list) {
    const key = pickText(item, 'name') ?? pickText(item, 'id') ?? pickText(item, 'number');
    if (key === undefined) return undefined;
    out.set(key.toLowerCase(), item);
  }
  return out.size === list.length ? out : undefined;
}
