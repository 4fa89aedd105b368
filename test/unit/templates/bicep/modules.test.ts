import assert from 'node:assert/strict';
import { evaluateMachines } from '../../../../src/network/machine/evaluation.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import type { Value } from '../../../../src/network/value.ts';
import { groupText, readText, ruleText, verdictsOf } from './judging.ts';

const nsgModule = 'br/public:avm/res/network/network-security-group:0.5.0';

function callText(path: string, params: string, name = 'nsg'): string {
  return `module ${name} '${path}' = {\n  name: 'deploy-${name}'\n  params: {\n    name: '${name}'\n    ${params}\n  }\n}\n`;
}

/** A compiled template as the Bicep tools keep it. */
const compiled = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  languageVersion: '2.0',
  contentVersion: '1.0.0.0',
  metadata: { _generator: { name: 'bicep' } },
  parameters: { name: { type: 'string' }, source: { type: 'string', defaultValue: '10.0.0.0/8' } },
  resources: {
    group: {
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersion: '2024-05-01',
      name: "[parameters('name')]",
      properties: {
        securityRules: [
          {
            name: 'rule',
            properties: {
              priority: 100,
              direction: 'Inbound',
              access: 'Allow',
              protocol: 'Tcp',
              sourceAddressPrefix: "[parameters('source')]",
              sourcePortRange: '*',
              destinationAddressPrefix: '*',
              destinationPortRange: '22',
            },
          },
        ],
      },
    },
  },
  outputs: {
    id: { type: 'string', value: "[resourceId('Microsoft.Network/networkSecurityGroups', parameters('name'))]" },
  },
});

function placesIn(value: Value, found = new Set<string>()): Set<string> {
  for (const { place } of value.origin) if (place.kind === 'text') found.add(place.file);
  if (value.kind === 'array') for (const item of value.items) placesIn(item, found);
  if (value.kind === 'object') for (const property of value.properties()) placesIn(property.value, found);
  return found;
}

