/** Lists of objects in Azure's answers. */
const objectLists = new Set([
  'securityRules',
  'ipConfigurations',
  'subnets',
  'virtualNetworkPeerings',
  'frontendIPConfigurations',
  'backendAddressPools',
  'loadBalancerBackendAddresses',
  'inboundNatRules',
  'inboundNatPools',
  'loadBalancingRules',
  'natRuleCollections',
  'ruleCollections',
  'rules',
  'networkInterfaceConfigurations',
]);

/** Lists of texts, which may be read from a text or number alone. */
const textLists = new Set([
  'sourceAddressPrefixes',
  'destinationAddressPrefixes',
  'sourcePortRanges',
  'destinationPortRanges',
  'sourceAddresses',
  'destinationAddresses',
  'destinationPorts',
  'ipProtocols',
  'protocols',
  'ipAddresses',
]);

/** Lists of references: to objects with ids, or ids. */
const referenceLists = new Set([
  'networkInterfaces',
  'applicationSecurityGroups',
  'sourceApplicationSecurityGroups',
  'destinationApplicationSecurityGroups',
  'loadBalancerBackendAddressPools',
  'loadBalancerInboundNatRules',
  'loadBalancerInboundNatPools',
  'sourceIpGroups',
]);

/** Objects that hold what a resource or a part of one is made of. */
const holders = new Set([
  'properties',
  'networkProfile',
  'virtualMachineProfile',
  'networkProfileConfiguration',
  'publicIPAddressConfiguration',
  'hubIPAddresses',
]);

/**
 * What is wrong with a property of an answer of Azure: it is not of the kind that Azure gives it, or is a list with
 * items that are not. What it stands for cannot be told then. Absent and null are not wrong.
 */
export function misshapen(name: string, value: unknown): 'all' | 'items' | undefined {
  if (value === undefined || value === null) return undefined;
  const isList = Array.isArray(value);
  const isObject = typeof value === 'object' && !isList;
  if (holders.has(name)) return isObject ? undefined : 'all';
  if (value === '') return undefined;
  if (objectLists.has(name)) return !isList ? 'all' : value.every(isPlainObject) ? undefined : 'items';
  if (textLists.has(name)) return isObject ? 'all' : isList && !value.every(isText) ? 'items' : undefined;
  if (referenceLists.has(name)) return !isList && !isText(value) ? 'all' : undefined;
  return undefined;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
