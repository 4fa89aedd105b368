import assert from 'node:assert/strict';
import type { ArmReader } from '../../../src/azure/arm-client.ts';
import { isLabelAvailable, listDnsZones, readRecord } from '../../../src/azure/dns-names.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { FakeClock, readerFor } from './local-azure.ts';

const tenantId = '0f000000-0000-4000-8000-0000000000aa';
const subscriptions = ['0f000000-0000-4000-8000-000000000001', '0f000000-0000-4000-8000-000000000002'] as const;

describe('names in Azure DNS', () => {
  let azure: AzureServer;
  let reader: ArmReader;

  before(async () => {
    azure = await AzureServer.start();
    azure.addTenant({ tenantId, displayName: 'Contoso', defaultDomain: 'contoso.example' });
    for (const subscriptionId of subscriptions) {
      azure.addSubscription({ subscriptionId, displayName: subscriptionId, tenantId });
      const network = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Network`;
      azure.seed({ id: `${network}/dnsZones/${subscriptionId.at(-1)}.example`, location: 'global' });
    }
    azure.seed({
      id: `/subscriptions/${subscriptions[0]}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip`,
      location: 'westeurope',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', dnsSettings: { domainNameLabel: 'taken' } },
    });
    reader = await readerFor(azure, tenantId, new FakeClock());
  });

  after(() => azure.close());

  it('asks Azure whether a label is free in a region', async () => {
    assert.equal(await isLabelAvailable(reader, subscriptions[0], 'westeurope', 'taken'), false);
    assert.equal(await isLabelAvailable(reader, subscriptions[0], 'northeurope', 'taken'), true);
    assert.equal(await isLabelAvailable(reader, subscriptions[0], 'westeurope', 'free'), true);
    assert.match(
      azure.requests.at(-1)!.url,
      /\/locations\/westeurope\/CheckDnsNameAvailability\?domainNameLabel=free&/,
    );
  });

  it('lists the zones of several subscriptions', async () => {
    const zones = await listDnsZones(reader, subscriptions);
    assert.deepEqual(
      zones.map(zone => zone.name),
      ['1.example', '2.example'],
    );
    assert.equal(await readRecord(reader, `${zones[0]!.id}/CNAME/jump`), undefined);
  });
});
