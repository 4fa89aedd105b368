param location string = resourceGroup().location

@description('Addresses that may administer the jump hosts.')
param adminSources array

module jump 'modules/nsg.bicep' = {
  name: 'jump-nsg'
  params: {
    location: location
    name: 'jump-nsg'
    sshSource: '0.0.0.0/0'
  }
}

module app 'modules/nsg.bicep' = {
  name: 'app-nsg'
  params: {
    location: location
    name: 'app-nsg'
    sshSource: 'VirtualNetwork'
  }
}

// Who gets in here hangs on a parameter that has no default.
resource admin 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'admin-nsg'
  location: location
  properties: {
    securityRules: [
      {
        name: 'allow-winrm'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: adminSources
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '5985-5986'
        }
      }
    ]
  }
}
