import assert from 'node:assert/strict';
import { MachineEvaluation } from '../../../src/network/machine/evaluation.ts';
import type { MachinePortVerdict, MachineVerdict } from '../../../src/network/machine/machine-verdict.ts';
import { scoreOf } from '../../../src/network/machine/recommendations.ts';
import { declarationsOf } from '../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import {
  configurationId,
  ipConfiguration,
  type Json,
  loadBalancer,
  machine,
  machineId,
  networkId,
  nic,
  part,
  privateFrontend,
  publicFrontend,
  publicIp,
  resource,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from './azure-resources.ts';

function judgeAll(...resources: readonly Json[]): MachineVerdict[] {
  const model = readResources(declarationsOf(resources));
  const evaluation = new MachineEvaluation(model);
  return model.machines.map(one => evaluation.evaluate(one));
}

function judge(port: number, ...resources: readonly Json[]): MachinePortVerdict {
  return judgeAll(...resources)[0]!.ports.find(one => one.port === port)!;
}

const openSsh = rule('ssh', '300 Allow Tcp * 22');
const pathOf = (verdict: MachinePortVerdict): readonly unknown[] =>
  verdict.paths.map(path => [path.kind, path.frontend, path.reach, path.decidedBy]);

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

describe('a load balancer', () => {
  const common = (subnetGroup: string | null = 'open'): readonly Json[] => [
    publicIp('lbpip', 'Standard', '20.9.9.9'),
    virtualNetwork('vnet', { default: subnetGroup }),
    securityGroup('open', rule('rdp', '300 Allow Tcp * 3389')),
    machine('vm', 'nic'),
  ];
  const natRule = (properties: Json): Json => ({
    ...part('lb', 'inboundNatRules', 'rdp'),
    name: 'rdp',
    properties: {
      frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
      protocol: 'Tcp',
      ...properties,
    },
  });
  const balancer = (
    properties: Json,
    frontend: Json = publicFrontend('lb', 'lbpip'),
    sku: 'Basic' | 'Standard' = 'Standard',
  ): Json => loadBalancer('lb', sku, { frontendIPConfigurations: [frontend], ...properties });

  it('translates by a NAT rule to the backend port, which the group must admit', () => {
    const member = { loadBalancerInboundNatRules: [{ id: `${networkId('LOADBALANCERS', 'LB')}/INBOUNDNATRULES/RDP` }] };
    const resources = [
      ...common(),
      nic('nic', { more: member }),
      balancer({ inboundNatRules: [natRule({ frontendPort: 50001, backendPort: 3389 })] }),
    ];
    assert.deepEqual(pathOf(judge(3389, ...resources)), [['lb-nat-rule', '20.9.9.9:50001', 'internet', ['open/rdp']]]);
    assert.deepEqual(pathOf(judge(22, ...resources)), []);
    assert.equal(judge(22, ...resources).reach, 'none');
  });

  it('is told from the rule itself, and by a child resource', () => {
    const direct = { frontendPort: 50001, backendPort: 3389, backendIPConfiguration: { id: configurationId('nic') } };
    assert.equal(
      judge(3389, ...common(), nic('nic'), balancer({ inboundNatRules: [natRule(direct)] })).reach,
      'internet',
    );
    const child = { ...natRule(direct), type: 'Microsoft.Network/loadBalancers/inboundNatRules' };
    assert.equal(judge(3389, ...common(), nic('nic'), balancer({}), child).reach, 'internet');
  });

  it('gives members of a pool ports of a range', () => {
    const pool = part('lb', 'backendAddressPools', 'pool');
    const ranged = natRule({
      frontendPort: 0,
      frontendPortRangeStart: 50000,
      frontendPortRangeEnd: 50010,
      backendPort: 3389,
      backendAddressPool: pool,
    });
    const member = { loadBalancerBackendAddressPools: [pool] };
    const of = (pools: readonly Json[], ...more: readonly Json[]): readonly unknown[] =>
      pathOf(
        judge(
          3389,
          ...common(),
          nic('nic', { more: member }),
          ...more,
          balancer({ inboundNatRules: [ranged], backendAddressPools: pools }),
        ),
      );
    assert.deepEqual(of([{ ...pool, name: 'pool' }]), [['lb-nat-rule', '20.9.9.9:50000', 'internet', ['open/rdp']]]);
    const second = nic('nic2', { more: member, privateIp: '10.0.0.5' });
    assert.deepEqual(of([{ ...pool, name: 'pool' }], second), [
      ['lb-nat-rule', '20.9.9.9:50000-50010', 'internet', ['open/rdp']],
    ]);
    const mapped = {
      ...pool,
      name: 'pool',
      properties: {
        loadBalancerBackendAddresses: [
          {
            properties: {
              networkInterfaceIPConfiguration: { id: configurationId('nic') },
              inboundNatRulesPortMapping: [{ inboundNatRuleName: 'RDP', frontendPort: 50003, backendPort: 3389 }],
            },
          },
        ],
      },
    };
    assert.deepEqual(of([mapped], second), [['lb-nat-rule', '20.9.9.9:50003', 'internet', ['open/rdp']]]);
  });

  it('balances to a management port, also to members by address', () => {
    const pool = part('lb', 'backendAddressPools', 'pool');
    const balancing = (backendPort: number): Json => ({
      loadBalancingRules: [
        {
          name: 'r',
          properties: {
            frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
            backendAddressPool: pool,
            protocol: 'Tcp',
            frontendPort: 443,
            backendPort,
          },
        },
      ],
    });
    const byAddress = (address: string): Json => ({
      backendAddressPools: [
        {
          ...pool,
          name: 'pool',
          properties: {
            loadBalancerBackendAddresses: [
              { properties: { ipAddress: address, virtualNetwork: { id: networkId('virtualNetworks', 'vnet') } } },
            ],
          },
        },
      ],
    });
    const member = nic('nic', { more: { loadBalancerBackendAddressPools: [pool] } });
    assert.deepEqual(pathOf(judge(3389, ...common(), member, balancer(balancing(3389)))), [
      ['lb-rule', '20.9.9.9:443', 'internet', ['open/rdp']],
    ]);
    assert.equal(judge(3389, ...common(), member, balancer(balancing(443))).reach, 'none');
    const at = (address: string): string =>
      judge(3389, ...common(), nic('nic'), balancer({ ...balancing(3389), ...byAddress(address) })).reach;
    assert.equal(at('10.0.0.4'), 'internet');
    assert.equal(at('10.0.0.9'), 'none');
  });

  it('decides by SKU when no group is there, and is no way when internal', () => {
    const member = nic('nic', { more: { loadBalancerInboundNatRules: [part('lb', 'inboundNatRules', 'rdp')] } });
    const rules = { inboundNatRules: [natRule({ frontendPort: 50001, backendPort: 3389 })] };
    const pip = publicFrontend('lb', 'lbpip');
    assert.equal(judge(3389, ...common(null), member, balancer(rules, pip, 'Standard')).reach, 'none');
    assert.equal(judge(3389, ...common(null), member, balancer(rules, pip, 'Basic')).reach, 'internet');
    assert.equal(judge(3389, ...common(), member, balancer(rules, privateFrontend('lb', '10.0.0.100'))).reach, 'none');
    assert.deepEqual(judge(3389, ...common(), member, balancer(rules, privateFrontend('lb', '10.0.0.100'))).paths, []);
  });
});

