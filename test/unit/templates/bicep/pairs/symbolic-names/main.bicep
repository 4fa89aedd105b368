type rule = {
  port: string
  source: string?
}

param allowed rule[] = [{ port: '22' }, { port: '3389', source: '203.0.113.7' }]

resource shared 'Microsoft.Network/networkSecurityGroups@2024-05-01' existing = {
  name: 'shared-nsg'
}

resource extra 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {
  parent: shared
  name: 'winrm'
  properties: {
    priority: 100
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '5985'
  }
}

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  properties: {
    securityRules: [for (one, i) in allowed: {
      name: 'allow-${one.port}'
      properties: {
        priority: 100 + i
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: one.?source ?? '*'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: one.port
      }
    }]
  }

  resource child 'securityRules' = {
    name: 'deny'
    properties: {
      priority: 90
      direction: 'Inbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: 'Internet'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '3389'
    }
  }
}

module inner 'group.bicep' = {
  name: 'inner'
  params: { name: 'inner-nsg' }
}

module outer 'group.bicep' = {
  name: 'outer'
  params: {
    name: 'outer-nsg'
    source: inner.outputs.admins
  }
}
