import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parseAddress } from '../../../../src/network/address-prefix.ts';
import { FlowEvaluation, type FlowVerdict, outsideEnd } from '../../../../src/network/flow/flow.ts';
import type { FlowEnd } from '../../../../src/network/flow/packet.ts';
import { declarationsOf } from '../../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { type Json, networkId, nic, rule, securityGroup, subnetId, virtualNetwork } from '../azure-resources.ts';
import { allows, type PlainFlow } from './ip-flow.ts';

function verdictOf(
  resources: readonly Json[],
  from: string,
  to: string,
  port = 22,
  more: { protocol?: 'Tcp' | 'Udp'; sourcePort?: number } = {},
): FlowVerdict {
  const evaluation = new FlowEvaluation(readResources(declarationsOf(resources)));
  const end = (text: string): FlowEnd => {
    const address = parseAddress(text);
    if (address !== undefined) return evaluation.endsAt(address)[0] ?? outsideEnd(address);
    const network = evaluation.model.interfaces.get(networkId('networkInterfaces', text).toLowerCase())!;
    return evaluation.endOf(network, network.ipConfigurations[0]!);
  };
  return evaluation.evaluate({ protocol: 'Tcp', ...more, from: end(from), to: end(to), port });
}

const shown = ({ access, decisions, dependsOn }: FlowVerdict): readonly unknown[] => [
  access,
  decisions.map(one => `${one.direction} ${one.place} ${one.securityGroup ?? '-'}/${one.rule} ${one.access}`),
  dependsOn,
];

const outbound = (name: string, text: string, more: Json = {}): Json =>
  rule(name, text, { direction: 'Outbound', ...more });

const space = (name: string, prefix: string, subnets: Json, ...peers: readonly string[]): Json =>
  virtualNetwork(name, subnets, {
    addressSpace: { addressPrefixes: [prefix] },
    virtualNetworkPeerings: peers.map(peer => ({
      name: peer,
      properties: {
        peeringState: 'Connected',
        allowVirtualNetworkAccess: true,
        remoteVirtualNetwork: { id: networkId('virtualNetworks', peer) },
      },
    })),
  });

