param deploy bool
param debug bool = false
param mode string

resource maybe 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (deploy) {
  name: 'maybe'
  properties: { securityRules: [{ name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
  } }] }
}

resource inDebug 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (debug) {
  name: 'debug'
  properties: { securityRules: [{ name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
  } }] }
}

resource never 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (false) {
  name: 'never'
  properties: { securityRules: [{ name: 'ssh', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
  } }] }
}

resource rules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'rules'
  properties: {
    securityRules: concat([{
      name: 'web'
      properties: {
        priority: 300
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: '*'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
      }
    }], deploy ? [{
      name: 'rdp'
      properties: {
        priority: 310
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: '*'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '3389'
      }
    }] : [])
  }
}

resource debugRule 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = if (debug) {
  parent: rules
  name: 'debug'
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

resource modeRule 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = if (mode == 'open') {
  parent: rules
  name: 'mode'
  properties: {
    priority: 120
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '5986'
  }
}

module inner 'group.bicep' = if (deploy) {
  name: 'inner'
  params: { name: 'inner-nsg' }
}
