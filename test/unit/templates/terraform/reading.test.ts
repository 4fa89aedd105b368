import assert from 'node:assert/strict';
import { Scanner } from '../../../../src/findings/scan.ts';
import type { FileSystem } from '../../../../src/templates/file-system.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import { loadAsset } from '../../../assets.ts';

/** Files in memory. */
function memory(texts: Readonly<Record<string, string>>): FileSystem {
  return {
    read: path => {
      const text = texts[path];
      return text === undefined ? { reason: 'missing', message: `${path}: there is no such file` } : { text };
    },
    list: folder => {
      const prefix = folder === '' ? '' : `${folder}/`;
      const names = new Map<string, 'file' | 'folder'>();
      for (const path of Object.keys(texts))
        if (path.startsWith(prefix)) {
          const [name = '', ...rest] = path.slice(prefix.length).split('/');
          names.set(name, rest.length > 0 ? 'folder' : 'file');
        }
      return [...names].map(([name, kind]) => ({ name, kind }));
    },
  };
}

const rule = (name: string, more: string) => `
  security_rule {
    name = "${name}"
    priority = 100
    direction = "Inbound"
    access = "Allow"
    protocol = "Tcp"
    source_port_range = "*"
    destination_address_prefix = "*"
    ${more}
  }`;
const group = (name: string, content: string) =>
  `resource "azurerm_network_security_group" "${name}" {\n  name = "${name}"\n${content}\n}\n`;

interface Judged {
  readonly address: string;
  readonly reach: string;
  readonly atLeast: string;
  readonly dependsOn: readonly string[];
  readonly existsWhen: readonly string[];
  readonly parameters: string | undefined;
}

async function judge(texts: Readonly<Record<string, string>>, paths = Object.keys(texts)): Promise<readonly Judged[]> {
  const { analyses } = await new Scanner(new TemplateLanguages(loadAsset), memory(texts)).scan({ paths, ports: [22] });
  return analyses.flatMap(analysis =>
    analysis.groups.map(({ group: judged, verdicts }) => ({
      address: judged.declaration.address,
      reach: verdicts[0]?.reach ?? '',
      atLeast: verdicts[0]?.atLeast ?? '',
      dependsOn: verdicts[0]?.dependsOn ?? [],
      existsWhen: judged.existence.kind === 'depends' ? judged.existence.on : [],
      parameters: analysis.parameterFile,
    })),
  );
}

const open = 'source_address_prefix = "*"\n    destination_port_range = "22"';

