type Texts = { readonly [path: string]: string };

/** The same templates in each language. A comment `DECIDES` marks the line that decides who gets in. */
export interface LanguageCase {
  readonly name: string;
  readonly texts: {
    readonly literal: Texts;
    readonly mixed: Texts;
    readonly everything: Texts;
    readonly variable: Texts;
    readonly default: Texts;
    /** The source comes from a parameter file. */
    readonly given: Texts;
    readonly loop: Texts;
    readonly module: Texts;
    readonly shared: Texts;
    readonly unreachable: Texts;
  };
}

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly access?: string;
  readonly protocol?: string;
  /** In the language's own syntax. */
  readonly source: string;
  readonly ports: readonly string[];
}

const denyRdp = (internet: string): Rule => ({
  name: 'deny-rdp',
  priority: 300,
  access: 'Deny',
  protocol: '*',
  source: internet,
  ports: ['3389'],
});

const web = (source: string): Rule => ({ name: 'allow-web', priority: 210, source, ports: ['443'] });
const ssh = (source: string): Rule => ({ name: 'allow-ssh', priority: 200, source, ports: ['22'] });
const mixed = (source: string): Rule => ({ name: 'allow-mgmt', priority: 200, source, ports: ['22', '443', '3389'] });
const all = (source: string): Rule => ({ name: 'allow-all', priority: 200, source, ports: ['*'], protocol: '*' });
const late = (source: string): Rule => ({ name: 'allow-again', priority: 400, source, ports: ['443'] });

function bicepRule({ name, priority, access, protocol, source, ports }: Rule): string {
  const portLine =
    ports.length === 1
      ? `destinationPortRange: '${ports[0]}'`
      : `destinationPortRanges: [${ports.map(port => `'${port}'`).join(', ')}]`;
  return `      {
        name: '${name}'
        properties: {
          priority: ${priority}
          direction: 'Inbound'
          access: '${access ?? 'Allow'}' // kept
          protocol: '${protocol ?? 'Tcp'}'
          sourceAddressPrefix: ${source}
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          ${portLine}
        }
      }
`;
}

function bicepGroup(...rules: readonly Rule[]): string {
  return `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'web-nsg'
  properties: {
    securityRules: [
${rules.map(bicepRule).join('')}    ]
  }
}
`;
}

const bicep: LanguageCase = {
  name: 'Bicep',
  texts: {
    literal: { 'main.bicep': bicepGroup(ssh("'*'"), web("'*'")) },
    mixed: { 'main.bicep': bicepGroup(mixed("'*'"), denyRdp("'Internet'")) },
    everything: { 'main.bicep': bicepGroup(all("'*'")) },
    variable: { 'main.bicep': `var source = '*' // DECIDES\n\n${bicepGroup(ssh('source'), web("'*'"))}` },
    default: { 'main.bicep': `param source string = '*' // DECIDES\n\n${bicepGroup(ssh('source'), web("'*'"))}` },
    given: {
      'main.bicep': `param source string\n\n${bicepGroup(ssh('source'), web("'*'"))}`,
      'main.bicepparam': "using 'main.bicep'\n\nparam source = '*'\n",
    },
    loop: {
      'main.bicep': `var rules = [
  { name: 'ssh', port: '22', source: '*' } // DECIDES
  { name: 'web', port: '443', source: '*' }
]

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'web-nsg'
  properties: {
    securityRules: [for (rule, i) in rules: {
      name: rule.name
      properties: {
        priority: 200 + i
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: rule.source
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: rule.port
      }
    }]
  }
}
`,
    },
    module: {
      'main.bicep': `module open 'nsg.bicep' = {
  name: 'open'
  params: {
    source: '*' // DECIDES
  }
}

module closed 'nsg.bicep' = {
  name: 'closed'
  params: {
    source: '203.0.113.9'
  }
}
`,
      'nsg.bicep': `param source string\n\n${bicepGroup(ssh('source'))}`,
    },
    shared: { 'main.bicep': `var anybody = '*'\n\n${bicepGroup(ssh('anybody'), web('anybody'))}` },
    unreachable: { 'main.bicep': bicepGroup(web("'*'"), late("'203.0.113.0/28'")) },
  },
};