describe('a scale set', () => {
  const pool = part('lb', 'inboundNatPools', 'ssh');
  const scaleSet = (properties: Json, nicProperties: Json = {}): Json => ({
    id: machineId('vmss').replace('virtualMachines', 'virtualMachineScaleSets'),
    name: 'vmss',
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    properties: {
      virtualMachineProfile: {
        networkProfile: {
          networkInterfaceConfigurations: [
            {
              name: 'nic',
              properties: {
                ipConfigurations: [{ name: 'ip', properties: { subnet: { id: subnetId('default') }, ...properties } }],
                ...nicProperties,
              },
            },
          ],
        },
      },
    },
  });
  const natPool = loadBalancer('lb', 'Standard', {
    frontendIPConfigurations: [publicFrontend('lb', 'lbpip')],
    inboundNatPools: [
      {
        ...pool,
        name: 'ssh',
        properties: {
          frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
          protocol: 'Tcp',
          frontendPortRangeStart: 50000,
          frontendPortRangeEnd: 50099,
          backendPort: 22,
        },
      },
    ],
  });
  const around = [
    virtualNetwork('vnet', { default: null }),
    publicIp('lbpip', 'Standard', '20.9.9.9'),
    securityGroup('open', openSsh),
  ];
  const group = { networkSecurityGroup: { id: networkId('networkSecurityGroups', 'open') } };

  it('is reached through a NAT pool', () => {
    const verdict = judge(22, scaleSet({ loadBalancerInboundNatPools: [pool] }, group), natPool, ...around);
    assert.deepEqual(pathOf(verdict), [['lb-nat-rule', '20.9.9.9:50000-50099', 'internet', ['open/ssh']]]);
    assert.equal(judge(22, scaleSet({ loadBalancerInboundNatPools: [pool] }), natPool, ...around).reach, 'none');
  });

  it('is reached at the public addresses that it gives its instances', () => {
    const own = (sku?: Json): Json => ({ publicIPAddressConfiguration: { name: 'pip', ...sku, properties: {} } });
    assert.deepEqual(pathOf(judge(22, scaleSet(own({ sku: { name: 'Standard' } }), group), ...around)), [
      ['public-ip', 'pip:22', 'internet', ['open/ssh']],
    ]);
    assert.equal(judge(22, scaleSet(own({ sku: { name: 'Standard' } })), ...around).reach, 'none');
    assert.equal(judge(22, scaleSet(own()), ...around).reach, 'internet');
  });
});

