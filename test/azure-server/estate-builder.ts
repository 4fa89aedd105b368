import type { Json, Resource } from './json.ts';
import type { AzureServer } from './server.ts';

/** How a machine of an estate is connected. */
export interface MachineOptions {
  readonly subnet: string;
  /** Id of the group on the interface. */
  readonly securityGroup?: string;
  readonly publicIp?: 'Standard' | 'Basic';
  readonly publicIpV6?: boolean;
  readonly applicationSecurityGroups?: readonly string[];
  readonly pools?: readonly string[];
  readonly natRules?: readonly string[];
  readonly os?: 'Linux' | 'Windows';
  readonly power?: 'running' | 'deallocated';
  readonly tags?: Json;
  readonly availabilitySet?: string;
  readonly scaleSet?: string;
  /** A second interface in another subnet, with a group of its own. */
  readonly second?: { readonly subnet: string; readonly securityGroup?: string };
}

/** Lays resources into the local Azure in few words. Every method gives the id of what it made. */
export class EstateBuilder {
  #addresses = 0;
  readonly #hosts = new Map<string, number>();

  constructor(
    private readonly azure: AzureServer,
    readonly subscriptionId: string,
    private readonly location: string,
    /** The block that public addresses are taken from: `20.50`. */
    private readonly publicBlock: string,
  ) {}

  id(group: string, type: string, name: string): string {
    return `/subscriptions/${this.subscriptionId}/resourceGroups/${group}/providers/${type}/${name}`;
  }

  add(group: string, type: string, name: string, body: Json = {}): string {
    const id = this.id(group, type, name);
    this.azure.seed({ location: this.location, ...body, id });
    return id;
  }

  /** Rules as `100 allow tcp 22,3389 from Internet to 10.0.0.4`; lists with commas, `asg:` before an id's place. */
  securityGroup(group: string, name: string, rules: Readonly<Record<string, string>>): string {
    const securityRules = Object.entries(rules).map(([ruleName, text]) => ({
      name: ruleName,
      properties: ruleProperties(text),
    }));
    return this.add(group, 'Microsoft.Network/networkSecurityGroups', name, { properties: { securityRules } });
  }

  /** Subnets by name, with the id of their group when they have one. Gives the ids of the subnets by name. */
  network(
    group: string,
    name: string,
    prefix: string,
    subnets: Readonly<Record<string, Json>>,
  ): Record<string, string> {
    const [a, b] = prefix.split('.');
    const entries = Object.entries(subnets);
    const id = this.add(group, 'Microsoft.Network/virtualNetworks', name, {
      properties: {
        addressSpace: { addressPrefixes: [`${prefix}/16`] },
        subnets: entries.map(([subnet, properties], index) => ({
          name: subnet,
          properties: { addressPrefix: `${a}.${b}.${index}.0/24`, ...properties },
        })),
      },
    });
    return Object.fromEntries(entries.map(([subnet]) => [subnet, `${id}/subnets/${subnet}`]));
  }

  publicIp(group: string, name: string, sku: 'Standard' | 'Basic', more: Json = {}): string {
    const number = ++this.#addresses;
    const isV6 = more.publicIPAddressVersion === 'IPv6';
    const ipAddress = isV6
      ? `2603:1020:5:${number.toString(16)}::1`
      : `${this.publicBlock}.${number >> 8}.${number & 255}`;
    return this.add(group, 'Microsoft.Network/publicIPAddresses', name, {
      sku: { name: sku },
      properties: { publicIPAllocationMethod: 'Static', ipAddress, ...more },
    });
  }

