import type { ResourceDeclaration } from '../../../network/resource.ts';
import { identity, type Value } from '../../../network/value.ts';
import { isJudged } from '../../presence.ts';
import { combine } from '../partial-value.ts';
import { childIds, idByName, restTypes } from '../resource-ids.ts';
import { mapping, stringValue, symbolOf, unknownValue } from '../terraform-value.ts';
import { addAssociations } from './associations.ts';
import { addAzapiUpdate, azapiDeclaration, isAzapi } from './azapi.ts';
import { addBalancerParts, addPoolAddress } from './balancer-parts.ts';
import { finishBody } from './defaults.ts';
import { translate } from './fields.ts';
import { RestObject } from './rest-object.ts';
import type { SourceResource } from './source-resource.ts';
import { resourceFields } from './tables.ts';

/** A declaration while others add to it: an association sets a subnet's group, a NAT rule joins its load balancer. */
export interface Draft {
  readonly type: string;
  readonly id: Value;
  readonly name: Value;
  readonly body: RestObject;
  readonly existing: boolean;
  readonly source: SourceResource;
}

export const subnetType = 'Microsoft.Network/virtualNetworks/subnets';

const childTypes: ReadonlyMap<string, string> = new Map([
  ['azurerm_network_security_rule', 'Microsoft.Network/networkSecurityGroups/securityRules'],
  ['azurerm_subnet', subnetType],
  ['azurerm_virtual_network_peering', 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'],
  ['azurerm_virtual_hub_connection', 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections'],
  ['azurerm_firewall_policy_rule_collection_group', 'Microsoft.Network/firewallPolicies/ruleCollectionGroups'],
]);

/** Drafts by the identity of their id, for the resources that add to others. */
export class Drafts {
  readonly all: Draft[] = [];
  readonly #byId = new Map<string, Draft>();

  add(draft: Draft): void {
    this.all.push(draft);
    const id = identity(draft.id);
    if (id === undefined) return;
    const before = this.#byId.get(id);
    if (!before || (before.existing && !draft.existing)) this.#byId.set(id, draft);
  }

  /**
   * The draft that a reference names. One that is declared elsewhere is made of what is said of it here; that is all
   * that is asked of a subnet, so also where a data source reads it.
   */
  referenced(reference: Value, type: string, from: SourceResource): Draft | undefined {
    const id = identity(reference);
    if (id === undefined) return undefined;
    const known = this.#byId.get(id);
    if (known && !(known.existing && /\/subnets$/i.test(type))) return known;
    const draft: Draft = {
      type,
      id: reference,
      name: nameFromId(reference),
      body: new RestObject(),
      existing: false,
      source: from,
    };
    this.add(draft);
    return draft;
  }
}

function nameFromId(reference: Value): Value {
  const text = symbolOf(reference) ?? '';
  return stringValue(text.slice(text.lastIndexOf('/') + 1), reference.origin);
}

/** Resources of a configuration or plan as declarations in Azure's REST shape. */
export function declareResources(resources: readonly SourceResource[]): ResourceDeclaration[] {
  const drafts = new Drafts();
  const kept = withoutLeftOut(resources);
  const byName = groupsByName(kept);
  for (const resource of kept) {
    if (isAzapi(resource)) for (const draft of azapiDeclaration(resource)) drafts.add(draft);
    const draft = draftOf(resource, byName);
    if (draft) drafts.add(draft);
  }
  for (const resource of kept) addBalancerParts(resource, drafts);
  for (const resource of kept) addPoolAddress(resource, drafts);
  for (const resource of kept) addAssociations(resource, drafts);
  for (const resource of kept) addAzapiUpdate(resource, drafts);
  return drafts.all.map(declarationOf);
}

/**
 * What the defaults leave out is not looked at, except groups, which are judged as if they were there. What hangs on
 * the same variables then comes with them: a group's rules, a subnet's association.
 */
function withoutLeftOut(resources: readonly SourceResource[]): SourceResource[] {
  const conditions: ReadonlySet<string>[] = [];
  for (const resource of resources)
    if (resource.leftOut && isGroup(resource) && resource.wholeExistence.kind === 'depends')
      conditions.push(new Set(resource.wholeExistence.on));
  return resources.filter(resource => {
    if (!resource.leftOut || isGroup(resource)) return true;
    const on = resource.wholeExistence.kind === 'depends' ? resource.wholeExistence.on : [];
    return (
      resource.type.startsWith('azurerm_network_security_rule') &&
      conditions.some(set => on.every(name => set.has(name)))
    );
  });
}

function isGroup(resource: SourceResource): boolean {
  if (resource.mode !== 'managed') return false;
  if (resource.type === 'azurerm_network_security_group') return true;
  const type = resource.type === 'azapi_resource' ? resource.value.get('type') : undefined;
  return type?.kind === 'string' && /^microsoft\.network\/networksecuritygroups@/i.test(type.value);
}

function groupsByName(resources: readonly SourceResource[]): ReadonlyMap<string, SourceResource | 'several'> {
  const found = new Map<string, SourceResource | 'several'>();
  for (const resource of resources) {
    if (!isGroup(resource)) continue;
    const name = resource.value.get('name');
    const symbol = name && symbolOf(name)?.toLowerCase();
    if (symbol !== undefined) found.set(symbol, found.has(symbol) ? 'several' : resource);
  }
  return found;
}

function draftOf(resource: SourceResource, groups: ReadonlyMap<string, SourceResource | 'several'>): Draft | undefined {
  const fields = resourceFields.get(resource.type);
  const child = childTypes.get(resource.type);
  const type = child ?? restTypes.get(resource.type);
  if (!fields || !type) return undefined;
  const name =
    resource.value.get('name') ?? unknownValue([`${resource.address}.name`], [], { symbol: `{${resource.address}}` });
  if (resource.mode === 'data')
    return {
      type,
      id: resource.id,
      name,
      body: new RestObject(resource.value.origin),
      existing: true,
      source: resource,
    };
  const body = finishBody(resource, translate(resource.value, fields));
  if (!child) return { type, id: resource.id, name, body, existing: false, source: resource };
  const parent = parentOf(resource, groups);
  return {
    type,
    id: resource.id.kind === 'string' ? resource.id : childId(parent, resource, name),
    name: childName(parent, name),
    body,
    existing: false,
    source: resource,
  };
}

interface Parent {
  readonly id: string;
  readonly name: Value;
}

/** What a child resource is in: declared in what was read, or known by its name alone. */
function parentOf(resource: SourceResource, groups: ReadonlyMap<string, SourceResource | 'several'>): Parent {
  const child = childIds.get(resource.type);
  const reference = child && resource.value.get(child.reference);
  if (!child || !reference || reference.kind === 'null') {
    const unknown = unknownValue([`${resource.address}.${child?.reference ?? 'name'}`]);
    return { id: `{parent of ${resource.address}}`, name: unknown };
  }
  if (child.parentType === undefined) {
    const id = symbolOf(reference);
    return { id: id ?? `{parent of ${resource.address}}`, name: id ? nameFromId(reference) : reference };
  }
  const declared = resource.idOfNamed(child.parentType, reference);
  if (declared !== undefined) return { id: declared, name: reference };
  const symbol = symbolOf(reference);
  const byName = symbol === undefined ? undefined : groups.get(symbol.toLowerCase());
  if (child.parentType === 'azurerm_network_security_group' && byName && byName !== 'several')
    return { id: symbolOf(byName.id) ?? '', name: reference };
  const group = resource.value.get('resource_group_name');
  const own = symbol ?? `{name in ${resource.address}}`;
  return { id: idByName(child.parentType, own, group && symbolOf(group)), name: reference };
}

function childId(parent: Parent, resource: SourceResource, name: Value): Value {
  const segment = childIds.get(resource.type)?.segment ?? '';
  const own = (symbolOf(name) ?? `{${resource.address}}`).replaceAll('/', '%2f');
  return unknownValue([`${resource.address}.id`], [], { symbol: `${parent.id}/${segment}/${own}` });
}

function childName(parent: Parent, name: Value): Value {
  const [group, own] = [symbolOf(parent.name), symbolOf(name)];
  if (parent.name.kind === 'string' && name.kind === 'string')
    return stringValue(`${parent.name.value}/${name.value}`, name.origin);
  return combine(
    [parent.name, name],
    name.origin,
    group === undefined || own === undefined ? undefined : `${group}/${own}`,
  );
}

function declarationOf(draft: Draft): ResourceDeclaration {
  const { source } = draft;
  return {
    type: draft.type,
    id: draft.id,
    name: draft.name,
    body: draft.body.toValue(),
    existence: isJudged(draft.type) ? source.wholeExistence : source.existence,
    existing: draft.existing,
    address: source.address,
    place: source.place,
    extent: source.extent,
    via: source.via,
  };
}

/** An object that refers to a resource by its id. */
export function referenceTo(id: Value): Value {
  return mapping([['id', id]], id.origin);
}