describe('an instance of a scale set', () => {
  const set = machineId('vmss').replace('virtualMachines', 'virtualMachineScaleSets');
  const nicOfInstance = `${set}/virtualMachines/0/networkInterfaces/nic`;
  const instance = {
    id: `${set}/virtualMachines/0`,
    name: 'vmss_0',
    type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
    properties: { networkProfile: { networkInterfaces: [{ id: nicOfInstance }] } },
  };
  const around = [virtualNetwork('vnet', { default: null }), securityGroup('open', openSsh)];
  const group = { networkSecurityGroup: { id: networkId('networkSecurityGroups', 'open') } };

  it('has interfaces and addresses of its own', () => {
    const address = `${nicOfInstance}/ipConfigurations/ip/publicIPAddresses/pip`;
    const own = {
      id: nicOfInstance,
      type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces',
      properties: {
        ...group,
        ipConfigurations: [
          { name: 'ip', properties: { subnet: { id: subnetId('default') }, publicIPAddress: { id: address } } },
        ],
      },
    };
    const pip = {
      id: address,
      type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/ipConfigurations/publicIPAddresses',
      sku: { name: 'Standard' },
      properties: { ipAddress: '20.4.4.4' },
    };
    assert.deepEqual(pathOf(judge(22, instance, own, pip, ...around)), [
      ['public-ip', '20.4.4.4:22', 'internet', ['open/ssh']],
    ]);
  });

  it('is told from the profile of its set when its interfaces cannot be read', () => {
    const profile = {
      id: set,
      name: 'vmss',
      type: 'Microsoft.Compute/virtualMachineScaleSets',
      properties: {
        virtualMachineProfile: {
          networkProfile: {
            networkInterfaceConfigurations: [
              {
                name: 'nic',
                properties: {
                  ...group,
                  ipConfigurations: [{ name: 'ip', properties: { subnet: { id: subnetId('default') } } }],
                },
              },
            ],
          },
        },
      },
    };
    const verdicts = judgeAll(instance, profile, ...around);
    const own = verdicts.find(one => one.machine.kind === 'scale-set-instance')!;
    assert.deepEqual([own.ports[0]!.reach, own.ports[0]!.certainty], ['none', 'definite']);
    const alone = judgeAll(instance, ...around)[0]!;
    assert.deepEqual([alone.ports[0]!.reach, alone.ports[0]!.atLeast], ['internet', 'none']);
  });
});

