import assert from 'node:assert/strict';
import { identity, type Json } from '../../../../src/network/value.ts';
import { group, type Members, read, rule, template, verdicts } from './judging.ts';

interface Case {
  readonly title: string;
  readonly main: Members;
  readonly others?: Readonly<Record<string, Members | string>>;
  readonly parameterFile?: string;
  readonly expected: readonly string[];
}

function one(securityRules: Json, members: Members = {}, groupMembers: Members = {}): Members {
  return template({ ...members, resources: [group(securityRules, groupMembers)] });
}

function fromParameter(definition: Members): Members {
  return one([rule({ sourceAddressPrefix: "[parameters('source')]" })], { parameters: { source: definition } });
}

function deployment(properties: Members, members: Members = {}): Members {
  return { type: 'Microsoft.Resources/deployments', apiVersion: '2022-09-01', name: 'dep', properties, ...members };
}

const inner = { expressionEvaluationOptions: { scope: 'inner' } };
const fileOf = (parameters: Members): Members => ({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
  contentVersion: '1.0.0.0',
  parameters,
});
const loopRule = (name: string) =>
  rule(
    {
      priority: `[add(100, copyIndex('${name}'))]`,
      destinationPortRange: `[variables('ports')[copyIndex('${name}')]]`,
    },
    `[concat('rule', copyIndex('${name}'))]`,
  );

