import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { NodeFiles } from '../../../../src/cli/node-files.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { TemplateReading } from '../../../../src/templates/reading.ts';
import { filesOf, groupText, language, ruleText } from './judging.ts';

const shared = resolve(import.meta.dirname, '../../../../../shared');

/** What each group of a reading lets in, by the group's name where it is known. Order and addresses do not matter. */
function groupsOf(reading: TemplateReading): string[] {
  return readResources(reading.declarations)
    .securityGroups.map(group => {
      const name = group.name.known ? group.name.value : '?';
      const when = group.existence.kind === 'depends' ? ' if' : '';
      return `${name}${when}: ${evaluateGroup(group)
        .map(({ port, reach, atLeast }) => `${port} ${reach} ${atLeast}`)
        .join(', ')}`;
    })
    .sort();
}

/** Templates that the Bicep compiler made, each with its source beside it. */
function pairs(): (readonly [source: string, compiled: string])[] {
  const found: (readonly [string, string])[] = [];
  for (const folder of ['corpus', 'cases']) {
    for (const file of readdirSync(join(shared, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json')) continue;
      const path = join(folder, file);
      if (!/"_generator"/.test(readFileSync(join(shared, path), 'utf8'))) continue;
      const names = [basename(file, '.json'), 'main', 'azuredeploy'].map(name => join(dirname(path), `${name}.bicep`));
      const source = names.find(name => existsSync(join(shared, name)));
      if (source) found.push([source.replaceAll('\\', '/'), path.replaceAll('\\', '/')]);
    }
  }
  return found;
}

const arm = armLanguage();

describe('Bicep and the template compiled from it', () => {
  it('give the same verdicts where they stand side by side', function () {
    if (!existsSync(shared)) this.skip();
    const found = pairs();
    if (found.length === 0) this.skip();
    const files = new NodeFiles(shared);
    for (const [source, compiled] of found) {
      assert.deepEqual(groupsOf(language.read(source, files)), groupsOf(arm.read(compiled, files)), source);
    }
  });

  it('give the same verdicts for parameters, loops, conditions and modules', () => {
    const rule = (properties: Readonly<Record<string, unknown>>) => ({
      priority: 100,
      direction: 'Inbound',
      access: 'Allow',
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '22',
      ...properties,
    });
    const group = (name: string, source: string) => ({
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersion: '2024-05-01',
      name,
      properties: { securityRules: [{ name: 'rule', properties: rule({ sourceAddressPrefix: source }) }] },
    });
    const $schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
    const compiled = {
      $schema,
      contentVersion: '1.0.0.0',
      metadata: { _generator: { name: 'bicep' } },
      parameters: { open: { type: 'bool', defaultValue: false }, source: { type: 'string' } },
      variables: { list: ['*', '10.0.0.0/8'] },
      resources: [
        { ...group('first', "[parameters('source')]"), condition: "[parameters('open')]" },
        {
          ...group("[format('loop-{0}', copyIndex())]", "[variables('list')[copyIndex()]]"),
          copy: { name: 'loop', count: "[length(variables('list'))]" },
        },
        {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2022-09-01',
          name: 'm',
          properties: {
            mode: 'Incremental',
            expressionEvaluationOptions: { scope: 'inner' },
            parameters: { s: { value: "[if(parameters('open'), '*', 'VirtualNetwork')]" } },
            template: {
              $schema,
              contentVersion: '1.0.0.0',
              parameters: { s: { type: 'string' } },
              resources: [group('inner', "[parameters('s')]")],
            },
          },
        },
      ],
    };
    const texts = {
      'main.json': JSON.stringify(compiled),
      'main.bicep': `param open bool = false
param source string
var list = ['*', '10.0.0.0/8']
${groupText('first', `[${ruleText({ sourceAddressPrefix: 'source' })}]`).replace('= {', '= if (open) {')}
resource loop 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for (s, i) in list: {
  name: 'loop-\${i}'
  properties: { securityRules: [${ruleText({ sourceAddressPrefix: 's' })}] }
}]
module m 'inner.bicep' = {
  name: 'm'
  params: { s: open ? '*' : 'VirtualNetwork' }
}
`,
      'inner.bicep': `param s string\n${groupText('inner', `[${ruleText({ sourceAddressPrefix: 's' })}]`)}`,
    };
    const files = filesOf(texts);
    const verdicts = groupsOf(language.read('main.bicep', files));
    assert.equal(verdicts.length, 4);
    assert.deepEqual(verdicts, groupsOf(arm.read('main.json', files)));
  });
});