function armRule({ name, priority, access, protocol, source, ports }: Rule): string {
  const portLine =
    ports.length === 1
      ? `"destinationPortRange": "${ports[0]}"`
      : `"destinationPortRanges": [${ports.map(port => `"${port}"`).join(', ')}]`;
  return `          {
            "name": "${name}",
            "properties": {
              "priority": ${priority},
              "direction": "Inbound",
              "access": "${access ?? 'Allow'}", // kept
              "protocol": "${protocol ?? 'Tcp'}",
              "sourceAddressPrefix": ${source},
              "sourcePortRange": "*",
              "destinationAddressPrefix": "*",
              ${portLine}
            }
          }`;
}

function armTemplate(head: string, resources: string): string {
  return `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
${head}  "resources": [
${resources}
  ]
}
`;
}

function armGroup(...rules: readonly Rule[]): string {
  return `    {
      "type": "Microsoft.Network/networkSecurityGroups",
      "apiVersion": "2024-05-01",
      "name": "web-nsg",
      "properties": {
        "securityRules": [
${rules.map(armRule).join(',\n')}
        ]
      }
    }`;
}

const armParameters = (lines: string): string => `  "parameters": {\n    "source": {\n${lines}    }\n  },\n`;
const armSource = `"[parameters('source')]"`;

const arm: LanguageCase = {
  name: 'ARM templates',
  texts: {
    literal: { 'azuredeploy.json': armTemplate('', armGroup(ssh('"*"'), web('"*"'))) },
    mixed: { 'azuredeploy.json': armTemplate('', armGroup(mixed('"*"'), denyRdp('"Internet"'))) },
    everything: { 'azuredeploy.json': armTemplate('', armGroup(all('"*"'))) },
    variable: {
      'azuredeploy.json': armTemplate(
        `  "variables": {\n    "source": "*" // DECIDES\n  },\n`,
        armGroup(ssh(`"[variables('source')]"`), web('"*"')),
      ),
    },
    default: {
      'azuredeploy.json': armTemplate(
        armParameters('      "type": "string",\n      "defaultValue": "*" // DECIDES\n'),
        armGroup(ssh(armSource), web('"*"')),
      ),
    },
    given: {
      'azuredeploy.json': armTemplate(armParameters('      "type": "string"\n'), armGroup(ssh(armSource), web('"*"'))),
      'azuredeploy.parameters.json': `{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "source": { "value": "*" } }
}
`,
    },
    loop: {
      'azuredeploy.json': armTemplate(
        `  "variables": {
    "rules": [
      { "name": "ssh", "port": "22", "source": "*" }, // DECIDES
      { "name": "web", "port": "443", "source": "*" }
    ]
  },
`,
        `    {
      "type": "Microsoft.Network/networkSecurityGroups",
      "apiVersion": "2024-05-01",
      "name": "web-nsg",
      "properties": {
        "copy": [
          {
            "name": "securityRules",
            "count": "[length(variables('rules'))]",
            "input": {
              "name": "[variables('rules')[copyIndex('securityRules')].name]",
              "properties": {
                "priority": "[add(200, copyIndex('securityRules'))]",
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefix": "[variables('rules')[copyIndex('securityRules')].source]",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": "[variables('rules')[copyIndex('securityRules')].port]"
              }
            }
          }
        ]
      }
    }`,
      ),
    },
    module: {
      'azuredeploy.json': armTemplate(
        '',
        ['open', 'closed']
          .map(
            name => `    {
      "type": "Microsoft.Resources/deployments",
      "apiVersion": "2022-09-01",
      "name": "${name}",
      "properties": {
        "mode": "Incremental",
        "templateLink": { "relativePath": "nsg.json" },
        "parameters": {
          "source": { "value": ${name === 'open' ? '"*" } // DECIDES' : '"203.0.113.9" }'}
        }
      }
    }`,
          )
          .join(',\n'),
      ),
      'nsg.json': armTemplate(armParameters('      "type": "string"\n'), armGroup(ssh(armSource))),
    },
    shared: {
      'azuredeploy.json': armTemplate(
        `  "variables": {\n    "anybody": "*"\n  },\n`,
        armGroup(ssh(`"[variables('anybody')]"`), web(`"[variables('anybody')]"`)),
      ),
    },
    unreachable: { 'azuredeploy.json': armTemplate('', armGroup(web('"*"'), late('"203.0.113.0/28"'))) },
  },
};

