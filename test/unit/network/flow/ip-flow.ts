import type { Json } from '../azure-resources.ts';

/**
 * IP flow verify written anew for comparison: on the JSON of resources, with single addresses as numbers, no sets, and
 * rules looked at one by one. Everything must be known.
 */
export interface PlainFlow {
  /** Names of interfaces, or addresses outside of them. */
  readonly from: string;
  readonly to: string;
  readonly protocol: 'Tcp' | 'Udp';
  readonly port: number;
  readonly sourcePort: number;
}

interface PlainRule {
  readonly priority: number;
  readonly direction: string;
  readonly access: string;
  readonly protocol: string;
  readonly [field: string]: unknown;
}

interface Side {
  readonly address: number;
  readonly subnet?: string;
  readonly network?: string;
  readonly nsg?: string;
  readonly groups: readonly string[];
}

type Record_ = { readonly [name: string]: unknown };

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function inBlock(address: number, text: string): boolean {
  const [base, bits = '32'] = text.split('/');
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(number(base!) / size);
}

const notInternet = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '168.63.129.16', '169.254.0.0/16', '224.0.0.0/3'];

export function allows(resources: readonly Json[], flow: PlainFlow): boolean {
  const byId = new Map(resources.map(one => [String(one.id).toLowerCase(), one]));
  const propertiesOf = (id: string | undefined): Record_ =>
    (id === undefined ? {} : (byId.get(id.toLowerCase())?.properties ?? {})) as Record_;
  const networks = resources.filter(one => String(one.type).endsWith('/virtualNetworks'));
  const sideOf = (text: string): Side => {
    const nic = resources.find(one => one.name === text && String(one.type).endsWith('/networkInterfaces'));
    if (!nic) return { address: number(text), groups: [] };
    const properties = nic.properties as Record_;
    const [first] = properties.ipConfigurations as readonly { properties: Record_ }[];
    const subnet = (first!.properties.subnet as { id: string }).id;
    const nsg = (properties.networkSecurityGroup as { id: string } | undefined)?.id;
    return {
      address: number(String(first!.properties.privateIPAddress)),
      subnet,
      network: subnet.split('/subnets/')[0]!,
      ...(nsg ? { nsg } : {}),
      groups: ((first!.properties.applicationSecurityGroups ?? []) as { id: string }[]).map(one =>
        one.id.toLowerCase(),
      ),
    };
  };
  const [from, to] = [sideOf(flow.from), sideOf(flow.to)];
  const groupOfSubnet = (id: string): string | undefined => {
    for (const network of networks) {
      for (const subnet of (network.properties as Record_).subnets as { id: string; properties: Record_ }[]) {
        if (subnet.id === id) return (subnet.properties.networkSecurityGroup as { id: string } | undefined)?.id;
      }
    }
    return undefined;
  };
  const spaceOf = (network: string): string[] => {
    const properties = propertiesOf(network);
    const own = (properties.addressSpace as { addressPrefixes: string[] }).addressPrefixes;
    const peers = (properties.virtualNetworkPeerings ?? []) as {
      properties: { remoteVirtualNetwork: { id: string } };
    }[];
    return [
      ...own,
      ...peers.flatMap(
        peer =>
          (propertiesOf(peer.properties.remoteVirtualNetwork.id).addressSpace as { addressPrefixes: string[] })
            .addressPrefixes,
      ),
      '168.63.129.16',
    ];
  };
  const addressFits = (text: string, side: Side, network: string): boolean => {
    const inside = spaceOf(network).some(block => inBlock(side.address, block));
    switch (text) {
      case '*':
        return true;
      case 'VirtualNetwork':
        return inside;
      case 'Internet':
        return !inside && !notInternet.some(block => inBlock(side.address, block));
      case 'AzureLoadBalancer':
        return side.address === number('168.63.129.16');
      default:
        return inBlock(side.address, text);
    }
  };
  const sideFits = (rule: PlainRule, which: 'source' | 'destination', side: Side, network: string): boolean => {
    const groups = rule[`${which}ApplicationSecurityGroups`] as { id: string }[] | undefined;
    if (groups && groups.length > 0) return groups.some(group => side.groups.includes(group.id.toLowerCase()));
    const prefixes = [rule[`${which}AddressPrefix`], ...((rule[`${which}AddressPrefixes`] ?? []) as string[])];
    return prefixes.some(text => typeof text === 'string' && text !== '' && addressFits(text, side, network));
  };
  const portFits = (rule: PlainRule, which: 'source' | 'destination', port: number): boolean => {
    const ranges = [rule[`${which}PortRange`], ...((rule[`${which}PortRanges`] ?? []) as string[])];
    return ranges.some(text => {
      if (typeof text !== 'string' || text === '') return false;
      if (text === '*') return true;
      const [first, last = first] = text.split('-').map(Number);
      return port >= first! && port <= last!;
    });
  };
  const groupAllows = (id: string, direction: string, network: string): boolean => {
    const own = (propertiesOf(id).securityRules as { properties: PlainRule }[]).map(one => one.properties);
    const inbound = direction === 'Inbound';
    const basic = { direction, protocol: '*', sourcePortRange: '*', destinationPortRange: '*' };
    const defaults: PlainRule[] = [
      {
        ...basic,
        priority: 65000,
        access: 'Allow',
        sourceAddressPrefix: 'VirtualNetwork',
        destinationAddressPrefix: 'VirtualNetwork',
      },
      {
        ...basic,
        priority: 65001,
        access: 'Allow',
        sourceAddressPrefix: inbound ? 'AzureLoadBalancer' : '*',
        destinationAddressPrefix: inbound ? '*' : 'Internet',
      },
      { ...basic, priority: 65500, access: 'Deny', sourceAddressPrefix: '*', destinationAddressPrefix: '*' },
    ];
    for (const rule of [...own, ...defaults].sort((a, b) => a.priority - b.priority)) {
      if (rule.direction !== direction) continue;
      if (rule.protocol !== '*' && rule.protocol.toLowerCase() !== flow.protocol.toLowerCase()) continue;
      if (!portFits(rule, 'source', flow.sourcePort) || !portFits(rule, 'destination', flow.port)) continue;
      if (!sideFits(rule, 'source', from, network) || !sideFits(rule, 'destination', to, network)) continue;
      return rule.access === 'Allow';
    }
    throw new Error('the last default rule matches everything');
  };
  const groupsOf = (side: Side): string[] =>
    side.subnet === undefined ? [] : [groupOfSubnet(side.subnet), side.nsg].filter(one => one !== undefined);
  if (from.network !== undefined && to.network !== undefined && from.network !== to.network) {
    const peers = (propertiesOf(from.network).virtualNetworkPeerings ?? []) as {
      properties: { remoteVirtualNetwork: { id: string } };
    }[];
    if (!peers.some(peer => peer.properties.remoteVirtualNetwork.id === to.network)) return false;
  }
  return (
    groupsOf(from).every(id => groupAllows(id, 'Outbound', from.network!)) &&
    groupsOf(to).every(id => groupAllows(id, 'Inbound', to.network!))
  );
}