describe('a firewall', () => {
  const hub = virtualNetwork('hub', { AzureFirewallSubnet: ['10.9.0.0/26', null] });
  const spoke = (peering: string | undefined, nsg: string | null = null): Json =>
    virtualNetwork(
      'vnet',
      { default: ['10.0.0.0/24', nsg] },
      {
        virtualNetworkPeerings: peering
          ? [
              {
                name: 'to-hub',
                properties: {
                  peeringState: peering,
                  remoteVirtualNetwork: { id: networkId('virtualNetworks', 'hub') },
                },
              },
            ]
          : [],
      },
    );
  const dnat = (more: Json = {}): Json => ({
    name: 'rdp-in',
    protocols: ['TCP'],
    sourceAddresses: ['*'],
    destinationAddresses: ['20.7.7.7'],
    destinationPorts: ['3390'],
    translatedAddress: '10.0.0.4',
    translatedPort: '3389',
    ...more,
  });
  const firewall = (properties: Json): Json =>
    resource('azureFirewalls', 'fw', {
      ipConfigurations: [
        {
          name: 'fwip',
          properties: {
            privateIPAddress: '10.9.0.4',
            subnet: { id: subnetId('AzureFirewallSubnet', 'hub') },
            publicIPAddress: { id: networkId('publicIPAddresses', 'fwpip') },
          },
        },
      ],
      ...properties,
    });
  const classic = (...rules: readonly Json[]): Json =>
    firewall({
      natRuleCollections: [{ name: 'c', properties: { priority: 100, action: { type: 'Dnat' }, rules } }],
    });
  const around = [hub, publicIp('fwpip', 'Standard', '20.7.7.7'), machine('vm', 'nic'), nic('nic')];

  it('publishes a port past the default rules of a group', () => {
    const closed = securityGroup('closed');
    const verdict = judge(3389, ...around, spoke('Connected', 'closed'), closed, classic(dnat()));
    assert.deepEqual(pathOf(verdict), [
      ['firewall-dnat', '20.7.7.7:3390', 'internet', ['fw/rdp-in', 'closed/AllowVnetInBound']],
    ]);
    assert.equal(judge(3389, ...around, spoke('Connected'), classic(dnat())).reach, 'internet');
    assert.equal(judge(22, ...around, spoke('Connected'), classic(dnat())).reach, 'none');
  });

  it('is stopped by a Deny of its own address, not by one of the internet', () => {
    const deny = (source: string): string =>
      judge(
        3389,
        ...around,
        spoke('Connected', 'g'),
        securityGroup('g', rule('deny', `4000 Deny * ${source} *`)),
        classic(dnat()),
      ).reach;
    assert.equal(deny('*'), 'none');
    assert.equal(deny('VirtualNetwork'), 'none');
    assert.equal(deny('10.9.0.0/26'), 'none');
    assert.equal(deny('Internet'), 'internet');
    assert.equal(deny('10.1.0.0/16'), 'internet');
  });

  it('admits the sources of its own rule, also by IP group', () => {
    const groups = { sourceAddresses: [], sourceIpGroups: [networkId('ipGroups', 'offices')] };
    const offices = resource('ipGroups', 'offices', { ipAddresses: ['203.0.113.0/28', '198.51.100.7'] });
    const known = judge(3389, ...around, spoke('Connected'), classic(dnat(groups)), offices);
    assert.deepEqual([known.reach, known.sources], ['restricted', ['198.51.100.7/32', '203.0.113.0/28']]);
    const unread = judge(3389, ...around, spoke('Connected'), classic(dnat(groups)));
    assert.deepEqual(
      [unread.reach, unread.atLeast, unread.dependsOn],
      ['internet', 'none', ['not readable: IP group offices']],
    );
  });

  it('of a policy has the rules of its rule collection groups', () => {
    const policy = networkId('firewallPolicies', 'policy');
    const collections = {
      id: `${policy}/ruleCollectionGroups/default`,
      name: 'default',
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      properties: {
        priority: 200,
        ruleCollections: [
          {
            ruleCollectionType: 'FirewallPolicyNatRuleCollection',
            name: 'c',
            priority: 100,
            action: { type: 'DNAT' },
            rules: [{ ...dnat(), ruleType: 'NatRule', ipProtocols: ['TCP'], protocols: undefined }],
          },
        ],
      },
    };
    const verdict = judge(
      3389,
      ...around,
      spoke('Connected'),
      firewall({ firewallPolicy: { id: policy } }),
      resource('firewallPolicies', 'policy', {}),
      collections,
    );
    assert.deepEqual(pathOf(verdict), [['firewall-dnat', '20.7.7.7:3390', 'internet', ['fw/rdp-in']]]);
    const inherited = judge(
      3389,
      ...around,
      spoke('Connected'),
      firewall({ firewallPolicy: { id: networkId('firewallPolicies', 'child') } }),
      resource('firewallPolicies', 'child', { basePolicy: { id: policy } }),
      resource('firewallPolicies', 'policy', {}),
      collections,
    );
    assert.equal(inherited.reach, 'none');
  });

  it('reaches only networks that are connected to its own', () => {
    assert.equal(judge(3389, ...around, spoke(undefined), classic(dnat())).reach, 'none');
    assert.equal(judge(3389, ...around, spoke('Disconnected'), classic(dnat())).reach, 'none');
    const unread = judge(3389, ...around.slice(1), spoke(undefined), classic(dnat()));
    assert.deepEqual([unread.reach, unread.atLeast], ['internet', 'none']);
  });

  it('goes through an internal load balancer', () => {
    const pool = part('lb', 'backendAddressPools', 'pool');
    const balancer = loadBalancer('lb', 'Standard', {
      frontendIPConfigurations: [privateFrontend('lb', '10.0.0.100')],
      loadBalancingRules: [
        {
          name: 'r',
          properties: {
            frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
            backendAddressPool: pool,
            protocol: 'Tcp',
            frontendPort: 13389,
            backendPort: 3389,
          },
        },
      ],
    });
    const member = nic('nic', { more: { loadBalancerBackendAddressPools: [pool] } });
    const to = dnat({ translatedAddress: '10.0.0.100', translatedPort: '13389' });
    const verdict = judge(3389, ...around.slice(0, 3), member, spoke('Connected'), balancer, classic(to));
    assert.deepEqual(pathOf(verdict), [['firewall-dnat', '20.7.7.7:3390', 'internet', ['fw/rdp-in']]]);
  });

  it('takes the first rule that matches', () => {
    const first = dnat({ name: 'other', translatedAddress: '10.0.0.99' });
    assert.equal(judge(3389, ...around, spoke('Connected'), classic(first, dnat())).reach, 'none');
  });
});

