targetScope = 'subscription'

param location string = deployment().location

resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-net'
  location: location
}

module net 'group.bicep' = {
  scope: rg
  name: 'net'
  params: { name: 'hub' }
}

module vm 'vm.bicep' = {
  scope: rg
  name: 'vm'
  params: { groupId: net.outputs.id }
}
