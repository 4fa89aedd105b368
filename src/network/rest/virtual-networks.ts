import { parseAddresses } from '../address-prefix.ts';
import { type AddressSet, uniteAddresses } from '../address-set.ts';
import type { Reference, Subnet, VirtualNetwork } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf } from './interfaces.ts';
import { at, itemsOf, partId, pluralList, referenceOf, textOf } from './values.ts';

const networkType = 'microsoft.network/virtualnetworks';

export interface VirtualNetworks {
  readonly networks: Map<string, VirtualNetwork>;
  readonly subnets: Map<string, Subnet>;
}

/** Virtual networks with subnets and peerings, inline and as child resources. */
export function readVirtualNetworks(index: DeclarationIndex): VirtualNetworks {
  const networks = new Map<string, VirtualNetwork>();
  const subnets = new Map<string, Subnet>();
  const peerings = new Map<string, Reference[]>();
  const addPeer = (network: string, peering: Value): void => {
    const state = textOf(at(peering, 'properties', 'peeringState'))?.toLowerCase();
    const remote = referenceOf(at(peering, 'properties', 'remoteVirtualNetwork'));
    if (!remote || (state !== undefined && state !== 'connected')) return;
    peerings.set(network, [...(peerings.get(network) ?? []), remote]);
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
    const items = peerings.get(id) ?? [];
    networks.set(id, {
      id,
      name: nameOf(declaration),
      declaration,
      peers: list.rest ? { items, more: list.rest.dependsOn } : { items },
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

function readSubnet(
  value: Value,
  id: string,
  virtualNetworkId: string,
  name: string,
  declaration: ResourceDeclaration,
): Subnet {
  const properties = at(value, 'properties');
  const securityGroup = referenceOf(at(properties, 'networkSecurityGroup'));
  const prefixes = prefixesOf(properties);
  return {
    id,
    name,
    virtualNetworkId,
    ...(prefixes ? { prefixes } : {}),
    ...(securityGroup ? { securityGroup } : {}),
    declaration,
  };
}

/** A subnet's prefixes; undefined when one of them is unknown. */
function prefixesOf(properties: Value | undefined): AddressSet | undefined {
  const list = pluralList(at(properties, 'addressPrefix'), at(properties, 'addressPrefixes'));
  let all: AddressSet | undefined;
  for (const item of list.items) {
    const set = item.known ? parseAddresses(item.value) : undefined;
    if (!set) return undefined;
    all = all ? uniteAddresses(all, set) : set;
  }
  return list.rest ? undefined : all;
}
