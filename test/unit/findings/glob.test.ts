import assert from 'node:assert/strict';
import { matchesGlob } from '../../../src/findings/glob.ts';

describe('matchesGlob', () => {
  const cases: readonly [pattern: string, path: string, matches: boolean][] = [
    ['main.bicep', 'main.bicep', true],
    ['main.bicep', 'infra/main.bicep', true],
    ['infra/main.bicep', 'infra/main.bicep', true],
    ['infra/main.bicep', 'old/infra/main.bicep', false],
    ['*.json', 'infra/a.json', true],
    ['infra/*.json', 'infra/net/a.json', false],
    ['infra/**/*.json', 'infra/net/deep/a.json', true],
    ['infra/**/*.json', 'infra/a.json', true],
    ['**', 'a/b', true],
    ['legacy', 'src/legacy/a.tf', true],
    ['legacy/', 'legacy/a.tf', true],
    ['legacy/**', 'legacy/a.tf', true],
    ['./legacy/**', 'legacy/a.tf', true],
    ['a?.tf', 'ab.tf', true],
    ['a?.tf', 'a/.tf', false],
    ['A.tf', 'a.tf', false],
    ['a.tf', 'axtf', false],
    ['', 'a', false],
  ];
  for (const [pattern, path, matches] of cases) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () =>
      assert.equal(matchesGlob(pattern, path), matches));
  }

  it('takes no time for patterns made to be slow', () => {
    const began = performance.now();
    assert.equal(
      matchesGlob(`${'*a'.repeat(200)}/${'**/'.repeat(200)}b`, `${'a'.repeat(400)}/${'c/'.repeat(300)}d`),
      false,
    );
    assert.ok(performance.now() - began < 500);
  });
});
