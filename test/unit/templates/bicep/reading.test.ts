import assert from 'node:assert/strict';
import { decidingText } from '../../../../src/network/origin.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { filesOf, groupText, language, readText, ruleText, verdictsOf } from './judging.ts';

const one = (changes: Readonly<Record<string, string>> = {}) => groupText('nsg', `[${ruleText(changes)}]`);
const source = (expression: string) => one({ sourceAddressPrefix: expression });

interface Case {
  readonly title: string;
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly verdicts: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'literals', text: one(), verdicts: ['nsg: 22 internet'] },
  { title: 'a closed source', text: source("'10.0.0.0/8'"), verdicts: ['nsg: closed'] },
  {
    title: 'a parameter with a default',
    text: `param s string = '*'\n${source('s')}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'a parameter without a default',
    text: `param s string\n${source('s')}`,
    verdicts: ['nsg: 22 internet..none (parameter s)'],
  },
  {
    title: 'allowed values',
    text: `@allowed(['10.0.0.0/8', 'VirtualNetwork'])\nparam s string\n${source('s')}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'a type of literals by another name',
    text: `type inside = '10.0.0.0/8' | 'VirtualNetwork'\ntype t = inside\nparam s t\n${source('s')}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'a nullable parameter is null by default',
    text: `param s string?\n${source("s ?? '10.1.2.3'")}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'variables, members and interpolation',
    text: `var net = { ports: ['80', '22'] }\nvar all = '\${'0.0.0.0'}/\${0}'\n${one({ sourceAddressPrefix: 'all', destinationPortRange: 'net.ports[1]' })}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'operators',
    text: `param dev bool = true\n${source("dev && !(1 + 2 == 4) ? '*' : '10.0.0.0/8'")}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'a condition on a text that is surely not empty',
    text: `param name string\nvar id = resourceId('Microsoft.Network/x', name)\n${source("id != '' && !empty(id) ? '10.0.0.0/8' : '*'")}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'an undecided condition',
    text: `param dev bool\n${one({ access: "dev ? 'Allow' : 'Deny'" })}`,
    verdicts: ['nsg: 22 internet..none (parameter dev)'],
  },
  {
    title: 'a user-defined function and one from the library',
    text: `func wide(n int) string => format('0.0.0.0/{0}', n)\n${source('wide(0)')}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'lambdas',
    text: `var rules = map(filter([80, 22], p => p < 40), (p, i) => ${ruleText({ priority: '100 + i', destinationPortRange: 'string(p)' })})\n${groupText('nsg', 'rules')}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'a loop over known items with index',
    text: groupText(
      'nsg',
      `[for (p, i) in ['22', '3389']: ${ruleText({ name: "'r${i}'", priority: '100 + i', destinationPortRange: 'p' })}]`,
    ),
    verdicts: ['nsg: 22 internet, 3389 internet'],
  },
  {
    title: 'a loop over unknown items whose source is closed',
    text: `param ports array\n${groupText('nsg', `[for p in ports: ${ruleText({ destinationPortRange: 'p', sourceAddressPrefix: "'10.0.0.0/8'" })}]`)}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'a loop over unknown items',
    text: `param ports array\n${groupText('nsg', `[for p in ports: ${ruleText({ destinationPortRange: 'p', sourceAddressPrefix: "'1.2.3.4'" })}]`)}`,
    verdicts: [
      'nsg: 22 restricted..none (parameter ports), 3389 restricted..none (parameter ports), 5985 restricted..none (parameter ports), 5986 restricted..none (parameter ports)',
    ],
  },
  {
    title: 'spread arrays and objects',
    text: `var common = ${ruleText()}\nvar more = [common]\n${groupText('nsg', "[...more, { ...common, name: 'second' }]")}`,
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'an unknown array spread into a known one',
    text: `param extra array\n${groupText('nsg', `[...extra\n${ruleText({ sourceAddressPrefix: "'1.2.3.4'" })}]`)}`,
    verdicts: [
      'nsg: 22 internet..restricted (parameter extra), 3389 internet..none (parameter extra), 5985 internet..none (parameter extra), 5986 internet..none (parameter extra)',
    ],
  },
  {
    title: 'a group in a loop',
    text: `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for (s, i) in ['*', '10.0.0.0/8']: {\n  name: 'nsg-\${i}'\n  properties: { securityRules: [${ruleText({ sourceAddressPrefix: 's' })}] }\n}]\n`,
    verdicts: ['nsg[0]: 22 internet', 'nsg[1]: closed'],
  },
  {
    title: 'a group in a loop of unknown length',
    text: `param names array\nresource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for n in names: {\n  name: n\n  properties: { securityRules: [${ruleText()}] }\n}]\n`,
    verdicts: ['nsg[*] if parameter names: 22 internet'],
  },
  {
    title: 'a condition on a parameter whose default says no',
    text: `param deploy bool = false\n${one().replace('= {', '= if (deploy) {')}`,
    verdicts: ['nsg if parameter deploy: 22 internet'],
  },
  {
    title: 'a module that its default leaves out, with a rule apart from its group',
    text: `param on bool = false\nmodule a 'nsg.bicep' = if (on) {}\n`,
    files: {
      'nsg.bicep': `${groupText('nsg', '[]')}resource ssh 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {\n  parent: nsg\n  ${ruleText({ name: "'a'" }).slice(1)}\n`,
    },
    verdicts: ['a.nsg if parameter on: 22 internet'],
  },
  {
    title: 'an undecided module, with a rule apart from its group',
    text: `param on bool\nmodule a 'nsg.bicep' = if (on) {}\n`,
    files: {
      'nsg.bicep': `${groupText('nsg', '[]')}resource ssh 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {\n  parent: nsg\n  ${ruleText({ name: "'a'" }).slice(1)}\n`,
    },
    verdicts: ['a.nsg if parameter on: 22 internet'],
  },
  {
    title: 'a condition that literals rule out',
    text: `var deploy = false\n${one().replace('= {', '= if (deploy) {')}`,
    verdicts: [],
  },
  {
    title: 'rules as children: nested, by parent, by name',
    text: `${groupText('nsg', '[]').replace(/}\n$/, `  resource inner 'securityRules' = ${ruleText({ name: "'a'" })}\n}\n`)}
resource second 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {
  parent: nsg
  ${ruleText({ name: "'b'", priority: '110', destinationPortRange: "'3389'" }).slice(1)}
resource third 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = ${ruleText({ name: "'nsg/c'", priority: '120', destinationPortRange: "'5985'" })}`,
    verdicts: ['nsg: 22 internet, 3389 internet, 5985 internet'],
  },
  {
    title: 'a child that a parameter default leaves out',
    text: `param open bool = false\n${groupText('nsg', '[]')}resource r 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = if (open) {\n  parent: nsg\n  ${ruleText().slice(1)}`,
    verdicts: ['nsg: closed'],
  },
  {
    title: 'a rule of an existing group',
    text: `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' existing = {\n  name: 'n'\n  scope: resourceGroup('other')\n}\nresource r 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {\n  parent: nsg\n  ${ruleText().slice(1)}`,
    verdicts: ['r: 22 internet'],
  },
  {
    title: 'a module, once for each call, with its arguments',
    text: `module a 'nsg.bicep' = { name: 'a', params: { s: '*' } }\nmodule b 'nsg.bicep' = { name: 'b', params: { s: '10.0.0.0/8' } }\n`,
    files: { 'nsg.bicep': `param s string\n${source('s')}` },
    verdicts: ['a.nsg: 22 internet', 'b.nsg: closed'],
  },
  {
    title: 'a module with its default, and an argument that is null',
    text: `module a 'nsg.bicep' = { params: {} }\nmodule b 'nsg.bicep' = { params: { s: null } }\n`,
    files: { 'nsg.bicep': `param s string = '*'\n${source('s')}` },
    verdicts: ['a.nsg: 22 internet', 'b.nsg: 22 internet'],
  },
  {
    title: 'an output of a module as an argument of another, through two levels',
    text: `module a 'a.bicep' = {}\nmodule b 'b.bicep' = { params: { s: a.outputs.cidr } }\n`,
    files: {
      'a.bicep': "output cidr string = '0.0.0.0/0'",
      'b.bicep': "param s string\nmodule inner 'nsg.bicep' = { params: { s: s } }",
      'nsg.bicep': `param s string\n${source('s')}`,
    },
    verdicts: ['b.inner.nsg: 22 internet'],
  },
  {
    title: 'modules in a loop, with a filter',
    text: `var all = [{ s: '*', on: true }, { s: '*', on: false }]\nmodule a 'nsg.bicep' = [for (x, i) in all: if (x.on) { params: { s: x.s } }]\n`,
    files: { 'nsg.bicep': `param s string\n${source('s')}` },
    verdicts: ['a[0].nsg: 22 internet'],
  },
  {
    title: 'a module that a parameter switches',
    text: `param on bool = true\nmodule a 'nsg.bicep' = if (on) {}\n`,
    files: { 'nsg.bicep': one() },
    verdicts: ['a.nsg if parameter on: 22 internet'],
  },
  {
    title: 'a condition in a module on an argument',
    text: `param on bool = false\nmodule a 'nsg.bicep' = { params: { d: on } }\nmodule b 'nsg.bicep' = { params: { d: false } }\n`,
    files: { 'nsg.bicep': `param d bool\n${one().replace('= {', '= if (d) {')}` },
    verdicts: ['a.nsg if parameter on: 22 internet'],
  },
  {
    title: 'a module that is not to be had is unknown, named',
    text: `module a 'br:example.azurecr.io/x:1' = {}\n${source('a.outputs.s')}`,
    verdicts: ['nsg: 22 internet..none (output s of module a)'],
  },
  {
    title: 'imports',
    text: `import { any as everybody, pick } from 'shared.bicep'\nimport * as shared from 'shared.bicep'\n${source("pick(everybody, shared.inner, shared.pick('a', 'b', true))")}`,
    files: {
      'shared.bicep':
        "@export()\nvar any = '*'\n@export()\nvar inner = '10.0.0.0/8'\n@export()\nfunc pick(a string, b string, c string) string => c == 'b' ? a : b\n",
    },
    verdicts: ['nsg: 22 internet'],
  },
  {
    title: 'rules from JSON, YAML and text',
    text: `var a = loadJsonContent('a.json')\nvar b = loadYamlContent('b.yaml', 'rules')\nvar c = json(loadTextContent('a.json'))\n${groupText('nsg', 'concat(a, b)')}${groupText('other', 'c')}`,
    files: {
      'a.json': `[${JSON.stringify({ name: 'a', properties: { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourceAddressPrefix: '*', sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '22' } })}]`,
      'b.yaml':
        "rules:\n  - name: b\n    properties: &p\n      priority: 101\n      direction: Inbound\n      access: Allow\n      protocol: Tcp\n      sourceAddressPrefix: '*'\n      sourcePortRange: '*'\n      destinationAddressPrefix: '*'\n      destinationPortRange: 3389\n",
    },
    verdicts: ['nsg: 22 internet, 3389 internet', 'other: 22 internet'],
  },
  {
    title: 'one of two objects that are merged into a rule',
    text: `param open bool
var sources = open ? { sourceAddressPrefix: '*' } : { sourceAddressPrefixes: ['10.0.0.0/16', '10.1.0.0/16'] }
var closed = open ? { sourceAddressPrefix: '10.0.0.0/8' } : { sourceAddressPrefixes: ['10.0.0.0/16'] }
var rest = { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*', destinationAddressPrefix: '*' }
${groupText(
  'nsg',
  `[
  { name: 'a', properties: union(rest, { destinationPortRange: '22' }, sources) }
  { name: 'b', properties: union(rest, { destinationPortRange: '3389', priority: 101 }, closed) }
  { name: 'c', properties: { ...rest, ...sources, destinationPortRange: '5985', priority: 102 } }
  { name: 'd', properties: union(rest, { destinationPortRange: '5986', priority: 103, sourceAddressPrefix: '*' }, open ? { access: 'Deny' } : {}) }
]`,
)}`,
    verdicts: [
      'nsg: 22 internet..none (parameter open), 5985 internet..none (parameter open), 5986 internet..none (parameter open)',
    ],
  },
  {
    title: 'a file that is not there is unknown, named',
    text: groupText('nsg', "loadJsonContent('gone.json')"),
    verdicts: [
      'nsg: 22 internet..none (file gone.json), 3389 internet..none (file gone.json), 5985 internet..none (file gone.json), 5986 internet..none (file gone.json)',
    ],
  },
  {
    title: 'what is declared of another resource',
    text: `${groupText('first', `[${ruleText()}]`)}${groupText('second', 'first.properties.securityRules')}`,
    verdicts: ['first: 22 internet', 'second: 22 internet'],
  },
  {
    title: 'half-typed text is unknown, and the rest is read',
    text: one({ sourceAddressPrefix: '' }),
    verdicts: ['nsg: 22 internet..none (text that cannot be read)'],
  },
];

