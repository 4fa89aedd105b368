import assert from 'node:assert/strict';
import { decodeInventory, InventoryFileError, parseInventory } from '../../../src/azure/inventory-file.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import {
  type Json,
  loadBalancer,
  machine,
  networkId,
  nic,
  part,
  publicFrontend,
  publicIp,
  rule,
  securityGroup,
  virtualNetwork,
} from '../network/azure-resources.ts';

const estate: readonly Json[] = [
  machine('vm', 'nic'),
  nic('nic', {
    nsg: 'nsg',
    publicIp: 'pip',
    more: { loadBalancerInboundNatRules: [part('lb', 'inboundNatRules', 'rdp')] },
  }),
  publicIp('pip', 'Standard', '20.1.2.3'),
  publicIp('lbpip', 'Standard', '20.1.2.4'),
  securityGroup('nsg', rule('ssh', '300 Allow Tcp * 22'), rule('rdp', '310 Allow Tcp 203.0.113.7 3389')),
  virtualNetwork('vnet', { default: null }),
  loadBalancer('lb', 'Standard', {
    frontendIPConfigurations: [publicFrontend('lb', 'lbpip')],
    inboundNatRules: [
      {
        ...part('lb', 'inboundNatRules', 'rdp'),
        name: 'rdp',
        properties: {
          frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
          protocol: 'Tcp',
          frontendPort: 50001,
          backendPort: 3389,
        },
      },
    ],
  }),
];

/** As the Azure command line writes it: what is in `properties` stands beside the name. */
function flattened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flattened);
  if (typeof value !== 'object' || value === null) return value;
  const { properties, ...rest } = value as Json;
  return Object.fromEntries(
    Object.entries({ ...rest, ...(properties as Json | undefined) }).map(([name, item]) => [name, flattened(item)]),
  );
}

const table = (rows: readonly Json[]): Json => {
  const names = ['id', 'name', 'type', 'sku', 'properties'];
  return {
    columns: names.map(name => ({ name, type: 'string' })),
    rows: rows.map(row => names.map(name => row[name] ?? null)),
  };
};

const bare = (resource: Json): Json => {
  const { properties: _, ...rest } = resource;
  return { ...rest, createdTime: '2026-01-01', provisioningState: 'Succeeded' };
};

describe('inventories in every shape that tools write', () => {
  const text = (json: unknown): string => JSON.stringify(json);
  const byType = new Map<string, Json[]>();
  for (const one of estate) byType.set(String(one.type), [...(byType.get(String(one.type)) ?? []), one]);
  const shapes: readonly [string, string][] = [
    ['a bare array', text(estate)],
    ['resources', text({ resources: estate })],
    ['an answer of Resource Graph', text({ totalRecords: 7, count: 7, data: estate, resultTruncated: 'false' })],
    ['a list answer', text({ value: estate, nextLink: null })],
    ['a table of Resource Graph', text({ totalRecords: 7, data: table(estate) })],
    ['a table alone', text(table(estate))],
    [
      'a table with properties as text',
      text({ data: table(estate.map(one => ({ ...one, properties: JSON.stringify(one.properties) }))) }),
    ],
    ['pages', text([{ data: estate.slice(0, 3) }, { data: estate.slice(3) }])],
    ['lists of lists', text([estate.slice(0, 3), estate.slice(3)])],
    ['a batch', text({ responses: estate.map(one => ({ httpStatusCode: 200, content: { value: [one] } })) })],
    ['an object of lists', text(Object.fromEntries(byType))],
    ['lists one after the other', [...byType.values()].map(list => JSON.stringify(list, null, 2)).join('\n')],
    ['a resource on each line', estate.map(text).join('\r\n')],
    ['the Azure command line', text(flattened(estate))],
    [
      'command line lists one after the other',
      [...byType.values()].map(list => JSON.stringify(flattened(list), null, 2)).join('\n'),
    ],
    ['a list without properties before the full ones', text([...estate.map(bare), ...estate])],
    [
      'twice, in other letter case',
      text([...estate, ...estate.map(one => ({ ...one, id: String(one.id).toUpperCase() }))]),
    ],
  ];
  const expected = inventoryReport(estate, [22, 3389]);

  for (const [name, source] of shapes) {
    it(`say the same as ${name}`, () => {
      const report = inventoryReport(parseInventory(source, 'x').resources, [22, 3389]);
      assert.deepEqual(report, expected);
    });
  }

  it('are decoded from what editors and Windows PowerShell save', () => {
    const source = text([{ id: '/é' }]);
    const utf16 = (big: boolean, mark: boolean): Uint8Array => {
      const bytes = Buffer.from(mark ? `\uFEFF${source}` : source, 'utf16le');
      return big ? bytes.swap16() : bytes;
    };
    for (const bytes of [
      Buffer.from(source),
      Buffer.from(`\uFEFF${source}`),
      utf16(false, true),
      utf16(true, true),
      utf16(false, false),
      utf16(true, false),
    ])
      assert.deepEqual(parseInventory(decodeInventory(bytes, 'x'), 'x').resources, [{ id: '/é' }]);
  });

  it('are refused with the name and what was expected, in bounded time, and nothing of them is shown', () => {
    const deep = 200_000;
    for (const bad of [
      '',
      '   ',
      'null',
      '"text"',
      '7',
      '{}',
      '{"data": {}}',
      'id,name\n/a,b',
      '[1, 2',
      '[] secret []',
      '{"value": [1]} ]',
      'secret: [a, b]',
      '{"a":'.repeat(deep),
      `${'{"value":'.repeat(deep)}1${'}'.repeat(deep)}`,
    ]) {
      assert.throws(
        () => parseInventory(bad, 'bad.json'),
        (error: Error) =>
          error instanceof InventoryFileError &&
          error.message.startsWith('bad.json') &&
          !error.message.includes('secret'),
        bad.slice(0, 20),
      );
    }
  });
});

