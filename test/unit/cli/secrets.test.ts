import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from './command-line.ts';

/** What must not be seen anywhere: how every form of the source begins that a secure parameter holds. */
const secret = '198.';
const source = `${secret}0.0.0`;

const group = 'Microsoft.Network/networkSecurityGroups';
const rule = {
  priority: 100,
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: '22',
};

/** One machine with a public address behind one group, whose rule for SSH admits what the secure parameter holds. */
const arm = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  parameters: { source: { type: 'securestring', defaultValue: `${source}/8` } },
  resources: [
    {
      type: group,
      apiVersion: '2024-05-01',
      name: 'nsg',
      properties: {
        securityRules: [{ name: 'ssh', properties: { ...rule, sourceAddressPrefix: "[parameters('source')]" } }],
      },
    },
    {
      type: 'Microsoft.Network/publicIPAddresses',
      apiVersion: '2024-05-01',
      name: 'ip',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    },
    {
      type: 'Microsoft.Network/networkInterfaces',
      apiVersion: '2024-05-01',
      name: 'nic',
      properties: {
        networkSecurityGroup: { id: `[resourceId('${group}', 'nsg')]` },
        ipConfigurations: [
          {
            name: 'a',
            properties: { publicIPAddress: { id: "[resourceId('Microsoft.Network/publicIPAddresses', 'ip')]" } },
          },
        ],
      },
    },
    {
      type: 'Microsoft.Compute/virtualMachines',
      apiVersion: '2024-07-01',
      name: 'machine',
      properties: {
        networkProfile: {
          networkInterfaces: [{ id: "[resourceId('Microsoft.Network/networkInterfaces', 'nic')]" }],
        },
      },
    },
  ],
});

const bicep = `@secure()
param source string = '${source}/8'
resource nsg '${group}@2024-05-01' = {
  name: 'nsg'
  properties: {
    securityRules: [
      { name: 'ssh', properties: { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '22', sourceAddressPrefix: source } }
    ]
  }
}
resource ip 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'ip'
  sku: { name: 'Standard' }
}
resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'nic'
  properties: {
    networkSecurityGroup: { id: nsg.id }
    ipConfigurations: [ { name: 'a', properties: { publicIPAddress: { id: ip.id } } } ]
  }
}
resource machine 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'machine'
  properties: { networkProfile: { networkInterfaces: [ { id: nic.id } ] } }
}
`;

const terraform = `variable "source" {
  default   = "${source}/8"
  sensitive = true
}
resource "azurerm_network_security_group" "nsg" {
  name = "nsg"
  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = var.source
    destination_address_prefix = "*"
  }
}
resource "azurerm_public_ip" "ip" {
  name = "ip"
  sku  = "Standard"
}
resource "azurerm_network_interface" "nic" {
  name = "nic"
  ip_configuration {
    name                 = "a"
    public_ip_address_id = azurerm_public_ip.ip.id
  }
}
resource "azurerm_network_interface_security_group_association" "both" {
  network_interface_id      = azurerm_network_interface.nic.id
  network_security_group_id = azurerm_network_security_group.nsg.id
}
resource "azurerm_linux_virtual_machine" "machine" {
  name                  = "machine"
  network_interface_ids = [azurerm_network_interface.nic.id]
}
`;

/** The same as a plan, where Terraform says itself what is sensitive. */
const plan = JSON.stringify({
  format_version: '1.2',
  terraform_version: '1.9.0',
  planned_values: {
    root_module: {
      resources: [
        {
          address: 'azurerm_network_security_rule.ssh',
          mode: 'managed',
          type: 'azurerm_network_security_rule',
          name: 'ssh',
          values: {
            name: 'ssh',
            network_security_group_name: 'nsg',
            resource_group_name: 'rg',
            priority: 100,
            direction: 'Inbound',
            access: 'Allow',
            protocol: 'Tcp',
            source_port_range: '*',
            destination_port_range: '22',
            source_address_prefix: `${source}/8`,
            destination_address_prefix: '*',
          },
          sensitive_values: { source_address_prefix: true },
        },
        {
          address: 'azurerm_network_security_group.nsg',
          mode: 'managed',
          type: 'azurerm_network_security_group',
          name: 'nsg',
          values: { name: 'nsg', resource_group_name: 'rg' },
          sensitive_values: {},
        },
      ],
    },
  },
});

describe('what a secure parameter holds', () => {
  for (const [file, text] of Object.entries({
    'azuredeploy.json': arm,
    'main.bicep': bicep,
    'main.tf': terraform,
    'plan.json': plan,
  })) {
    for (const format of ['json', 'text', 'sarif', 'markdown']) {
      it(`decides, and is not shown: ${file} as ${format}`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'portcullis-secret-'));
        try {
          writeFileSync(join(folder, file), text);
          const { out, err } = await runCommandLine(['scan', file, '--format', format], { workingDirectory: folder });
          const printed = out + err;
          assert.match(printed, /ssh/);
          assert.ok(!printed.includes(secret), printed.slice(Math.max(0, printed.indexOf(secret) - 300)).slice(0, 600));
          if (format === 'json') {
            const { securityGroups, machines } = JSON.parse(out);
            assert.equal(securityGroups[0].verdicts[0].reach, 'wide');
            if (file !== 'plan.json') assert.equal(machines[0].ports[0].reach, 'wide');
          }
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  }
});
