import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommandLine } from './command-line.ts';

const rule = (name: string, priority: number, port: string, source: string) => ({
  name,
  properties: {
    priority,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourceAddressPrefix: source,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: port,
  },
});

const template = (members: object): string =>
  JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    ...members,
  });

const deployments = (...links: readonly object[]): object => ({
  resources: links.map((templateLink, i) => ({
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name: `link${i}`,
    properties: { mode: 'Incremental', templateLink },
  })),
});

const own = 'deployment().properties.templateLink.uri';
const remote = 'https://raw.githubusercontent.com/somebody/templates/main/';

/** A project whose files refer to each other through `..`, in every language. */
const project: Readonly<Record<string, string>> = {
  'arm/main.json': template(
    deployments(
      { relativePath: 'nested/middle.json' },
      { uri: `[uri(${own}, 'nested/middle.json')]` },
      { uri: `[concat(substring(${own}, 0, lastIndexOf(${own}, '/')), '/shared files/nsg.json')]` },
      { uri: `${remote}arm/shared files/nsg.json` },
    ),
  ),
  'arm/nested/middle.json': template(
    deployments({ relativePath: '../shared files/nsg.json' }, { uri: `[uri(${own}, '../shared%20files/nsg.json')]` }),
  ),
  'arm/shared files/nsg.json': template({
    parameters: { source: { type: 'string', defaultValue: '10.0.0.0/8' } },
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: 'nsg',
        properties: {
          securityRules: [rule('ssh', 100, '22', '*'), rule('rdp', 110, '3389', "[parameters('source')]")],
        },
      },
    ],
  }),
  'alone/azuredeploy.json': template({
    parameters: { source: { type: 'string' } },
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: 'nsg',
        properties: { securityRules: [rule('rdp', 110, '3389', "[parameters('source')]")] },
      },
    ],
  }),
  'alone/azuredeploy.parameters.json': JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
    contentVersion: '1.0.0.0',
    parameters: { source: { value: '*' } },
  }),
  'bicep/main.bicep':
    "param source string = '10.0.0.0/8'\nmodule middle 'modules/middle.bicep' = { name: 'm', params: { source: source } }\n",
  'bicep/modules/middle.bicep': `param source string
import { port } from '../shared/ports.bicep'
var rules = loadJsonContent('../data/rules.json')
module group '../shared/nsg.bicep' = { name: 'g', params: { source: source, rules: rules, port: port } }
module compiled '../../arm/shared files/nsg.json' = { name: 'c' }
`,
  'bicep/shared/ports.bicep': "@export()\nvar port = '3389'\n",
  'bicep/shared/nsg.bicep': `param source string
param rules array
param port string
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  properties: {
    securityRules: concat(rules, [
      {
        name: 'rdp'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: source
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: port
        }
      }
    ])
  }
}
`,
  'bicep/data/rules.json': JSON.stringify([rule('ssh', 100, '22', '*')]),
  'bicep/parameters/dev.bicepparam': "using '../main.bicep'\nparam source = '*'\n",
  'terraform/main.tf':
    'variable "admins" {\n  default = "10.0.0.0/8"\n}\nmodule "middle" {\n  source = "./modules/middle"\n  admins = var.admins\n}\n',
  'terraform/terraform.tfvars': 'admins = "*"\n',
  'terraform/modules/middle/main.tf': `variable "admins" {}
module "group" {
  source = "../group"
  admins = var.admins
  rules  = jsondecode(file("\${path.module}/../../rules.json"))
}
`,
  'terraform/modules/group/main.tf': `variable "admins" {}
variable "rules" {}
resource "azurerm_network_security_group" "nsg" {
  name                = "nsg"
  location            = "westeurope"
  resource_group_name = "rg"
  dynamic "security_rule" {
    for_each = concat(var.rules, [{ name = "rdp", priority = 110, port = "3389", source = var.admins }])
    content {
      name                       = security_rule.value.name
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
  'terraform/rules.json': JSON.stringify([{ name: 'ssh', priority: 100, port: '22', source: '*' }]),
};

const nested = 'properties.template.resources[0]';
const linked = [0, 1].flatMap(first =>
  [0, 1].map(second => `resources[${first}].properties.template.resources[${second}]`),
);

const expected = [
  'alone/azuredeploy.json resources[0] -: 3389 conditional',
  'alone/azuredeploy.json resources[0] alone/azuredeploy.parameters.json: 3389 definite',
  ...linked.map(address => `arm/shared files/nsg.json ${address}.${nested} -: 22 definite`),
  `arm/shared files/nsg.json resources[2].${nested} -: 22 definite`,
  `arm/shared files/nsg.json resources[3].${nested} -: 22 definite`,
  'arm/shared files/nsg.json middle.compiled.resources[0] -: 22 definite',
  'arm/shared files/nsg.json middle.compiled.resources[0] bicep/parameters/dev.bicepparam: 22 definite',
  'bicep/shared/nsg.bicep middle.group.nsg -: 22 definite',
  'bicep/shared/nsg.bicep middle.group.nsg bicep/parameters/dev.bicepparam: 22 definite, 3389 definite',
  'terraform/modules/group/main.tf module.middle.module.group.azurerm_network_security_group.nsg -: 22 definite, 3389 definite',
].sort();

interface Report {
  readonly files: readonly { readonly path: string; readonly reason?: string; readonly status: string }[];
  readonly securityGroups: readonly {
    readonly file: string;
    readonly address: string;
    readonly parameters: string | null;
    readonly verdicts: readonly { readonly port: number; readonly reach: string; readonly certainty: string }[];
  }[];
}

describe('scanning from another working directory', () => {
  let base = '';
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'portcullis-directories-'));
    for (const [path, text] of Object.entries(project)) {
      const file = join(base, 'arm templates/project', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    mkdirSync(join(base, 'elsewhere/deep'), { recursive: true });
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  async function scan(from: string): Promise<Report> {
    const workingDirectory = join(base, from);
    const folder = join(base, 'arm templates/project');
    const { status, out, err } = await runCommandLine(['scan', folder, '--format', 'json'], { workingDirectory });
    assert.equal(err, '');
    assert.equal(status, 1);
    return JSON.parse(out) as Report;
  }

  const inside = 'arm templates/project';
  for (const from of [
    inside,
    'arm templates',
    '.',
    'elsewhere',
    'elsewhere/deep',
    `${inside}/arm`,
    `${inside}/arm/nested`,
  ]) {
    it(`gives the same verdicts from ${from}`, async () => {
      const report = await scan(from);
      const named = (path: string): string =>
        join(base, from, path)
          .slice(join(base, 'arm templates/project').length + 1)
          .replaceAll('\\', '/');
      const problems = report.files.filter(file => file.status !== 'skipped' && file.reason !== undefined);
      assert.deepEqual(problems, []);
      const groups = report.securityGroups.map(({ file, address, parameters, verdicts }) => {
        const open = verdicts.filter(one => one.reach !== 'none').map(one => `${one.port} ${one.certainty}`);
        return `${named(file)} ${address} ${parameters === null ? '-' : named(parameters)}: ${open.join(', ')}`;
      });
      assert.deepEqual(groups.sort(), expected);
    });
  }
});
