module jump 'modules/nsg.bicep' = {
  name: 'jump'
  params: {
    sshSource: '0.0.0.0/0'
  }
}
