import type { ObjectValue } from '../../network/value.ts';
import { symbolOf } from './terraform-value.ts';

/** Azure's REST types of the azurerm provider's resources, as far as the network model knows them. */
export const restTypes: ReadonlyMap<string, string> = new Map([
  ['azurerm_network_security_group', 'Microsoft.Network/networkSecurityGroups'],
  ['azurerm_application_security_group', 'Microsoft.Network/applicationSecurityGroups'],
  ['azurerm_virtual_network', 'Microsoft.Network/virtualNetworks'],
  ['azurerm_virtual_hub', 'Microsoft.Network/virtualHubs'],
  ['azurerm_network_interface', 'Microsoft.Network/networkInterfaces'],
  ['azurerm_public_ip', 'Microsoft.Network/publicIPAddresses'],
  ['azurerm_public_ip_prefix', 'Microsoft.Network/publicIPPrefixes'],
  ['azurerm_lb', 'Microsoft.Network/loadBalancers'],
  ['azurerm_firewall', 'Microsoft.Network/azureFirewalls'],
  ['azurerm_firewall_policy', 'Microsoft.Network/firewallPolicies'],
  ['azurerm_ip_group', 'Microsoft.Network/ipGroups'],
  ['azurerm_bastion_host', 'Microsoft.Network/bastionHosts'],
  ['azurerm_application_gateway', 'Microsoft.Network/applicationGateways'],
  ['azurerm_virtual_machine', 'Microsoft.Compute/virtualMachines'],
  ['azurerm_linux_virtual_machine', 'Microsoft.Compute/virtualMachines'],
  ['azurerm_windows_virtual_machine', 'Microsoft.Compute/virtualMachines'],
  ['azurerm_virtual_machine_scale_set', 'Microsoft.Compute/virtualMachineScaleSets'],
  ['azurerm_linux_virtual_machine_scale_set', 'Microsoft.Compute/virtualMachineScaleSets'],
  ['azurerm_windows_virtual_machine_scale_set', 'Microsoft.Compute/virtualMachineScaleSets'],
  ['azurerm_orchestrated_virtual_machine_scale_set', 'Microsoft.Compute/virtualMachineScaleSets'],
]);

export interface ChildId {
  /** The attribute that names the parent: by its id, or by its name when `parentType` is given. */
  readonly reference: string;
  readonly parentType?: string;
  /** The collection in the parent that the child is in. */
  readonly segment: string;
}

/** Resources whose id begins with that of another one. */
export const childIds: ReadonlyMap<string, ChildId> = new Map([
  [
    'azurerm_network_security_rule',
    {
      reference: 'network_security_group_name',
      parentType: 'azurerm_network_security_group',
      segment: 'securityRules',
    },
  ],
  ['azurerm_subnet', { reference: 'virtual_network_name', parentType: 'azurerm_virtual_network', segment: 'subnets' }],
  [
    'azurerm_virtual_network_peering',
    {
      reference: 'virtual_network_name',
      parentType: 'azurerm_virtual_network',
      segment: 'virtualNetworkPeerings',
    },
  ],
  ['azurerm_virtual_hub_connection', { reference: 'virtual_hub_id', segment: 'hubVirtualNetworkConnections' }],
  ['azurerm_lb_backend_address_pool', { reference: 'loadbalancer_id', segment: 'backendAddressPools' }],
  ['azurerm_lb_nat_rule', { reference: 'loadbalancer_id', segment: 'inboundNatRules' }],
  ['azurerm_lb_nat_pool', { reference: 'loadbalancer_id', segment: 'inboundNatPools' }],
  ['azurerm_lb_rule', { reference: 'loadbalancer_id', segment: 'loadBalancingRules' }],
  ['azurerm_lb_probe', { reference: 'loadbalancer_id', segment: 'probes' }],
  [
    'azurerm_firewall_policy_rule_collection_group',
    { reference: 'firewall_policy_id', segment: 'ruleCollectionGroups' },
  ],
  [
    'azurerm_firewall_nat_rule_collection',
    { reference: 'azure_firewall_name', parentType: 'azurerm_firewall', segment: 'natRuleCollections' },
  ],
]);

/** The symbol of the id of a resource that is named where it is not declared. */
export function idByName(type: string, name: string, resourceGroup: string | undefined): string {
  const group = resourceGroup ?? '{resource group}';
  return `/subscriptions/{subscription}/resourceGroups/${group}/providers/${restTypes.get(type) ?? type}/${name}`;
}

/** Nested blocks that have an id of their own, by `type.block`: the collection in the resource's id that they are in. */
export const nestedIds: ReadonlyMap<string, string> = new Map([
  ['azurerm_virtual_network.subnet', 'subnets'],
  ['azurerm_lb.frontend_ip_configuration', 'frontendIPConfigurations'],
  ['azurerm_network_interface.ip_configuration', 'ipConfigurations'],
  ['azurerm_application_gateway.backend_address_pool', 'backendAddressPools'],
  ['azurerm_application_gateway.frontend_ip_configuration', 'frontendIPConfigurations'],
]);

/** The symbol of an azapi resource's id, which its `type` and `parent_id` tell. */
export function azapiIdSymbol(value: ObjectValue, address: string, name: string): string | undefined {
  const given = value.get('resource_id');
  const known = given && symbolOf(given);
  if (known !== undefined) return known;
  const typed = value.get('type');
  if (typed?.kind !== 'string') return undefined;
  const type = typed.value.split('@')[0] ?? '';
  const parent = value.get('parent_id');
  const whole = parent && symbolOf(parent);
  if (type.split('/').length > 2 && whole !== undefined)
    return `${whole}/${type.slice(type.lastIndexOf('/') + 1)}/${name}`;
  // Ids are put together from what the parent's id and the name are, too, as those of a load balancer's own parts.
  if (whole !== undefined && value.get('name')?.kind === 'string') return `${whole}/providers/${type}/${name}`;
  return `/subscriptions/{subscription}/resourceGroups/{resource group}/providers/${type}/{${address.replaceAll('/', '%2f')}}`;
}
