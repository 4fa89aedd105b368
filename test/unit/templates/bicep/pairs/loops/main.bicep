param names array = ['a', 'b']
param admins array = ['203.0.113.7', '*']

var rules = [for i in range(0, length(admins)): {
  name: 'ssh-${i}'
  properties: {
    priority: 100 + i
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: admins[i]
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '22'
  }
}]

resource each 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for (name, i) in names: {
  name: 'nsg-${name}'
  properties: {
    securityRules: [
      {
        name: 'rdp'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: i == 0 ? '3389' : '443'
        }
      }
    ]
  }
}]

resource fromVariable 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'from-variable'
  properties: { securityRules: rules }
}

resource inPlace 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'in-place'
  properties: {
    securityRules: [for (admin, i) in admins: {
      name: 'winrm-${i}'
      properties: {
        priority: 200 + i
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: admin
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '5986'
      }
    }]
  }
}

@batchSize(1)
module modules 'group.bicep' = [for (name, i) in names: {
  name: 'module-${i}'
  params: {
    name: 'm-${name}'
    source: name == 'a' ? '*' : '10.0.0.0/8'
  }
}]
