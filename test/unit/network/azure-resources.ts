/** Resources as Azure returns them, for tests: only what the evaluation looks at. */
const group = '/subscriptions/s1/resourceGroups/rg/providers';
const network = `${group}/Microsoft.Network`;

export type Json = { readonly [name: string]: unknown };

export function networkId(type: string, name: string): string {
  return `${network}/${type}/${name}`;
}

export function subnetId(name: string, vnet = 'vnet'): string {
  return `${networkId('virtualNetworks', vnet)}/subnets/${name}`;
}

export function machineId(name: string): string {
  return `${group}/Microsoft.Compute/virtualMachines/${name}`;
}

export function configurationId(nic: string, name = 'ipconfig1'): string {
  return `${networkId('networkInterfaces', nic)}/ipConfigurations/${name}`;
}

function resource(type: string, name: string, properties: Json, rest: Json = {}): Json {
  return {
    id: networkId(type, name),
    name,
    type: `Microsoft.Network/${type}`,
    location: 'westeurope',
    ...rest,
    properties,
  };
}

/** `100 Allow Tcp 203.0.113.0/24 22`: priority, access, protocol, sources, ports, and then any further properties. */
export function rule(name: string, text: string, more: Json = {}): Json {
  const [priority, access, protocol, sources, ports] = text.split(' ');
  return {
    name,
    properties: {
      priority: Number(priority),
      direction: 'Inbound',
      access,
      protocol,
      ...(sources!.includes(',') ? { sourceAddressPrefixes: sources!.split(',') } : { sourceAddressPrefix: sources }),
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      ...(ports!.includes(',') ? { destinationPortRanges: ports!.split(',') } : { destinationPortRange: ports }),
      ...more,
    },
  };
}

export function securityGroup(name: string, ...rules: readonly Json[]): Json {
  return resource('networkSecurityGroups', name, { securityRules: rules });
}

/** Subnets as `name: security group`, or with an address prefix `name: [prefix, security group]`. */
export function virtualNetwork(name: string, subnets: Json, properties: Json = {}): Json {
  return resource('virtualNetworks', name, {
    subnets: Object.entries(subnets).map(([subnet, value]) => {
      const [prefix, nsg] = Array.isArray(value)
        ? (value as unknown as readonly [string, string | null])
        : ['10.0.0.0/24', value];
      return {
        id: subnetId(subnet, name),
        name: subnet,
        properties: {
          addressPrefix: prefix,
          ...(nsg ? { networkSecurityGroup: { id: networkId('networkSecurityGroups', nsg as string) } } : {}),
        },
      };
    }),
    ...properties,
  });
}

export function publicIp(name: string, sku: 'Basic' | 'Standard', ipAddress: string, properties: Json = {}): Json {
  return resource(
    'publicIPAddresses',
    name,
    { ipAddress, publicIPAddressVersion: 'IPv4', ...properties },
    { sku: { name: sku } },
  );
}

export interface NicOptions {
  readonly nsg?: string;
  readonly publicIp?: string;
  readonly privateIp?: string;
  readonly subnet?: string;
  readonly more?: Json;
  readonly configurations?: readonly Json[];
}

export function nic(name: string, options: NicOptions = {}): Json {
  return resource('networkInterfaces', name, {
    ...(options.nsg ? { networkSecurityGroup: { id: networkId('networkSecurityGroups', options.nsg) } } : {}),
    ipConfigurations: options.configurations ?? [ipConfiguration(name, 'ipconfig1', options)],
  });
}

export function ipConfiguration(nicName: string, name: string, options: NicOptions): Json {
  return {
    id: configurationId(nicName, name),
    name,
    properties: {
      privateIPAddress: options.privateIp ?? '10.0.0.4',
      subnet: { id: options.subnet ?? subnetId('default') },
      ...(options.publicIp ? { publicIPAddress: { id: networkId('publicIPAddresses', options.publicIp) } } : {}),
      ...options.more,
    },
  };
}

export function machine(name: string, ...nics: readonly string[]): Json {
  return {
    id: machineId(name),
    name,
    type: 'Microsoft.Compute/virtualMachines',
    properties: {
      networkProfile: { networkInterfaces: nics.map(one => ({ id: networkId('networkInterfaces', one) })) },
    },
  };
}

export function loadBalancer(name: string, sku: 'Basic' | 'Standard' | undefined, properties: Json): Json {
  return resource('loadBalancers', name, properties, sku ? { sku: { name: sku } } : {});
}

export function part(balancer: string, kind: string, name: string): Json {
  return { id: `${networkId('loadBalancers', balancer)}/${kind}/${name}` };
}

export function publicFrontend(balancer: string, pip: string, name = 'fe'): Json {
  return {
    ...part(balancer, 'frontendIPConfigurations', name),
    name,
    properties: { publicIPAddress: { id: networkId('publicIPAddresses', pip) } },
  };
}

export function privateFrontend(balancer: string, address: string, name = 'fe'): Json {
  return {
    ...part(balancer, 'frontendIPConfigurations', name),
    name,
    properties: { privateIPAddress: address, subnet: { id: subnetId('default') } },
  };
}

export { resource };