describe('an application gateway', () => {
  const gateway = (protocol: string): Json =>
    resource('applicationGateways', 'agw', {
      gatewayIPConfigurations: [{ name: 'g', properties: { subnet: { id: subnetId('agw') } } }],
      frontendIPConfigurations: [
        { name: 'fe', properties: { publicIPAddress: { id: networkId('publicIPAddresses', 'agwpip') } } },
      ],
      frontendPorts: [{ name: 'p', properties: { port: 2222 } }],
      listeners: [
        {
          name: 'l',
          properties: {
            protocol,
            frontendIPConfiguration: { id: `${networkId('applicationGateways', 'agw')}/frontendIPConfigurations/fe` },
            frontendPort: { id: `${networkId('applicationGateways', 'agw')}/frontendPorts/p` },
          },
        },
      ],
      backendSettingsCollection: [{ name: 's', properties: { port: 22, protocol } }],
      backendAddressPools: [{ name: 'b', properties: { backendAddresses: [{ ipAddress: '10.0.0.4' }] } }],
      routingRules: [
        {
          name: 'r',
          properties: {
            listener: { id: `${networkId('applicationGateways', 'agw')}/listeners/l` },
            backendSettings: { id: `${networkId('applicationGateways', 'agw')}/backendSettingsCollection/s` },
            backendAddressPool: { id: `${networkId('applicationGateways', 'agw')}/backendAddressPools/b` },
          },
        },
      ],
    });
  const around = (subnetGroup: string | null): readonly Json[] => [
    machine('vm', 'nic'),
    nic('nic'),
    publicIp('agwpip', 'Standard', '20.8.8.8'),
    virtualNetwork('vnet', { default: null, agw: ['10.0.1.0/24', subnetGroup] }),
  ];

  it('publishes a port through a TCP listener, to whom the group of its subnet admits', () => {
    assert.deepEqual(pathOf(judge(22, ...around(null), gateway('Tcp'))), [
      ['app-gateway', '20.8.8.8:2222', 'internet', []],
    ]);
    const office = securityGroup('agw', rule('office', '100 Allow Tcp 203.0.113.0/24 2222'));
    const verdict = judge(22, ...around('agw'), office, gateway('Tcp'));
    assert.deepEqual(pathOf(verdict), [['app-gateway', '20.8.8.8:2222', 'restricted', ['agw/office']]]);
  });
});

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

