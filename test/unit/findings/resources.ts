import { idOf, type PlainResource } from './plain-template.ts';

/** A security rule: an inbound Allow of TCP from anywhere to port 22, but for what is given. */
export function rule(name: string, properties: { readonly [name: string]: unknown } = {}): object {
  const own = Object.keys(properties);
  const unless = (plural: string, given: object): object => (own.includes(plural) ? {} : given);
  return {
    name,
    properties: {
      priority: 100,
      direction: 'Inbound',
      access: 'Allow',
      protocol: 'Tcp',
      ...unless('sourceAddressPrefixes', { sourceAddressPrefix: '*' }),
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      ...unless('destinationPortRanges', { destinationPortRange: '22' }),
      ...properties,
    },
  };
}

export function group(name: string, securityRules: unknown): PlainResource {
  return { type: 'Microsoft.Network/networkSecurityGroups', name, properties: { securityRules } };
}

export interface MachineOptions {
  readonly sku?: 'Basic' | 'Standard';
  /** Name of the group on the interface. */
  readonly nicGroup?: string;
  readonly subnetGroup?: string;
  readonly publicIp?: boolean;
  readonly natRules?: readonly string[];
}

/** A machine `vm` with its interface, network and, unless told otherwise, a public IP address. */
export function machine(options: MachineOptions = {}): PlainResource[] {
  const groupId = (name: string) => ({ id: idOf('Microsoft.Network/networkSecurityGroups', name) });
  const address: PlainResource = {
    type: 'Microsoft.Network/publicIPAddresses',
    name: 'vm-ip',
    sku: { name: options.sku ?? 'Standard' },
    properties: { publicIPAllocationMethod: 'Static' },
  };
  return [
    ...(options.publicIp === false ? [] : [address]),
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'vnet',
      properties: {
        subnets: [
          {
            name: 'app',
            properties: {
              addressPrefix: '10.0.1.0/24',
              ...(options.subnetGroup ? { networkSecurityGroup: groupId(options.subnetGroup) } : {}),
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Network/networkInterfaces',
      name: 'vm-nic',
      properties: {
        ...(options.nicGroup ? { networkSecurityGroup: groupId(options.nicGroup) } : {}),
        ipConfigurations: [
          {
            name: 'primary',
            properties: {
              subnet: { id: idOf('Microsoft.Network/virtualNetworks/subnets', 'vnet/app') },
              ...(options.publicIp === false
                ? {}
                : { publicIPAddress: { id: idOf('Microsoft.Network/publicIPAddresses', 'vm-ip') } }),
              ...(options.natRules
                ? {
                    loadBalancerInboundNatRules: options.natRules.map(name => ({
                      id: idOf('Microsoft.Network/loadBalancers/inboundNatRules', `lb/${name}`),
                    })),
                  }
                : {}),
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Compute/virtualMachines',
      name: 'vm',
      properties: {
        networkProfile: {
          networkInterfaces: [{ id: idOf('Microsoft.Network/networkInterfaces', 'vm-nic') }],
        },
      },
    },
  ];
}
