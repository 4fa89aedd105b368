resource own 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'own'
  properties: {
    securityRules: [
      { name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
      } }
    ]
  }
}