describe('Bicep modules that are not Bicep files here', () => {
  it('understands the verified module for security groups by its parameters', () => {
    const reading = readText(callText(nsgModule, `securityRules: [${ruleText()}]`));
    assert.deepEqual(verdictsOf(reading), ['nsg.networkSecurityGroup: 22 internet']);
    assert.deepEqual(reading.problems, []);
    const [group] = readResources(reading.declarations).securityGroups;
    assert.equal(group?.name.known && group.name.value, 'nsg');
  });

  it('places what such a module deploys at the call, and the fix at the argument', () => {
    const text = callText(nsgModule, `securityRules: [${ruleText()}]`);
    const [group] = readResources(readText(text).declarations).securityGroups;
    const { place } = group!.declaration;
    assert.ok(place.kind === 'text' && text.slice(place.range.start, place.range.end).startsWith('module nsg'));
    const origin = group!.rules[0]!.sourceAddressPrefixes.items[0]!.origin.at(-1)!;
    assert.ok(origin.place.kind === 'text');
    assert.equal(text.slice(origin.place.range.start, origin.place.range.end), "'*'");
    assert.deepEqual([...placesIn(group!.declaration.body)], ['main.bicep']);
  });

  it('takes an unknown argument for unknown rules', () => {
    const reading = readText(`param rules array\n${callText(nsgModule, 'securityRules: rules')}`);
    assert.match(verdictsOf(reading).join(), /^nsg\.networkSecurityGroup: 22 internet\.\.none \(parameter rules\)/);
  });

  it('knows aliases, and a registry written out', () => {
    const config = JSON.stringify({
      moduleAliases: { br: { own: { registry: 'mcr.microsoft.com', modulePath: 'bicep' } } },
    });
    for (const path of [
      'br/own:avm/res/network/network-security-group:1',
      'br:mcr.microsoft.com/bicep/avm/res/network/network-security-group:0.1.3',
    ]) {
      const reading = readText(callText(path, `securityRules: [${ruleText()}]`), { 'bicepconfig.json': config });
      assert.deepEqual(verdictsOf(reading), ['nsg.networkSecurityGroup: 22 internet'], path);
    }
  });

  it('calls any other registry module unknown, by name', () => {
    const reading = readText(callText('br/public:avm/res/web/site:0.1.0', ''));
    assert.deepEqual(reading.declarations, []);
    assert.match(reading.problems[0]!.message, /'br\/public:avm\/res\/web\/site:0\.1\.0' is in a registry/);
    assert.match(readText(callText('ts/own:x:1', '')).problems[0]!.message, /is in a registry/);
  });

  it('judges a machine that verified modules make', () => {
    const { declarations } = readText(
      [
        callText(nsgModule, `securityRules: [${ruleText()}]`),
        callText(
          'br/public:avm/res/network/virtual-network:0.7.0',
          "addressPrefixes: ['10.0.0.0/16']\n    subnets: [{ name: 's', addressPrefix: '10.0.0.0/24', networkSecurityGroupResourceId: nsg.outputs.resourceId }]",
          'vnet',
        ),
        callText(
          'br/public:avm/res/compute/virtual-machine:0.15.0',
          `osType: 'Linux'
    nicConfigurations: [{
      nicSuffix: '-nic-01'
      ipConfigurations: [{ name: 'ip', subnetResourceId: vnet.outputs.subnetResourceIds[0], pipConfiguration: { publicIpNameSuffix: '-pip' } }]
    }]`,
          'vm',
        ),
      ].join('\n'),
    );
    const model = readResources(declarations);
    const [machine] = evaluateMachines(model, { ports: [22, 3389] });
    assert.deepEqual(
      machine!.ports.map(({ port, reach }) => `${port} ${reach}`),
      ['22 internet', '3389 none'],
    );
  });

  const network = callText(
    'br/public:avm/res/network/virtual-network:0.7.0',
    "addressPrefixes: ['10.0.0.0/16']\n    subnets: [{ name: 's', addressPrefix: '10.0.0.0/24' }]",
    'vnet',
  );
  const machine = (configuration: string): string =>
    callText(
      'br/public:avm/res/compute/virtual-machine:0.15.0',
      `nicConfigurations: [{ ipConfigurations: [{ name: 'ip', subnetResourceId: vnet.outputs.subnetResourceIds[0], ${configuration} }] }]`,
      'vm',
    );
  const open = callText(nsgModule, `securityRules: [${ruleText()}]`);
  const dnat = (type: string, protocols: string): string =>
    `{ ${type} name: 'ssh', ${protocols}: ['TCP'], sourceAddresses: ['203.0.113.0/24'], destinationAddresses: ['198.51.100.4'], destinationPorts: ['2222'], translatedAddress: '10.0.0.4', translatedPort: '22' }`;
  const verified: readonly (readonly [string, readonly string[], string])[] = [
    [
      'a scale set',
      [
        open,
        network,
        callText(
          'br/public:avm/res/compute/virtual-machine-scale-set:0.7.0',
          "nicConfigurations: [{ nicSuffix: '-nic', nsgId: nsg.outputs.resourceId, ipConfigurations: [{ name: 'ip', properties: { subnet: { id: vnet.outputs.subnetResourceIds[0] }, publicIPAddressConfiguration: { name: 'p' } } }] }]",
          'vmss',
        ),
      ],
      'internet',
    ],
    [
      'a firewall with rules of its own',
      [
        network,
        machine("privateIPAddress: '10.0.0.4'"),
        callText(
          'br/public:avm/res/network/azure-firewall:0.5.0',
          `virtualNetworkResourceId: vnet.outputs.resourceId\n    natRuleCollections: [{ name: 'c', properties: { priority: 100, action: { type: 'Dnat' }, rules: [${dnat('', 'protocols')}] } }]`,
          'firewall',
        ),
      ],
      'restricted',
    ],
    [
      'a firewall with a policy',
      [
        network,
        machine("privateIPAddress: '10.0.0.4'"),
        callText(
          'br/public:avm/res/network/firewall-policy:0.1.0',
          `ruleCollectionGroups: [{ name: 'g', priority: 100, ruleCollections: [{ name: 'c', priority: 100, ruleCollectionType: 'FirewallPolicyNatRuleCollection', action: { type: 'DNAT' }, rules: [${dnat("ruleType: 'NatRule',", 'ipProtocols')}] }] }]`,
          'policy',
        ),
        callText(
          'br/public:avm/res/network/azure-firewall:0.5.0',
          'virtualNetworkResourceId: vnet.outputs.resourceId\n    firewallPolicyId: policy.outputs.resourceId',
          'firewall',
        ),
      ],
      'restricted',
    ],
    [
      'a load balancer with an address of its own',
      [
        open,
        network.replace("'10.0.0.0/24'", "'10.0.0.0/24', networkSecurityGroupResourceId: nsg.outputs.resourceId"),
        machine('loadBalancerBackendAddressPools: [{ id: lb.outputs.backendpools[0].id }]'),
        callText(
          'br/public:avm/res/network/load-balancer:0.5.0',
          "frontendIPConfigurations: [{ name: 'f', publicIPAddressConfiguration: { name: 'p' } }]\n    backendAddressPools: [{ name: 'b' }]\n    loadBalancingRules: [{ name: 'r', frontendIPConfigurationName: 'f', backendAddressPoolName: 'b', frontendPort: 2222, backendPort: 22 }]",
          'lb',
        ),
      ],
      'internet',
    ],
    [
      'a public address of which nothing is said',
      [
        open,
        network.replace("0/24'", "0/24', networkSecurityGroupResourceId: nsg.outputs.resourceId"),
        machine('pipConfiguration: {}'),
      ],
      'internet',
    ],
    [
      'no public address',
      [
        open,
        network.replace("0/24'", "0/24', networkSecurityGroupResourceId: nsg.outputs.resourceId"),
        machine('pipConfiguration: null'),
      ],
      'none',
    ],
    [
      'a subnet apart from its network',
      [
        open,
        "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {\n  name: 'v'\n}\n",
        callText(
          'br/public:avm/res/network/virtual-network/subnet:0.1.2',
          "virtualNetworkName: vnet.name\n    addressPrefix: '10.0.0.0/24'\n    networkSecurityGroupResourceId: nsg.outputs.resourceId",
          's',
        ),
        machine("pipConfiguration: { name: 'p' }").replace('vnet.outputs.subnetResourceIds[0]', 's.outputs.resourceId'),
      ],
      'internet',
    ],
  ];
  for (const [title, texts, reach] of verified) {
    it(`judges what verified modules make: ${title}`, () => {
      const { declarations, problems } = readText(texts.join('\n'));
      assert.deepEqual(problems, []);
      const [judged] = evaluateMachines(readResources(declarations), { ports: [22] });
      assert.deepEqual(
        judged!.ports.map(one => [one.reach, one.certainty]),
        [[reach, 'definite']],
      );
    });
  }

  it('judges a load balancer that a verified module makes', () => {
    const { declarations } = readText(
      callText(
        'br/public:avm/res/network/load-balancer:0.4.0',
        `frontendIPConfigurations: [{ name: 'f', publicIPAddressId: 'x' }]
    inboundNatRules: [{ name: 'ssh', frontendIPConfigurationName: 'f', frontendPort: 50000, backendPort: 22 }]`,
        'lb',
      ),
    );
    assert.equal(readResources(declarations).loadBalancers.size, 1);
  });

  it('reads a module from the module cache, and shows none of its places', () => {
    const path = 'br:example.azurecr.io/network/nsg:v1';
    const reading = readText(callText(path, "source: '*'"), {
      '~/br/example.azurecr.io/network$nsg/v1$/main.json': compiled,
    });
    assert.deepEqual(verdictsOf(reading), ['nsg.group: 22 internet']);
    const [group] = readResources(reading.declarations).securityGroups;
    assert.deepEqual([...placesIn(group!.declaration.body)], ['main.bicep']);
    assert.ok(!reading.dependencies.some(file => file.startsWith('~')));
  });

  it('prefers the cached module to what is known of it', () => {
    const reading = readText(callText(nsgModule, "source: '*'"), {
      '~/br/mcr.microsoft.com/bicep$avm$res$network$network-security-group/0.5.0$/main.json': compiled,
    });
    assert.deepEqual(verdictsOf(reading), ['nsg.group: 22 internet']);
  });

  it('reads a template in JSON as a module, with its outputs', () => {
    const reading = readText(`${callText('nsg.json', "source: '0.0.0.0/0'")}output id string = nsg.outputs.id\n`, {
      'nsg.json': compiled,
    });
    assert.deepEqual(verdictsOf(reading), ['nsg.group: 22 internet']);
    assert.deepEqual(reading.called, ['nsg.json']);
    const [group] = readResources(reading.declarations).securityGroups;
    const { place } = group!.rules[0]!.sourceAddressPrefixes.items[0]!.origin.at(-1)!;
    assert.ok(place.kind === 'text' && place.file === 'main.bicep');
  });

  it('keeps what hangs on the deployer open through a template in JSON', () => {
    const template = JSON.parse(compiled);
    template.parameters.on = { type: 'bool' };
    template.resources.group.condition = "[parameters('on')]";
    const text = `param on bool = true\n${callText('nsg.json', 'on: on')}`;
    const reading = readText(text, { 'nsg.json': JSON.stringify(template) });
    assert.deepEqual(verdictsOf(reading), ['nsg.group if parameter on: closed']);
  });
});

describe('a rule that a module adds to a group by its name', () => {
  const rule = `param group string
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' existing = {
  name: group
  resource ssh 'securityRules' = ${ruleText()}
}
`;
  const own = groupText('nsg', '[]');
  const existing = `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' existing = { name: 'nsg' }\n`;
  const call = "module add 'rule.bicep' = { name: 'add', params: { group: nsg.name } }\n";
  const cases: readonly (readonly [title: string, text: string, expected: readonly string[]])[] = [
    ['is judged once where the caller refers to the group too', existing + call, ['add.nsg::ssh: 22 internet']],
    ['belongs to the group alone where that is read', own + call, ['nsg: 22 internet']],
  ];
  for (const [title, text, expected] of cases)
    it(title, () => assert.deepEqual(verdictsOf(readText(text, { 'rule.bicep': rule })), expected));
});