describe('Terraform', () => {
  const cases: readonly [string, Readonly<Record<string, string>>, readonly Partial<Judged>[]][] = [
    [
      'inline rules',
      { 'main.tf': group('a', rule('ssh', open)) },
      [{ address: 'azurerm_network_security_group.a', reach: 'internet' }],
    ],
    [
      'a variable without a value',
      {
        'main.tf': `variable "source" {}\n${group('a', rule('ssh', 'source_address_prefix = var.source\n destination_port_range = "22"'))}`,
      },
      [{ reach: 'internet', atLeast: 'none', dependsOn: ['variable source'] }],
    ],
    [
      'terraform.tfvars always, another variable file besides',
      {
        'main.tf': `variable "source" {}\n${group('a', rule('ssh', 'source_address_prefix = var.source\n destination_port_range = "22"'))}`,
        'terraform.tfvars': 'source = "10.0.0.0/8"',
        'prod.tfvars': 'source = "*"',
      },
      [
        { reach: 'none', parameters: undefined },
        { reach: 'internet', parameters: 'prod.tfvars' },
      ],
    ],
    [
      'for_each over a local map, and dynamic blocks',
      {
        'main.tf': `locals { rules = { ssh = "22", web = "443" } }
resource "azurerm_network_security_group" "a" {
  for_each = local.rules
  name = each.key
  dynamic "security_rule" {
    for_each = [each.value]
    iterator = port
    content {
      name = "r"
      priority = 100
      direction = "Inbound"
      access = "Allow"
      protocol = "Tcp"
      source_port_range = "*"
      source_address_prefix = "*"
      destination_address_prefix = "*"
      destination_port_range = port.value
    }
  }
}`,
      },
      [
        { address: 'azurerm_network_security_group.a["ssh"]', reach: 'internet' },
        { address: 'azurerm_network_security_group.a["web"]', reach: 'none' },
      ],
    ],
    [
      'a module once per call, with its arguments',
      {
        'main.tf':
          'module "a" {\n source = "./nsg"\n source_prefix = "*"\n}\nmodule "b" {\n source = "./nsg"\n source_prefix = "10.0.0.0/8"\n}\n',
        'nsg/main.tf': `variable "source_prefix" {}\n${group('n', rule('ssh', 'source_address_prefix = var.source_prefix\n destination_port_range = "22"'))}`,
      },
      [
        { address: 'module.a.azurerm_network_security_group.n', reach: 'internet' },
        { address: 'module.b.azurerm_network_security_group.n', reach: 'none' },
      ],
    ],
    [
      'rules that stand alone join their group by reference',
      {
        'main.tf': `${group('a', '')}resource "azurerm_network_security_rule" "ssh" {
  name = "ssh"
  priority = 100
  direction = "Inbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  source_address_prefix = "Internet"
  destination_port_range = "20-30"
  destination_address_prefix = "*"
  resource_group_name = "rg"
  network_security_group_name = azurerm_network_security_group.a.name
}`,
      },
      [{ address: 'azurerm_network_security_group.a', reach: 'internet' }],
    ],
    [
      'a group that hangs on a variable is judged as if it existed',
      {
        'main.tf': `variable "on" { default = false }\nresource "azurerm_network_security_group" "a" {\n count = var.on ? 1 : 0\n name = "a"\n${rule('ssh', open)}\n}`,
      },
      [{ reach: 'internet', existsWhen: ['variable on'] }],
    ],
    [
      'a group that literals rule out is not listed',
      { 'main.tf': `resource "azurerm_network_security_group" "a" {\n count = 0\n name = "a"\n}` },
      [],
    ],
    [
      'JSON syntax',
      {
        'main.tf.json': JSON.stringify({
          resource: {
            azurerm_network_security_group: {
              a: {
                name: 'a',
                security_rule: [
                  {
                    name: 'ssh',
                    priority: 100,
                    direction: 'Inbound',
                    access: 'Allow',
                    protocol: 'Tcp',
                    source_port_range: '*',
                    source_address_prefix: '*',
                    destination_address_prefix: '*',
                    destination_port_range: '22',
                  },
                ],
              },
            },
          },
        }),
      },
      [{ address: 'azurerm_network_security_group.a', reach: 'internet' }],
    ],
    [
      'the azapi provider',
      {
        'main.tf': `resource "azapi_resource" "a" {
  type = "Microsoft.Network/networkSecurityGroups@2024-05-01"
  name = "a"
  body = {
    properties = {
      securityRules = [{
        name = "ssh"
        properties = {
          priority = 100
          direction = "Inbound"
          access = "Allow"
          protocol = "Tcp"
          sourcePortRange = "*"
          sourceAddressPrefix = "*"
          destinationAddressPrefix = "*"
          destinationPortRange = "22"
        }
      }]
    }
  }
}`,
      },
      [{ address: 'azapi_resource.a', reach: 'internet' }],
    ],
  ];
  for (const [name, texts, expected] of cases)
    it(`reads ${name}`, async () => {
      const judged = await judge(texts);
      assert.equal(judged.length, expected.length, JSON.stringify(judged));
      for (const [index, want] of expected.entries())
        for (const key of Object.keys(want) as (keyof Judged)[])
          assert.deepEqual(judged[index]?.[key], want[key], `${key} of ${JSON.stringify(judged[index])}`);
    });
});