describe('flows between addresses', () => {
  const a = nic('a', { privateIp: '10.0.0.4', subnet: subnetId('one') });
  const b = nic('b', { privateIp: '10.0.1.5', subnet: subnetId('two'), nsg: 'nsg-b' });
  const peer = nic('peer', { privateIp: '10.9.0.4', subnet: subnetId('default', 'other') });
  const net = space('vnet', '10.0.0.0/16', { one: ['10.0.0.0/24', null], two: ['10.0.1.0/24', null] });
  const closed = securityGroup('nsg-b', rule('deny-ssh', '100 Deny Tcp * 22'));
  const plain = securityGroup('nsg-b');

  it('pass default rules within a network, and say which', () => {
    assert.deepEqual(shown(verdictOf([a, b, net, plain], 'a', 'b')), [
      'allow',
      ['Inbound interface nsg-b/AllowVnetInBound Allow'],
      [],
    ]);
    assert.deepEqual(shown(verdictOf([a, b, net, closed], '10.0.0.4', '10.0.1.5')), [
      'deny',
      ['Inbound interface nsg-b/deny-ssh Deny'],
      [],
    ]);
  });

  it('meet outbound rules of the interface, then of the subnet, before inbound ones of the subnet, then the interface', () => {
    const both = space('vnet', '10.0.0.0/16', { one: ['10.0.0.0/24', 'sub-a'], two: ['10.0.1.0/24', 'sub-b'] });
    const from = nic('a', { privateIp: '10.0.0.4', subnet: subnetId('one'), nsg: 'nsg-a' });
    const groups = ['nsg-a', 'sub-a', 'sub-b', 'nsg-b'];
    const resources = (denying?: string): readonly Json[] => [
      from,
      b,
      both,
      ...groups.map(name =>
        securityGroup(
          name,
          ...(name !== denying
            ? []
            : [name.endsWith('a') ? outbound('no', '100 Deny * * 22') : rule('no', '100 Deny * * 22')]),
        ),
      ),
    ];
    assert.deepEqual(
      verdictOf(resources(), 'a', 'b').decisions.map(one => one.securityGroup),
      groups,
    );
    for (const name of groups) {
      const { access, decisions } = verdictOf(resources(name), 'a', 'b');
      assert.deepEqual([access, decisions.map(one => `${one.securityGroup}/${one.rule}`)], ['deny', [`${name}/no`]]);
    }
  });

  it('are filtered within a subnet', () => {
    const one = nic('a', { privateIp: '10.0.0.4' });
    const two = nic('b', { privateIp: '10.0.0.5' });
    const network = space('vnet', '10.0.0.0/16', { default: ['10.0.0.0/24', 'sub'] });
    const sub = securityGroup('sub', rule('no', '100 Deny Tcp 10.0.0.4 22'));
    assert.equal(verdictOf([one, two, network, sub], 'a', 'b').access, 'deny');
    assert.equal(verdictOf([one, two, network, sub], 'b', 'a').access, 'allow');
  });

  it('reach peered networks, and none that nothing connects', () => {
    const other = (...peers: string[]): Json =>
      space('other', '10.9.0.0/16', { default: ['10.9.0.0/24', null] }, ...peers);
    const own = (...peers: string[]): Json =>
      space('vnet', '10.0.0.0/16', { one: ['10.0.0.0/24', null], two: ['10.0.1.0/24', null] }, ...peers);
    assert.equal(verdictOf([b, plain, peer, own('other'), other('vnet')], 'peer', 'b').access, 'allow');
    assert.deepEqual(shown(verdictOf([b, plain, peer, own(), other()], 'peer', 'b')), [
      'deny',
      ['Outbound route -/no peering between other and vnet Deny'],
      [],
    ]);
    const hub = space('hub', '10.8.0.0/16', { default: ['10.8.0.0/24', null] }, 'vnet', 'other');
    assert.equal(verdictOf([b, plain, peer, own('hub'), other('hub'), hub], 'peer', 'b').access, 'deny');
    const open = securityGroup('nsg-b', rule('spokes', '100 Allow * 10.9.0.0/16 *'));
    const spokes = verdictOf([b, open, peer, own('hub'), other('hub'), hub], 'peer', 'b');
    assert.deepEqual(
      [spokes.access, spokes.dependsOn],
      ['unknown', ['whether a route by network hub leads from one to the other of networks other and vnet']],
    );
    const { properties, ...rest } = own('other');
    const [peering] = (properties as { virtualNetworkPeerings: [{ name: string; properties: Json }] })
      .virtualNetworkPeerings;
    const blocked = {
      ...rest,
      properties: {
        ...(properties as Json),
        virtualNetworkPeerings: [
          { ...peering, properties: { ...peering.properties, allowVirtualNetworkAccess: false } },
        ],
      },
    };
    assert.equal(verdictOf([b, plain, peer, blocked, other()], 'peer', 'b').access, 'deny');
  });

  it('come from the internet and from probes by their tags', () => {
    const cases: readonly [string, Json[], string, FlowVerdict['access']][] = [
      ['203.0.113.9', [rule('web', '100 Allow Tcp Internet 22')], 'b', 'allow'],
      ['203.0.113.9', [], 'b', 'deny'],
      ['203.0.113.9', [rule('vnet', '100 Allow Tcp VirtualNetwork 22')], 'b', 'deny'],
      ['168.63.129.16', [], 'b', 'allow'],
      ['168.63.129.16', [rule('no', '100 Deny * AzureLoadBalancer *')], 'b', 'deny'],
      ['20.1.2.3', [rule('cloud', '100 Allow Tcp AzureCloud 22')], 'b', 'unknown'],
      ['10.0.0.99', [rule('cloud', '100 Deny Tcp AzureCloud 22')], 'b', 'allow'],
      ['192.168.7.7', [], 'b', 'deny'],
      ['192.168.7.7', [rule('office', '100 Allow Tcp 192.168.0.0/16 22')], 'b', 'unknown'],
    ];
    for (const [from, rules, to, access] of cases)
      assert.equal(
        verdictOf([a, b, net, securityGroup('nsg-b', ...rules)], from, to).access,
        access,
        `${from} ${access}`,
      );
  });

  it('leave to the internet unless a rule denies it', () => {
    assert.equal(verdictOf([b, net, plain], 'b', '203.0.113.9', 443).access, 'allow');
    assert.equal(verdictOf([a, net], 'a', '203.0.113.9', 443).access, 'allow');
    const shut = securityGroup('nsg-b', outbound('shut', '200 Deny * * *', { destinationAddressPrefix: 'Internet' }));
    assert.equal(verdictOf([b, net, shut], 'b', '203.0.113.9', 443).access, 'deny');
    assert.equal(verdictOf([a, b, net, shut], 'b', 'a').access, 'allow');
  });

  it('match application security groups of both sides', () => {
    const asg = (name: string): Json => ({ id: networkId('applicationSecurityGroups', name) });
    const member = nic('a', {
      privateIp: '10.0.0.4',
      subnet: subnetId('one'),
      more: { applicationSecurityGroups: [asg('Admins')] },
    });
    const only = (group: string): Json =>
      securityGroup(
        'nsg-b',
        rule('admins', '100 Allow Tcp - 22', {
          sourceAddressPrefix: '',
          sourceApplicationSecurityGroups: [asg(group)],
        }),
        rule('no', '200 Deny * * *'),
      );
    assert.equal(verdictOf([member, b, net, only('admins')], 'a', 'b').access, 'allow');
    assert.equal(verdictOf([member, b, net, only('others')], 'a', 'b').access, 'deny');
    assert.equal(verdictOf([member, b, net, only('admins')], '203.0.113.9', 'b').access, 'deny');
    assert.deepEqual(verdictOf([b, net, only('admins')], '10.0.0.77', 'b').dependsOn, [
      'whether 10.0.0.77 is in application security group admins',
    ]);
  });

  it('are unknown where something could not be read, unless something else denies', () => {
    assert.deepEqual(shown(verdictOf([a, b, net], 'a', 'b')), [
      'unknown',
      ['Inbound interface nsg-b/(not readable) Allow', 'Inbound interface nsg-b/(not readable) Deny'],
      ['not readable: security group nsg-b'],
    ]);
    assert.equal(verdictOf([a, b, plain], 'a', 'b').access, 'unknown');
    assert.equal(verdictOf([a, b, closed], 'a', 'b').access, 'deny');
    const odd = securityGroup('nsg-b', rule('odd', '100 Deny Tcp * 22', { priority: 'first' }));
    assert.equal(verdictOf([a, b, net, odd], 'a', 'b').access, 'unknown');
    const twice = securityGroup('nsg-b', rule('yes', '100 Allow Tcp * 22'), rule('no', '100 Deny Tcp * 22'));
    assert.deepEqual(verdictOf([a, b, net, twice], 'a', 'b').dependsOn, ['the order of rules of priority 100']);
    const ports = securityGroup('nsg-b', rule('low', '100 Deny Tcp * 22', { sourcePortRange: '1-1023' }));
    assert.equal(verdictOf([a, b, net, ports], 'a', 'b').access, 'unknown');
    assert.equal(verdictOf([a, b, net, ports], 'a', 'b', 22, { sourcePort: 40000 }).access, 'allow');
  });

  it('meet security admin rules first', () => {
    const admin = (access: string, direction = 'Inbound'): Json => ({
      id: `${networkId('virtualNetworks', 'vnet')}/effectiveSecurityAdminRules/r`,
      name: 'r',
      type: 'Microsoft.Network/effectiveSecurityAdminRules',
      properties: {
        access,
        direction,
        priority: 10,
        protocol: 'Any',
        sources: [{ addressPrefix: '10.0.0.0/24', addressPrefixType: 'IPPrefix' }],
        destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        sourcePortRanges: ['0-65535'],
        destinationPortRanges: ['22'],
      },
    });
    for (const [access, group, expected] of [
      ['Deny', plain, 'deny'],
      ['Allow', closed, 'deny'],
      ['Allow', plain, 'allow'],
      ['AlwaysAllow', closed, 'allow'],
      ['Other', plain, 'unknown'],
      ['Other', closed, 'unknown'],
    ] as const)
      assert.equal(verdictOf([a, b, net, group, admin(access)], 'a', 'b').access, expected, `${access} ${expected}`);
    assert.equal(verdictOf([a, b, net, plain, admin('Deny', 'Outbound')], 'a', 'b').access, 'deny');
    assert.equal(verdictOf([a, b, net, plain, admin('Deny', 'Outbound')], 'b', 'a').access, 'allow');
  });
});

