import assert from 'node:assert/strict';
import {
  ipConfiguration,
  type Json,
  machine,
  networkId,
  nic,
  publicIp,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, openSsh, pathOf } from './judging.ts';

describe('an instance public address', () => {
  const base = (sku: 'Basic' | 'Standard', nicGroup?: string, subnetGroup?: string): readonly Json[] => [
    machine('vm', 'nic'),
    nic('nic', { publicIp: 'pip', ...(nicGroup ? { nsg: nicGroup } : {}) }),
    publicIp('pip', sku, '20.1.2.3'),
    virtualNetwork('vnet', { default: subnetGroup ?? null }),
  ];

  it('of the Standard SKU is closed without any group, of Basic open', () => {
    assert.deepEqual(pathOf(judge(22, ...base('Standard'))), [['public-ip', '20.1.2.3:22', 'none', []]]);
    const basic = judge(22, ...base('Basic'));
    assert.deepEqual(pathOf(basic), [['public-ip', '20.1.2.3:22', 'internet', []]]);
    assert.equal(basic.certainty, 'definite');
    assert.deepEqual(basic.sources, ['Internet']);
  });

  it('is decided by the groups of subnet and interface together', () => {
    const open = securityGroup('open', openSsh);
    const some = securityGroup('some', rule('office', '200 Allow Tcp 203.0.113.0/24 *'));
    const none = securityGroup('none');
    assert.equal(judge(22, ...base('Standard', 'open'), open).reach, 'internet');
    assert.equal(judge(3389, ...base('Standard', 'open'), open).reach, 'none');
    assert.equal(judge(22, ...base('Standard', 'open', 'none'), open, none).reach, 'none');
    const both = judge(22, ...base('Standard', 'open', 'some'), open, some);
    assert.equal(both.reach, 'restricted');
    assert.deepEqual(both.sources, ['203.0.113.0/24']);
    assert.deepEqual(pathOf(both), [['public-ip', '20.1.2.3:22', 'restricted', ['some/office', 'open/ssh']]]);
    assert.equal(both.paths[0]!.exampleClient, '203.0.113.10');
    assert.equal(judge(22, ...base('Basic', 'none')).reach, 'internet', 'an unreadable group is not closed');
  });

  it('is behind a group that alone says whose it is', () => {
    for (const [list, id] of [
      ['subnets', subnetId('default')],
      ['networkInterfaces', networkId('networkInterfaces', 'nic')],
    ] as const) {
      const group = securityGroup('open', openSsh);
      const said = { ...group, properties: { ...(group.properties as Json), [list]: [{ id }] } };
      assert.equal(judge(22, ...base('Standard'), said).reach, 'internet', list);
    }
  });

  it('writes everybody as the deciding rule does', () => {
    const of = (source: string): readonly string[] =>
      judge(22, ...base('Standard', 'g'), securityGroup('g', rule('r', `100 Allow Tcp ${source} 22`))).sources;
    assert.deepEqual(of('*'), ['*']);
    assert.deepEqual(of('Internet'), ['Internet']);
    assert.deepEqual(of('0.0.0.0/0'), ['0.0.0.0/0']);
    assert.deepEqual(of('128.0.0.0/1,0.0.0.0/1'), ['0.0.0.0/0']);
    assert.deepEqual(of('AzureCloud.westeurope'), ['AzureCloud.westeurope']);
    assert.deepEqual(of('203.0.113.0/25,203.0.113.128/25'), ['203.0.113.0/24']);
  });

  it('admits senders of its own family only', () => {
    const six = rule('six', '100 Allow Tcp ::/0 22');
    const resources = (family: string): readonly Json[] => [
      machine('vm', 'nic'),
      nic('nic', {
        configurations: [
          ipConfiguration('nic', 'ipconfig1', {
            publicIp: 'pip',
            more: { privateIPAddressVersion: family, privateIPAddress: family === 'IPv6' ? 'fd00::4' : '10.0.0.4' },
          }),
        ],
        nsg: 'g',
      }),
      publicIp('pip', 'Standard', family === 'IPv6' ? '2603:1030::5' : '20.1.2.3', { publicIPAddressVersion: family }),
      virtualNetwork('vnet', { default: null }),
      securityGroup('g', six),
    ];
    assert.equal(judge(22, ...resources('IPv4')).reach, 'none');
    const verdict = judge(22, ...resources('IPv6'));
    assert.equal(verdict.reach, 'internet');
    assert.equal(verdict.paths[0]!.frontend, '[2603:1030::5]:22');
    assert.deepEqual(verdict.sources, ['::/0']);
  });

  it('looks at the destination of a rule: the private address, and the application security groups', () => {
    const to = (more: Json, nicMore: Json = {}): string =>
      judge(
        22,
        machine('vm', 'nic'),
        nic('nic', { publicIp: 'pip', nsg: 'g', more: nicMore }),
        publicIp('pip', 'Standard', '20.1.2.3'),
        virtualNetwork('vnet', { default: null }),
        securityGroup('g', rule('r', '100 Allow Tcp * 22', more)),
      ).reach;
    const asg = (name: string): Json => ({ id: networkId('applicationSecurityGroups', name) });
    assert.equal(to({ destinationAddressPrefix: '10.0.0.4' }), 'internet');
    assert.equal(to({ destinationAddressPrefix: '10.0.0.5' }), 'none');
    assert.equal(to({ destinationAddressPrefix: '20.1.2.3' }), 'none');
    assert.equal(to({ destinationAddressPrefix: 'VirtualNetwork' }), 'internet');
    const byGroup = { destinationAddressPrefix: undefined, destinationApplicationSecurityGroups: [asg('web')] };
    assert.equal(to(byGroup), 'none');
    assert.equal(to(byGroup, { applicationSecurityGroups: [asg('WEB')] }), 'internet');
    assert.equal(to(byGroup, { applicationSecurityGroups: [asg('db')] }), 'none');
  });

  it('that is missing leaves the group to decide, and its SKU open', () => {
    const resources = [
      machine('vm', 'nic'),
      nic('nic', { publicIp: 'gone' }),
      virtualNetwork('vnet', { default: null }),
    ];
    const verdict = judge(22, ...resources);
    assert.deepEqual([verdict.reach, verdict.atLeast, verdict.certainty], ['internet', 'none', 'conditional']);
    assert.deepEqual(verdict.dependsOn, ['not readable: public IP address gone']);
  });
});

describe('several interfaces', () => {
  it('are open when one of their addresses is', () => {
    const verdict = judge(
      22,
      machine('vm', 'nic1', 'nic2'),
      nic('nic1', { nsg: 'closed', publicIp: 'pip1' }),
      nic('nic2', {
        nsg: 'open',
        configurations: [
          ipConfiguration('nic2', 'a', { privateIp: '10.0.0.5' }),
          ipConfiguration('nic2', 'b', { privateIp: '10.0.0.6', publicIp: 'pip2' }),
        ],
      }),
      publicIp('pip1', 'Standard', '20.0.0.1'),
      publicIp('pip2', 'Standard', '20.0.0.2'),
      securityGroup('open', openSsh),
      securityGroup('closed'),
      virtualNetwork('vnet', { default: null }),
    );
    assert.deepEqual(pathOf(verdict), [
      ['public-ip', '20.0.0.1:22', 'none', []],
      ['public-ip', '20.0.0.2:22', 'internet', ['open/ssh']],
    ]);
  });
});
