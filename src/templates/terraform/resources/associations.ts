import { identity, type Value } from '../../../network/value.ts';
import { equalValues, symbolOf, unknownValue } from '../terraform-value.ts';
import { type Draft, type Drafts, referenceTo, subnetType } from './declarations.ts';
import { RestObject } from './rest-object.ts';
import type { SourceResource } from './source-resource.ts';

const interfaceType = 'Microsoft.Network/networkInterfaces';

/** The list of an IP configuration that an association of an interface adds to, and the attribute that names what. */
const interfaceLists: Readonly<Record<string, readonly [reference: string, list: string]>> = {
  azurerm_network_interface_backend_address_pool_association: [
    'backend_address_pool_id',
    'loadBalancerBackendAddressPools',
  ],
  azurerm_network_interface_nat_rule_association: ['nat_rule_id', 'loadBalancerInboundNatRules'],
  azurerm_network_interface_application_security_group_association: [
    'application_security_group_id',
    'applicationSecurityGroups',
  ],
  azurerm_network_interface_application_gateway_backend_address_pool_association: [
    'backend_address_pool_id',
    'applicationGatewayBackendAddressPools',
  ],
};

/** Writes an association, which Azure does not know as a resource, into the subnet or interface that it is about. */
export function addAssociations(resource: SourceResource, drafts: Drafts): void {
  if (resource.mode !== 'managed') return;
  const { value } = resource;
  if (resource.type === 'azurerm_subnet_network_security_group_association') {
    addGroup(value.get('subnet_id'), subnetType, resource, drafts);
    return;
  }
  const network = value.get('network_interface_id');
  if (!network || !resource.type.startsWith('azurerm_network_interface_')) return;
  if (resource.type === 'azurerm_network_interface_security_group_association') {
    addGroup(network, interfaceType, resource, drafts);
    return;
  }
  const list = interfaceLists[resource.type];
  const item = list && value.get(list[0]);
  const draft = item && drafts.referenced(network, interfaceType, resource);
  if (!list || !item || !draft) return;
  const name = value.get('ip_configuration_name');
  for (const configuration of configurations(draft, name))
    configuration.list(`properties.${list[1]}`).items.push(referenceTo(item));
}

/** Gives a subnet or interface its group. Where it is not known which of them, each of them may have it. */
function addGroup(target: Value | undefined, type: string, resource: SourceResource, drafts: Drafts): void {
  const group = resource.value.get('network_security_group_id');
  if (!target || !group) return;
  if (identity(target) !== undefined) {
    setGroup(drafts.referenced(target, type, resource), referenceTo(group));
    return;
  }
  if (target.kind !== 'unknown') return;
  const among = target.alternatives?.map(one => identity(one));
  const ids = among?.includes(undefined) ? undefined : among;
  for (const draft of drafts.all) {
    if (draft.type !== type || draft.body.get('properties.networkSecurityGroup')) continue;
    if (ids && !ids.includes(identity(draft.id))) continue;
    setGroup(draft, unknownValue(target.dependsOn, target.origin));
  }
}

function setGroup(draft: Draft | undefined, group: Value): void {
  if (!draft || draft.existing || isInline(draft)) return;
  draft.body.set('properties.networkSecurityGroup', group);
}

/** A subnet that stands inside its network's declaration is no draft of its own: the association makes it one. */
function isInline(draft: Draft): boolean {
  return !/(?:subnets|networkinterfaces)$/i.test(draft.type);
}

/** The IP configurations of an interface that a name names; all of them without a name. */
function configurations(draft: Draft, name: Value | undefined): RestObject[] {
  const found: RestObject[] = [];
  for (const item of draft.body.list('properties.ipConfigurations').items) {
    if (!(item instanceof RestObject)) continue;
    const own = item.get('name');
    const value = own && 'kind' in own ? own : undefined;
    if (!name || !value || symbolOf(value) === symbolOf(name) || equalValues(value, name) === undefined)
      found.push(item);
  }
  return found;
}
