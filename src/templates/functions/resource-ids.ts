import type { OriginChain } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import { type Call, CallFailure, type FunctionEntry, partial } from './call.ts';
import { type DeploymentScope, JoinedText, scopeParts, scopeText } from './scope.ts';
import { callSymbol, mostAlternatives, unknownValue } from './values.ts';

/**
 * The id of a resource: scope, type and names, known or not.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource
 */
export function resourceIdOf(
  scope: JoinedText | readonly (string | Value)[],
  type: string,
  names: readonly Value[],
  origin: OriginChain,
): Value {
  const id = scope instanceof JoinedText ? scope : new JoinedText();
  if (!(scope instanceof JoinedText)) for (const part of scope) id.add(part);
  let before = '/providers/';
  let written = 0;
  let slash = type.indexOf('/');
  for (const name of names) {
    if (slash < 0) break;
    slash = type.indexOf('/', slash + 1);
    const end = slash < 0 ? type.length : slash;
    id.add(`${before}${type.slice(written, end)}/`);
    id.add(name);
    written = end;
    before = '';
  }
  if (written < type.length) id.add(before + type.slice(written));
  return id.value(origin);
}

/** The id of a resource of the scope that a template is deployed to. */
export function resourceIdIn(
  scope: DeploymentScope,
  type: string,
  names: readonly Value[],
  origin: OriginChain,
): Value {
  return resourceIdOf(scopeText(scope), type, names, origin);
}

/** How many names a resource of a type has: its own and its parents'. */
export function namesIn(type: string): number {
  let count = 0;
  for (let at = type.indexOf('/'); at >= 0; at = type.indexOf('/', at + 1)) count++;
  return count;
}

/** A whole name such as `vnet/subnet` in its segments; undefined when an unknown part hides where they end. */
export function nameSegments(name: Value, count: number): readonly Value[] | undefined {
  if (count === 1) return [name];
  if (name.kind === 'string') {
    const segments = name.value.split('/');
    if (segments.length !== count) return undefined;
    return segments.map(value => ({ ...name, origin: name.origin, value }));
  }
  if (name.kind !== 'unknown' || name.symbol === undefined) return undefined;
  const segments = splitSymbol(name.symbol);
  if (segments.length !== count) return undefined;
  return segments.map(segment =>
    segment.includes('{')
      ? unknownValue(name.dependsOn, name.origin, { symbol: segment, secret: name.secret })
      : { kind: 'string', value: segment, origin: name.origin },
  );
}

/** A symbol at its slashes, those inside braces left alone. */
function splitSymbol(symbol: string): string[] {
  const segments: string[] = [];
  let open = 0;
  let start = 0;
  for (let at = 0; at < symbol.length; at++) {
    const character = symbol[at];
    if (character === '{') open++;
    else if (character === '}') open--;
    else if (character === '/' && open <= 0) {
      segments.push(symbol.slice(start, at));
      start = at + 1;
    }
  }
  segments.push(symbol.slice(start));
  return segments;
}

interface TypeAndNames {
  readonly before: readonly Value[];
  readonly type: string;
  readonly names: readonly Value[];
}

/** Finds the type among the arguments: the first known text with a slash whose segments the rest fills. */
function typeAndNames(args: readonly Value[], mostBefore: number): TypeAndNames | undefined {
  for (const [index, arg] of args.slice(0, mostBefore + 1).entries()) {
    if (arg.kind !== 'string' || !arg.value.includes('/') || arg.value.startsWith('/')) continue;
    const type = arg.value.endsWith('/') ? arg.value.replace(/\/+$/, '') : arg.value;
    const rest = args.slice(index + 1);
    const count = namesIn(type);
    const names = rest.length === count ? rest : splitNames(rest, count);
    if (names) return { before: args.slice(0, index), type, names };
  }
  return undefined;
}

/** Azure refuses `resourceId('…/virtualNetworks/subnets', 'vnet/subnet')` too, but what is meant is plain. */
function splitNames(names: readonly Value[], count: number): readonly Value[] | undefined {
  return names.length === 1 ? nameSegments(names[0]!, count) : undefined;
}

type Scoping = (before: readonly Value[], call: Call) => JoinedText | readonly (string | Value)[];

function idFunction(mostBefore: number, scoping: Scoping): FunctionEntry {
  return partial(2, 20, (args, call) => idOver(args, choice => oneId(choice, mostBefore, scoping, call)));
}

function oneId(args: readonly Value[], mostBefore: number, scoping: Scoping, call: Call): Value {
  const found = typeAndNames(args, mostBefore);
  if (found) return resourceIdOf(scoping(found.before, call), found.type, found.names, call.origin);
  if (args.every(arg => arg.kind !== 'unknown')) {
    throw new CallFailure('the type and the number of names do not fit');
  }
  return unknownValue(
    args.flatMap(arg => (arg.kind === 'unknown' ? arg.dependsOn : [])),
    call.origin,
    { symbol: callSymbol(call.name, args, call.budget) },
  );
}

/** The composed id, and its alternatives when an argument has some. */
function idOver(args: readonly Value[], compute: (args: readonly Value[]) => Value): Value {
  const whole = compute(args);
  if (whole.kind !== 'unknown') return whole;
  const open = args.findIndex(arg => arg.kind === 'unknown' && arg.alternatives);
  const arg = args[open];
  if (arg?.kind !== 'unknown' || !arg.alternatives || arg.alternatives.length > mostAlternatives) return whole;
  const alternatives = arg.alternatives.map(choice => compute(args.with(open, choice)));
  // A choice whose id is itself unknown is still one of a few ids when the others compare by symbol.
  return { ...whole, origin: whole.origin, alternatives };
}

const inResourceGroup: Scoping = (before, call) => {
  if (before.length >= 2) return ['/subscriptions/', before[0]!, '/resourceGroups/', before[1]!];
  const { scope } = call;
  if (before.length === 1) {
    const only = before[0]!;
    // A single leading argument is a subscription when it looks like one, else a resource group.
    if (scope.kind !== 'resourceGroup' || (only.kind === 'string' && isGuid(only.value))) {
      return ['/subscriptions/', only];
    }
    return ['/subscriptions/', scope.subscriptionId, '/resourceGroups/', only];
  }
  return scopeText(scope);
};

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export const resourceIdFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['resourceId', idFunction(2, inResourceGroup)],
  [
    'subscriptionResourceId',
    idFunction(1, (before, call) => ['/subscriptions/', before[0] ?? call.scope.subscriptionId]),
  ],
  ['tenantResourceId', idFunction(0, () => [])],
  [
    'managementGroupResourceId',
    idFunction(1, (before, call) =>
      before[0]
        ? ['/providers/Microsoft.Management/managementGroups/', before[0]]
        : scopeParts({ ...call.scope, kind: 'managementGroup' }),
    ),
  ],
  [
    'extensionResourceId',
    partial(3, 20, (args, call) => {
      const found = typeAndNames(args.slice(1), 0);
      if (!found) throw new CallFailure('the type and the number of names do not fit');
      return resourceIdOf([args[0]!], found.type, found.names, call.origin);
    }),
  ],
]);
