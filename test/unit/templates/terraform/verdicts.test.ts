import assert from 'node:assert/strict';
import { analyse, groupWith, ruleBlock, verdictLines } from './terraform-files.ts';

const open = ruleBlock('22', '"*"');
const group = 'azurerm_network_security_group.web';

function standalone(name: string, groupName: string, source: string, extra = ''): string {
  return `resource "azurerm_network_security_rule" "${name}" {
  ${extra}
  name                        = "${name}"
  priority                    = 200
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = ${source}
  destination_address_prefix  = "*"
  resource_group_name         = "rg"
  network_security_group_name = ${groupName}
}
`;
}

interface Case {
  readonly name: string;
  readonly texts: string | Readonly<Record<string, string>>;
  readonly parameterFile?: string;
  readonly verdicts: readonly string[];
  readonly problems?: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'an inline rule', texts: groupWith(open), verdicts: [`${group} 22=internet`] },
  {
    name: 'the attribute form',
    texts: groupWith(`security_rule = [{
      name = "a", priority = 100, direction = "Inbound", access = "Allow", protocol = "TCP", source_port_range = "*",
      source_port_ranges = null, destination_port_range = "22", source_address_prefix = "Internet",
      destination_address_prefix = "*"
    }]`),
    verdicts: [`${group} 22=internet`],
  },
  {
    name: "a variable's default",
    texts: `${groupWith(ruleBlock('var.port', 'var.source'))}
      variable "port" { default = 22 }
      variable "source" {
        type    = string
        default = "0.0.0.0/0"
      }`,
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'a variable without a value',
    texts: `${groupWith(ruleBlock('22', 'var.source'))}\nvariable "source" {}\n`,
    verdicts: [`${group} 22=internet/none(variable source)`],
  },
  {
    name: 'terraform.tfvars',
    texts: {
      'main.tf': `${groupWith(ruleBlock('22', 'var.source'))}\nvariable "source" {}\n`,
      'terraform.tfvars': 'source = "10.0.0.0/8"\n',
    },
    verdicts: [group],
  },
  {
    name: 'an automatic variable file over terraform.tfvars',
    texts: {
      'main.tf': `${groupWith(ruleBlock('22', 'var.source'))}\nvariable "source" {}\n`,
      'terraform.tfvars': 'source = "10.0.0.0/8"\n',
      'x.auto.tfvars': 'source = "*"\n',
    },
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'a chosen variable file',
    texts: {
      'main.tf': `${groupWith(ruleBlock('22', 'var.source'))}\nvariable "source" { default = "10.0.0.0/8" }\n`,
      'prod.tfvars': 'source = "*"\n',
    },
    parameterFile: 'prod.tfvars',
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'locals, merge, lookup and a dynamic block',
    texts: `locals {
      common = { ssh = { port = 22, source = "*" } }
      rules  = merge(local.common, { web = { port = 443, source = "*" } })
    }
    ${groupWith(`dynamic "security_rule" {
      for_each = local.rules
      iterator = rule
      content {
        name                       = rule.key
        priority                   = 100 + index(keys(local.rules), rule.key)
        direction                  = "Inbound"
        access                     = "Allow"
        protocol                   = "Tcp"
        source_port_range          = "*"
        destination_port_range     = tostring(lookup(rule.value, "port", 1))
        source_address_prefix      = rule.value.source
        destination_address_prefix = "*"
      }
    }`)}`,
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'a dynamic block over an unknown list',
    texts: `variable "sources" { type = list(string) }
    ${groupWith(`dynamic "security_rule" {
      for_each = var.sources
      content {
        name                       = "r-\${security_rule.key}"
        priority                   = 100 + security_rule.key
        direction                  = "Inbound"
        access                     = "Allow"
        protocol                   = "Tcp"
        source_port_range          = "*"
        destination_port_range     = "22"
        source_address_prefix      = security_rule.value
        destination_address_prefix = "*"
      }
    }`)}`,
    verdicts: [`${group} 22=internet/none(variable sources)`],
  },
  {
    name: 'a dynamic block that its variable leaves out',
    texts: `variable "ssh" { default = false }
    ${groupWith(`dynamic "security_rule" {
      for_each = var.ssh ? [1] : []
      content {
        name                       = "ssh"
        priority                   = 100
        direction                  = "Inbound"
        access                     = "Allow"
        protocol                   = "Tcp"
        source_port_range          = "*"
        destination_port_range     = "22"
        source_address_prefix      = "*"
        destination_address_prefix = "*"
      }
    }`)}`,
    verdicts: [group],
  },
  {
    name: 'a group behind a count that is off by default',
    texts: `variable "create" { default = false }\n${groupWith(open, 'web', 'count = var.create ? 1 : 0')}`,
    verdicts: [`${group}[0] when variable create 22=internet`],
  },
  { name: 'a group that is ruled out', texts: groupWith(open, 'web', 'count = 0'), verdicts: [] },
  {
    name: 'a rule that its count leaves out',
    texts: `variable "rdp" { default = false }
    ${groupWith(open)}
    ${standalone('rdp', `${group}.name`, '"*"', 'count = var.rdp ? 1 : 0')}`,
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'a rule that nobody decided on',
    texts: `variable "rdp" { type = bool }
    ${groupWith(open)}
    ${standalone('rdp', `${group}.name`, '"*"', 'count = var.rdp ? 1 : 0')}`,
    verdicts: [`${group} 22=internet 3389=internet/none(variable rdp)`],
  },
  {
    name: 'rules joined by reference, by name and through a local',
    texts: `locals { nsg = ${group}.name }
    ${groupWith('')}
    ${groupWith('', 'other')}
    ${standalone('a', '"other-nsg"', '"*"')}
    ${standalone('b', 'local.nsg', '"8.8.8.0/24"')}`,
    verdicts: [`${group} 3389=restricted`, 'azurerm_network_security_group.other 3389=internet'],
  },
  {
    name: 'for_each over groups, rules joined by the key',
    texts: `locals { groups = { a = "*", b = "10.0.0.0/8" } }
    resource "azurerm_network_security_group" "each" {
      for_each            = local.groups
      name                = "nsg-\${each.key}"
      resource_group_name = "rg"
      location            = "x"
    }
    ${standalone('r', 'azurerm_network_security_group.each[each.key].name', 'each.value', 'for_each = local.groups')}`,
    verdicts: ['azurerm_network_security_group.each["a"] 3389=internet', 'azurerm_network_security_group.each["b"]'],
  },
  {
    name: 'a local module, once per call',
    texts: {
      'main.tf': `module "a" {
        source = "./modules/nsg"
        cidr   = "*"
      }
      module "b" {
        source = "./modules/nsg"
        for_each = toset(["x"])
        cidr   = "10.0.0.0/8"
      }`,
      'modules/nsg/main.tf': `variable "cidr" {}\n${groupWith(ruleBlock('22', 'var.cidr'))}`,
    },
    verdicts: [`module.a.${group} 22=internet`, `module.b["x"].${group}`],
  },
  {
    name: 'outputs of a module, and a module that is not read',
    texts: {
      'main.tf': `module "net" { source = "./net" }
      module "far" { source = "Some/thing/azurerm" }
      ${standalone('r', 'module.net.nsg_name', 'module.far.cidr')}`,
      'net/main.tf': `${groupWith('')}\noutput "nsg_name" { value = ${group}.name }\n`,
    },
    verdicts: [`module.net.${group} 3389=internet/none(module far)`],
    problems: [
      'module far: its source Some/thing/azurerm is not installed; what it declares is unknown. Run "terraform init" to have it analysed',
    ],
  },
  {
    name: 'object types with optional attributes and defaults',
    texts: `variable "rules" {
      type = map(object({
        port   = optional(number, 22)
        source = optional(string, "*")
        access = optional(string)
      }))
      default = { a = {} }
    }
    ${groupWith(`dynamic "security_rule" {
      for_each = var.rules
      content {
        name                       = security_rule.key
        priority                   = 100
        direction                  = "Inbound"
        access                     = coalesce(security_rule.value.access, "Allow")
        protocol                   = "Tcp"
        source_port_range          = "*"
        destination_port_range     = security_rule.value.port
        source_address_prefix      = security_rule.value.source
        destination_address_prefix = "*"
      }
    }`)}`,
    verdicts: [`${group} 22=internet`],
  },
  {
    name: 'the azapi provider',
    texts: `resource "azapi_resource" "nsg" {
      type      = "Microsoft.Network/networkSecurityGroups@2023-09-01"
      name      = "nsg"
      parent_id = azurerm_resource_group.rg.id
      body = jsonencode({ properties = { securityRules = [{ name = "ssh", properties = {
        priority = 100, direction = "Inbound", access = "Allow", protocol = "Tcp", sourcePortRange = "*",
        destinationPortRange = "22", sourceAddressPrefix = var.source, destinationAddressPrefix = "*"
      } }] } })
    }
    variable "source" {}
    resource "azapi_resource" "rule" {
      type      = "Microsoft.Network/networkSecurityGroups/securityRules@2023-09-01"
      name      = "rdp"
      parent_id = azapi_resource.nsg.id
      body = { properties = {
        priority = 110, direction = "Inbound", access = "Allow", protocol = "Tcp", sourcePortRange = "*",
        destinationPortRange = "3389", sourceAddressPrefix = "*", destinationAddressPrefix = "*"
      } }
    }`,
    verdicts: ['azapi_resource.nsg 22=internet/none(variable source) 3389=internet'],
  },
  {
    name: 'JSON syntax',
    texts: {
      'main.tf.json': JSON.stringify({
        variable: { source: { default: '*' } },
        resource: {
          azurerm_network_security_group: {
            web: {
              name: 'web',
              security_rule: [
                {
                  name: 'ssh',
                  priority: 100,
                  direction: 'Inbound',
                  access: 'Allow',
                  protocol: 'Tcp',
                  source_port_range: '*',
                  destination_port_range: '22',
                  source_address_prefix: '${var.source}',
                  destination_address_prefix: '*',
                },
              ],
            },
          },
        },
      }),
    },
    verdicts: [`${group} 22=internet`],
  },
];