describe('flows, beside an evaluator written anew', () => {
  const prefixes = [
    '*',
    'VirtualNetwork',
    'Internet',
    'AzureLoadBalancer',
    '10.0.0.0/24',
    '10.0.1.4',
    '10.1.0.0/16',
    '203.0.113.0/25',
    '0.0.0.0/1',
  ];
  const groups = ['red', 'blue'].map(name => ({ id: networkId('applicationSecurityGroups', name) }));
  const side = (which: 'source' | 'destination') =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...prefixes).map(text => ({ [`${which}AddressPrefix`]: text })) },
      {
        weight: 1,
        arbitrary: fc
          .subarray(prefixes.slice(4), { minLength: 1 })
          .map(list => ({ [`${which}AddressPrefixes`]: list })),
      },
      {
        weight: 2,
        arbitrary: fc.subarray(groups, { minLength: 1 }).map(list => ({ [`${which}ApplicationSecurityGroups`]: list })),
      },
    );
  const anyRule = fc
    .tuple(
      side('source'),
      side('destination'),
      fc.record({
        direction: fc.constantFrom('Inbound', 'Outbound'),
        access: fc.constantFrom('Allow', 'Deny'),
        protocol: fc.constantFrom('*', 'Tcp', 'TCP', 'Udp', 'Icmp'),
        sourcePortRange: fc.constantFrom('*', '*', '*', '1024-65535', '500'),
        destinationPortRange: fc.constantFrom('*', '22', '20-25', '80', '3389'),
      }),
    )
    .map(([source, destination, rest]) => ({ ...rest, ...source, ...destination }));
  const anyGroup = (name: string) =>
    fc
      .array(anyRule, { maxLength: 6 })
      .map(rules =>
        securityGroup(
          name,
          ...rules.map((one, i) => ({ name: `r${i}`, properties: { ...one, priority: 100 + ((i * 7) % 30) } })),
        ),
      );
  const estates = fc
    .record({
      groups: fc.tuple(anyGroup('g1'), anyGroup('g2'), anyGroup('g3'), anyGroup('g4')),
      on: fc.array(fc.constantFrom(undefined, 'g1', 'g2', 'g3', 'g4'), { minLength: 6, maxLength: 6 }),
      members: fc.array(fc.subarray(groups), { minLength: 3, maxLength: 3 }),
      peered: fc.boolean(),
    })
    .map(({ groups: made, on, members, peered }): readonly Json[] => [
      ...made,
      space(
        'vnet',
        '10.0.0.0/16',
        { one: ['10.0.0.0/24', on[0] ?? null], two: ['10.0.1.0/24', on[1] ?? null] },
        ...(peered ? ['other'] : []),
      ),
      space('other', '10.1.0.0/16', { far: ['10.1.0.0/24', on[2] ?? null] }, ...(peered ? ['vnet'] : [])),
      ...(
        [
          ['n1', '10.0.0.4', subnetId('one')],
          ['n2', '10.0.1.4', subnetId('two')],
          ['n3', '10.1.0.4', subnetId('far', 'other')],
        ] as const
      ).map(([name, privateIp, subnet], i) =>
        nic(name, {
          privateIp,
          subnet,
          ...(on[3 + i] === undefined ? {} : { nsg: on[3 + i]! }),
          more: { applicationSecurityGroups: members[i]! },
        }),
      ),
    ]);
  const flows = fc.record({
    from: fc.constantFrom('n1', 'n2', 'n3', '203.0.113.9', '203.0.113.200', '8.8.8.8', '168.63.129.16'),
    to: fc.constantFrom('n1', 'n2', 'n3'),
    protocol: fc.constantFrom('Tcp' as const, 'Udp' as const),
    port: fc.constantFrom(22, 80, 3389, 40000),
    sourcePort: fc.constantFrom(500, 50000),
  });

  it('says the same of every flow of random estates', () => {
    fc.assert(
      fc.property(
        estates,
        fc.array(flows, { minLength: 5, maxLength: 15 }),
        (resources, asked: readonly PlainFlow[]) => {
          for (const { from, to, protocol, port, sourcePort } of asked) {
            if (from === to) continue;
            const verdict = verdictOf(resources, from, to, port, { protocol, sourcePort });
            const expected = allows(resources, { from, to, protocol, port, sourcePort }) ? 'allow' : 'deny';
            assert.equal(verdict.access, expected, `${from} ${to} ${protocol} ${port} ${sourcePort}`);
          }
        },
      ),
      { numRuns: process.env.PORTCULLIS_FULL ? 5000 : 400 },
    );
  });

  it('never denies or allows for certain what depends on a group that is not read', () => {
    fc.assert(
      fc.property(estates, flows, fc.constantFrom('g1', 'g2', 'g3', 'g4'), (resources, flow, hidden) => {
        if (flow.from === flow.to) return;
        const { from, to, protocol, port, sourcePort } = flow;
        const partial = resources.filter(one => one.name !== hidden);
        const { access } = verdictOf(partial, from, to, port, { protocol, sourcePort });
        if (access === 'unknown') return;
        assert.equal(access, allows(resources, flow) ? 'allow' : 'deny');
      }),
      { numRuns: process.env.PORTCULLIS_FULL ? 5000 : 400 },
    );
  });
});

