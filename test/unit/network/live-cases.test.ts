import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { evaluateMachine } from '../../../src/network/machine/evaluation.ts';
import type { PortVerdict, Reach } from '../../../src/network/model.ts';
import { declarationsOf } from '../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';

interface Expectation {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly resource: string;
  readonly ports: readonly (number | '*')[];
  readonly protocol: 'tcp' | 'udp';
  readonly azureVerdict: 'safe' | 'exposed' | 'unknown';
  readonly exposedMgmtTcp: readonly number[] | null;
}

type Json = { readonly [name: string]: Json } & { readonly name?: string; readonly type?: string };

const folder = new URL('../../../../shared/cases/', import.meta.url);
const managementList = [22, 23, 135, 139, 445, 2375, 2376, 3389, 5500, 5900, 5985, 5986];

/** Open to many is what the peers call exposed; a few addresses are safe. */
function verdictOf(verdicts: readonly { readonly reach: Reach; readonly atLeast: Reach }[]): string {
  const open = (reach: Reach): boolean => reach === 'internet' || reach === 'wide';
  if (verdicts.some(verdict => open(verdict.atLeast))) return 'exposed';
  return verdicts.some(verdict => open(verdict.reach)) ? 'unknown' : 'safe';
}

describe('expectations of other checkers on live resources', () => {
  let expectations: readonly Expectation[] = [];

  before(function () {
    if (!existsSync(folder)) this.skip();
    const all = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as readonly Expectation[];
    expectations = all.filter(one => one.format === 'live');
  });

  const read = (file: string): Json => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json;

  it('agrees on every security group', () => {
    for (const one of expectations) {
      const json = read(one.file);
      const list = ([json.resources, json.data, json.value, json].find(Array.isArray) as unknown[] | undefined) ?? [
        json,
      ];
      const groups = readResources(
        declarationsOf(list.map(item => ({ type: 'Microsoft.Network/networkSecurityGroups', ...(item as object) }))),
      ).securityGroups;
      const isGroup = one.file !== 'issues/live/lb_nat_default_nsg.json' && 'properties' in (list[0] as object);
      if (!isGroup || /mondoo-mql\/live\/lb_|batfish\/live\/test-nsg/.test(one.file)) continue;
      const group = groups.find(item => item.name.known && item.name.value === one.resource) ?? groups[0];
      assert.ok(group, one.id);
      const protocol = one.protocol === 'udp' ? 'Udp' : 'Tcp';
      const ports = one.ports.flatMap(port => (port === '*' ? [...managementList, 80, 443] : [port]));
      const verdicts: PortVerdict[] = evaluateGroup(group, { ports, protocol });
      assert.equal(verdictOf(verdicts), one.azureVerdict, `${one.id} ${one.file} ${one.resource}`);
      if (!one.exposedMgmtTcp) continue;
      const exposed = evaluateGroup(group, { ports: managementList }).filter(
        verdict => verdictOf([verdict]) === 'exposed',
      );
      assert.deepEqual(
        exposed.map(verdict => verdict.port),
        one.exposedMgmtTcp,
        `${one.id} ${one.file}`,
      );
    }
  });

  const base = '/subscriptions/sub/resourceGroups/rg/providers/Microsoft';
  const machineOf = (nic: string): object => ({
    id: `${base}.Compute/virtualMachines/vm`,
    type: 'Microsoft.Compute/virtualMachines',
    name: 'vm',
    properties: { networkProfile: { networkInterfaces: [{ id: nic }] } },
  });
  const subnet = `${base}.Network/virtualNetworks/vnet/subnets/s`;
  const networkWith = (group?: string): object => ({
    id: `${base}.Network/virtualNetworks/vnet`,
    type: 'Microsoft.Network/virtualNetworks',
    properties: { subnets: [{ id: subnet, properties: group ? { networkSecurityGroup: { id: group } } : {} }] },
  });
  const judge = (resources: readonly unknown[], ports: readonly number[]): string => {
    const model = readResources(declarationsOf(resources));
    return verdictOf(evaluateMachine(model, model.machines[0]!, { ports }).ports);
  };

  it('agrees on who is behind a public load balancer', () => {
    for (const one of expectations.filter(item => item.file.startsWith('mondoo-mql/live/lb_'))) {
      const nic = one.resource.slice(0, one.resource.toLowerCase().lastIndexOf('/ipconfigurations/'));
      const resources = [
        { type: 'Microsoft.Network/loadBalancers', ...read(one.file) },
        machineOf(nic),
        networkWith(),
        {
          id: nic,
          type: 'Microsoft.Network/networkInterfaces',
          properties: {
            ipConfigurations: [{ id: one.resource, name: 'internal', properties: { subnet: { id: subnet } } }],
          },
        },
      ];
      // The fixtures name no ports: a rule of any port is then a way, though not one that can be sure.
      const verdict = judge(resources, [22]);
      assert.equal(
        verdict === 'safe',
        one.azureVerdict === 'safe',
        `${one.id} ${one.file} ${one.resource}: ${verdict}`,
      );
    }
  });

  it('agrees on what is not known when something could not be read', () => {
    const cases = existsSync(folder) ? (read('mondoo-mql/live/tri_state.json') as unknown as readonly TriState[]) : [];
    for (const one of cases) {
      const group = `${base}.Network/networkSecurityGroups/nsg`;
      const balancer = `${base}.Network/loadBalancers/lb`;
      const behind = one.behindPublicLb || !one.loadBalancersRead;
      const nic = (name: string, nsg: string): object => ({
        id: `${base}.Network/networkInterfaces/${name}`,
        type: 'Microsoft.Network/networkInterfaces',
        properties: {
          networkSecurityGroup: { id: nsg },
          ipConfigurations: [
            {
              name: 'ip',
              properties: {
                subnet: { id: subnet },
                ...(one.hasPublicIp ? { publicIPAddress: { id: `${base}.Network/publicIPAddresses/pip` } } : {}),
                ...(behind ? { loadBalancerBackendAddressPools: [{ id: `${balancer}/backendAddressPools/p` }] } : {}),
              },
            },
          ],
        },
      });
      const rules = one.nsgAllows
        ? [{ name: 'a', properties: { ...everything, access: 'Allow', destinationPortRange: '22' } }]
        : [];
      const mixed = one.nsgAllows && !one.nsgsRead;
      const ids = mixed ? ['nic', 'nic2'] : ['nic'];
      const resources: unknown[] = [
        {
          id: `${base}.Compute/virtualMachines/vm`,
          type: 'Microsoft.Compute/virtualMachines',
          properties: {
            networkProfile: { networkInterfaces: ids.map(id => ({ id: `${base}.Network/networkInterfaces/${id}` })) },
          },
        },
        networkWith(),
        nic('nic', group),
        nic('nic2', `${group}-unread`),
        {
          id: `${base}.Network/publicIPAddresses/pip`,
          type: 'Microsoft.Network/publicIPAddresses',
          sku: { name: 'Standard' },
        },
      ];
      if (one.nsgsRead || mixed) {
        resources.push({
          id: group,
          type: 'Microsoft.Network/networkSecurityGroups',
          properties: { securityRules: rules },
        });
      }
      if (one.loadBalancersRead) {
        resources.push({
          id: balancer,
          type: 'Microsoft.Network/loadBalancers',
          sku: { name: 'Standard' },
          properties: {
            frontendIPConfigurations: [
              { name: 'f', properties: { publicIPAddress: { id: `${base}.Network/publicIPAddresses/lbpip` } } },
            ],
            backendAddressPools: [{ name: 'p' }],
            loadBalancingRules: [
              {
                name: 'r',
                properties: {
                  frontendIPConfiguration: { id: `${balancer}/frontendIPConfigurations/f` },
                  backendAddressPool: { id: `${balancer}/backendAddressPools/p` },
                  protocol: 'Tcp',
                  frontendPort: 22,
                  backendPort: 22,
                },
              },
            ],
          },
        });
      }
      assert.equal(judge(resources, [22]), one.expected, one.name);
    }
  });

  it('agrees on an address translated to a port that the default rules close', () => {
    const { loadBalancer, nic, subnetNsg } = read('issues/live/lb_nat_default_nsg.json') as unknown as {
      loadBalancer: { properties: object };
      nic: { id: string; properties: object };
      subnetNsg: object;
    };
    const group = `${base}.Network/networkSecurityGroups/subnet-nsg`;
    const configuration = { name: 'internal', properties: { subnet: { id: subnet } } };
    const resources = [
      {
        id: `${base}.Network/loadBalancers/lb`,
        type: 'Microsoft.Network/loadBalancers',
        sku: { name: 'Standard' },
        ...loadBalancer,
      },
      {
        ...nic,
        type: 'Microsoft.Network/networkInterfaces',
        properties: { ...nic.properties, ipConfigurations: [configuration] },
      },
      { ...subnetNsg, id: group, type: 'Microsoft.Network/networkSecurityGroups' },
      networkWith(group),
      machineOf(nic.id),
    ];
    assert.equal(judge(resources, [3389]), 'safe');
  });

  it('agrees that both groups must let a packet through', () => {
    const { subnetNsg, nicNsg } = read('issues/live/subnet_deny_nic_allow.json') as unknown as {
      subnetNsg: object;
      nicNsg: object;
    };
    const [ofSubnet, ofNic] = ['subnet-nsg', 'nic-nsg'].map(name => `${base}.Network/networkSecurityGroups/${name}`);
    const nic = `${base}.Network/networkInterfaces/nic`;
    const with_ = (subnetGroup: string | undefined): readonly unknown[] => [
      { ...subnetNsg, id: ofSubnet, type: 'Microsoft.Network/networkSecurityGroups' },
      { ...nicNsg, id: ofNic, type: 'Microsoft.Network/networkSecurityGroups' },
      networkWith(subnetGroup),
      machineOf(nic),
      {
        id: nic,
        type: 'Microsoft.Network/networkInterfaces',
        properties: {
          networkSecurityGroup: { id: ofNic },
          ipConfigurations: [
            {
              name: 'ip',
              properties: { subnet: { id: subnet }, publicIPAddress: { id: `${base}.Network/publicIPAddresses/p` } },
            },
          ],
        },
      },
    ];
    assert.equal(judge(with_(ofSubnet), [3389]), 'safe');
    assert.equal(judge(with_(undefined), [3389]), 'exposed');
  });
});

interface TriState {
  readonly name: string;
  readonly hasPublicIp: boolean;
  readonly behindPublicLb: boolean;
  readonly loadBalancersRead: boolean;
  readonly nsgAllows: boolean;
  readonly nsgsRead: boolean;
  readonly expected: string;
}

const everything = {
  direction: 'Inbound',
  priority: 100,
  protocol: 'Tcp',
  sourceAddressPrefix: '*',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
};
