import { ArmError, authorizationFailed, linkedAuthorizationFailed, scopeLocked } from './errors.ts';
import { type ArmPath, covers } from './ids.ts';
import { copy, type Json, type Resource } from './json.ts';
import { behaviours } from './other-types.ts';
import type { ResourceStore } from './store.ts';

/** What an account may do at a scope and below. */
export interface Permission {
  readonly scope: string;
  /** Undefined: every account. */
  readonly account?: string;
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
}

export interface PolicyRule {
  readonly scope: string;
  readonly reason: string;
  readonly denies: (resource: { readonly id: string; readonly type: string; readonly body: Json }) => boolean;
}

const noPublicIp = '83a86a26-fd1f-447c-b59d-e51f44264114';

/** Permissions, locks and policies: what is asked before a resource provider sees a request. */
export class Authorization {
  permissions: Permission[] = [{ scope: '/', actions: ['*'] }];
  /** Scopes that an account may not see at all: no role reaches there. */
  readonly exclusions: { readonly scope: string; readonly account: string }[] = [];
  policyRules: PolicyRule[] = [];
  /** Locks, policy assignments and role assignments, by lower-case id. */
  readonly extensions = new Map<string, Resource>();

  allowed(account: string, action: string, scope: string): boolean {
    if (this.exclusions.some(exclusion => exclusion.account === account && covers(exclusion.scope, scope)))
      return false;
    return this.permissions.some(
      permission =>
        (permission.account === undefined || permission.account === account) &&
        covers(permission.scope, scope) &&
        permission.actions.some(pattern => matches(pattern, action)) &&
        !(permission.notActions ?? []).some(pattern => matches(pattern, action)),
    );
  }

  require(account: string, action: string, scope: string): void {
    if (!this.allowed(account, action, scope)) throw authorizationFailed(account, action, scope);
  }

  /** References to other resources need `join/action` there. Those that the resource had before are not asked again. */
  requireLinks(account: string, action: string, id: string, body: Json, previous: Json): void {
    const before = new Set(linkedIds(previous, id).map(link => link.toLowerCase()));
    for (const link of linkedIds(body, id)) {
      if (before.has(link.toLowerCase())) continue;
      const join = joinAction(link);
      if (join !== undefined && !this.allowed(account, join, link)) {
        throw linkedAuthorizationFailed(account, action, id, join, link);
      }
    }
  }

  /** `…/permissions` of a scope: the answer that a client computes its own rights from. */
  permissionsOf(account: string, scope: string): object[] {
    return this.permissions
      .filter(
        permission =>
          (permission.account === undefined || permission.account === account) && covers(permission.scope, scope),
      )
      .map(({ actions, notActions }) => ({
        actions,
        notActions: notActions ?? [],
        dataActions: [],
        notDataActions: [],
      }));
  }

