import assert from 'node:assert/strict';
import { MachineEvaluation } from '../../../../src/network/machine/evaluation.ts';
import { declarationsOf } from '../../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import {
  type Json,
  machine,
  machineId,
  networkId,
  nic,
  part,
  publicIp,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, openSsh } from './judging.ts';

describe('what cannot be read', () => {
  const shared = [publicIp('pip', 'Standard', '20.1.2.3'), securityGroup('open', openSsh), securityGroup('closed')];
  const cases: readonly [string, readonly Json[], readonly [string, string], readonly string[]][] = [
    [
      'a group',
      [machine('vm', 'nic'), nic('nic', { publicIp: 'pip', nsg: 'secret' }), virtualNetwork('vnet', { default: null })],
      ['internet', 'none'],
      ['not readable: security group secret'],
    ],
    [
      'a subnet, before an open interface',
      [machine('vm', 'nic'), nic('nic', { publicIp: 'pip', nsg: 'open' })],
      ['internet', 'none'],
      ['not readable: subnet vnet/default'],
    ],
    [
      'a subnet, before a closed interface',
      [machine('vm', 'nic'), nic('nic', { publicIp: 'pip', nsg: 'closed' })],
      ['none', 'none'],
      [],
    ],
    ['an interface', [machine('vm', 'nic')], ['internet', 'none'], ['not readable: network interface nic']],
    [
      'the interfaces of a machine',
      [{ id: machineId('vm'), name: 'vm', type: 'Microsoft.Compute/virtualMachines' }],
      ['internet', 'none'],
      ['not readable: the interfaces of machine vm'],
    ],
    ['nothing, of a machine without interfaces', [machine('vm')], ['none', 'none'], []],
    [
      'a load balancer',
      [
        machine('vm', 'nic'),
        nic('nic', { nsg: 'open', more: { loadBalancerInboundNatRules: [part('lb', 'inboundNatRules', 'ssh')] } }),
        virtualNetwork('vnet', { default: null }),
      ],
      ['internet', 'none'],
      ['not readable: load balancer lb'],
    ],
  ];
  for (const [what, resources, [reach, atLeast], dependsOn] of cases) {
    it(`is said: ${what}`, () => {
      const verdict = judge(22, ...shared, ...resources);
      assert.deepEqual([verdict.reach, verdict.atLeast], [reach, atLeast]);
      assert.deepEqual(verdict.dependsOn, dependsOn);
    });
  }

  it('is found by what the group says of itself', () => {
    const group = securityGroup('open', openSsh);
    const own = { ...group, properties: { ...(group.properties as Json), subnets: [{ id: subnetId('default') }] } };
    const verdict = judge(
      22,
      machine('vm', 'nic'),
      nic('nic', { publicIp: 'pip' }),
      publicIp('pip', 'Standard', '20.1.2.3'),
      own,
    );
    assert.deepEqual([verdict.reach, verdict.certainty], ['internet', 'definite']);
  });
});

describe('hostile inventories', () => {
  it('are survived, and nothing in them is taken for closed', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const odd: readonly unknown[] = [
      null,
      1,
      'x',
      [],
      {},
      { type: 7 },
      { id: '/a/b' },
      { type: 'Microsoft.Network/networkSecurityGroups' },
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        id: networkId('networkSecurityGroups', 'odd'),
        properties: { securityRules: 'x' },
      },
      securityGroup(
        'bad',
        null as unknown as Json,
        { name: null, properties: null },
        rule('r', '100 Allow Tcp * 22', { priority: {} }),
      ),
      {
        type: 'Microsoft.Network/networkInterfaces',
        id: networkId('networkInterfaces', 'bad'),
        properties: { ipConfigurations: [null, 3, cyclic] },
      },
      { type: 'Microsoft.Network/virtualNetworks', properties: { subnets: { id: 3 }, virtualNetworkPeerings: 5 } },
      {
        type: 'Microsoft.Network/loadBalancers',
        id: networkId('loadBalancers', 'x'),
        properties: { inboundNatRules: [cyclic, null] },
      },
      {
        type: 'Microsoft.Network/azureFirewalls',
        properties: { natRuleCollections: [{ properties: { rules: [null, {}] } }] },
      },
      { type: 'Microsoft.Network/applicationGateways', properties: { routingRules: [{}], listeners: null } },
      { type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups', properties: { ruleCollections: [{}, 1] } },
      { type: 'Microsoft.Security/locations/jitNetworkAccessPolicies', properties: { virtualMachines: {} } },
      {
        type: 'Microsoft.Compute/virtualMachines',
        id: machineId('odd'),
        properties: { networkProfile: { networkInterfaces: [{ id: 7 }, {}] } },
      },
      machine('vm', 'bad', 'gone'),
      machine('vm', 'bad', 'gone'),
      { type: 'Microsoft.Compute/virtualMachineScaleSets', id: '__proto__', properties: { virtualMachineProfile: [] } },
    ];
    const model = readResources(declarationsOf(odd));
    const evaluation = new MachineEvaluation(model);
    const verdicts = model.machines.map(one => evaluation.evaluate(one));
    assert.equal(verdicts.filter(one => one.machine.name === 'vm').length, 1);
    const vm = verdicts.find(one => one.machine.name === 'vm')!;
    assert.deepEqual([vm.ports[0]!.reach, vm.ports[0]!.atLeast], ['internet', 'none']);
    JSON.stringify(
      verdicts.map(one =>
        one.ports.map(port => [port.sources, port.dependsOn, port.paths.map(path => path.proof.length)]),
      ),
    );
  });
});
