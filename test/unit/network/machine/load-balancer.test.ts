import assert from 'node:assert/strict';
import {
  configurationId,
  type Json,
  loadBalancer,
  machine,
  networkId,
  nic,
  part,
  privateFrontend,
  publicFrontend,
  publicIp,
  rule,
  securityGroup,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, pathOf } from './judging.ts';

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
    const byAddress = (address: string, network = 'vnet', ofPool = false): Json => ({
      backendAddressPools: [
        {
          ...pool,
          name: 'pool',
          properties: {
            ...(ofPool ? { virtualNetwork: { id: networkId('virtualNetworks', network) } } : {}),
            loadBalancerBackendAddresses: [
              {
                properties: {
                  ipAddress: address,
                  ...(ofPool ? {} : { virtualNetwork: { id: networkId('virtualNetworks', network) } }),
                },
              },
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
    const at = (...address: Parameters<typeof byAddress>): string =>
      judge(3389, ...common(), nic('nic'), balancer({ ...balancing(3389), ...byAddress(...address) })).reach;
    assert.equal(at('10.0.0.4'), 'internet');
    assert.equal(at('10.0.0.9'), 'none');
    assert.equal(at('10.0.0.4', 'other'), 'none');
    assert.deepEqual([at('10.0.0.4', 'vnet', true), at('10.0.0.4', 'other', true)], ['internet', 'none']);
  });

  it('with a floating IP leaves the frontend as the destination that groups see', () => {
    const pool = part('lb', 'backendAddressPools', 'pool');
    const member = nic('nic', { more: { loadBalancerBackendAddressPools: [pool] } });
    const judged = (floating: boolean, destination: string): string => {
      const rules = {
        backendAddressPools: [pool],
        loadBalancingRules: [
          {
            name: 'r',
            properties: {
              frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
              backendAddressPool: pool,
              protocol: 'Tcp',
              frontendPort: 3389,
              backendPort: 3389,
              enableFloatingIP: floating,
            },
          },
        ],
      };
      const group = securityGroup(
        'group',
        rule('rdp', '300 Allow Tcp * 3389', { destinationAddressPrefix: destination }),
      );
      return judge(3389, ...common('group'), group, member, balancer(rules)).reach;
    };
    assert.deepEqual([judged(true, '20.9.9.9'), judged(false, '20.9.9.9')], ['internet', 'none']);
    assert.deepEqual([judged(true, '10.0.0.4'), judged(false, '10.0.0.4')], ['none', 'internet']);
    assert.deepEqual([judged(true, '*'), judged(false, '*')], ['internet', 'internet']);
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