  requireUnlocked(id: string, operation: 'write' | 'delete'): void {
    for (const lock of this.extensions.values()) {
      if (lock.type.toLowerCase() !== 'microsoft.authorization/locks') continue;
      const scope = lock.id.slice(0, lock.id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/'));
      const blocks = String(lock.properties.level).toLowerCase() === 'readonly' || operation === 'delete';
      const within = covers(scope, id);
      // Deleting a parent is refused for a lock on what lies under it.
      const beneath = operation === 'delete' && covers(id, scope);
      if (blocks && (within || beneath)) throw scopeLocked(id, operation, scope);
    }
  }

  requireCompliant(id: string, type: string, body: Json): void {
    for (const rule of this.policyRules) {
      if (covers(rule.scope, id) && rule.denies({ id, type, body }))
        throw disallowed(id, rule.reason, rule.scope, 'policy', 'policy');
    }
    for (const assignment of this.extensions.values()) {
      if (assignment.type.toLowerCase() !== 'microsoft.authorization/policyassignments') continue;
      const { policyDefinitionId, enforcementMode, notScopes, scope } = assignment.properties;
      if (enforcementMode === 'DoNotEnforce' || !covers(scope, id)) continue;
      if ((notScopes ?? []).some((excluded: string) => covers(excluded, id))) continue;
      const isPublicIpPolicy = String(policyDefinitionId).toLowerCase().endsWith(noPublicIp);
      if (!isPublicIpPolicy || type.toLowerCase() !== 'microsoft.network/networkinterfaces') continue;
      const hasPublic = (body?.properties?.ipConfigurations ?? []).some(
        (c: Json) => c?.properties?.publicIPAddress?.id,
      );
      if (hasPublic)
        throw disallowed(
          id,
          'Network interfaces should not have public IPs',
          assignment.id,
          policyDefinitionId,
          assignment.name,
        );
    }
  }

  put(path: ArmPath, body: Json, store: ResourceStore): Resource {
    const kind = path.types[0]!;
    const before = this.extensions.get(path.text.toLowerCase());
    const type =
      { locks: 'locks', policyassignments: 'policyAssignments', roleassignments: 'roleAssignments' }[kind] ?? kind;
    const properties = copy(body?.properties ?? {});
    if (kind === 'locks' && !['CanNotDelete', 'ReadOnly'].includes(properties.level)) {
      throw new ArmError(400, 'InvalidLockLevel', `The lock level '${properties.level}' is not valid.`);
    }
    if (kind === 'policyassignments') {
      if (typeof properties.policyDefinitionId !== 'string')
        throw new ArmError(400, 'InvalidRequestContent', 'The policy assignment names no policy definition.');
      properties.scope = path.scope || '/';
      properties.notScopes ??= [];
      properties.parameters ??= {};
      properties.enforcementMode ??= 'Default';
      properties.nonComplianceMessages ??= [];
      const stamp = { createdBy: '00000000-0000-0000-0000-00000000c0de', createdOn: '2026-01-01T00:00:00Z' };
      const changed = before ? { updatedBy: stamp.createdBy, updatedOn: stamp.createdOn } : {};
      properties.metadata = { ...properties.metadata, ...stamp, updatedBy: null, updatedOn: null, ...changed };
    }
    const resource: Resource = {
      ...(body?.location ? { location: body.location } : {}),
      properties,
      id: before?.id ?? path.text,
      type: `Microsoft.Authorization/${type}`,
      name: path.names[0]!,
    };
    if (path.scope.includes('/providers/') && kind === 'locks' && !store.get(path.scope)) {
      throw new ArmError(404, 'ResourceNotFound', `The resource ${path.scope} to lock was not found.`);
    }
    this.extensions.set(path.text.toLowerCase(), resource);
    return copy(resource);
  }

  list(path: ArmPath, type: string): Resource[] {
    const own = [...this.extensions.values()].filter(
      item => item.type.toLowerCase() === `microsoft.authorization/${type}`,
    );
    return own
      .filter(item => {
        const scope = item.id.slice(0, item.id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/'));
        const inherited = /^\/providers\/microsoft\.management\//i.test(scope);
        return inherited || covers(path.scope, scope) || covers(scope, path.scope);
      })
      .map(item => copy(item));
  }
}

function disallowed(id: string, reason: string, assignment: string, definition: string, name: string): ArmError {
  const resource = id.slice(id.lastIndexOf('/') + 1);
  return new ArmError(
    403,
    'RequestDisallowedByPolicy',
    `Resource '${resource}' was disallowed by policy. Reasons: '${reason}'. See error details for policy resource IDs.`,
    {
      additionalInfo: [
        {
          type: 'PolicyViolation',
          info: {
            policyAssignmentDisplayName: reason,
            policyAssignmentId: assignment,
            policyAssignmentName: name,
            policyDefinitionId: definition,
            policyDefinitionEffect: 'deny',
          },
        },
      ],
    },
  );
}

function matches(pattern: string, action: string): boolean {
  const source = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`, 'i').test(action);
}

const joined: readonly (readonly [RegExp, string])[] = [
  [/\/subnets\/[^/]+$/i, 'Microsoft.Network/virtualNetworks/subnets/join/action'],
  [/\/networksecuritygroups\/[^/]+$/i, 'Microsoft.Network/networkSecurityGroups/join/action'],
  [/\/publicipaddresses\/[^/]+$/i, 'Microsoft.Network/publicIPAddresses/join/action'],
  [/\/backendaddresspools\/[^/]+$/i, 'Microsoft.Network/loadBalancers/backendAddressPools/join/action'],
  [/\/inboundnatrules\/[^/]+$/i, 'Microsoft.Network/loadBalancers/inboundNatRules/join/action'],
  [/\/networkinterfaces\/[^/]+$/i, 'Microsoft.Network/networkInterfaces/join/action'],
  [/\/natgateways\/[^/]+$/i, 'Microsoft.Network/natGateways/join/action'],
];

function joinAction(id: string): string | undefined {
  return joined.find(([pattern]) => pattern.test(id))?.[1];
}

function linkedIds(body: Json, own: string): string[] {
  const found: string[] = [];
  const pending: Json[] = [body?.properties];
  while (pending.length > 0) {
    const value = pending.pop();
    if (value === null || typeof value !== 'object') continue;
    if (Array.isArray(value)) {
      pending.push(...value);
      continue;
    }
    if (typeof value.id === 'string' && !covers(own, value.id)) found.push(value.id);
    pending.push(...Object.values(value));
  }
  return found;
}

/** `Microsoft.Network/networkSecurityGroups/securityRules/write` for a PUT, in the letter case of the types. */
export function actionOf(path: ArmPath, verb: 'read' | 'write' | 'delete' | 'action'): string {
  const key = [path.provider?.toLowerCase() ?? '', ...path.types.slice(0, path.names.length || undefined)].join('/');
  const behaviour = behaviours.get(key);
  const base =
    behaviour?.type ??
    childType(path) ??
    [path.provider, ...path.types.slice(0, path.names.length || undefined)].join('/');
  return verb === 'action' ? `${base}/${path.types.at(-1)}/action` : `${base}/${verb}`;
}

function childType(path: ArmPath): string | undefined {
  for (const behaviour of behaviours.values()) {
    const prefix = behaviour.type.toLowerCase();
    const full = [path.provider?.toLowerCase(), ...path.types].join('/');
    if (!full.startsWith(`${prefix}/`)) continue;
    let kinds = behaviour.children ?? [];
    let type: string | undefined;
    for (const segment of full.slice(prefix.length + 1).split('/')) {
      const kind = kinds.find(candidate => candidate.property.toLowerCase() === segment);
      if (!kind) return undefined;
      type = `${type ?? behaviour.type}/${kind.property}`;
      kinds = kind.children ?? [];
    }
    return type;
  }
  return undefined;
}
