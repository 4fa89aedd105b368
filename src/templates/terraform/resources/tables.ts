import type { Fields } from './fields.ts';

/**
 * Attributes of the azurerm provider's resources under their names in Azure's REST API, as far as the network model
 * reads them: https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs
 */
export const securityRuleFields: Fields = {
  name: 'name',
  description: 'properties.description',
  priority: 'properties.priority',
  direction: 'properties.direction',
  access: 'properties.access',
  protocol: 'properties.protocol',
  source_port_range: 'properties.sourcePortRange',
  source_port_ranges: 'properties.sourcePortRanges',
  destination_port_range: 'properties.destinationPortRange',
  destination_port_ranges: 'properties.destinationPortRanges',
  source_address_prefix: 'properties.sourceAddressPrefix',
  source_address_prefixes: 'properties.sourceAddressPrefixes',
  destination_address_prefix: 'properties.destinationAddressPrefix',
  destination_address_prefixes: 'properties.destinationAddressPrefixes',
  source_application_security_group_ids: { to: 'properties.sourceApplicationSecurityGroups', ids: true },
  destination_application_security_group_ids: { to: 'properties.destinationApplicationSecurityGroups', ids: true },
};

const place: Fields = { name: 'name' };

const linuxOrWindows: Fields = {
  ...place,
  zone: 'zones',
  size: 'properties.hardwareProfile.vmSize',
  vm_size: 'properties.hardwareProfile.vmSize',
  computer_name: 'properties.osProfile.computerName',
  network_interface_ids: { to: 'properties.networkProfile.networkInterfaces', ids: true },
};

const publicAddress: Fields = {
  name: 'name',
  domain_name_label: 'properties.dnsSettings.domainNameLabel',
  public_ip_prefix_id: 'properties.publicIPPrefix.id',
  version: 'properties.publicIPAddressVersion',
  sku_name: 'sku.name',
};

const scaleSetAddress: Fields = {
  name: 'name',
  primary: 'properties.primary',
  subnet_id: 'properties.subnet.id',
  version: 'properties.privateIPAddressVersion',
  application_security_group_ids: { to: 'properties.applicationSecurityGroups', ids: true },
  load_balancer_backend_address_pool_ids: { to: 'properties.loadBalancerBackendAddressPools', ids: true },
  load_balancer_inbound_nat_rules_ids: { to: 'properties.loadBalancerInboundNatPools', ids: true },
  public_ip_address: { to: 'properties.publicIPAddressConfiguration', one: publicAddress },
  public_ip_address_configuration: { to: 'properties.publicIPAddressConfiguration', one: publicAddress },
};

const scaleSetInterface: Fields = {
  name: 'name',
  primary: 'properties.primary',
  network_security_group_id: 'properties.networkSecurityGroup.id',
  ip_configuration: { to: 'properties.ipConfigurations', many: scaleSetAddress },
};

const interfaces = 'properties.virtualMachineProfile.networkProfile.networkInterfaceConfigurations';

const scaleSet: Fields = {
  ...place,
  sku_name: 'sku.name',
  instances: 'sku.capacity',
  network_interface: { to: interfaces, many: scaleSetInterface },
  network_profile: { to: interfaces, many: scaleSetInterface },
};

/** The older name of the switch, and that of version 4. */
const floatingIp: Fields = {
  enable_floating_ip: 'properties.enableFloatingIP',
  floating_ip_enabled: 'properties.enableFloatingIP',
};

