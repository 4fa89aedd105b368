param names array
param source string

module deep 'group.bicep' = {
  name: 'deep'
  params: {
    name: first(names)
    source: source
  }
}

module deeper 'own.bicep' = {
  name: 'deeper'
}

output ids array = [for name in names: '${source}/32']
