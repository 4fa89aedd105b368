import assert from 'node:assert/strict';
import { evaluateMachines } from '../../../../src/network/machine/evaluation.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { FileSystem } from '../../../../src/templates/file-system.ts';

const arm = armLanguage();

/** What the machine of a template is, with one interface whose references are written as given. */
function judge(parts: { subnet?: string; nic?: string; network?: string; count?: string }): string {
  const resources = [
    {
      type: 'Microsoft.Network/networkSecurityGroups',
      name: 'nsg',
      properties: {
        securityRules: [
          {
            name: 'ssh',
            properties: {
              priority: 100,
              direction: 'Inbound',
              access: 'Allow',
              protocol: 'Tcp',
              sourceAddressPrefix: '*',
              sourcePortRange: '*',
              destinationAddressPrefix: '*',
              destinationPortRange: '22',
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: "[parameters('vnet')]",
      properties: {
        subnets: [
          {
            name: 's',
            properties: {
              networkSecurityGroup: { id: "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]" },
            },
          },
        ],
      },
    },
    { type: 'Microsoft.Network/publicIPAddresses', name: 'pip', sku: { name: 'Standard' } },
    {
      type: 'Microsoft.Network/networkInterfaces',
      name: parts.nic ? "[concat('nic', copyIndex('nics'))]" : 'nic',
      ...(parts.nic ? { copy: { name: 'nics', count: "[parameters('n')]" } } : {}),
      properties: {
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              subnet: parts.network ?? {
                id:
                  parts.subnet ?? "[resourceId('Microsoft.Network/virtualNetworks/subnets', parameters('vnet'), 's')]",
              },
              publicIPAddress: { id: "[resourceId('Microsoft.Network/publicIPAddresses', 'pip')]" },
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Compute/virtualMachines',
      name: 'vm',
      ...(parts.nic ? { copy: { name: 'vms', count: "[parameters('n')]" } } : {}),
      properties: {
        networkProfile: {
          networkInterfaces: [{ id: parts.nic ?? "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]" }],
        },
      },
    },
  ];
  const text = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: { vnet: { type: 'string' }, n: { type: 'int' }, subnetId: { type: 'string' } },
    resources,
  });
  const files: FileSystem = { read: () => ({ text }), list: () => [] };
  const model = readResources(arm.read('azuredeploy.json', files).declarations);
  const port = evaluateMachines(model, { ports: [22] })[0]!.ports[0]!;
  return `${port.reach} ${port.certainty} ${port.dependsOn.join()}`.trim();
}

describe('ids as templates write them', () => {
  const cases: readonly [string, Parameters<typeof judge>[0]][] = [
    ['by resourceId', {}],
    [
      'by concat',
      { subnet: "[concat(resourceId('Microsoft.Network/virtualNetworks', parameters('vnet')), '/subnets/s')]" },
    ],
    [
      'by reference of the network, as compiled from Bicep',
      {
        subnet:
          "[reference(resourceId('Microsoft.Network/virtualNetworks', parameters('vnet')), '2023-01-01').subnets[0].id]",
      },
    ],
    [
      'in JSON put together from text',
      {
        network: `[json(concat('{"id": "', resourceId('Microsoft.Network/virtualNetworks/subnets', parameters('vnet'), 's'), '"}'))]`,
      },
    ],
    [
      'from another loop of the same unknown count',
      { nic: "[resourceId('Microsoft.Network/networkInterfaces', concat('nic', copyIndex('vms')))]" },
    ],
  ];
  for (const [what, parts] of cases) {
    it(`are followed ${what}`, () => assert.equal(judge(parts), 'internet definite'));
  }

  it('are said when they lead out of the template', () => {
    assert.equal(
      judge({ subnet: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'elsewhere', 's')]" }),
      'internet conditional not in this template: subnet elsewhere/s',
    );
    assert.equal(
      judge({ subnet: "[parameters('subnetId')]" }),
      'internet conditional not in this template: subnet named by parameter subnetId,parameter subnetId',
    );
  });
});

describe('names with unknown parts', () => {
  const cases: readonly (readonly [name: string, shown: string])[] = [
    ["[concat('a/', 'b')]", 'b'],
    ["[concat(parameters('n'), '-vm')]", "{parameters('n')}-vm"],
    ["[concat(substring(concat('v', uniqueString(resourceGroup().id)), 0, 9), 'jump')]", '{substring(…)}jump'],
    ["[concat('host/', toLower(uniqueString(resourceGroup().id)))]", '{uniqueString(…)}'],
  ];
  for (const [name, shown] of cases)
    it(`show ${name} as ${shown}`, () => {
      const text = JSON.stringify({
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
        contentVersion: '1.0.0.0',
        parameters: { n: { type: 'string' } },
        resources: [{ type: 'Microsoft.Compute/virtualMachines', apiVersion: '2024-07-01', name, properties: {} }],
      });
      const missing = { reason: 'missing', message: '' } as const;
      const files: FileSystem = { read: path => (path === 'm.json' ? { text } : missing), list: () => [] };
      const [machine] = readResources(arm.read('m.json', files).declarations).machines;
      assert.equal(machine?.name, shown);
    });
});
