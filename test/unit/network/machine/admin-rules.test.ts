import assert from 'node:assert/strict';
import {
  type Json,
  machine,
  networkId,
  nic,
  publicIp,
  rule,
  securityGroup,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, openSsh } from './judging.ts';

describe('security admin rules', () => {
  const admin = (access: string, source: string): Json => ({
    id: `${networkId('virtualNetworks', 'vnet')}/effectiveSecurityAdminRules/r`,
    name: 'r',
    type: 'Microsoft.Network/effectiveSecurityAdminRules',
    properties: {
      access,
      direction: 'Inbound',
      priority: 10,
      protocol: 'Tcp',
      sources: [{ addressPrefix: source, addressPrefixType: 'IPPrefix' }],
      destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
      sourcePortRanges: ['0-65535'],
      destinationPortRanges: ['22'],
    },
  });
  const around = (group: string): readonly Json[] => [
    machine('vm', 'nic'),
    nic('nic', { publicIp: 'pip', nsg: group }),
    publicIp('pip', 'Standard', '20.1.2.3'),
    virtualNetwork('vnet', { default: null }),
    securityGroup('open', openSsh),
    securityGroup('closed', rule('deny', '100 Deny * * *')),
  ];

  it('come before the groups: Deny drops, Allow leaves it to them, AlwaysAllow skips them', () => {
    assert.equal(judge(22, ...around('open'), admin('Deny', '*')).reach, 'none');
    assert.equal(judge(22, ...around('open'), admin('Allow', '*')).reach, 'internet');
    assert.equal(judge(22, ...around('closed'), admin('Allow', '*')).reach, 'none');
    const always = judge(22, ...around('closed'), admin('AlwaysAllow', '203.0.113.0/24'));
    assert.deepEqual([always.reach, always.sources], ['restricted', ['203.0.113.0/24']]);
    assert.deepEqual(always.paths[0]!.decidedBy, ['Virtual Network Manager/r']);
    assert.equal(judge(22, ...around('open'), admin('Deny', '0.0.0.0/1')).reach, 'internet');
  });

  it('open a Standard address without a group only where they always allow, and leave a Basic one open but for Deny', () => {
    const without = (sku: 'Basic' | 'Standard'): readonly Json[] => [
      machine('vm', 'nic'),
      nic('nic', { publicIp: 'pip' }),
      publicIp('pip', sku, '20.1.2.3'),
      virtualNetwork('vnet', { default: null }),
    ];
    for (const [sku, access, source, reach] of [
      ['Standard', 'Deny', '203.0.113.0/24', 'none'],
      ['Standard', 'Allow', '*', 'none'],
      ['Standard', 'AlwaysAllow', '203.0.113.0/24', 'restricted'],
      ['Basic', 'Deny', '203.0.113.0/24', 'internet'],
      ['Basic', 'Deny', '*', 'none'],
      ['Basic', 'Allow', '203.0.113.0/24', 'internet'],
    ] as const)
      assert.equal(judge(22, ...without(sku), admin(access, source)).reach, reach, `${sku} ${access} ${source}`);
  });
});
