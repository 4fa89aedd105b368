import type { IpConfiguration, Known, NetworkInterface, PublicIpAddress, Reference } from '../network-model.ts';
import type { Estate } from './estate.ts';
import { endpoint, type Way } from './way.ts';

/** The way by an IP configuration's own public address, if it has one. */
export function publicAddressWay(
  estate: Estate,
  network: NetworkInterface,
  configuration: IpConfiguration,
  port: number,
): Way | undefined {
  const own = configuration.publicIpAddress;
  if (!own) return undefined;
  const found = 'sku' in own ? own : own.id === undefined ? undefined : estate.model.publicIpAddresses.get(own.id);
  const doubt = doubtIn(own, found);
  return {
    kind: 'public-ip',
    frontend: endpoint(found?.address ?? found?.name ?? own.name, port),
    interface: network,
    ipConfiguration: configuration,
    family: found?.id === undefined ? configuration.family : found.family,
    level: doubt.length > 0 ? 1 : 2,
    dependsOn: doubt,
    openWithoutGroups: found
      ? basic(found)
      : { known: false, dependsOn: 'sku' in own ? [] : estate.missingAt('public IP address', own) },
  };
}

const open: Known<boolean> = { known: true, value: true };
const closed: Known<boolean> = { known: true, value: false };

function basic(address: PublicIpAddress): Known<boolean> {
  if (!address.sku.known) return address.sku;
  return address.sku.value === 'Basic' ? open : closed;
}

/** What it hangs on whether the address is there at all. */
function doubtIn(own: Reference | PublicIpAddress, found: PublicIpAddress | undefined): readonly string[] {
  if (!('sku' in own) && (own.uncertain || own.id === undefined)) return own.dependsOn;
  return found?.existence.kind === 'depends' ? found.existence.on : [];
}
