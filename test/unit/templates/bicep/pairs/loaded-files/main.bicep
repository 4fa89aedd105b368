resource loaded 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'loaded'
  properties: { securityRules: loadJsonContent('rules.json') }
}

resource text 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'text'
  properties: {
    securityRules: [
      { name: 'winrm', properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: trim(loadTextContent('who.txt'))
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '5986'
      } }
    ]
  }
}
