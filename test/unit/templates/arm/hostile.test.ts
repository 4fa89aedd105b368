import assert from 'node:assert/strict';
import type { Value } from '../../../../src/network/value.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { TemplateReading } from '../../../../src/templates/reading.ts';
import { group, type Members, read, rule, TextFiles, template, verdicts } from './judging.ts';

const arm = armLanguage();

/** Looks at everything that a reading holds, within bounds. */
function visitAll(reading: TemplateReading): void {
  let left = 50_000;
  const visit = (value: Value, depth: number): void => {
    if (--left < 0 || depth > 60) return;
    if (value.kind === 'array') for (const item of value.items) visit(item, depth + 1);
    else if (value.kind === 'object') for (const property of value.properties()) visit(property.value, depth + 1);
  };
  for (const declaration of reading.declarations) visit(declaration.body, 0);
}

function messages(reading: TemplateReading): string[] {
  return reading.problems.map(problem => problem.message);
}

function link(relativePath: string, parameters: Members = {}): Members {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name: 'dep',
    properties: { templateLink: { relativePath }, parameters },
  };
}

const sound = group([rule()], { name: 'sound' });

describe('ARM templates on hostile input', () => {
  it('says of what is no template that it is none', () => {
    for (const text of ['', '   ', 'not json', '[1, 2]', '"text"', '<xml/>', '\u0000\u0001', '{']) {
      const reading = read(text);
      assert.deepEqual(reading.declarations, [], text);
      if (text !== '{') assert.ok(reading.problems.length > 0, JSON.stringify(text));
    }
    assert.equal(arm.formatOf('package.json', '{"name": "x", "version": "1.0.0"}'), undefined);
    assert.equal(arm.formatOf('a.json', '{"$schema": "https://json-schema.org/draft-07/schema#"}'), undefined);
    assert.equal(arm.formatOf('a.json', '{"contentVersion": "1.0.0.0", "resources": []}'), 'arm-template');
    assert.equal(arm.formatOf('a.json', '{"contentVersion": "1.0.0.0", "parameters": {}}'), 'arm-parameters');
    const missing = arm.read('gone.json', new TextFiles({}));
    assert.equal(missing.problems[0]?.level, 'error');
  });

  it('reads what stands around a half-typed rule', () => {
    const text = JSON.stringify(
      template({ resources: [group([rule({ sourceAddressPrefix: '10.0.0.1' })]), sound] }),
      null,
      2,
    );
    const at = text.indexOf('"10.0.0.1"');
    for (const broken of [text.slice(0, at), `${text.slice(0, at)}"10.`, `${text.slice(0, at - 2)}`]) {
      const reading = read(broken + text.slice(at + '"10.0.0.1"'.length));
      assert.deepEqual(
        reading.declarations.map(declaration => declaration.address),
        ['resources[0]', 'resources[1]'],
      );
      assert.ok(verdicts(reading).includes('resources[1]: 22 internet'));
    }
  });

  it('survives any stretch taken out of a template', () => {
    const text = JSON.stringify(
      template({
        parameters: { a: { type: 'array', defaultValue: ['*'] } },
        variables: {
          copy: [{ name: 'v', count: 2, input: "[concat('x', copyIndex('v'))]" }],
          w: "[variables('v')[1]]",
        },
        resources: [group([rule({ sourceAddressPrefix: "[first(parameters('a'))]" })], { name: "[variables('w')]" })],
      }),
      null,
      1,
    );
    for (let start = 0; start < text.length; start += 3) {
      for (const length of [1, 7, 60]) visitAll(read(text.slice(0, start) + text.slice(start + length)));
    }
  });

  it('bounds the counts of loops, and says so', () => {
    const loops: readonly Members[] = [
      template({ resources: [group([rule()], { copy: { name: 'c', count: 1e9 } }), sound] }),
      template({
        resources: [group([], { properties: { copy: [{ name: 'securityRules', count: 1e9, input: rule() }] } }), sound],
      }),
      template({
        variables: { copy: [{ name: 'v', count: 1e9, input: 'x' }] },
        resources: [group("[variables('v')]"), sound],
      }),
    ];
    for (const main of loops) {
      const reading = read(main);
      const found = verdicts(reading);
      assert.ok(found.some(verdict => verdict === 'resources[1]: 22 internet'));
      assert.ok(messages(reading).some(message => message.includes('1000000000')));
    }
  });

  it('stops at values that refer to themselves', () => {
    const main = template({
      parameters: { p: { type: 'string', defaultValue: "[parameters('p')]" } },
      variables: { a: "[variables('b')]", b: "[variables('a')]" },
      functions: [{ namespace: 'f', members: { g: { parameters: [], output: { type: 'string', value: '[f.g()]' } } } }],
      resources: [
        group([
          rule({ sourceAddressPrefix: "[variables('a')]" }),
          rule({ sourceAddressPrefix: "[parameters('p')]", priority: 101 }, 'b'),
          rule({ sourceAddressPrefix: '[f.g()]', priority: 102 }, 'c'),
        ]),
        sound,
      ],
    });
    const reading = read(main);
    assert.ok(verdicts(reading).includes('resources[1]: 22 internet'));
    assert.ok(
      messages(reading).some(
        message => message.includes("'a' refers to itself") || message.includes("'b' refers to itself"),
      ),
    );
    assert.ok(messages(reading).some(message => message.includes("'p' refers to itself")));
  });

  it('stops at templates that lead back to themselves', () => {
    const reading = read(template({ resources: [link('b.json'), link('main.json'), sound] }), {
      'b.json': template({ resources: [link('main.json'), link('b.json'), group([rule()])] }),
    });
    assert.equal(messages(reading).filter(message => message.includes('leads back to itself')).length, 3);
    assert.deepEqual(verdicts(reading).length, 2);
  });

  it('bounds templates that link to one another twice each', () => {
    const others: Record<string, Members> = {};
    for (let level = 0; level < 30; level++) {
      const next = `l${level + 1}.json`;
      others[`l${level}.json`] = template({
        resources: [link(next), { ...link(next), name: 'second' }, group([rule()], { name: `n${level}` })],
      });
    }
    const reading = read(template({ resources: [link('l0.json'), sound] }), others);
    assert.ok(reading.declarations.length <= 20_000);
    assert.ok(reading.problems.length > 0);
  });

  it('does not read links that lead outside', () => {
    const reading = read(template({ resources: [link('../../secret.json'), link('/etc/passwd'), sound] }));
    assert.deepEqual(verdicts(reading), ['resources[2]: 22 internet']);
    assert.equal(reading.problems.length, 2);
    assert.ok(reading.called.length === 0);
  });

  it('says that a parameter file is missing', () => {
    const reading = read(template({ resources: [sound] }), {}, { parameterFile: 'gone.json' });
    assert.ok(reading.problems.some(problem => problem.level === 'error' && problem.message.includes('gone.json')));
  });

  it('takes names such as __proto__ as any other', () => {
    const text = `{"$schema": "deploymentTemplate.json", "contentVersion": "1.0.0.0",
      "parameters": {"__proto__": {"type": "string", "defaultValue": "*"}, "constructor": {"type": "string"}},
      "variables": {"__proto__": "[parameters('__proto__')]", "hasOwnProperty": "[parameters('toString')]"},
      "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "__proto__", "properties": {"securityRules": [
        {"name": "constructor", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "sourceAddressPrefix": "[variables('__proto__')]", "sourcePortRange": "*", "destinationAddressPrefix": "*",
        "destinationPortRange": "22"}}]}}]}`;
    assert.deepEqual(verdicts(read(text)), ['resources[0]: 22 internet']);
  });

  it('reads ids, types and names in any letter case', () => {
    const text = JSON.stringify(template({ resources: [group([rule()])] }))
      .replaceAll('networkSecurityGroups', 'NETWORKSECURITYGROUPS')
      .replaceAll('securityRules', 'SecurityRules')
      .replaceAll('"resources"', '"Resources"')
      .replaceAll('Inbound', 'inbound');
    assert.deepEqual(verdicts(read(text)), ['resources[0]: 22 internet']);
  });

  it('bounds nested brackets, nested calls and texts that double', () => {
    const doubling: Record<string, string> = { v0: '*' };
    for (let level = 1; level < 64; level++)
      doubling[`v${level}`] = `[concat(variables('v${level - 1}'), variables('v${level - 1}'))]`;
    const lists: Record<string, string> = { l0: "[createArray('*')]" };
    for (let level = 1; level < 64; level++)
      lists[`l${level}`] = `[createArray(variables('l${level - 1}'), variables('l${level - 1}'))]`;
    const chain: Record<string, string> = { c0: '*' };
    for (let level = 1; level < 3000; level++) chain[`c${level}`] = `[variables('c${level - 1}')]`;
    const deepCall = `[${'toLower('.repeat(5000)}'x'${')'.repeat(5000)}]`;
    const deepMember = `[variables('v0')${'.a'.repeat(5000)}]`;
    for (const source of [
      "[variables('v63')]",
      "[string(variables('l63'))]",
      "[variables('c2999')]",
      deepCall,
      deepMember,
    ]) {
      const reading = read(
        template({
          variables: { ...doubling, ...lists, ...chain },
          resources: [group([rule({ sourceAddressPrefix: source })]), sound],
        }),
      );
      visitAll(reading);
      assert.ok(verdicts(reading).includes('resources[1]: 22 internet'), source.slice(0, 40));
    }
    const nested = `{"$schema": "deploymentTemplate.json", "resources": [${JSON.stringify(sound)}, {"type": "Microsoft.Network/networkSecurityGroups", "name": "deep", "properties": {"securityRules": ${'['.repeat(20_000)}${']'.repeat(20_000)}}}]}`;
    const reading = read(nested);
    assert.ok(verdicts(reading).includes('resources[0]: 22 internet'));
  });

  it('names no secret in its messages', () => {
    const reading = read(
      template({
        parameters: { key: { type: 'securestring', defaultValue: 'hunter2' } },
        resources: [
          {
            type: 'Microsoft.Resources/deployments',
            apiVersion: '2022-09-01',
            name: "[parameters('key')]",
            properties: { templateLink: { uri: "[concat('https://example.com/x.json?', parameters('key'))]" } },
          },
          group([rule({ sourceAddressPrefix: "[int(parameters('key'))]", priority: "[parameters('key').x]" })]),
        ],
      }),
    );
    visitAll(reading);
    assert.ok(
      !JSON.stringify([reading.problems, verdicts(reading), reading.declarations.map(each => each.via)]).includes(
        'hunter2',
      ),
    );
  });
});