const cases: readonly Case[] = [
  { title: 'a literal rule', main: one([rule()]), expected: ['resources[0]: 22 internet'] },
  {
    title: 'a parameter with a default',
    main: fromParameter({ type: 'string', defaultValue: '0.0.0.0/0' }),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a parameter without a default',
    main: fromParameter({ type: 'string' }),
    expected: ['resources[0]: 22 internet..none (parameter source)'],
  },
  {
    title: 'a parameter whose allowed values are all closed',
    main: fromParameter({ type: 'string', allowedValues: ['VirtualNetwork', '10.0.0.0/8'] }),
    expected: ['resources[0]: closed'],
  },
  {
    title: 'a parameter whose allowed values are all open',
    main: fromParameter({ type: 'string', allowedValues: ['*', 'Internet'] }),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a parameter file',
    main: fromParameter({ type: 'string' }),
    others: { 'main.parameters.json': fileOf({ source: { value: '10.1.2.3' } }) },
    parameterFile: 'main.parameters.json',
    expected: ['resources[0]: closed'],
  },
  {
    title: 'a parameter file with rules, whose texts are not expressions',
    main: one("[parameters('rules')]", { parameters: { rules: { type: 'array', defaultValue: [] } } }),
    others: { 'main.parameters.json': fileOf({ rules: { value: [rule({}, '[not an expression]')] } }) },
    parameterFile: 'main.parameters.json',
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a parameter file that refers to a key vault',
    main: fromParameter({ type: 'string', defaultValue: '10.0.0.1' }),
    others: {
      'main.parameters.json': fileOf({ source: { reference: { keyVault: { id: '/x' }, secretName: 's' } } }),
    },
    parameterFile: 'main.parameters.json',
    expected: ['resources[0]: 22 internet..none (parameter source (a key vault secret))'],
  },
  {
    title: 'variables, maps and letter case',
    main: one([rule({ destinationPortRange: "[variables('PORTS')[parameters('os')]]" })], {
      parameters: { os: { type: 'string', defaultValue: 'Windows' } },
      variables: { ports: { linux: '22', windows: '3389' } },
    }),
    expected: ['resources[0]: 3389 internet'],
  },
  {
    title: 'a port chosen by a parameter without a default',
    main: one([rule({ destinationPortRange: "[if(equals(parameters('os'), 'Windows'), '3389', '22')]" })], {
      parameters: { os: { type: 'string' } },
    }),
    expected: ['resources[0]: 22 internet..none (parameter os), 3389 internet..none (parameter os)'],
  },
  {
    title: 'a copy loop in properties',
    main: one(
      [],
      { variables: { ports: ['22', '3389', '443'] } },
      {
        properties: { copy: [{ name: 'securityRules', count: 3, input: loopRule('securityRules') }] },
      },
    ),
    expected: ['resources[0]: 22 internet, 3389 internet'],
  },
  {
    title: 'a copy loop in properties over an unknown parameter',
    main: one(
      [],
      { parameters: { ports: { type: 'array' } } },
      {
        properties: {
          copy: [
            {
              name: 'securityRules',
              count: "[length(parameters('ports'))]",
              input: rule({ destinationPortRange: "[parameters('ports')[copyIndex('securityRules')]]" }),
            },
          ],
        },
      },
    ),
    expected: [
      'resources[0]: 22 internet..none (parameter ports), 3389 internet..none (parameter ports), 5985 internet..none (parameter ports), 5986 internet..none (parameter ports)',
    ],
  },
  {
    title: 'a copy loop in variables',
    main: one("[variables('rules')]", {
      variables: { ports: ['22', '3389'], copy: [{ name: 'rules', count: 2, input: loopRule('rules') }] },
    }),
    expected: ['resources[0]: 22 internet, 3389 internet'],
  },
  {
    title: 'a copy loop inside a variable',
    main: one("[variables('all').rules]", {
      variables: { ports: ['22'], all: { copy: [{ name: 'rules', count: 1, input: loopRule('rules') }] } },
    }),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a copy loop of groups',
    main: template({
      variables: { sources: ['*', '10.0.0.0/8'] },
      resources: [
        group([rule({ sourceAddressPrefix: "[variables('sources')[copyIndex()]]" })], {
          name: "[concat('nsg', copyIndex())]",
          copy: { name: 'groups', count: "[length(variables('sources'))]" },
        }),
      ],
    }),
    expected: ['resources[0][0]: 22 internet', 'resources[0][1]: closed'],
  },
  {
    title: 'rules by map over a parameter, joined with others by concat and union',
    main: one(
      `[union(concat(map(parameters('sources'), lambda('s', createObject('name', concat('r-', lambdaVariables('s')),
        'properties', union(variables('common'), createObject('sourceAddressPrefix', lambdaVariables('s')))))), variables('base')), createArray())]`,
      {
        parameters: { sources: { type: 'array', defaultValue: ['0.0.0.0/1', '128.0.0.0/1'] } },
        variables: { base: [], common: rule({ destinationPortRange: '3389' }).properties! },
      },
    ),
    expected: ['resources[0]: 3389 internet'],
  },
  {
    title: 'further rules that a parameter adds',
    main: one("[concat(variables('base'), parameters('more'))]", {
      parameters: { more: { type: 'array' } },
      variables: { base: [rule()] },
    }),
    expected: [
      'resources[0]: 22 internet, 3389 internet..none (parameter more), 5985 internet..none (parameter more), 5986 internet..none (parameter more)',
    ],
  },
  {
    title: 'a user-defined function',
    main: one([rule({ sourceAddressPrefix: "[net.host('10.0.0')]" })], {
      functions: [
        {
          namespace: 'net',
          members: {
            host: {
              parameters: [{ name: 'prefix', type: 'string' }],
              output: { type: 'string', value: "[concat(parameters('prefix'), '.1/32')]" },
            },
          },
        },
      ],
    }),
    expected: ['resources[0]: closed'],
  },
  {
    title: 'symbolic names, an existing group and a rule of it',
    main: template({
      languageVersion: '2.0',
      resources: {
        nsg: group([rule()]),
        old: { existing: true, type: 'Microsoft.Network/networkSecurityGroups', apiVersion: '2023-11-01', name: 'old' },
        open: {
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
          apiVersion: '2023-11-01',
          name: "[format('{0}/{1}', 'old', 'rdp')]",
          properties: rule({ destinationPortRange: '3389' }).properties!,
        },
      },
    }),
    expected: ['resources.nsg: 22 internet', 'resources.open: 3389 internet'],
  },
  {
    title: "a service's tag in a region that only the deployment knows",
    main: one([
      rule({ sourceAddressPrefix: "[concat('AzureCloud.', resourceGroup().location)]" }),
      rule({
        sourceAddressPrefix: "[concat('Storage.', resourceGroup().location)]",
        destinationPortRange: '3389',
        priority: 110,
      }),
    ]),
    expected: [
      'resources[0]: 22 wide..none (resourceGroup().location), 3389 restricted..none (resourceGroup().location)',
    ],
  },
  {
    title: 'all modules of a loop',
    main: template({
      languageVersion: '2.0',
      resources: {
        sources: deployment(
          {
            ...inner,
            parameters: { index: { value: '[copyIndex()]' } },
            template: template({
              parameters: { index: { type: 'int' } },
              resources: [],
              outputs: { source: { type: 'string', value: "[if(equals(parameters('index'), 1), '*', '10.0.0.0/8')]" } },
            }),
          },
          { name: "[format('dep-{0}', copyIndex())]", copy: { name: 'sources', count: 2 } },
        ),
        nsg: group([
          rule({
            sourceAddressPrefix: '',
            sourceAddressPrefixes:
              "[map(references('sources'), lambda('one', lambdaVariables('one').outputs.source.value))]",
          }),
        ]),
      },
    }),
    expected: ['resources.nsg: 22 internet'],
  },
  {
    title: 'a parameter of a defined type that allows no open source',
    main: one([rule({ sourceAddressPrefix: "[parameters('source')]" })], {
      languageVersion: '2.0',
      definitions: {
        inside: { type: 'string', allowedValues: ['VirtualNetwork', '10.0.0.0/8'] },
        source: { $ref: '#/definitions/inside' },
      },
      parameters: { source: { $ref: '#/definitions/source' } },
    }),
    expected: ['resources[0]: closed'],
  },
  {
    title: 'a parameter of a type that is defined by itself',
    main: one([rule({ sourceAddressPrefix: "[parameters('source')]" })], {
      definitions: { source: { $ref: '#/definitions/source' } },
      parameters: { source: { $ref: '#/definitions/source' } },
    }),
    expected: ['resources[0]: 22 internet..none (parameter source)'],
  },
  {
    title: 'a rule standing alone joins its group',
    main: template({
      parameters: { name: { type: 'string' } },
      resources: [
        group([], { name: "[parameters('name')]" }),
        {
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
          apiVersion: '2023-11-01',
          name: "[concat(parameters('name'), '/ssh')]",
          properties: rule().properties!,
        },
      ],
    }),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a rule inside its group',
    main: one(
      [],
      {},
      {
        resources: [{ type: 'securityRules', apiVersion: '2023-11-01', name: 'ssh', properties: rule().properties! }],
      },
    ),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a group that a parameter decides on is judged as if it were there',
    main: one(
      [rule()],
      { parameters: { deploy: { type: 'bool', defaultValue: false } } },
      {
        condition: "[parameters('deploy')]",
      },
    ),
    expected: ['resources[0] if parameter deploy: 22 internet'],
  },
  {
    title: 'a group that a variable over a parameter decides on',
    main: one(
      [rule()],
      {
        parameters: { mode: { type: 'string', defaultValue: 'none' } },
        variables: { wanted: "[not(equals(parameters('mode'), 'none'))]" },
      },
      { condition: "[variables('wanted')]" },
    ),
    expected: ['resources[0] if parameter mode: 22 internet'],
  },
  {
    title: 'a group that literals alone rule out is not listed',
    main: one([rule()], { variables: { on: false } }, { condition: "[variables('on')]" }),
    expected: [],
  },
  {
    title: 'a rule that a default leaves out is left out',
    main: template({
      parameters: { ssh: { type: 'bool', defaultValue: false } },
      resources: [
        group([]),
        {
          condition: "[parameters('ssh')]",
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
          apiVersion: '2023-11-01',
          name: 'nsg/ssh',
          properties: rule().properties!,
        },
      ],
    }),
    expected: ['resources[0]: closed'],
  },
  {
    title: 'a rule that a parameter without a default decides on',
    main: one("[if(parameters('ssh'), variables('rules'), createArray())]", {
      parameters: { ssh: { type: 'bool' } },
      variables: { rules: [rule()] },
    }),
    expected: ['resources[0]: 22 internet..none (parameter ssh)'],
  },
  {
    title: 'a nested deployment in the outer scope',
    main: template({
      variables: { source: '*' },
      resources: [
        deployment({
          mode: 'Incremental',
          template: template({
            variables: { source: '10.0.0.1' },
            resources: [group([rule({ sourceAddressPrefix: "[variables('source')]" })])],
          }),
        }),
      ],
    }),
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a nested deployment in its own scope, with an argument',
    main: template({
      variables: { source: '*' },
      parameters: { from: { type: 'string', defaultValue: '10.0.0.1' } },
      resources: [
        deployment({
          ...inner,
          parameters: { source: { value: "[parameters('from')]" } },
          template: template({
            parameters: { source: { type: 'string', defaultValue: '*' } },
            resources: [group([rule({ sourceAddressPrefix: "[parameters('source')]" })])],
          }),
        }),
      ],
    }),
    expected: ['resources[0].properties.template.resources[0]: closed'],
  },
  {
    title: 'a nested deployment that a literal argument rules a group out of',
    main: template({
      resources: [
        deployment({
          ...inner,
          parameters: { on: { value: false } },
          template: template({
            parameters: { on: { type: 'bool' } },
            resources: [group([rule()], { condition: "[parameters('on')]" })],
          }),
        }),
      ],
    }),
    expected: [],
  },
  {
    title: 'a linked template beside it, by relative path',
    main: template({
      resources: [
        deployment({
          templateLink: { relativePath: 'nested/nsg.json' },
          parameters: { source: { value: 'Internet' } },
        }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template by uri of the deployment',
    main: template({
      variables: { link: "[uri(deployment().properties.templateLink.uri, 'nested/nsg.json')]" },
      resources: [
        deployment({ templateLink: { uri: "[variables('link')]" }, parameters: { source: { value: 'Internet' } } }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template under an artifacts location',
    main: template({
      parameters: { _artifactsLocation: { type: 'string' }, _artifactsLocationSasToken: { type: 'securestring' } },
      resources: [
        deployment({
          templateLink: {
            uri: "[concat(parameters('_artifactsLocation'), '/nested/nsg.json', parameters('_artifactsLocationSasToken'))]",
          },
          parameters: { source: { value: 'Internet' } },
        }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template under an artifacts location that is left empty',
    main: template({
      parameters: { _artifactsLocation: { type: 'string', defaultValue: '' } },
      resources: [
        deployment({
          templateLink: { uri: "[concat(parameters('_artifactsLocation'), '/nested/nsg.json')]" },
          parameters: { source: { value: 'Internet' } },
        }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template under a public address with two slashes',
    main: template({
      parameters: { _artifactsLocation: { type: 'string', defaultValue: 'https://example.com/main/sample/' } },
      resources: [
        deployment({
          templateLink: { uri: "[concat(parameters('_artifactsLocation'), '/nested/nsg.json')]" },
          parameters: { source: { value: 'Internet' } },
        }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template with a linked parameter file',
    main: template({
      resources: [
        deployment({
          templateLink: { relativePath: 'nested/nsg.json' },
          parametersLink: { uri: "[uri(deployment().properties.templateLink.uri, 'nested/nsg.parameters.json')]" },
        }),
      ],
    }),
    others: {
      'nested/nsg.json': fromParameter({ type: 'string' }),
      'nested/nsg.parameters.json': fileOf({ source: { value: '0.0.0.0/0' } }),
    },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a linked template whose linked parameter file is not there',
    main: template({
      resources: [
        deployment({
          templateLink: { relativePath: 'nested/nsg.json' },
          parametersLink: { uri: 'https://example.com/elsewhere.json' },
        }),
      ],
    }),
    others: { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    expected: [
      'resources[0].properties.template.resources[0]: 22 internet..none (parameter source (from the linked parameter file))',
    ],
  },
  {
    title: 'outputs of a nested deployment',
    main: template({
      resources: [
        deployment({
          ...inner,
          template: template({ resources: [], outputs: { source: { type: 'string', value: '10.0.0.1' } } }),
        }),
        group([rule({ sourceAddressPrefix: "[reference('dep').outputs.source.value]" })]),
        group(
          [
            rule({
              sourceAddressPrefix:
                "[reference(resourceId('Microsoft.Resources/deployments', 'dep')).outputs.source.value]",
            }),
          ],
          { name: 'b' },
        ),
      ],
    }),
    expected: ['resources[1]: closed', 'resources[2]: closed'],
  },
  {
    title: 'a subscription deployment with a nested one for a group',
    main: {
      ...template({}),
      $schema: 'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
      resources: [
        deployment(
          { ...inner, template: template({ resources: [group([rule()])] }) },
          { resourceGroup: 'rg', location: 'westeurope' },
        ),
      ],
    },
    expected: ['resources[0].properties.template.resources[0]: 22 internet'],
  },
  {
    title: 'a parameter that holds an object of rules by name',
    main: one(
      "[map(items(parameters('rules')), lambda('r', createObject('name', lambdaVariables('r').key, 'properties', lambdaVariables('r').value)))]",
      {
        parameters: { rules: { type: 'object', defaultValue: { ssh: rule().properties! } } },
      },
    ),
    expected: ['resources[0]: 22 internet'],
  },
  {
    title: 'a loop of a count that a parameter sets to none',
    main: one(
      [rule()],
      { parameters: { count: { type: 'int', defaultValue: 0 } } },
      {
        copy: { name: 'l', count: "[parameters('count')]" },
      },
    ),
    expected: ['resources[0][0] if parameter count: 22 internet'],
  },
  {
    title: 'a nullable parameter, coalesce and tryGet',
    main: one([rule({ sourceAddressPrefix: "[coalesce(tryGet(parameters('net'), 'source'), '*')]" })], {
      parameters: { net: { type: 'object', nullable: true } },
    }),
    expected: ['resources[0]: 22 internet'],
  },
];

describe('reading ARM templates', () => {
  for (const { title, main, others, parameterFile, expected } of cases) {
    it(title, () => {
      const reading = read(main, others, parameterFile === undefined ? {} : { parameterFile });
      assert.deepEqual(verdicts(reading), expected);
      assert.deepEqual(
        reading.problems.map(problem => problem.message),
        [],
      );
    });
  }
});

describe('what ARM declarations carry', () => {
  function sourceOf(main: Members, others: Readonly<Record<string, Members | string>> = {}, parameterFile?: string) {
    const reading = read(main, others, parameterFile === undefined ? {} : { parameterFile });
    const declaration = reading.declarations.find(each => /securityGroups$/i.test(each.type))!;
    const properties = declaration.body.get('properties');
    const rules = properties?.kind === 'object' ? properties.get('securityRules') : undefined;
    const first = rules?.kind === 'array' ? rules.items[0] : undefined;
    const inside = first?.kind === 'object' ? first.get('properties') : undefined;
    const source = inside?.kind === 'object' ? inside.get('sourceAddressPrefix') : undefined;
    return { reading, declaration, source: source! };
  }

  it('leads from the use of a value to the place that decides it', () => {
    const main = one([rule({ sourceAddressPrefix: "[variables('from')]" })], {
      parameters: { source: { type: 'string', defaultValue: '0.0.0.0/0' } },
      variables: { from: "[parameters('source')]" },
    });
    const text = JSON.stringify(main, null, 2);
    const { source } = sourceOf(main);
    assert.deepEqual(
      source.origin.map(({ kind, name, place }) => [
        kind,
        name,
        place.kind === 'text' && text.slice(place.range.start, place.range.end),
      ]),
      [
        ['expression', undefined, `"[variables('from')]"`],
        ['variable', 'from', `"[parameters('source')]"`],
        ['expression', undefined, `"[parameters('source')]"`],
        ['parameter', 'source', '"source"'],
        ['parameter-default', 'source', '"0.0.0.0/0"'],
      ],
    );
  });

  it('leads into the parameter file, the argument and the literal inside a list', () => {
    const file = fileOf({ source: { value: '10.1.2.3' } });
    const given = sourceOf(fromParameter({ type: 'string' }), { 'p.json': file }, 'p.json').source;
    const last = given.origin.at(-1)!;
    assert.equal(last.kind, 'parameter-file');
    assert.equal(last.place.kind === 'text' && last.place.file, 'p.json');
    const linked = sourceOf(
      template({
        resources: [
          deployment({
            templateLink: { relativePath: 'nested/nsg.json' },
            parameters: { source: { value: 'Internet' } },
          }),
        ],
      }),
      { 'nested/nsg.json': fromParameter({ type: 'string' }) },
    );
    assert.deepEqual(
      linked.source.origin.map(({ kind, place }) => [kind, place.kind === 'text' && place.file]),
      [
        ['expression', 'nested/nsg.json'],
        ['parameter', 'nested/nsg.json'],
        ['argument', 'main.json'],
      ],
    );
    assert.deepEqual(
      linked.declaration.via.map(site => site.name),
      ['dep'],
    );
    assert.deepEqual(linked.reading.called, ['nested/nsg.json']);
    const inList = sourceOf(one("[variables('rules')]", { variables: { rules: [rule()] } })).source;
    assert.deepEqual(
      inList.origin.map(origin => origin.kind),
      ['expression', 'variable', 'literal'],
    );
  });

  it('keeps secure parameters secret, and names what is computed by its call', () => {
    const secret = sourceOf(fromParameter({ type: 'securestring', defaultValue: '10.0.0.1' })).source;
    assert.equal(secret.secret, true);
    const computed = sourceOf(one([rule({ sourceAddressPrefix: "[concat('10.0.0', '.0/8')]" })])).source;
    assert.deepEqual(
      computed.origin.map(origin => origin.kind),
      ['expression'],
    );
  });

  it('takes a doubled bracket for one', () => {
    const { source } = sourceOf(one([rule({ sourceAddressPrefix: '[[x]' })]));
    assert.equal(source.kind === 'string' && source.value, '[x]');
  });

  it('gives declarations and references the same identity, known or not', () => {
    const { declarations } = read(
      template({
        parameters: { name: { type: 'string' } },
        resources: [
          group([], { name: "[toLower(concat(parameters('name'), '-NSG'))]" }),
          {
            type: 'Microsoft.Network/networkInterfaces',
            apiVersion: '2023-11-01',
            name: 'nic',
            properties: {
              networkSecurityGroup: {
                id: "[resourceId('Microsoft.Network/networkSecurityGroups', concat(parameters('name'), '-nsg'))]",
              },
            },
          },
        ],
      }),
    );
    const properties = declarations[1]?.body.get('properties');
    const reference = properties?.kind === 'object' ? properties.get('networkSecurityGroup') : undefined;
    const id = reference?.kind === 'object' ? reference.get('id') : undefined;
    assert.ok(identity(id));
    assert.equal(identity(id), identity(declarations[0]?.id));
  });
});
