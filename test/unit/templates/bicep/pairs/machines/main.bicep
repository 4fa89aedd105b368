var lb = 'lb'

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'subnet-nsg'
  properties: {
    securityRules: [
      { name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
      } }
      { name: 'rdp', properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '203.0.113.0/28'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '3389'
      } }
    ]
  }
}

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet'
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      { name: 'web', properties: { addressPrefix: '10.0.1.0/24', networkSecurityGroup: { id: nsg.id } } }
    ]
  }
}

resource front 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'front'
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource balancer 'Microsoft.Network/loadBalancers@2024-05-01' = {
  name: lb
  sku: { name: 'Standard' }
  properties: {
    frontendIPConfigurations: [{ name: 'fe', properties: { publicIPAddress: { id: front.id } } }]
    backendAddressPools: [{ name: 'pool' }]
    inboundNatRules: [
      {
        name: 'ssh'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', lb, 'fe')
          }
          protocol: 'Tcp'
          frontendPort: 50022
          backendPort: 22
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'rdp'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', lb, 'fe')
          }
          backendAddressPool: { id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', lb, 'pool') }
          protocol: 'Tcp'
          frontendPort: 3389
          backendPort: 3389
        }
      }
    ]
  }
}

resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'nic'
  properties: {
    ipConfigurations: [
      {
        name: 'a'
        properties: {
          subnet: { id: vnet.properties.subnets[0].id }
          loadBalancerInboundNatRules: [{ id: balancer.properties.inboundNatRules[0].id }]
          loadBalancerBackendAddressPools: [
            { id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', lb, 'pool') }
          ]
        }
      }
    ]
  }
}

resource vm 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'vm'
  properties: { networkProfile: { networkInterfaces: [{ id: nic.id }] } }
}
