func rule(index int, port string, source string) object => {
  name: 'allow-${port}'
  properties: {
    priority: 100 + index
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: source
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: port
  }
}

param ports array = ['22', '443', '3389']
param blocked array = ['3389']

var left = filter(ports, port => !contains(blocked, port))
var base = {
  access: 'Allow'
  direction: 'Inbound'
}

resource mapped 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'mapped'
  properties: { securityRules: map(range(0, length(left)), i => rule(i, left[i], '*')) }
}

resource called 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'called'
  properties: {
    securityRules: [
      rule(0, first(ports), '203.0.113.7')
      rule(1, last(ports), 'Internet')
    ]
  }
}

resource spread 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'spread'
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: {
          priority: 100
          ...base
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
        }
      }
      {
        name: 'rdp'
        properties: union(base, {
          priority: 110
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '3389'
        })
      }
    ]
  }
}

resource reduced 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'reduced'
  properties: {
    securityRules: concat([rule(50, '5986', '10.0.0.0/8')], flatten(map(blocked, port => [rule(60, port, '*')])))
  }
}
