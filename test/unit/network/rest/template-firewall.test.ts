import assert from 'node:assert/strict';
import { evaluateMachines } from '../../../../src/network/machine/evaluation.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { FileSystem } from '../../../../src/templates/file-system.ts';

const arm = armLanguage();

const id = (type: string, ...names: readonly string[]): string =>
  `[resourceId('Microsoft.Network/${type}', ${names.map(name => `'${name}'`).join(', ')})]`;

/** A firewall before two machines, of which one rule translates to an address. */
function judge(translatedAddress: string, ownAddresses: Readonly<Record<string, string>> = {}): readonly string[] {
  const machines = ['a', 'b'].flatMap(name => [
    {
      type: 'Microsoft.Network/networkInterfaces',
      name: `nic-${name}`,
      properties: {
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              privateIPAddress: ownAddresses[name],
              subnet: { id: id('virtualNetworks/subnets', 'vnet', 's') },
            },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Compute/virtualMachines',
      name,
      properties: { networkProfile: { networkInterfaces: [{ id: id('networkInterfaces', `nic-${name}`) }] } },
    },
  ]);
  const resources = [
    {
      type: 'Microsoft.Network/virtualNetworks',
      name: 'vnet',
      properties: {
        subnets: [
          { name: 's', properties: { addressPrefix: '10.0.0.0/24' } },
          { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.1.0/26' } },
        ],
      },
    },
    { type: 'Microsoft.Network/publicIPAddresses', name: 'fw-pip', sku: { name: 'Standard' } },
    ...machines,
    {
      type: 'Microsoft.Network/azureFirewalls',
      name: 'fw',
      properties: {
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              subnet: { id: id('virtualNetworks/subnets', 'vnet', 'AzureFirewallSubnet') },
              publicIPAddress: { id: id('publicIPAddresses', 'fw-pip') },
            },
          },
        ],
        natRuleCollections: [
          {
            name: 'c',
            properties: {
              priority: 100,
              action: { type: 'Dnat' },
              rules: [
                {
                  name: 'rdp',
                  protocols: ['TCP'],
                  sourceAddresses: ['*'],
                  destinationAddresses: [
                    "[reference(resourceId('Microsoft.Network/publicIPAddresses', 'fw-pip')).ipAddress]",
                  ],
                  destinationPorts: ['3390'],
                  translatedAddress,
                  translatedPort: '3389',
                },
              ],
            },
          },
        ],
      },
    },
  ];
  const text = JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources,
  });
  const files: FileSystem = { read: () => ({ text }), list: () => [] };
  const model = readResources(arm.read('azuredeploy.json', files).declarations);
  return evaluateMachines(model, { ports: [3389] }).map(({ machine, ports: [port] }) => {
    const paths = port!.paths.map(path => `${path.kind} ${path.frontend}`).join();
    return [machine.name, port!.reach, port!.atLeast, paths, port!.dependsOn.join()].filter(Boolean).join(' ');
  });
}

describe('a firewall in a template', () => {
  it('translates to the interface whose address it asks for', () => {
    const address =
      "[reference(resourceId('Microsoft.Network/networkInterfaces', 'nic-a')).ipConfigurations[0].properties.privateIPAddress]";
    assert.deepEqual(judge(address), ['a internet internet firewall-dnat fw-pip:3390', 'b none none']);
  });

  it('may translate to any interface that gets its address at deployment', () => {
    assert.deepEqual(judge('10.0.0.4'), [
      'a internet none firewall-dnat fw-pip:3390 the private address of interface nic-a',
      'b internet none firewall-dnat fw-pip:3390 the private address of interface nic-b',
    ]);
    assert.deepEqual(judge('10.0.9.4'), ['a none none', 'b none none']);
  });

  it('does not translate to an interface whose address another one has', () => {
    assert.deepEqual(judge('10.0.0.4', { a: '10.0.0.4' }), [
      'a internet internet firewall-dnat fw-pip:3390',
      'b none none',
    ]);
  });
});
