import assert from 'node:assert/strict';
import { unusedSuppression, unusedSuppressionFinding } from '../../../../src/findings/rules/unused-suppression.ts';
import type { Place } from '../../../../src/network/origin.ts';

const place: Place = { kind: 'text', file: 'a.bicep', range: { start: 3, end: 9 } };

describe(unusedSuppression.id, () => {
  // When each of them is found is told by the tests of settled findings.
  const cases: readonly [fault: 'no-reason' | 'unknown-id' | 'unused', message: string][] = [
    ['no-reason', "The suppression of 'x' gives no reason and does not count: add one after ' -- '."],
    ['unknown-id', "The suppression names 'x', which is no finding of Portcullis."],
    ['unused', "The suppression of 'x' has nothing to suppress: remove it."],
  ];
  for (const [fault, message] of cases) {
    it(`finds: ${fault}`, () => {
      const finding = unusedSuppressionFinding(fault, 'x', place);
      assert.equal(finding.message, message);
      assert.equal(finding.place, place);
      assert.equal(finding.level, 'warning');
    });
  }

  it('finds nothing in a model', () => assert.equal(unusedSuppression.check, undefined));
});