function terraformRule({ name, priority, access, protocol, source, ports }: Rule): string {
  const portLine =
    ports.length === 1
      ? `destination_port_range     = "${ports[0]}"`
      : `destination_port_ranges    = [${ports.map(port => `"${port}"`).join(', ')}]`;
  return `
  security_rule {
    name                       = "${name}"
    priority                   = ${priority}
    direction                  = "Inbound"
    access                     = "${access ?? 'Allow'}" # kept
    protocol                   = "${protocol ?? 'Tcp'}"
    source_address_prefix      = ${source}
    source_port_range          = "*"
    destination_address_prefix = "*"
    ${portLine}
  }
`;
}

function terraformGroup(...rules: readonly Rule[]): string {
  return `resource "azurerm_network_security_group" "nsg" {
  name                = "web-nsg"
  location            = "westeurope"
  resource_group_name = "rg"
${rules.map(terraformRule).join('')}}
`;
}

const terraform: LanguageCase = {
  name: 'Terraform',
  texts: {
    literal: { 'main.tf': terraformGroup(ssh('"*"'), web('"*"')) },
    mixed: { 'main.tf': terraformGroup(mixed('"*"'), denyRdp('"Internet"')) },
    everything: { 'main.tf': terraformGroup(all('"*"')) },
    variable: {
      'main.tf': `locals {\n  source = "*" # DECIDES\n}\n\n${terraformGroup(ssh('local.source'), web('"*"'))}`,
    },
    default: {
      'main.tf': `variable "source" {\n  type    = string\n  default = "*" # DECIDES\n}\n\n${terraformGroup(ssh('var.source'), web('"*"'))}`,
    },
    given: {
      'main.tf': `variable "source" {\n  type = string\n}\n\n${terraformGroup(ssh('var.source'), web('"*"'))}`,
      'terraform.tfvars': 'source = "*"\n',
    },
    loop: {
      'main.tf': `locals {
  rules = {
    ssh = { priority = 200, port = "22", source = "*" } # DECIDES
    web = { priority = 210, port = "443", source = "*" }
  }
}

resource "azurerm_network_security_group" "nsg" {
  name                = "web-nsg"
  location            = "westeurope"
  resource_group_name = "rg"

  dynamic "security_rule" {
    for_each = local.rules
    content {
      name                       = security_rule.key
      priority                   = security_rule.value.priority
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = "Tcp"
      source_address_prefix      = security_rule.value.source
      source_port_range          = "*"
      destination_address_prefix = "*"
      destination_port_range     = security_rule.value.port
    }
  }
}
`,
    },
    module: {
      'main.tf': `module "open" {
  source  = "./nsg"
  sources = "*" # DECIDES
}

module "closed" {
  source  = "./nsg"
  sources = "203.0.113.9"
}
`,
      'nsg/main.tf': `variable "sources" {\n  type = string\n}\n\n${terraformGroup(ssh('var.sources'))}`,
    },
    shared: {
      'main.tf': `locals {\n  anybody = "*"\n}\n\n${terraformGroup(ssh('local.anybody'), web('local.anybody'))}`,
    },
    unreachable: { 'main.tf': terraformGroup(web('"*"'), late('"203.0.113.0/28"')) },
  },
};

export const languageCases: readonly LanguageCase[] = [arm, bicep, terraform];
