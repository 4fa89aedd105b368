param name string
param source string = '*'

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: name
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: source
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
        }
      }
    ]
  }
}

output id string = nsg.id
output admins string = '203.0.113.0/28'
