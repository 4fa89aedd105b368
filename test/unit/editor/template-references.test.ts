import assert from 'node:assert/strict';
import { TemplateReferences } from '../../../src/editor/template-references.ts';

describe('references between templates', () => {
  const cases: readonly (readonly [what: string, files: Record<string, string>, of: string, callers: string[]])[] = [
    [
      'a Bicep module',
      { 'main.bicep': "module nsg './net/nsg.bicep' = {\n  name: 'a'\n}", 'other.bicep': "param nsg string = 'nsg'" },
      'net/nsg.bicep',
      ['main.bicep'],
    ],
    [
      'callers of callers, through a parameter file',
      {
        'deploy/prod.bicepparam': "using '../main.bicep'",
        'main.bicep': "module net 'net/net.bicep' = {}",
        'net/net.bicep': "module nsg 'nsg.bicep' = {}",
      },
      'net/nsg.bicep',
      ['deploy/prod.bicepparam', 'main.bicep', 'net/net.bicep'],
    ],
    ['a path in other letter case', { 'main.bicep': "module n 'Net/NSG.bicep' = {}" }, 'net/nsg.bicep', ['main.bicep']],
    [
      'a linked ARM template',
      { 'azuredeploy.json': '{ "templateLink": { "relativePath": "nested/nsg.json" } }' },
      'nested/nsg.json',
      ['azuredeploy.json'],
    ],
    [
      'a local Terraform module',
      {
        'env/prod/main.tf': 'module "nsg" {\n  source = "../../modules/nsg"\n}',
        'main.tf': 'module "x" { source = "a/b/azurerm" }',
      },
      'modules/nsg/rules.tf',
      ['env/prod/main.tf'],
    ],
    [
      'a circle',
      { 'a.bicep': "module b 'b.bicep' = {}", 'b.bicep': "module a 'a.bicep' = {}" },
      'a.bicep',
      ['b.bicep'],
    ],
    ['nobody', { 'a.bicep': "module b 'b.bicep' = {}" }, 'c.bicep', []],
    ['a file named __proto__', { 'a.bicep': "module b '__proto__.bicep' = {}" }, '__proto__.bicep', ['a.bicep']],
  ];
  for (const [what, files, of, callers] of cases) {
    it(`finds who calls ${what}`, () => {
      const references = new TemplateReferences();
      for (const [path, text] of Object.entries(files)) references.update(path, text);
      assert.deepEqual([...references.callersOf(of)].sort(), callers);
    });
  }

  it('forgets what a file called before it changed or went', () => {
    const references = new TemplateReferences();
    references.update('main.bicep', "module nsg 'nsg.bicep' = {}");
    references.update('main.bicep', "module nsg 'other.bicep' = {}");
    assert.deepEqual(references.callersOf('nsg.bicep'), []);
    references.remove('main.bicep');
    assert.deepEqual(references.callersOf('other.bicep'), []);
  });

  it('searches a long line without a reference in bounded time', () => {
    const references = new TemplateReferences();
    const began = Date.now();
    references.update('a.bicep', `'${'a'.repeat(900_000)}`);
    references.update('a.json', `"${'./'.repeat(450_000)}`);
    references.update('a.tf', 'source '.repeat(100_000));
    assert.ok(Date.now() - began < 5000);
  });
});
