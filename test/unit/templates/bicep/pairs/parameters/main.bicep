param location string = resourceGroup().location
param name string = 'nsg-${uniqueString(resourceGroup().id)}'
@description('Who administers the machines.')
param sources array
@allowed(['dev', 'prod'])
param tier string = 'dev'
param jump string?

var open = tier == 'dev'

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: name
  location: location
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
          sourceAddressPrefixes: sources
        }
      }
      {
        name: 'rdp'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: open ? '*' : 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '3389'
        }
      }
      {
        name: 'winrm'
        properties: {
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: jump ?? '203.0.113.7'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['5985', '5986']
        }
      }
    ]
  }
}

output id string = nsg.id
