import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { at, itemsOf, referenceOf } from './values.ts';

/**
 * Identities of the virtual networks that are connected to a hub of Virtual WAN, by the hub's: connections within the
 * hub, or resources of their own. A hub without an entry has none that was read.
 * https://learn.microsoft.com/azure/virtual-wan/virtual-wan-about
 */
export function readHubConnections(index: DeclarationIndex): Map<string, ReadonlySet<string>> {
  const out = new Map<string, Set<string>>();
  const add = (hub: string | undefined, connection: Value): void => {
    const network = referenceOf(at(connection, 'properties', 'remoteVirtualNetwork'))?.id;
    if (hub === undefined || network === undefined) return;
    const known = out.get(hub);
    if (known) known.add(network);
    else out.set(hub, new Set([network]));
  };
  for (const hub of index.ofType('microsoft.network/virtualhubs')) {
    const list = itemsOf(at(hub.body, 'properties', 'virtualNetworkConnections'));
    for (const item of list.items) add(index.idOf(hub), item);
  }
  for (const connection of index.ofType('microsoft.network/virtualhubs/hubvirtualnetworkconnections'))
    add(index.parentIdOf(connection), connection.body);
  return out;
}