  networkInterface(group: string, name: string, options: Omit<MachineOptions, 'second'>): string {
    const configuration = {
      subnet: { id: options.subnet },
      privateIPAddress: this.#host(options.subnet),
      primary: true,
      ...(options.publicIp ? { publicIPAddress: { id: this.publicIp(group, `${name}-ip`, options.publicIp) } } : {}),
      ...(options.applicationSecurityGroups
        ? { applicationSecurityGroups: options.applicationSecurityGroups.map(id => ({ id })) }
        : {}),
      ...(options.pools ? { loadBalancerBackendAddressPools: options.pools.map(id => ({ id })) } : {}),
      ...(options.natRules ? { loadBalancerInboundNatRules: options.natRules.map(id => ({ id })) } : {}),
    };
    const configurations: Json[] = [{ name: 'ipconfig1', properties: configuration }];
    if (options.publicIpV6) {
      configurations.push({
        name: 'ipconfig-v6',
        properties: {
          subnet: { id: options.subnet },
          privateIPAddressVersion: 'IPv6',
          privateIPAddress: `fd00:db8::${configurations.length}${this.#hosts.get(options.subnet)}`,
          primary: false,
          publicIPAddress: {
            id: this.publicIp(group, `${name}-ip6`, 'Standard', { publicIPAddressVersion: 'IPv6' }),
          },
        },
      });
    }
    return this.add(group, 'Microsoft.Network/networkInterfaces', name, {
      properties: {
        ipConfigurations: configurations,
        ...(options.securityGroup ? { networkSecurityGroup: { id: options.securityGroup } } : {}),
      },
    });
  }

  machine(group: string, name: string, options: MachineOptions): string {
    const { second, os = 'Linux', power = 'running', tags, availabilitySet, scaleSet, ...connection } = options;
    const nics = [this.networkInterface(group, `${name}-nic`, connection)];
    if (second) nics.push(this.networkInterface(group, `${name}-nic2`, second));
    return this.add(group, 'Microsoft.Compute/virtualMachines', name, {
      ...(tags ? { tags } : {}),
      properties: {
        hardwareProfile: { vmSize: 'Standard_D2s_v5' },
        storageProfile: { osDisk: { osType: os, name: `${name}-os`, createOption: 'FromImage' } },
        osProfile: {
          computerName: name,
          adminUsername: 'operator',
          ...(os === 'Linux' ? { linuxConfiguration: {} } : { windowsConfiguration: {} }),
        },
        networkProfile: {
          networkInterfaces: nics.map((id, index) => ({ id, properties: { primary: index === 0 } })),
        },
        ...(availabilitySet ? { availabilitySet: { id: availabilitySet } } : {}),
        ...(scaleSet ? { virtualMachineScaleSet: { id: scaleSet } } : {}),
        extended: {
          instanceView: {
            powerState: {
              code: `PowerState/${power}`,
              level: 'Info',
              displayStatus: power === 'running' ? 'VM running' : 'VM deallocated',
            },
          },
        },
      },
    });
  }

  /** A public load balancer with one frontend `front` and one pool `pool`. */
  loadBalancer(
    group: string,
    name: string,
    sku: 'Standard' | 'Basic',
    content: { natRules?: Json[]; rules?: Json[]; natPools?: Json[] },
  ): { id: string; pool: string; natRule: (rule: string) => string } {
    const id = this.id(group, 'Microsoft.Network/loadBalancers', name);
    const frontend = { id: `${id}/frontendIPConfigurations/front` };
    const pool = `${id}/backendAddressPools/pool`;
    const item = ({ name: itemName, ...properties }: Json) => ({
      name: itemName,
      properties: { frontendIPConfiguration: frontend, protocol: 'Tcp', ...properties },
    });
    this.add(group, 'Microsoft.Network/loadBalancers', name, {
      sku: { name: sku },
      properties: {
        frontendIPConfigurations: [
          { name: 'front', properties: { publicIPAddress: { id: this.publicIp(group, `${name}-ip`, sku) } } },
        ],
        backendAddressPools: [{ name: 'pool' }],
        inboundNatRules: (content.natRules ?? []).map(item),
        loadBalancingRules: (content.rules ?? []).map(rule => item({ ...rule, backendAddressPools: [{ id: pool }] })),
        inboundNatPools: (content.natPools ?? []).map(item),
      },
    });
    return { id, pool, natRule: rule => `${id}/inboundNatRules/${rule}` };
  }

