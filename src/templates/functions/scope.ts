import type { OriginChain } from '../../network/origin.ts';
import type { ObjectValue, Value } from '../../network/value.ts';
import { memberSymbol, objectValue, symbolOf, textValue, unknownValue } from './values.ts';

export type ScopeKind = 'resourceGroup' | 'subscription' | 'managementGroup' | 'tenant';

/** Where a template is deployed. What a template does not say is unknown, with a symbol to compare ids by. */
export interface DeploymentScope {
  readonly kind: ScopeKind;
  readonly subscriptionId: Value;
  readonly resourceGroup: Value;
}

export const unknownSubscription: Value = unknownValue(['subscription().subscriptionId'], [], {
  symbol: '{subscription().subscriptionId}',
});

export const unknownResourceGroup: Value = unknownValue(['resourceGroup().name'], [], {
  symbol: '{resourceGroup().name}',
});

/** The scope of a template that is deployed to a place nobody named. */
export function deploymentScope(kind: ScopeKind): DeploymentScope {
  return { kind, subscriptionId: unknownSubscription, resourceGroup: unknownResourceGroup };
}

/** Joins texts, known or not, to one: known when all are, else unknown with a symbol when every part has one. */
export function joinTexts(parts: readonly (string | Value)[], origin: OriginChain): Value {
  let text = '';
  let symbol: string | undefined = '';
  const names: string[] = [];
  let secret = false;
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      if (symbol !== undefined) symbol += part;
      continue;
    }
    const partSymbol = symbolOf(part);
    if (part.secret) secret = true;
    if (part.kind === 'unknown') names.push(...part.dependsOn);
    else if (partSymbol === undefined) names.push(`a ${part.kind} where a text belongs`);
    else text += partSymbol;
    symbol = symbol === undefined || partSymbol === undefined ? undefined : symbol + partSymbol;
  }
  if (names.length > 0) return unknownValue(names, origin, { symbol, secret });
  const value = textValue(text, origin);
  return secret ? { ...value, secret } : value;
}

/** The id of the scope itself: `/subscriptions/…/resourceGroups/…`. */
export function scopeParts(scope: DeploymentScope): readonly (string | Value)[] {
  switch (scope.kind) {
    case 'resourceGroup':
      return ['/subscriptions/', scope.subscriptionId, '/resourceGroups/', scope.resourceGroup];
    case 'subscription':
      return ['/subscriptions/', scope.subscriptionId];
    case 'managementGroup':
      return [unknownValue(['managementGroup().id'], [], { symbol: '{managementGroup().id}' })];
    case 'tenant':
      return [];
  }
}

/** `resourceGroup()`: its name and id as far as the scope has them, everything else unknown. */
export function resourceGroupObject(scope: DeploymentScope, origin: OriginChain): ObjectValue {
  const id = joinTexts(['/subscriptions/', scope.subscriptionId, '/resourceGroups/', scope.resourceGroup], origin);
  return objectValue(
    [
      ['id', id],
      ['name', scope.resourceGroup],
      ['type', textValue('Microsoft.Resources/resourceGroups', origin)],
      ['location', unknownValue(['resourceGroup().location'], origin, { symbol: locationSymbol(scope) })],
      ['tags', unknownValue(['resourceGroup().tags'], origin, { symbol: groupMember(scope, '.tags') })],
    ],
    origin,
    unknownValue(['resourceGroup()'], origin, { symbol: '{resourceGroup()}' }),
  );
}

function locationSymbol(scope: DeploymentScope): string | undefined {
  return groupMember(scope, '.location');
}

function groupMember(scope: DeploymentScope, member: string): string | undefined {
  if (scope.resourceGroup === unknownResourceGroup) return `{resourceGroup()${member}}`;
  const name = symbolOf(scope.resourceGroup);
  return name === undefined ? undefined : memberSymbol(`{resourceGroup('${name}')}`, member);
}

/** `subscription()`. */
export function subscriptionObject(scope: DeploymentScope, origin: OriginChain): ObjectValue {
  return objectValue(
    [
      ['id', joinTexts(['/subscriptions/', scope.subscriptionId], origin)],
      ['subscriptionId', scope.subscriptionId],
      ['tenantId', unknownValue(['subscription().tenantId'], origin, { symbol: '{tenant().tenantId}' })],
      ['displayName', unknownValue(['subscription().displayName'], origin, { symbol: '{subscription().displayName}' })],
    ],
    origin,
    unknownValue(['subscription()'], origin, { symbol: '{subscription()}' }),
  );
}
