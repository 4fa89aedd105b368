import type { AddressSet } from '../address-set.ts';
import type { Reference, Subnet, VirtualNetwork } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf } from './interfaces.ts';
import { addressesOf, at, itemsOf, partId, pluralList, referenceOf, textOf } from './values.ts';

const networkType = 'microsoft.network/virtualnetworks';

export interface VirtualNetworks {
  readonly networks: Map<string, VirtualNetwork>;
  readonly subnets: Map<string, Subnet>;
}

/** Virtual networks with subnets and peerings, inline and as child resources. */
export function readVirtualNetworks(index: DeclarationIndex): VirtualNetworks {
  const networks = new Map<string, VirtualNetwork>();
  const subnets = new Map<string, Subnet>();
  const peerings = new Map<string, Peering[]>();
  const addPeer = (network: string, peering: Value): void => {
    const found = readPeering(peering);
    if (found) peerings.set(network, [...(peerings.get(network) ?? []), found]);
  };
  for (const declaration of index.ofType(`${networkType}/virtualnetworkpeerings`)) {
    const parent = index.parentIdOf(declaration);
    if (parent !== undefined) addPeer(parent, declaration.body);
  }
  for (const declaration of index.ofType(networkType)) {
    const id = index.idOf(declaration);
    if (networks.has(id) || declaration.existing) continue;
    const properties = at(declaration.body, 'properties');
    for (const [position, item] of itemsOf(at(properties, 'subnets')).items.entries()) {
      if (item.kind !== 'object') continue;
      const subnetId = partId(id, 'subnets', item);
      const subnet = readSubnet(item, subnetId, id, textOf(at(item, 'name')) ?? 'subnet', declaration);
      subnets.set(subnetId, subnet);
      // As templates compiled from Bicep refer to it.
      if (!index.live) subnets.set(`{reference(${id}).subnets[${position}].id}`, subnet);
    }
    const list = itemsOf(at(properties, 'virtualNetworkPeerings'));
    for (const item of list.items) addPeer(id, item);
    const own = peerings.get(id) ?? [];
    const items = own.map(peering => peering.remote);
    const addressSpace = addressesOf(pluralList(undefined, at(properties, 'addressSpace', 'addressPrefixes')));
    networks.set(id, {
      id,
      name: nameOf(declaration),
      declaration,
      peers: list.rest ? { items, more: list.rest.dependsOn } : { items },
      ...(addressSpace ? { addressSpace } : {}),
      peerSpaces: new Map(
        own.flatMap(({ remote, space }) => (remote.id !== undefined && space ? [[remote.id, space] as const] : [])),
      ),
    });
  }
  for (const declaration of index.ofType(`${networkType}/subnets`)) {
    if (declaration.existing) continue;
    const id = index.idOf(declaration);
    const network = index.parentIdOf(declaration) ?? '';
    subnets.set(id, readSubnet(declaration.body, id, network, nameOf(declaration), declaration));
  }
  return { networks, subnets };
}

interface Peering {
  readonly remote: Reference;
  readonly space?: AddressSet;
}

/** A peering that lets traffic through. https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering */
function readPeering(peering: Value): Peering | undefined {
  const properties = at(peering, 'properties');
  const state = textOf(at(properties, 'peeringState'))?.toLowerCase();
  const remote = referenceOf(at(properties, 'remoteVirtualNetwork'));
  const access = at(properties, 'allowVirtualNetworkAccess');
  if (!remote || (state !== undefined && state !== 'connected')) return undefined;
  if (access?.kind === 'boolean' && !access.value) return undefined;
  const space = addressesOf(
    pluralList(
      undefined,
      at(properties, 'remoteVirtualNetworkAddressSpace', 'addressPrefixes') ??
        at(properties, 'remoteAddressSpace', 'addressPrefixes'),
    ),
  );
  return space ? { remote, space } : { remote };
}

function readSubnet(
  value: Value,
  id: string,
  virtualNetworkId: string,
  name: string,
  declaration: ResourceDeclaration,
): Subnet {
  const properties = at(value, 'properties');
  const securityGroup = referenceOf(at(properties, 'networkSecurityGroup'));
  const routeTable = referenceOf(at(properties, 'routeTable'));
  const prefixes = addressesOf(pluralList(at(properties, 'addressPrefix'), at(properties, 'addressPrefixes')));
  return {
    id,
    name,
    virtualNetworkId,
    ...(prefixes ? { prefixes } : {}),
    ...(securityGroup ? { securityGroup } : {}),
    ...(routeTable ? { routeTable } : {}),
    declaration,
  };
}
