import { resourceFields } from './tables.ts';

const associations = new Set([
  'azurerm_subnet_network_security_group_association',
  'azurerm_network_interface_security_group_association',
  'azurerm_network_interface_backend_address_pool_association',
  'azurerm_network_interface_nat_rule_association',
  'azurerm_network_interface_application_security_group_association',
  'azurerm_network_interface_application_gateway_backend_address_pool_association',
  'azapi_resource',
  'azapi_update_resource',
]);

/** Whether the network model has a use for resources of a provider's type. */
export function isAnalysedType(type: string): boolean {
  return resourceFields.has(type) || associations.has(type);
}
