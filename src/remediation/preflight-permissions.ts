import { comparable, groupScope, parentOf, parseId, referencesIn } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

/** A right that a plan needs: an action of Azure's access control, and the resource that it is done to. */
export interface NeededAction {
  /** `Microsoft.Network/networkSecurityGroups/securityRules/write`. */
  readonly action: string;
  readonly id: string;
}

/** What roles allow at a scope, as `Microsoft.Authorization/permissions` lists it: one entry for each assignment. */
export interface PermissionEntry {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** Types whose ids in a body need a right on what they refer to. https://learn.microsoft.com/azure/role-based-access-control/permissions/networking */
const joins: ReadonlyMap<string, string> = new Map(
  [
    'Microsoft.Network/virtualNetworks/subnets/join/action',
    'Microsoft.Network/virtualNetworks/join/action',
    'Microsoft.Network/networkSecurityGroups/join/action',
    'Microsoft.Network/publicIPAddresses/join/action',
    'Microsoft.Network/loadBalancers/backendAddressPools/join/action',
    'Microsoft.Network/loadBalancers/inboundNatRules/join/action',
    'Microsoft.Network/natGateways/join/action',
    'Microsoft.Network/firewallPolicies/join/action',
    'Microsoft.Network/applicationSecurityGroups/joinNetworkSecurityRule/action',
  ].map(action => [action.split('/').slice(0, -2).join('/').toLowerCase(), action]),
);

/** The rights that steps need, each once. What a body refers to counts when it was not referred to before. */
export function neededActions(steps: readonly PlanStep[], undo: readonly PlanStep[]): NeededAction[] {
  const before = new Map(undo.map(step => [comparable(step.id), step.body]));
  const out = new Map<string, NeededAction>();
  const add = (action: string, id: string): void => {
    out.set(`${action.toLowerCase()} ${comparable(id)}`, { action, id });
  };
  for (const { method, id, body } of steps) {
    const { type } = parseId(id);
    if (method === 'POST') {
      add(`${type}/action`, id.slice(0, id.lastIndexOf('/')));
      continue;
    }
    add(`${type}/${method === 'PUT' ? 'write' : 'delete'}`, id);
    if (method === 'PUT' && /\/jitNetworkAccessPolicies$/i.test(type))
      for (const machine of referencesIn(body)) add('Microsoft.Compute/virtualMachines/write', machine);
    const old = new Set(referencesIn(before.get(comparable(id))).map(comparable));
    for (const reference of method === 'PUT' ? referencesIn(body) : []) {
      const join = joins.get(parseId(reference).type.toLowerCase());
      if (
        join !== undefined &&
        !old.has(comparable(reference)) &&
        !comparable(reference).startsWith(`${comparable(id)}/`)
      )
        add(join, reference);
    }
  }
  return [...out.values()];
}

/**
 * Whether roles allow an action: one of them lists it and does not take it out again. What one role takes out, another
 * may give. https://learn.microsoft.com/azure/role-based-access-control/role-definitions#notactions
 */
export function isPermitted(entries: readonly PermissionEntry[], action: string): boolean {
  return entries.some(
    ({ actions, notActions }) =>
      actions.some(pattern => matchesAction(pattern, action)) &&
      !notActions.some(pattern => matchesAction(pattern, action)),
  );
}

/** `*` stands for any text, slashes too. In time that is linear for each star: the patterns come from Azure. */
export function matchesAction(pattern: string, action: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = action.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Scopes at which a right on a resource may be given, the widest first: what holds at one holds below. */
export function scopesOf(id: string): string[] {
  const { type, subscription, resourceGroup } = parseId(id);
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (resourceGroup === '') return [`/subscriptions/${subscription}`];
  const group = groupScope(parseId(id));
  // Extensions such as policy assignments belong to the scope before them.
  if (/^microsoft\.authorization\//i.test(type)) return [at > 0 ? id.slice(0, at) : group];
  const depth = type.split('/').length - 1;
  let root = id;
  for (let i = 1; i < depth; i++) root = parentOf(root);
  return /^microsoft\.security\//i.test(type) ? [group] : [group, root];
}

/** A built-in role that has an action, to ask for. */
export function roleFor(action: string): string {
  if (/^microsoft\.network\//i.test(action)) return 'Network Contributor';
  if (/^microsoft\.compute\//i.test(action)) return 'Virtual Machine Contributor';
  if (/^microsoft\.security\//i.test(action)) return 'Security Admin';
  if (/^microsoft\.authorization\/policyassignments\//i.test(action)) return 'Resource Policy Contributor';
  return 'Contributor';
}