describe('Terraform verdicts', () => {
  for (const { name, texts, parameterFile, verdicts, problems = [] } of cases)
    it(name, async () => {
      const analysis = await analyse(texts, '', parameterFile);
      assert.deepEqual(verdictLines(analysis), verdicts);
      assert.deepEqual(
        analysis.reading.problems.map(problem => problem.message),
        problems,
      );
    });

  it('judges machines by subnet and interface associations', async () => {
    const { machines } = await analyse(`
      ${groupWith(open)}
      resource "azurerm_virtual_network" "v" {
        name = "v"
        address_space = ["10.0.0.0/16"]
      }
      resource "azurerm_subnet" "s" {
        name                 = "s"
        virtual_network_name = azurerm_virtual_network.v.name
        address_prefixes     = ["10.0.1.0/24"]
      }
      resource "azurerm_subnet_network_security_group_association" "a" {
        subnet_id                 = azurerm_subnet.s.id
        network_security_group_id = ${group}.id
      }
      resource "azurerm_public_ip" "p" {
        name = "p"
        sku  = "Standard"
        allocation_method = "Static"
      }
      resource "azurerm_network_interface" "n" {
        name = "n"
        ip_configuration {
          name                 = "i"
          subnet_id            = azurerm_subnet.s.id
          public_ip_address_id = azurerm_public_ip.p.id
        }
      }
      resource "azurerm_linux_virtual_machine" "m" {
        name                  = "m"
        network_interface_ids = [azurerm_network_interface.n.id]
      }`);
    assert.deepEqual(
      machines.flatMap(machine => machine.ports.map(port => `${port.port}=${port.reach}`)),
      ['22=internet', '3389=none', '5985=none', '5986=none'],
    );
  });
});

