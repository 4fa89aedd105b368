import assert from 'node:assert/strict';
import { textWithEnvironment } from '../../../../src/templates/functions/environment-text.ts';

const cases: readonly (readonly [text: string, expected: string | readonly string[] | undefined])[] = [
  ['10.0.0.0/8', undefined],
  ['{a}', undefined],
  ['$name', undefined],
  ['${ALLOWED_IP}', ['ALLOWED_IP']],
  ['${ALLOWED_IP}/32', ['ALLOWED_IP']],
  ['${A}-${B}', ['A', 'B']],
  ['${ALLOWED_IP=*}', '*'],
  ['${ALLOWED_IP:-10.0.0.0/8}', '10.0.0.0/8'],
  ['${ALLOWED_IP=}', ''],
  ['${A=x}${B}', ['B']],
  ['#{allowed.ip}#', ['allowed.ip']],
  ['$(allowedIp)', ['allowedIp']],
];

describe('texts of parameter files that a deployment tool fills in', () => {
  for (const [text, expected] of cases) {
    it(`reads ${text}`, () => {
      const value = textWithEnvironment(text, []);
      if (expected === undefined) assert.equal(value, undefined);
      else if (typeof expected === 'string') assert.equal(value?.kind === 'string' && value.value, expected);
      else
        assert.deepEqual(
          value?.kind === 'unknown' && value.dependsOn,
          expected.map(name => `environment variable ${name}`),
        );
    });
  }
});
