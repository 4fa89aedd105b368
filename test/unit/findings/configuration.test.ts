import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { readConfiguration } from '../../../src/findings/configuration.ts';
import { rules } from '../../../src/findings/rules.ts';

const read = (text: string) => readConfiguration('.portcullis.json', { text });

const whole = {
  $schema: 'x',
  ports: [445, 5900],
  severity: { 'retired-sku': 'off', 'wide-management-source': 'error' },
  suppressions: [
    { id: 'open-management-port', file: 'infra/**', securityGroup: 'web-nsg', securityRule: 'ssh', reason: 'a lab' },
  ],
  trustedSources: ['203.0.113.0/28'],
  parameterFiles: { 'main.bicep': ['prod.bicepparam'], 'a.json': 'b.json' },
  exclude: ['legacy/**'],
};

describe('the configuration file', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../schemas/portcullis.schema.json', import.meta.url), 'utf8'));
  const isValid = new Ajv().compile(schema);

  it('is read in full, and its schema accepts it', () => {
    const configuration = read(JSON.stringify(whole));
    assert.deepEqual(configuration.problems, []);
    assert.deepEqual(configuration.ports, [445, 5900]);
    assert.deepEqual([...configuration.severity], Object.entries(whole.severity));
    const [{ place, ...entry }] = configuration.suppressions as [(typeof configuration.suppressions)[0]];
    assert.deepEqual(entry, whole.suppressions[0]);
    assert.equal(place.file, '.portcullis.json');
    assert.deepEqual(configuration.trustedSources, ['203.0.113.0/28']);
    assert.deepEqual(
      [...configuration.parameterFiles],
      [
        ['main.bicep', ['prod.bicepparam']],
        ['a.json', ['b.json']],
      ],
    );
    assert.equal(configuration.excludes('legacy/a/b.tf'), true);
    assert.equal(configuration.excludes('a/b.tf'), false);
    assert.ok(isValid(whole), JSON.stringify(isValid.errors));
  });

  it('may be missing, and may have comments, a trailing comma and a byte order mark', () => {
    const none = readConfiguration('.portcullis.json', { reason: 'missing', message: 'no' });
    assert.deepEqual([none.problems, none.ports], [[], []]);
    const odd = read('\ufeff{ // ours\n "ports": [23,], }');
    assert.deepEqual([odd.problems, odd.ports], [[], [23]]);
  });

  const faults: readonly [text: string, message: RegExp][] = [
    ['[', /not valid JSON/],
    ['[]', /one object/],
    ['{"ports": [0, "22", 70000]}', /a port is a number/],
    ['{"ports": 22}', /ports must be a list/],
    ['{"severity": {"retired-sku": "fatal"}}', /must be one of error, warning, note, off/],
    ['{"suppressions": [{"reason": "x"}]}', /needs the id/],
    ['{"trustedSources": ["office"]}', /'office' is neither an address/],
    ['{"parameterFiles": {"a": [1]}}', /named by its path/],
    ['{"exclude": [1]}', /must hold texts/],
    ['{"prots": []}', /'prots' is no setting/],
  ];
  for (const [text, message] of faults) {
    it(`tells what is wrong with ${text}`, () => {
      const { problems } = read(text);
      assert.ok(problems.length > 0);
      assert.match(problems[0]!.message, message);
      assert.match(problems[0]!.message, /^\.portcullis\.json: /);
    });
  }

  it('keeps a suppression without reason, which then does not count', () => {
    const [entry] = read('{"suppressions": [{"id": "retired-sku", "reason": " "}]}').suppressions;
    assert.equal(entry?.reason, undefined);
    assert.equal(isValid({ suppressions: [{ id: 'retired-sku' }] }), false);
  });

  it('knows in its schema every rule and no other', () => {
    assert.deepEqual([...schema.definitions.id.enum].sort(), rules.map(rule => rule.id).sort());
  });
});