  /** A uniform scale set with instances; each instance with a NIC of its own under the set. */
  uniformScaleSet(
    group: string,
    name: string,
    count: number,
    options: { subnet: string; securityGroup?: string; natPools?: readonly string[]; publicIps?: boolean },
  ): string {
    const reference = (ids: readonly string[] | undefined) => ids?.map(id => ({ id }));
    const id = this.add(group, 'Microsoft.Compute/virtualMachineScaleSets', name, {
      sku: { name: 'Standard_D2s_v5', tier: 'Standard', capacity: count },
      properties: {
        orchestrationMode: 'Uniform',
        virtualMachineProfile: {
          osProfile: { computerNamePrefix: name, adminUsername: 'operator', linuxConfiguration: {} },
          storageProfile: { osDisk: { osType: 'Linux', createOption: 'FromImage' } },
          networkProfile: {
            networkInterfaceConfigurations: [
              {
                name: 'nic',
                properties: {
                  primary: true,
                  ...(options.securityGroup ? { networkSecurityGroup: { id: options.securityGroup } } : {}),
                  ipConfigurations: [
                    {
                      name: 'ipconfig',
                      properties: {
                        primary: true,
                        subnet: { id: options.subnet },
                        loadBalancerInboundNatPools: reference(options.natPools),
                        ...(options.publicIps
                          ? { publicIPAddressConfiguration: { name: 'instance-ip', properties: {} } }
                          : {}),
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
      },
    });
    for (let index = 0; index < count; index++) {
      const instance = `${id}/virtualMachines/${index}`;
      const nic = `${instance}/networkInterfaces/nic`;
      const pip = `${nic}/ipConfigurations/ipconfig/publicIPAddresses/instance-ip`;
      this.azure.seed({
        id: instance,
        location: this.location,
        properties: {
          latestModelApplied: true,
          osProfile: { computerName: `${name}${String(index).padStart(6, '0')}`, linuxConfiguration: {} },
          storageProfile: { osDisk: { osType: 'Linux' } },
          networkProfile: { networkInterfaces: [{ id: nic }] },
        },
      });
      this.azure.seed({
        id: nic,
        location: this.location,
        properties: {
          primary: true,
          virtualMachine: { id: instance },
          ...(options.securityGroup ? { networkSecurityGroup: { id: options.securityGroup } } : {}),
          ipConfigurations: [
            {
              name: 'ipconfig',
              id: `${nic}/ipConfigurations/ipconfig`,
              properties: {
                primary: true,
                privateIPAddress: this.#host(options.subnet),
                privateIPAddressVersion: 'IPv4',
                subnet: { id: options.subnet },
                ...(options.natPools
                  ? {
                      loadBalancerInboundNatRules: options.natPools.map(pool => ({
                        id: `${pool.replace('/inboundNatPools/', '/inboundNatRules/')}.${index}`,
                      })),
                    }
                  : {}),
                ...(options.publicIps ? { publicIPAddress: { id: pip } } : {}),
              },
            },
          ],
        },
      });
      for (const pool of options.natPools ?? []) this.#natRuleOf(pool, index, `${nic}/ipConfigurations/ipconfig`);
      if (options.publicIps) {
        const number = ++this.#addresses;
        this.azure.seed({
          id: pip,
          location: this.location,
          sku: { name: 'Standard' },
          properties: {
            ipAddress: `${this.publicBlock}.${number >> 8}.${number & 255}`,
            publicIPAddressVersion: 'IPv4',
          },
        });
      }
    }
    return id;
  }

  /** Security admin rules of a network manager as Resource Graph's `networkresources` shows them. */
  adminRules(group: string, manager: string, networks: readonly string[], rules: readonly Json[]): void {
    const configuration = `${this.id(group, 'Microsoft.Network/networkManagers', manager)}/securityAdminConfigurations/guard`;
    const row = (id: string, type: string, properties: Json) =>
      this.azure.networkRows.push({
        id,
        name: id.slice(id.lastIndexOf('/') + 1),
        type,
        location: this.location,
        subscriptionId: this.subscriptionId,
        resourceGroup: group.toLowerCase(),
        properties,
      });
    for (const { name, ...properties } of rules) {
      row(
        `${configuration}/ruleCollections/all/rules/${name}/snapshots/1`,
        'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots',
        { direction: 'Inbound', protocol: 'Tcp', sourcePortRanges: ['0-65535'], ...properties },
      );
    }
    for (const network of networks) {
      row(
        `${network}/providers/Microsoft.Network/effectiveSecurityAdminRules/default`,
        'microsoft.network/effectivesecurityadminrules',
        {
          EffectiveSecurityAdminConfigurations: [{ Id: `${configuration}/snapshots/1` }],
          ProvisioningState: 'Succeeded',
        },
      );
    }
  }

  /** Azure makes one NAT rule of a pool for each instance: `ssh.0`. */
  #natRuleOf(poolId: string, index: number, configuration: string): void {
    const [balancerId = '', poolName] = poolId.split('/inboundNatPools/');
    const balancer = structuredClone(this.azure.store.get(balancerId)!);
    const pool = balancer.properties.inboundNatPools.find((item: Resource) => item.name === poolName);
    const { frontendPortRangeStart, backendPort, protocol, frontendIPConfiguration } = pool.properties;
    const name = `${poolName}.${index}`;
    balancer.properties.inboundNatRules.push({
      name,
      id: `${balancerId}/inboundNatRules/${name}`,
      type: 'Microsoft.Network/loadBalancers/inboundNatRules',
      etag: balancer.etag,
      properties: {
        provisioningState: 'Succeeded',
        frontendIPConfiguration,
        backendIPConfiguration: { id: configuration },
        frontendPort: frontendPortRangeStart + index,
        backendPort,
        protocol,
      },
    });
    this.azure.store.put(balancer);
  }

  #host(subnet: string): string {
    const host = (this.#hosts.get(subnet) ?? 3) + 1;
    this.#hosts.set(subnet, host);
    const network = this.azure.store.get(subnet.split('/').slice(0, -2).join('/'));
    const found = network?.properties.subnets.find((item: Resource) => item.id === subnet);
    const [a, b, c] = String(found?.properties.addressPrefix ?? '10.0.0.0/24').split('.');
    return `${a}.${b}.${c}.${host}`;
  }
}

/** The properties of a rule written as `priority access protocol ports from sources [to destinations]`. */
export function ruleProperties(text: string): Json {
  const match = /^(\d+) (allow|deny) (\S+) (\S+) from (\S+)(?: to (\S+))?$/i.exec(text);
  if (!match) throw new Error(`not a rule: ${text}`);
  const [, priority, access, protocol, ports, sources, destinations = '*'] = match as unknown as string[];
  const title = (word: string) => `${word[0]!.toUpperCase()}${word.slice(1).toLowerCase()}`;
  return {
    priority: Number(priority),
    access: title(access!),
    direction: 'Inbound',
    protocol: protocol === '*' ? '*' : title(protocol!),
    sourcePortRange: '*',
    ...(ports!.includes(',') ? { destinationPortRanges: ports!.split(',') } : { destinationPortRange: ports }),
    ...side('source', sources!),
    ...side('destination', destinations),
  };
}

function side(name: 'source' | 'destination', text: string): Json {
  if (text.startsWith('asg:')) return { [`${name}ApplicationSecurityGroups`]: [{ id: text.slice(4) }] };
  return text.includes(',') ? { [`${name}AddressPrefixes`]: text.split(',') } : { [`${name}AddressPrefix`]: text };
}