describe('Known Terraform modules', () => {
  it('reads the verified module for security groups by its inputs', async () => {
    const analysis = await analyse(`module "nsg" {
      source = "Azure/avm-res-network-networksecuritygroup/azurerm"
      name   = "nsg"
      security_rules = {
        ssh = {
          name = "ssh", priority = 100, direction = "Inbound", access = "Allow", protocol = "Tcp"
          source_port_range = "*", destination_port_ranges = ["22"], source_address_prefix = "*"
          destination_address_prefix = "*"
        }
      }
    }`);
    assert.deepEqual(verdictLines(analysis), ['module.nsg.azurerm_network_security_group.this 22=internet']);
  });

  it('reads predefined and custom rules', async () => {
    const analysis = await analyse(`module "nsg" {
      source              = "Azure/network-security-group/azurerm"
      security_group_name = "nsg"
      predefined_rules    = [{ name = "SSH", priority = 500 }]
      custom_rules        = [{ name = "rdp", priority = 200, destination_port_range = "3389,80", source_address_prefix = "8.8.8.8" }]
    }`);
    assert.deepEqual(verdictLines(analysis), [
      'module.nsg.azurerm_network_security_group.nsg 22=internet 3389=restricted',
    ]);
  });

  it('uses the installed source where it is', async () => {
    const analysis = await analyse({
      'main.tf': 'module "nsg" {\n  source = "Azure/avm-res-network-networksecuritygroup/azurerm"\n}\n',
      '.terraform/modules/modules.json': JSON.stringify({
        Modules: [{ Key: 'nsg', Source: 'registry', Dir: '.terraform/modules/nsg' }],
      }),
      '.terraform/modules/nsg/main.tf': groupWith(open),
    });
    assert.deepEqual(verdictLines(analysis), [`module.nsg.${group} 22=internet`]);
  });
});
