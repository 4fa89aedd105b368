import { networkApi } from '../remediation/plan-draft.ts';
import { pickText } from '../remediation/plan-json.ts';
import { jumpFrontend } from '../remediation/plan-jump-address.ts';
import type { ArmReader } from './arm-client.ts';

/** Where a client connects to, as Azure has it. */
export interface JumpAddress {
  readonly ipAddress: string | undefined;
  /** The name in DNS that Azure gave. */
  readonly fqdn: string | undefined;
  readonly port: number;
}

/**
 * Reads from Azure where a jump path of a load balancer begins, for each IP configuration that one of its rules leads
 * to. The name is what the public address says: with a reuse scope, Azure puts a part of its own into it.
 * https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#domain-name-label
 */
export async function readJumpAddresses(
  reader: ArmReader,
  balancerId: string,
  configurations: readonly string[],
  port: number,
): Promise<Map<string, JumpAddress>> {
  const read = (id: string): Promise<unknown> => reader.get(`${encodeURI(id)}?api-version=${networkApi}`);
  const balancer = await read(balancerId);
  const addresses = new Map<string, Promise<unknown>>();
  const out = new Map<string, JumpAddress>();
  for (const configuration of configurations) {
    const frontend = jumpFrontend(balancer, configuration, port);
    if (!frontend?.address) continue;
    const reading = addresses.get(frontend.address) ?? read(frontend.address);
    addresses.set(frontend.address, reading);
    const address = await reading;
    out.set(configuration, {
      ipAddress: pickText(address, 'properties', 'ipAddress'),
      fqdn: pickText(address, 'properties', 'dnsSettings', 'fqdn'),
      port: frontend.port,
    });
  }
  return out;
}