describe('inventories of which a part says nothing', () => {
  const with_ = (change: (resource: Json) => unknown): ReturnType<typeof inventoryReport> =>
    inventoryReport(parseInventory(JSON.stringify(estate.map(change)), 'x').resources, [22]);
  const only =
    (type: string, change: (resource: Json) => unknown) =>
    (resource: Json): unknown =>
      String(resource.type).endsWith(type) ? change(resource) : resource;
  const properties =
    (more: Json) =>
    (resource: Json): Json => ({ ...resource, properties: { ...(resource.properties as Json), ...more } });
  const configuration =
    (more: Json) =>
    (resource: Json): Json => {
      const [first] = (resource.properties as { ipConfigurations: [Json] }).ipConfigurations;
      return properties({
        ipConfigurations: [{ ...first, properties: { ...(first.properties as Json), ...more } }],
      })(resource);
    };
  const cases: readonly [string, (resource: Json) => unknown, RegExp][] = [
    ['a group without properties', only('/networkSecurityGroups', bare), /not readable: security group nsg/],
    [
      'a group with null for its rules',
      only('/networkSecurityGroups', properties({ securityRules: null })),
      /not readable: rules of security group nsg/,
    ],
    [
      'a group with text for its rules',
      only('/networkSecurityGroups', properties({ securityRules: 'none' })),
      /not readable: rules of security group nsg/,
    ],
    [
      'a group with null among its rules',
      only('/networkSecurityGroups', properties({ securityRules: [null, 7] })),
      /not readable: rules of security group nsg/,
    ],
    ['an interface without properties', only('/networkInterfaces', bare), /not readable: network interface nic/],
    [
      'an interface with null for its configurations',
      only('/networkInterfaces', properties({ ipConfigurations: null })),
      /not readable: the IP configurations of network interface nic/,
    ],
    [
      'an interface with a number for its group',
      only('/networkInterfaces', properties({ networkSecurityGroup: 7 })),
      /a reference without an id/,
    ],
    [
      'a machine with null for its interfaces',
      only('/virtualMachines', properties({ networkProfile: { networkInterfaces: null } })),
      /not readable: the interfaces of machine vm/,
    ],
    [
      'a machine with an interface without an id',
      only('/virtualMachines', properties({ networkProfile: { networkInterfaces: [{}] } })),
      /a reference without an id/,
    ],
    [
      'an interface with a number for what a configuration is made of',
      only('/networkInterfaces', properties({ ipConfigurations: [{ name: 'x', properties: 7 }] })),
      /not readable/,
    ],
    [
      'an interface with a configuration without properties',
      only('/networkInterfaces', properties({ ipConfigurations: [{ name: 'x' }] })),
      /not readable: the IP configurations of network interface nic/,
    ],
    [
      'an interface that is referred to by an empty id',
      only('/virtualMachines', properties({ networkProfile: { networkInterfaces: [{ id: '' }] } })),
      /a reference without an id/,
    ],
    [
      'a machine with a list for its network profile',
      only('/virtualMachines', properties({ networkProfile: [] })),
      /not readable: networkProfile/,
    ],
    [
      'a network with text for a subnet',
      only('/virtualNetworks', properties({ subnets: ['default'] })),
      /not readable: subnet vnet\/default/,
    ],
    [
      'a group with an object for the ports of its rules',
      only(
        '/networkSecurityGroups',
        properties({
          securityRules: [rule('ssh', '300 Allow Tcp * 22', { destinationPortRange: '', destinationPortRanges: {} })],
        }),
      ),
      /not readable: destinationPortRanges/,
    ],
    [
      'a group with null among the sources of its rules',
      only(
        '/networkSecurityGroups',
        properties({
          securityRules: [
            rule('ssh', '300 Allow Tcp * 22', { sourceAddressPrefix: '', sourceAddressPrefixes: [null] }),
          ],
        }),
      ),
      /not readable: sourceAddressPrefixes/,
    ],
    ['a machine without properties', only('/virtualMachines', bare), /not readable: the interfaces of machine vm/],
    ['a network without properties', only('/virtualNetworks', bare), /not readable: subnet vnet\/default/],
  ];
  for (const [what, change, why] of cases) {
    it(`are not taken for closed: ${what}`, () => {
      const [port] = with_(change).machines[0]!.ports;
      assert.deepEqual([port!.reach, port!.atLeast, port!.certainty], ['internet', 'none', 'conditional']);
      assert.match(port!.dependsOn.join('; '), why);
    });
  }

  it('are not taken for closed: a load balancer of which a list or a frontend cannot be understood', () => {
    const balanced = (change: Json): readonly string[] => {
      const changed = only('/loadBalancers', properties(change));
      const report = inventoryReport(
        parseInventory(
          JSON.stringify(
            estate
              .filter(one => one.id !== networkId('publicIPAddresses', 'pip'))
              .map(one => {
                if (!String(one.type).endsWith('/networkInterfaces')) return changed(one);
                return configuration({ publicIPAddress: null })(one);
              }),
          ),
          'x',
        ).resources,
        [3389],
      );
      const [port] = report.machines[0]!.ports;
      return [port!.reach, port!.atLeast];
    };
    assert.deepEqual(balanced({}), ['restricted', 'restricted']);
    for (const change of [
      { inboundNatRules: 'x' },
      { inboundNatRules: [null] },
      { frontendIPConfigurations: 7 },
      { frontendIPConfigurations: [{ ...part('lb', 'frontendIPConfigurations', 'fe'), properties: {} }] },
      { frontendIPConfigurations: [{ ...part('lb', 'frontendIPConfigurations', 'fe'), properties: 'x' }] },
    ])
      assert.deepEqual(balanced(change), ['restricted', 'none'], JSON.stringify(change));
  });

  it('are not taken for a Basic or Standard SKU where none is shown', () => {
    const open = only('/networkInterfaces', resource => {
      const changed = configuration({ loadBalancerInboundNatRules: [] })(resource);
      const { networkSecurityGroup: _, ...rest } = changed.properties as Json;
      return { ...changed, properties: rest };
    });
    const port = (sku: unknown) =>
      with_(resource => {
        const changed = open(resource) as Json;
        return changed.id === networkId('publicIPAddresses', 'pip') ? { ...changed, sku } : changed;
      }).machines[0]!.ports[0]!;
    assert.deepEqual([port(undefined).reach, port(undefined).atLeast], ['internet', 'none']);
    assert.match(port(null).dependsOn.join(), /the SKU of public IP pip/);
    assert.equal(port({ name: 'Standard' }).reach, 'none');
    assert.equal(port('standard').reach, 'none');
    assert.deepEqual([port({ name: 'Basic' }).reach, port({ name: 'Basic' }).atLeast], ['internet', 'internet']);
  });
});
