/**
 * What well-known Azure Verified Modules deploy, written from their documented parameters, for when the module itself
 * is not at hand: only what decides who reaches a machine. https://azure.github.io/Azure-Verified-Modules/indexes/bicep
 */
const modules = new Map<string, string>([
  [
    'network/network-security-group',
    `
param name string
param securityRules array?
resource networkSecurityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: name
  properties: {
    securityRules: map(securityRules ?? [], rule => {
      name: rule.name
      properties: {
        ...rule.properties
        sourceApplicationSecurityGroups: map(rule.properties.?sourceApplicationSecurityGroupResourceIds ?? [], id => { id: id })
        destinationApplicationSecurityGroups: map(rule.properties.?destinationApplicationSecurityGroupResourceIds ?? [], id => { id: id })
      }
    })
  }
}
output name string = networkSecurityGroup.name
output resourceId string = networkSecurityGroup.id
`,
  ],
  [
    'network/public-ip-address',
    `
param name string
param skuName string = 'Standard'
param publicIPAllocationMethod string = 'Static'
resource publicIpAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: name
  sku: { name: skuName }
  properties: { publicIPAllocationMethod: publicIPAllocationMethod }
}
output name string = publicIpAddress.name
output resourceId string = publicIpAddress.id
`,
  ],
  [
    'network/network-interface',
    `
param name string
param ipConfigurations array
param networkSecurityGroupResourceId string = ''
resource networkInterface 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: name
  properties: {
    networkSecurityGroup: empty(networkSecurityGroupResourceId) ? null : { id: networkSecurityGroupResourceId }
    ipConfigurations: map(ipConfigurations, (ip, index) => {
      name: ip.?name ?? 'ipconfig0\${index + 1}'
      properties: {
        subnet: { id: ip.subnetResourceId }
        privateIPAddress: ip.?privateIPAddress
        publicIPAddress: empty(ip.?publicIPAddressResourceId) ? null : { id: ip.?publicIPAddressResourceId }
        applicationSecurityGroups: ip.?applicationSecurityGroups ?? []
        loadBalancerBackendAddressPools: ip.?loadBalancerBackendAddressPools ?? []
        loadBalancerInboundNatRules: ip.?loadBalancerInboundNatRules ?? []
      }
    })
  }
}
output name string = networkInterface.name
output resourceId string = networkInterface.id
`,
  ],
  [
    'network/virtual-network',
    `
param name string
param addressPrefixes array = []
param subnets array?
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  properties: {
    addressSpace: { addressPrefixes: addressPrefixes }
    subnets: map(subnets ?? [], subnet => {
      name: subnet.name
      properties: {
        addressPrefix: subnet.?addressPrefix
        addressPrefixes: subnet.?addressPrefixes
        networkSecurityGroup: empty(subnet.?networkSecurityGroupResourceId) ? null : { id: subnet.?networkSecurityGroupResourceId }
      }
    })
  }
}
output name string = virtualNetwork.name
output resourceId string = virtualNetwork.id
output subnetNames array = map(subnets ?? [], subnet => subnet.name)
output subnetResourceIds array = map(subnets ?? [], subnet => '\${virtualNetwork.id}/subnets/\${subnet.name}')
`,
  ],
  [
    'network/virtual-network/subnet',
    `
param name string
param virtualNetworkName string
param addressPrefix string?
param addressPrefixes array?
param networkSecurityGroupResourceId string = ''
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: virtualNetworkName
}
resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
  parent: virtualNetwork
  name: name
  properties: {
    addressPrefix: addressPrefix
    addressPrefixes: addressPrefixes
    networkSecurityGroup: empty(networkSecurityGroupResourceId) ? null : { id: networkSecurityGroupResourceId }
  }
}
output name string = subnet.name
output resourceId string = subnet.id
`,
  ],
  [
    'network/azure-firewall',
    `
param name string
param virtualNetworkResourceId string = ''
param publicIPResourceID string = ''
param publicIPAddressObject object = {}
param firewallPolicyId string = ''
param natRuleCollections array?
var ownAddress = publicIPAddressObject.?name ?? '\${name}-pip'
resource publicIpAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = if (empty(publicIPResourceID)) {
  name: ownAddress
  sku: { name: 'Standard' }
}
resource azureFirewall 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: name
  properties: {
    firewallPolicy: empty(firewallPolicyId) ? null : { id: firewallPolicyId }
    natRuleCollections: natRuleCollections ?? []
    ipConfigurations: [
      {
        name: 'IpConfAzureFirewallSubnet'
        properties: {
          subnet: { id: '\${virtualNetworkResourceId}/subnets/AzureFirewallSubnet' }
          publicIPAddress: { id: empty(publicIPResourceID) ? resourceId('Microsoft.Network/publicIPAddresses', ownAddress) : publicIPResourceID }
        }
      }
    ]
  }
}
output name string = azureFirewall.name
output resourceId string = azureFirewall.id
output privateIp string = azureFirewall.properties.ipConfigurations[0].properties.privateIPAddress
`,
  ],
  [
    'network/firewall-policy',
    `
param name string
param basePolicyResourceId string = ''
param ruleCollectionGroups array?
resource firewallPolicy 'Microsoft.Network/firewallPolicies@2024-05-01' = {
  name: name
  properties: { basePolicy: empty(basePolicyResourceId) ? null : { id: basePolicyResourceId } }
}
resource groups 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2024-05-01' = [for group in ruleCollectionGroups ?? []: {
  parent: firewallPolicy
  name: group.name
  properties: {
    priority: group.priority
    ruleCollections: group.ruleCollections
  }
}]
output name string = firewallPolicy.name
output resourceId string = firewallPolicy.id
`,
  ],
  [
    'network/application-security-group',
    `
param name string
resource applicationSecurityGroup 'Microsoft.Network/applicationSecurityGroups@2024-05-01' = {
  name: name
}
output name string = applicationSecurityGroup.name
output resourceId string = applicationSecurityGroup.id
`,
  ],
  [
    'network/load-balancer',
    `
param name string
param skuName string = 'Standard'
param frontendIPConfigurations array
param backendAddressPools array?
param loadBalancingRules array?
param inboundNatRules array?
var id = resourceId('Microsoft.Network/loadBalancers', name)
resource publicIpAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = [for frontend in filter(frontendIPConfigurations, one => !empty(one.?publicIPAddressConfiguration)): {
  name: frontend.publicIPAddressConfiguration.?name ?? '\${name}-\${frontend.name}-pip'
  sku: { name: frontend.publicIPAddressConfiguration.?skuName ?? 'Standard' }
}]
resource loadBalancer 'Microsoft.Network/loadBalancers@2024-05-01' = {
  name: name
  sku: { name: skuName }
  properties: {
    frontendIPConfigurations: map(frontendIPConfigurations, frontend => {
      name: frontend.name
      properties: {
        publicIPAddress: empty(frontend.?publicIPAddressConfiguration)
          ? (empty(frontend.?publicIPAddressResourceId ?? frontend.?publicIPAddressId) ? null : { id: frontend.?publicIPAddressResourceId ?? frontend.?publicIPAddressId })
          : { id: resourceId('Microsoft.Network/publicIPAddresses', frontend.?publicIPAddressConfiguration.?name ?? '\${name}-\${frontend.name}-pip') }
        subnet: empty(frontend.?subnetResourceId ?? frontend.?subnetId) ? null : { id: frontend.?subnetResourceId ?? frontend.?subnetId }
      }
    })
    backendAddressPools: map(backendAddressPools ?? [], pool => {
      name: pool.name
      id: '\${id}/backendAddressPools/\${pool.name}'
      properties: { loadBalancerBackendAddresses: pool.?loadBalancerBackendAddresses ?? [] }
    })
    loadBalancingRules: map(loadBalancingRules ?? [], rule => {
      name: rule.name
      properties: {
        protocol: rule.?protocol ?? 'Tcp'
        frontendPort: rule.frontendPort
        backendPort: rule.backendPort
        frontendIPConfiguration: { id: '\${id}/frontendIPConfigurations/\${rule.frontendIPConfigurationName}' }
        backendAddressPool: empty(rule.?backendAddressPoolName) ? null : { id: '\${id}/backendAddressPools/\${rule.?backendAddressPoolName}' }
      }
    })
    inboundNatRules: map(inboundNatRules ?? [], rule => {
      name: rule.name
      properties: {
        protocol: rule.?protocol ?? 'Tcp'
        frontendPort: rule.?frontendPort
        frontendPortRangeStart: rule.?frontendPortRangeStart
        frontendPortRangeEnd: rule.?frontendPortRangeEnd
        backendPort: rule.?backendPort ?? rule.?frontendPort
        frontendIPConfiguration: { id: '\${id}/frontendIPConfigurations/\${rule.frontendIPConfigurationName}' }
        backendAddressPool: empty(rule.?backendAddressPoolName) ? null : { id: '\${id}/backendAddressPools/\${rule.?backendAddressPoolName}' }
      }
    })
  }
}
output name string = loadBalancer.name
output resourceId string = loadBalancer.id
output backendpools array = loadBalancer.properties.backendAddressPools
`,
  ],
  [
    'compute/virtual-machine',
    `
param name string
param nicConfigurations array
var addresses = flatten(map(nicConfigurations, nic => map(nic.?ipConfigurations ?? [], ip => {
  given: ip.?pipConfiguration.?publicIPAddressResourceId
  wanted: ip.?pipConfiguration != null
  name: ip.?pipConfiguration.?name ?? '\${name}\${ip.?pipConfiguration.?publicIpNameSuffix ?? '-pip-01'}'
  sku: ip.?pipConfiguration.?skuName ?? ip.?skuName ?? 'Standard'
})))
resource publicIpAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = [for address in filter(addresses, one => one.wanted && empty(one.given)): {
  name: address.name
  sku: { name: address.sku }
}]
resource networkInterface 'Microsoft.Network/networkInterfaces@2024-05-01' = [for nic in nicConfigurations: {
  name: nic.?name ?? '\${name}\${nic.?nicSuffix}'
  properties: {
    networkSecurityGroup: empty(nic.?networkSecurityGroupResourceId) ? null : { id: nic.?networkSecurityGroupResourceId }
    ipConfigurations: map(nic.?ipConfigurations ?? [], (ip, index) => {
      name: ip.?name ?? 'ipconfig\${index}'
      properties: {
        subnet: { id: ip.subnetResourceId }
        privateIPAddress: ip.?privateIPAddress
        publicIPAddress: ip.?pipConfiguration == null ? null : {
          id: ip.?pipConfiguration.?publicIPAddressResourceId ?? resourceId('Microsoft.Network/publicIPAddresses', ip.?pipConfiguration.?name ?? '\${name}\${ip.?pipConfiguration.?publicIpNameSuffix ?? '-pip-01'}')
        }
        applicationSecurityGroups: ip.?applicationSecurityGroups ?? []
        loadBalancerBackendAddressPools: ip.?loadBalancerBackendAddressPools ?? []
        loadBalancerInboundNatRules: ip.?loadBalancerInboundNatRules ?? []
      }
    })
  }
}]
resource vm 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: name
  properties: {
    networkProfile: {
      networkInterfaces: [for (nic, index) in nicConfigurations: { id: networkInterface[index].id }]
    }
  }
}
output name string = vm.name
output resourceId string = vm.id
`,
  ],
  [
    'compute/virtual-machine-scale-set',
    `
param name string
param nicConfigurations array = []
param skuCapacity int = 1
resource vmss 'Microsoft.Compute/virtualMachineScaleSets@2024-07-01' = {
  name: name
  sku: { capacity: skuCapacity }
  properties: {
    virtualMachineProfile: {
      networkProfile: {
        networkInterfaceConfigurations: [for (nic, index) in nicConfigurations: {
          name: '\${name}\${nic.?nicSuffix}configuration-\${index}'
          properties: {
            primary: index == 0
            networkSecurityGroup: empty(nic.?nsgId ?? nic.?networkSecurityGroupResourceId ?? nic.?networkSecurityGroup.?id) ? null : { id: nic.?nsgId ?? nic.?networkSecurityGroupResourceId ?? nic.?networkSecurityGroup.?id }
            ipConfigurations: nic.ipConfigurations
          }
        }]
      }
    }
  }
}
output name string = vmss.name
output resourceId string = vmss.id
`,
  ],
]);

/** What the module of a registry path such as `bicep/avm/res/network/load-balancer` deploys, in Bicep. */
export function verifiedModule(path: string): string | undefined {
  const name = /(?:^|\/)avm\/res\/([\w-]+(?:\/[\w-]+)+)$/.exec(path)?.[1];
  return name === undefined ? undefined : modules.get(name);
}