describe('recommendations and score', () => {
  const around = [
    virtualNetwork('vnet', { default: null }),
    securityGroup('open', openSsh),
    securityGroup('closed'),
    publicIp('pip', 'Standard', '20.1.2.3'),
    publicIp('basic', 'Basic', '20.1.2.4'),
  ];
  const jit = {
    id: '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default',
    type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
    properties: { virtualMachines: [{ id: machineId('VM').toUpperCase(), ports: [{ number: 22, protocol: 'TCP' }] }] },
  };
  const cases: readonly [string, readonly Json[], readonly string[], number][] = [
    ['open', [nic('nic', { publicIp: 'pip', nsg: 'open' })], ['Healthy', 'Unhealthy', 'Unhealthy'], 0],
    [
      'open with just-in-time access',
      [nic('nic', { publicIp: 'pip', nsg: 'open' }), jit],
      ['Healthy', 'Unhealthy', 'Healthy'],
      0,
    ],
    ['closed', [nic('nic', { publicIp: 'pip', nsg: 'closed' })], ['Healthy', 'Healthy', 'Healthy'], 8],
    ['without a group', [nic('nic', { publicIp: 'basic' })], ['Unhealthy', 'Unhealthy', 'NotApplicable'], 0],
    ['not facing the internet', [nic('nic', {})], ['NotApplicable', 'Healthy', 'NotApplicable'], 8],
  ];
  for (const [what, resources, health, points] of cases) {
    it(`of a machine ${what}`, () => {
      const verdicts = judgeAll(machine('vm', 'nic'), ...resources, ...around);
      const { nsg, closedPorts, jit: justInTime } = verdicts[0]!.recommendations;
      assert.deepEqual([nsg, closedPorts, justInTime], health);
      assert.equal(scoreOf(verdicts).current, points);
    });
  }

  it('count machines alike', () => {
    const verdicts = judgeAll(
      machine('a', 'nic1'),
      machine('b', 'nic2'),
      machine('c', 'nic3'),
      nic('nic1', { publicIp: 'pip', nsg: 'open' }),
      nic('nic2', { nsg: 'closed' }),
      nic('nic3', { nsg: 'closed' }),
      ...around,
    );
    assert.deepEqual(scoreOf(verdicts), { current: 5.33, max: 8, healthy: 2, unhealthy: 1, notApplicable: 0 });
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
