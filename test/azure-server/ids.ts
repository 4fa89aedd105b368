/** An id or a path of Azure Resource Manager, taken apart. Names keep the letter case in which they were written. */
export interface ArmPath {
  readonly text: string;
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** What an extension resource (a lock, an assessment) belongs to; '' for resources of the tenant. */
  readonly scope: string;
  /** `Microsoft.Network`, as written. */
  readonly provider?: string;
  /** `networkSecurityGroups`, `securityRules` … in lower case. */
  readonly types: readonly string[];
  readonly names: readonly string[];
}

/** Takes a path apart at its last `/providers/`. With more types than names, the last type is a collection or an action. */
export function parsePath(text: string): ArmPath {
  const path = text.replace(/\/+$/, '');
  const segments = path.split('/').slice(1);
  const lower = segments.map(segment => segment.toLowerCase());
  const last = lower.lastIndexOf('providers');
  const subscriptionId = lower[0] === 'subscriptions' ? segments[1] : undefined;
  const groupAt = lower.indexOf('resourcegroups');
  const resourceGroup = subscriptionId !== undefined && groupAt === 2 ? segments[3] : undefined;
  const base = { text: path, subscriptionId, resourceGroup };
  if (last < 0) return { ...base, scope: path, types: [], names: [] };
  const rest = segments.slice(last + 2);
  const types: string[] = [];
  const names: string[] = [];
  for (const [index, segment] of rest.entries()) {
    if (index % 2 === 0) types.push(segment.toLowerCase());
    else names.push(segment);
  }
  const scope = last === 0 ? '' : `/${segments.slice(0, last).join('/')}`;
  return { ...base, scope, provider: segments[last + 1], types, names };
}

/** `microsoft.network/networksecuritygroups/securityrules`. */
export function typeKey(path: ArmPath): string {
  return [path.provider?.toLowerCase() ?? '', ...path.types].join('/');
}

/** The id without its last type and name. */
export function parentId(id: string): string {
  return id.split('/').slice(0, -2).join('/');
}

export function lastName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** True when `scope` is `id` or one of its ancestors. */
export function covers(scope: string, id: string): boolean {
  const outer = scope.toLowerCase().replace(/\/+$/, '');
  const inner = id.toLowerCase();
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}