describe('Bicep reading', () => {
  for (const { title, text, files, verdicts } of cases) {
    it(`judges ${title}`, () => {
      assert.deepEqual(verdictsOf(readText(text, files)), verdicts);
    });
  }

  it('joins interfaces, subnets and machines to groups by symbolic names', () => {
    const { declarations } = readText(`${one()}
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'v'
  properties: { subnets: [{ name: 's', properties: { networkSecurityGroup: { id: nsg.id } } }] }
}
resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: vnet
  name: 's'
}
resource pip 'Microsoft.Network/publicIPAddresses@2024-05-01' = { name: 'p', sku: { name: 'Standard' } }
resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'n'
  properties: { ipConfigurations: [{ name: 'i', properties: {
    subnet: { id: subnet.id }
    publicIPAddress: { id: pip.id }
  } }] }
}
resource vm 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'm'
  properties: { networkProfile: { networkInterfaces: [{ id: nic.id }] } }
}
`);
    const ids = declarations.map(({ id }) => (id.kind === 'unknown' ? id.symbol : undefined));
    const base =
      '/subscriptions/{subscription().subscriptionId}/resourceGroups/{resourceGroup().name}/providers/Microsoft.Network';
    assert.equal(ids[0], `${base}/networkSecurityGroups/nsg`);
    assert.equal(ids[2], `${base}/virtualNetworks/v/subnets/s`);
    assert.equal(readResources(declarations).machines.length, 1);
  });

  it('gives named parts of a resource the ids that Azure gives them', () => {
    const { declarations } = readText(`${one()}
param vnetName string
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: vnetName
  properties: { subnets: [{ name: 's', properties: { networkSecurityGroup: { id: nsg.id } } }] }
}
resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'n'
  properties: { ipConfigurations: [{ name: 'i', properties: { subnet: { id: vnet.properties.subnets[0].id } } }] }
}
`);
    const { interfaces, subnets } = readResources(declarations);
    const subnet = [...interfaces.values()][0]!.ipConfigurations[0]!.subnet!;
    assert.equal(subnets.get(subnet.id!)?.name, 's');
  });

  it('gives a value the chain of places that it came through', () => {
    const main = `module a 'nsg.bicep' = {\n  params: {\n    s: everybody\n  }\n}\nvar everybody = '*'\n`;
    const { declarations } = readText(main, { 'nsg.bicep': `param s string\n${source('s')}` });
    const [group] = readResources(declarations).securityGroups;
    const field = group!.rules[0]!.sourceAddressPrefixes.items[0]!;
    assert.deepEqual(
      field.origin.map(({ kind, name }) => (name === undefined ? kind : `${kind} ${name}`)),
      ['expression', 'parameter s', 'argument s', 'expression', 'variable everybody', 'literal'],
    );
    const place = decidingText(field.origin)!;
    assert.equal(place.file, 'main.bicep');
    assert.equal(main.slice(place.range.start, place.range.end), "'*'");
    assert.deepEqual(
      group!.declaration.via.map(({ name, place: { file, range } }) => [
        name,
        file,
        main.slice(range.start, range.end),
      ]),
      [['a', 'main.bicep', "module a 'nsg.bicep' = {"]],
    );
  });

  it('ends the chain at the default that decides', () => {
    const text = `param s string = '*'\n${source('s')}`;
    const [group] = readResources(readText(text).declarations).securityGroups;
    const { origin } = group!.rules[0]!.sourceAddressPrefixes.items[0]!;
    assert.equal(origin.at(-1)?.kind, 'parameter-default');
    const place = decidingText(origin)!;
    assert.equal(text.slice(place.range.start, place.range.end), "'*'");
  });

  it('takes values from parameter files, extended and JSON ones too', () => {
    const texts = {
      'main.bicep': `param s string = '10.0.0.0/8'\nparam p string = '22'\n${one({ sourceAddressPrefix: 's', destinationPortRange: 'p' })}`,
      'dev.bicepparam': "using 'main.bicep'\nextends 'base.bicepparam'\nvar all = '*'\nparam s = all\n",
      'base.bicepparam': "using none\nparam p = '3389'\nparam s = '1.2.3.4'\n",
      'main.parameters.json': JSON.stringify({
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
        parameters: { S: { value: '0.0.0.0/0' } },
      }),
      'other.bicepparam': "using 'elsewhere.bicep'\n",
    };
    const files = filesOf(texts);
    assert.deepEqual(language.parameterFilesOf('main.bicep', files), ['dev.bicepparam', 'main.parameters.json']);
    assert.equal(language.templateOf('dev.bicepparam', files), 'main.bicep');
    assert.equal(language.templateOf('base.bicepparam', files), undefined);
    const judged = (parameterFile?: string) =>
      verdictsOf(language.read('main.bicep', files, parameterFile === undefined ? {} : { parameterFile }));
    assert.deepEqual(judged(), ['nsg: closed']);
    assert.deepEqual(judged('dev.bicepparam'), ['nsg: 3389 internet']);
    assert.deepEqual(judged('main.parameters.json'), ['nsg: 22 internet']);
  });

  it('names the files that it looked at and called', () => {
    const reading = readText("module a 'm/a.bicep' = {}\nmodule b 'gone.bicep' = {}\n", { 'm/a.bicep': '' });
    assert.deepEqual(reading.called, ['m/a.bicep']);
    assert.deepEqual(reading.dependencies, ['main.bicep', 'm/a.bicep', 'gone.bicep']);
  });

  const hostile: readonly (readonly [string, string, Readonly<Record<string, string>>, RegExp])[] = [
    ['a module that calls itself', "module a 'main.bicep' = {}", {}, /leads back to itself/],
    [
      'modules in a circle',
      "module a 'a.bicep' = {}",
      { 'a.bicep': "module b 'b.bicep' = {}", 'b.bicep': "module a 'a.bicep' = {}" },
      /leads back to itself/,
    ],
    ['a module outside', "module a '../x.bicep' = {}", {}, /outside the working directory/],
    ['a missing module', "module a 'x.bicep' = {}", {}, /no such file/],
    [
      'imports in a circle',
      `import { b } from 'b.bicep'\nvar a = b\n${source('a')}`,
      { 'b.bicep': "import { a } from 'main.bicep'\n@export()\nvar b = a" },
      /leads back/,
    ],
    ['variables in a circle', `var a = { b: c }\nvar c = [a]\n${source('a.b[0].b')}`, {}, /refers to itself/],
    ['a parameter default in a circle', `param a string = a\n${source('a')}`, {}, /refers to itself/],
    ['a function that calls itself', `func f(a string) string => f(a)\n${source("f('a')")}`, {}, /calls itself/],
    ['resources in a circle', one().replace("name: 'nsg'", 'name: nsg.name'), {}, /refers to itself/],
    ['a range of 10^9', groupText('nsg', `[for i in range(0, 1000000000): ${ruleText()}]`), {}, /range|items/],
    [
      'ranges of ranges',
      `var a = map(range(0, 9999), x => map(range(0, 9999), y => map(range(0, 9999), z => z)))\n${groupText('nsg', 'flatten(flatten(a))')}`,
      {},
      /work|items|large/,
    ],
    [
      'objects that hold themselves many times over',
      `var a0 = { x: '*' }\n${Array.from({ length: 30 }, (_, i) => `var a${i + 1} = union(a${i}, { k${i}: a${i}, l${i}: a${i} })\n`).join('')}${source('string(a30)')}`,
      {},
      /large|work/,
    ],
    [
      'modules that call two each',
      "module a 'm0.bicep' = {}",
      Object.fromEntries(
        Array.from({ length: 18 }, (_, i) => [
          `m${i}.bicep`,
          i === 17 ? one() : `module a 'm${i + 1}.bicep' = {}\nmodule b 'm${i + 1}.bicep' = {}`,
        ]),
      ),
      /more than \d+ module calls/,
    ],
    ['deep nesting', `var a = ${'['.repeat(5000)}${']'.repeat(5000)}\n${groupText('nsg', 'a')}`, {}, /levels deep/],
    ['deep interpolation', `var a = ${"'${".repeat(3000)}1${"}'".repeat(3000)}\n${source('a')}`, {}, /levels deep/],
    ['no Bicep at all', '\u0000\u0001PK\u0003{{{{', {}, /is not Bicep/],
  ];
  for (const [title, text, files, message] of hostile) {
    it(`bounds ${title}, and says so`, () => {
      // Processor time: others may use the machine too.
      const started = process.cpuUsage();
      const reading = readText(text, files);
      const verdicts = verdictsOf(reading);
      const milliseconds = process.cpuUsage(started).user / 1000;
      assert.ok(milliseconds < 2500, `${title} took ${milliseconds} ms`);
      const messages = reading.problems.map(problem => problem.message).join('\n');
      assert.match(`${messages}\n${verdicts.join('\n')}`, message);
    });
  }

  it('takes __proto__ for a name like any other', () => {
    const text = `var o = { __proto__: '*' }\n${source('o.__proto__')}`;
    assert.deepEqual(verdictsOf(readText(text)), ['nsg: 22 internet']);
  });
});
