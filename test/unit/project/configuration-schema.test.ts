import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { configurationFile, readConfiguration } from '../../../src/findings/configuration.ts';
import { rules } from '../../../src/findings/rules.ts';

const root = resolve(import.meta.dirname, '../../..');
const schema = JSON.parse(readFileSync(resolve(root, 'schemas/portcullis.schema.json'), 'utf8'));

describe('the schema of the configuration file', () => {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

  const cases: readonly (readonly [what: string, valid: boolean, configuration: unknown])[] = [
    ['nothing', true, {}],
    [
      'everything',
      true,
      {
        $schema: 'https://example.com/schema.json',
        ports: [23, 2222],
        severity: { 'open-management-port': 'warning', 'unused-suppression': 'off' },
        suppressions: [
          { id: 'open-management-port', file: 'lab/**', securityGroup: 'a', securityRule: 'b', reason: 'a lab' },
        ],
        trustedSources: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7'],
        parameterFiles: { 'main.bicep': 'prod.bicepparam', 'azuredeploy.json': ['a.json', 'b.json'] },
        exclude: ['vendor/**'],
      },
    ],
    ['a port that is none', false, { ports: [70000] }],
    ['a severity that is none', false, { severity: { 'open-management-port': 'fatal' } }],
    ['a suppression without id', false, { suppressions: [{ reason: 'a lab' }] }],
    ['a source that is none', false, { trustedSources: ['the office'] }],
    ['an unknown setting', false, { colour: 'red' }],
  ];
  for (const [what, valid, configuration] of cases) {
    it(`${valid ? 'takes' : 'refuses'} ${what}, as the reader does`, () => {
      assert.equal(validate(configuration), valid, JSON.stringify(validate.errors));
      const read = readConfiguration(configurationFile, { text: JSON.stringify(configuration) });
      assert.equal(read.problems.length === 0, valid, JSON.stringify(read.problems));
    });
  }

  it('knows every rule', () => {
    const named: readonly string[] = schema.definitions.id.enum;
    assert.deepEqual(
      rules.map(rule => rule.id).filter(id => !named.includes(id)),
      [],
    );
  });
});