describe('flows that another checker expects', () => {
  const folder = new URL('../../../../../shared/cases/', import.meta.url);

  interface Expectation {
    readonly id: string;
    readonly file: string;
    readonly azureVerdict: 'safe' | 'exposed' | 'unknown';
  }

  /**
   * The network that the flows are asked about: one machine in a subnet without a group, two in a subnet whose group
   * keeps the second from the first's SSH, and a group on the first's interface that closes 8080. Priorities below 100,
   * which Azure would not take, keep their order.
   */
  const network = (prefix: string): readonly Json[] => {
    const [one, two] = [subnetId('default', prefix), subnetId('private', prefix)];
    return [
      space(prefix, '10.0.0.0/16', {
        default: ['10.0.0.0/24', null],
        private: ['10.0.1.0/24', 'nsg-subnet2'],
      }),
      nic('vm1', { privateIp: '10.0.0.4', subnet: one }),
      nic('vm2', { privateIp: '10.0.1.5', subnet: two, nsg: 'nsg-vm' }),
      nic('vm3', { privateIp: '10.0.1.6', subnet: two }),
      securityGroup(
        'nsg-vm',
        rule('allow-ssh', '5 Allow TCP * 22'),
        rule('block-http', '100 Deny TCP * 8080'),
        outbound('block-dns', '100 Deny UDP * 53', { destinationAddressPrefix: '1.1.1.1/32' }),
      ),
      securityGroup(
        'nsg-subnet2',
        rule('deny-ssh', '5 Deny TCP 10.0.1.6/32 22', { destinationAddressPrefix: '10.0.1.5/32' }),
      ),
    ];
  };

  it('agree with Azure', function () {
    if (!existsSync(folder)) this.skip();
    const all = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as readonly Expectation[];
    const asked = all.filter(one => /\/flow_[^/]*\.json$/.test(one.file));
    assert.equal(asked.length, 4);
    for (const { id, file, azureVerdict } of asked) {
      const flow = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
        src: string;
        dst: string;
        proto: string;
        port: number;
      };
      const { access } = verdictOf(network('vnet'), flow.src, flow.dst, flow.port, {
        protocol: flow.proto === 'udp' ? 'Udp' : 'Tcp',
      });
      assert.equal({ allow: 'exposed', deny: 'safe', unknown: 'unknown' }[access], azureVerdict, `${id} ${file}`);
    }
  });
});