export const resourceFields: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  [
    'azurerm_network_security_group',
    { ...place, security_rule: { to: 'properties.securityRules', many: securityRuleFields } },
  ],
  ['azurerm_network_security_rule', securityRuleFields],
  ['azurerm_application_security_group', place],
  [
    'azurerm_virtual_network',
    {
      ...place,
      address_space: 'properties.addressSpace.addressPrefixes',
      subnet: {
        to: 'properties.subnets',
        many: {
          name: 'name',
          address_prefix: 'properties.addressPrefix',
          address_prefixes: 'properties.addressPrefixes',
          security_group: 'properties.networkSecurityGroup.id',
          default_outbound_access_enabled: 'properties.defaultOutboundAccess',
        },
      },
    },
  ],
  [
    'azurerm_subnet',
    {
      name: 'name',
      address_prefix: 'properties.addressPrefix',
      address_prefixes: 'properties.addressPrefixes',
      network_security_group_id: 'properties.networkSecurityGroup.id',
      default_outbound_access_enabled: 'properties.defaultOutboundAccess',
    },
  ],
  [
    'azurerm_virtual_network_peering',
    {
      name: 'name',
      remote_virtual_network_id: 'properties.remoteVirtualNetwork.id',
      allow_virtual_network_access: 'properties.allowVirtualNetworkAccess',
    },
  ],
  ['azurerm_virtual_hub', place],
  ['azurerm_virtual_hub_connection', { name: 'name', remote_virtual_network_id: 'properties.remoteVirtualNetwork.id' }],
  [
    'azurerm_network_interface',
    {
      ...place,
      network_security_group_id: 'properties.networkSecurityGroup.id',
      ip_configuration: {
        to: 'properties.ipConfigurations',
        many: {
          name: 'name',
          primary: 'properties.primary',
          subnet_id: 'properties.subnet.id',
          private_ip_address: 'properties.privateIPAddress',
          private_ip_address_allocation: 'properties.privateIPAllocationMethod',
          private_ip_address_version: 'properties.privateIPAddressVersion',
          public_ip_address_id: 'properties.publicIPAddress.id',
          application_security_group_ids: { to: 'properties.applicationSecurityGroups', ids: true },
          load_balancer_backend_address_pools_ids: { to: 'properties.loadBalancerBackendAddressPools', ids: true },
          load_balancer_inbound_nat_rules_ids: { to: 'properties.loadBalancerInboundNatRules', ids: true },
        },
      },
    },
  ],
  [
    'azurerm_public_ip',
    {
      ...place,
      zones: 'zones',
      sku: 'sku.name',
      sku_tier: 'sku.tier',
      allocation_method: 'properties.publicIPAllocationMethod',
      public_ip_address_allocation: 'properties.publicIPAllocationMethod',
      ip_version: 'properties.publicIPAddressVersion',
      domain_name_label: 'properties.dnsSettings.domainNameLabel',
      public_ip_prefix_id: 'properties.publicIPPrefix.id',
    },
  ],
  [
    'azurerm_public_ip_prefix',
    {
      ...place,
      sku: 'sku.name',
      prefix_length: 'properties.prefixLength',
      ip_version: 'properties.publicIPAddressVersion',
    },
  ],
  [
    'azurerm_lb',
    {
      ...place,
      sku: 'sku.name',
      frontend_ip_configuration: {
        to: 'properties.frontendIPConfigurations',
        many: {
          name: 'name',
          zones: 'zones',
          subnet_id: 'properties.subnet.id',
          private_ip_address: 'properties.privateIPAddress',
          private_ip_address_allocation: 'properties.privateIPAllocationMethod',
          public_ip_address_id: 'properties.publicIPAddress.id',
          public_ip_prefix_id: 'properties.publicIPPrefix.id',
        },
      },
    },
  ],
  [
    'azurerm_lb_rule',
    {
      name: 'name',
      protocol: 'properties.protocol',
      frontend_port: 'properties.frontendPort',
      backend_port: 'properties.backendPort',
      backend_address_pool_id: 'properties.backendAddressPool.id',
      backend_address_pool_ids: { to: 'properties.backendAddressPools', ids: true },
      probe_id: 'properties.probe.id',
      disable_outbound_snat: 'properties.disableOutboundSnat',
      ...floatingIp,
    },
  ],
  [
    'azurerm_lb_nat_rule',
    {
      name: 'name',
      protocol: 'properties.protocol',
      frontend_port: 'properties.frontendPort',
      frontend_port_start: 'properties.frontendPortRangeStart',
      frontend_port_end: 'properties.frontendPortRangeEnd',
      backend_port: 'properties.backendPort',
      backend_address_pool_id: 'properties.backendAddressPool.id',
      ...floatingIp,
    },
  ],
  [
    'azurerm_lb_nat_pool',
    {
      name: 'name',
      protocol: 'properties.protocol',
      frontend_port_start: 'properties.frontendPortRangeStart',
      frontend_port_end: 'properties.frontendPortRangeEnd',
      backend_port: 'properties.backendPort',
      ...floatingIp,
    },
  ],
  ['azurerm_lb_backend_address_pool', { name: 'name', virtual_network_id: 'properties.virtualNetwork.id' }],
  [
    'azurerm_lb_backend_address_pool_address',
    {
      name: 'name',
      ip_address: 'properties.ipAddress',
      virtual_network_id: 'properties.virtualNetwork.id',
    },
  ],
  ['azurerm_virtual_machine', linuxOrWindows],
  ['azurerm_linux_virtual_machine', linuxOrWindows],
  ['azurerm_windows_virtual_machine', linuxOrWindows],
  ['azurerm_virtual_machine_scale_set', scaleSet],
  ['azurerm_linux_virtual_machine_scale_set', scaleSet],
  ['azurerm_windows_virtual_machine_scale_set', scaleSet],
  ['azurerm_orchestrated_virtual_machine_scale_set', scaleSet],
  [
    'azurerm_firewall',
    {
      ...place,
      sku_name: 'properties.sku.name',
      sku_tier: 'properties.sku.tier',
      firewall_policy_id: 'properties.firewallPolicy.id',
      ip_configuration: {
        to: 'properties.ipConfigurations',
        many: {
          name: 'name',
          subnet_id: 'properties.subnet.id',
          public_ip_address_id: 'properties.publicIPAddress.id',
        },
      },
      virtual_hub: { to: 'properties.virtualHub', one: { virtual_hub_id: 'id' } },
    },
  ],
  [
    'azurerm_firewall_nat_rule_collection',
    {
      name: 'name',
      priority: 'properties.priority',
      action: 'properties.action.type',
      rule: {
        to: 'properties.rules',
        many: {
          name: 'name',
          description: 'description',
          protocols: 'protocols',
          source_addresses: 'sourceAddresses',
          source_ip_groups: 'sourceIpGroups',
          destination_addresses: 'destinationAddresses',
          destination_ports: 'destinationPorts',
          translated_address: 'translatedAddress',
          translated_port: 'translatedPort',
        },
      },
    },
  ],
  ['azurerm_firewall_policy', { ...place, sku: 'properties.sku.tier', base_policy_id: 'properties.basePolicy.id' }],
  [
    'azurerm_firewall_policy_rule_collection_group',
    {
      name: 'name',
      priority: 'properties.priority',
      nat_rule_collection: {
        to: 'properties.ruleCollections',
        many: {
          name: 'name',
          priority: 'priority',
          action: 'action.type',
          rule: {
            to: 'rules',
            many: {
              name: 'name',
              protocols: 'ipProtocols',
              source_addresses: 'sourceAddresses',
              source_ip_groups: 'sourceIpGroups',
              destination_address: { to: 'destinationAddresses', single: true },
              destination_ports: 'destinationPorts',
              translated_address: 'translatedAddress',
              translated_fqdn: 'translatedFqdn',
              translated_port: 'translatedPort',
            },
          },
        },
      },
    },
  ],
  ['azurerm_ip_group', { ...place, cidrs: 'properties.ipAddresses' }],
  [
    'azurerm_bastion_host',
    {
      ...place,
      sku: 'sku.name',
      ip_configuration: {
        to: 'properties.ipConfigurations',
        many: {
          name: 'name',
          subnet_id: 'properties.subnet.id',
          public_ip_address_id: 'properties.publicIPAddress.id',
        },
      },
    },
  ],
  [
    'azurerm_application_gateway',
    {
      ...place,
      frontend_ip_configuration: {
        to: 'properties.frontendIPConfigurations',
        many: {
          name: 'name',
          subnet_id: 'properties.subnet.id',
          private_ip_address: 'properties.privateIPAddress',
          public_ip_address_id: 'properties.publicIPAddress.id',
        },
      },
      backend_address_pool: { to: 'properties.backendAddressPools', many: { name: 'name' } },
    },
  ],
]);
