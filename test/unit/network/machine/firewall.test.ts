import assert from 'node:assert/strict';
import {
  type Json,
  loadBalancer,
  machine,
  networkId,
  nic,
  part,
  privateFrontend,
  publicIp,
  resource,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, pathOf } from './judging.ts';

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

  it('leads possibly here when it translates to a name', () => {
    const named = dnat({ translatedAddress: undefined, translatedFqdn: 'vm.corp.example' });
    const { reach, atLeast, dependsOn } = judge(3389, ...around, spoke('Connected'), classic(named));
    assert.deepEqual([reach, atLeast, ...dependsOn], ['internet', 'none', 'the address of vm.corp.example']);
  });

  it('leads anywhere, possibly, when its policy or a group of its rules was not read', () => {
    const policyId = networkId('firewallPolicies', 'policy');
    const own = firewall({ firewallPolicy: { id: policyId } });
    const policy = (groups: readonly string[]): Json =>
      resource('firewallPolicies', 'policy', {
        ruleCollectionGroups: groups.map(name => ({ id: `${policyId}/ruleCollectionGroups/${name}` })),
      });
    const said = (peering: string | undefined, ...more: readonly Json[]): readonly unknown[] => {
      const { reach, atLeast, dependsOn } = judge(3389, ...around, spoke(peering), own, ...more);
      return [reach, atLeast, ...dependsOn];
    };
    assert.deepEqual(said('Connected'), ['internet', 'none', 'not readable: firewall policy policy']);
    assert.deepEqual(said('Connected', policy(['dnat'])), [
      'internet',
      'none',
      'not readable: rule collection group dnat',
    ]);
    assert.deepEqual(said('Connected', policy([])), ['none', 'none']);
    assert.deepEqual(said(undefined), ['none', 'none']);
  });

  it('in a hub of Virtual WAN leads to the networks that are connected to it', () => {
    const hubId = networkId('virtualHubs', 'wan');
    const policyId = networkId('firewallPolicies', 'policy');
    const resources: readonly Json[] = [
      resource('azureFirewalls', 'fw', {
        virtualHub: { id: hubId },
        hubIPAddresses: { privateIPAddress: '10.8.0.132', publicIPs: { addresses: [{ address: '20.7.7.7' }] } },
        firewallPolicy: { id: policyId },
      }),
      resource('firewallPolicies', 'policy', {}),
      {
        id: `${policyId}/ruleCollectionGroups/g`,
        name: 'g',
        type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
        properties: {
          priority: 100,
          ruleCollections: [
            {
              ruleCollectionType: 'FirewallPolicyNatRuleCollection',
              name: 'c',
              priority: 100,
              action: { type: 'DNAT' },
              rules: [{ ...dnat(), ipProtocols: ['TCP'] }],
            },
          ],
        },
      },
      ...around,
      spoke(undefined),
    ];
    const connection = (network: string): Json => ({
      name: network,
      properties: { remoteVirtualNetwork: { id: networkId('virtualNetworks', network) } },
    });
    const alone = (network: string): Json => ({
      id: `${hubId}/hubVirtualNetworkConnections/${network}`,
      type: 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections',
      ...connection(network),
    });
    const said = (...more: readonly Json[]): readonly string[] => {
      const { reach, atLeast } = judge(3389, ...resources, ...more);
      return [reach, atLeast];
    };
    assert.deepEqual(said(), ['internet', 'none']);
    assert.deepEqual(said(alone('vnet')), ['internet', 'internet']);
    assert.deepEqual(said(alone('other')), ['none', 'none']);
    assert.deepEqual(said(resource('virtualHubs', 'wan', { virtualNetworkConnections: [connection('vnet')] })), [
      'internet',
      'internet',
    ]);
  });
});
