import { setBack, type TypeBehaviour } from './behaviours.ts';
import { networkError } from './errors.ts';
import { lastName } from './ids.ts';
import { copy, type Resource } from './json.ts';
import type { ResourceStore } from './store.ts';

export const virtualNetworks: TypeBehaviour = {
  type: 'Microsoft.Network/virtualNetworks',
  children: [
    {
      property: 'subnets',
      type: 'Microsoft.Network/virtualNetworks/subnets',
      defaults: {
        delegations: [],
        privateEndpointNetworkPolicies: 'Disabled',
        privateLinkServiceNetworkPolicies: 'Enabled',
      },
    },
    {
      property: 'virtualNetworkPeerings',
      type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
      defaults: {
        peeringState: 'Initiated',
        peeringSyncLevel: 'RemoteNotInSync',
        doNotVerifyRemoteGateways: false,
        peerCompleteVnets: true,
        routeServiceVips: {},
      },
    },
  ],
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(network, _previous, { store, guid }) {
    network.properties.subnets ??= [];
    if (network.properties.dhcpOptions) network.properties.dhcpOptions.dnsServers ??= [];
    network.properties.virtualNetworkPeerings ??= [];
    network.properties.privateEndpointVNetPolicies ??= 'Disabled';
    delete network.properties.enableVmProtection;
    for (const peering of network.properties.virtualNetworkPeerings) {
      const remote = store.get(peering.properties?.remoteVirtualNetwork?.id ?? '');
      peering.properties.resourceGuid ??= guid();
      if (remote) {
        peering.properties.remoteAddressSpace = copy(remote.properties.addressSpace);
        peering.properties.remoteVirtualNetworkAddressSpace = copy(remote.properties.addressSpace);
      }
    }
  },
  check(network, previous, { store }) {
    for (const subnet of previous?.properties.subnets ?? []) {
      const kept = network.properties.subnets.some(
        (next: Resource) => next.id.toLowerCase() === subnet.id.toLowerCase(),
      );
      if (!kept) throwIfSubnetInUse(subnet, store);
    }
    for (const subnet of network.properties.subnets) {
      const prefixes = subnet.properties?.addressPrefixes ?? [subnet.properties?.addressPrefix];
      if (!prefixes[0])
        throw networkError(400, 'SubnetAddressPrefixMissing', `Subnet ${subnet.name} has no address prefix.`);
    }
  },
  render(network, store) {
    for (const subnet of network.properties.subnets ?? []) {
      setBack(subnet.properties, 'ipConfigurations', subnetUsers(subnet.id, store));
    }
  },
  inUse(network, store) {
    try {
      for (const subnet of network.properties.subnets ?? []) throwIfSubnetInUse(subnet, store);
    } catch (error) {
      return error as ReturnType<typeof networkError>;
    }
    return undefined;
  },
};

function subnetUsers(id: string, store: ResourceStore): string[] {
  return store.referrers(id, 'subnet').map(referrer => referrer.id);
}

export function throwIfSubnetInUse(subnet: Resource, store: ResourceStore): void {
  const user = subnetUsers(subnet.id, store)[0];
  if (user === undefined) return;
  throw networkError(
    400,
    'InUseSubnetCannotBeDeleted',
    `Subnet ${lastName(subnet.id)} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  );
}
