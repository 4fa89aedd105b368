import type { OriginChain } from '../../network/origin.ts';
import type { ObjectValue, Value } from '../../network/value.ts';
import { memberSymbol, mostDependencies, objectValue, symbolOf, textValue, unknownValue } from './values.ts';

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
  const text = new JoinedText();
  for (const part of parts) text.add(part);
  return text.value(origin);
}

/** A text that is put together of known and unknown parts, perhaps with another one to begin with. */
export class JoinedText {
  #symbol: string | undefined = '';
  #names: string[] | undefined;
  #secret = false;

  constructor(beginning?: JoinedText) {
    if (!beginning) return;
    this.#symbol = beginning.#symbol;
    this.#names = beginning.#names && [...beginning.#names];
    this.#secret = beginning.#secret;
  }

  add(part: string | Value): void {
    if (typeof part === 'string') {
      if (this.#symbol !== undefined) this.#symbol += part;
      return;
    }
    const symbol = symbolOf(part);
    if (part.secret) this.#secret = true;
    if (part.kind === 'unknown') this.#name(part.dependsOn);
    else if (symbol === undefined) this.#name([`a ${part.kind} where a text belongs`]);
    this.#symbol = this.#symbol === undefined || symbol === undefined ? undefined : this.#symbol + symbol;
  }

  value(origin: OriginChain): Value {
    const secret = this.#secret;
    if (this.#names) return unknownValue(this.#names.slice(), origin, { symbol: this.#symbol, secret });
    // Every part is known, so it has a symbol: its text.
    const text = this.#symbol ?? '';
    return secret ? { kind: 'string', value: text, origin, secret } : textValue(text, origin);
  }

  #name(names: readonly string[]): void {
    this.#names ??= [];
    for (const name of names) {
      if (this.#names.length < mostDependencies && !this.#names.includes(name)) this.#names.push(name);
    }
  }
}

/** Most resources of a template are of one scope. */
const scopeTexts = new WeakMap<DeploymentScope, JoinedText>();

/** The id of the scope itself, to be gone on with. */
export function scopeText(scope: DeploymentScope): JoinedText {
  let text = scopeTexts.get(scope);
  if (!text) {
    text = new JoinedText();
    for (const part of scopeParts(scope)) text.add(part);
    scopeTexts.set(scope, text);
  }
  return new JoinedText(text);
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
