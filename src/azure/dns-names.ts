import { dnsApi } from '../remediation/plan-dns-record.ts';
import { networkApi } from '../remediation/plan-draft.ts';
import { pick, pickText } from '../remediation/plan-json.ts';
import type { ArmReader } from './arm-client.ts';
import { AzureFailure } from './failure.ts';

/**
 * Whether Azure would give a label to a public address of a region. Advice only: somebody may take it before the
 * address is created, and Azure refuses it then.
 * https://learn.microsoft.com/rest/api/virtualnetwork/check-dns-name-availability
 */
export async function isLabelAvailable(
  reader: ArmReader,
  subscriptionId: string,
  location: string,
  label: string,
): Promise<boolean> {
  const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Network/locations/${encodeURIComponent(location)}/CheckDnsNameAvailability`;
  const answer = await reader.get(`${path}?domainNameLabel=${encodeURIComponent(label)}&api-version=${networkApi}`);
  return pick(answer, 'available') !== false;
}

export interface DnsZone {
  readonly id: string;
  readonly name: string;
}

const zonesQuery =
  "resources | where type =~ 'microsoft.network/dnszones' | project id, name, type, location, resourceGroup, subscriptionId, properties | order by id asc";
/** More pages than any account has zones for. */
const mostPages = 20;

/** The public zones of Azure DNS in some subscriptions. */
export async function listDnsZones(reader: ArmReader, subscriptions: readonly string[]): Promise<DnsZone[]> {
  const zones: DnsZone[] = [];
  let skipToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await reader.query(zonesQuery, subscriptions, skipToken);
    for (const row of answer.rows) {
      const [id, name] = [pickText(row, 'id'), pickText(row, 'name')];
      if (id !== undefined && name !== undefined) zones.push({ id, name });
    }
    skipToken = answer.skipToken;
    if (skipToken === undefined) break;
  }
  return zones;
}

/** A record set as it is now; undefined when there is none. */
export async function readRecord(reader: ArmReader, id: string): Promise<unknown> {
  try {
    return await reader.get(`${encodeURI(id)}?api-version=${dnsApi}`);
  } catch (error) {
    if (error instanceof AzureFailure && error.status === 404) return undefined;
    throw error;
  }
}
