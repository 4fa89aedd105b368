import assert from 'node:assert/strict';
import { parameterFilesOf, templateOf } from '../../../../src/templates/arm/parameter-files.ts';
import { MemoryFiles } from '../../findings/fixes/fix-bed.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01';
const values = JSON.stringify({ $schema: `${schema}/deploymentParameters.json#`, contentVersion: '1.0.0.0' });
const template = JSON.stringify({ $schema: `${schema}/deploymentTemplate.json#`, contentVersion: '1', resources: [] });

/** Files of one folder; those with `param` in their names hold values. */
function folder(...names: readonly string[]): MemoryFiles {
  return new MemoryFiles(Object.fromEntries(names.map(name => [name, name.includes('param') ? values : template])));
}

describe('parameter files in JSON', () => {
  const cases: readonly (readonly [names: readonly string[], file: string, template: string | undefined])[] = [
    [['azuredeploy.json'], 'azuredeploy.parameters.json', 'azuredeploy.json'],
    [['vm.json'], 'vm.parameters.prod.json', 'vm.json'],
    [['vm.json', 'vm.parameters.json', 'net.json'], 'vm.parameters.prod.json', 'vm.json'],
    [['main.bicep', 'main.parameters.json', 'azuredeploy.json'], 'main.parameters.prod.json', 'main.bicep'],
    [['main.bicep', 'azuredeploy.json'], 'azuredeploy.parameters.dev.json', 'azuredeploy.json'],
    [['vm.json', 'vm-nsg.json'], 'vm-nsg.parameters.json', 'vm-nsg.json'],
    [['azuredeploy.json', 'other.json'], 'parameters.json', 'azuredeploy.json'],
    [['main.bicep'], 'dev.parameters.json', 'main.bicep'],
    [['a.json', 'b.json'], 'parameters.json', undefined],
  ];
  for (const [names, file, expected] of cases)
    it(`${file} beside ${names.join(', ')} is of ${expected ?? 'none'}`, () => {
      const files = folder(...names, file);
      assert.equal(templateOf(file, files), expected);
      const templates = names.filter(name => !name.includes('param'));
      const taking = templates.filter(name => parameterFilesOf(name, files).includes(file));
      assert.deepEqual(taking, expected === undefined ? [] : [expected]);
    });
});
