module first 'group.bicep' = {
  name: 'first'
  params: { name: 'one' }
}

module second 'group.bicep' = {
  name: 'second'
  params: {
    name: 'two'
    source: first.outputs.admins
  }
}

resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'nic'
  properties: {
    networkSecurityGroup: { id: first.outputs.id }
    ipConfigurations: [{ name: 'a', properties: { publicIPAddress: { id: pip.id } } }]
  }
}

resource pip 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip'
  sku: { name: 'Standard' }
}

resource vm 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'vm'
  properties: { networkProfile: { networkInterfaces: [{ id: nic.id }] } }
}
