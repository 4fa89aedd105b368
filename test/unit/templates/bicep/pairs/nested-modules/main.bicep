param admin string

module outer 'outer.bicep' = {
  name: take('outer-${uniqueString(resourceGroup().id)}', 64)
  params: {
    names: ['x', 'y']
    source: admin
  }
}

resource after 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'after'
  properties: {
    securityRules: [
      { name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: outer.outputs.ids[0]
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
      } }
    ]
  }
}
