import assert from 'node:assert/strict';
import fc from 'fast-check';
import { armTexts } from '../../templates/verdict-table/arm-text.ts';
import { bicepTexts } from '../../templates/verdict-table/bicep-text.ts';
import type { Estate, Texts } from '../../templates/verdict-table/estate.ts';
import { randomEstate } from '../../templates/verdict-table/random-estates.ts';
import { terraformTexts } from '../../templates/verdict-table/terraform-text.ts';
import { bedOf, checkFix, configurationOf } from './fix-bed.ts';

const languages: readonly (readonly [string, (estate: Estate) => Texts])[] = [
  ['ARM', armTexts],
  ['Bicep', bicepTexts],
  ['Terraform', estate => terraformTexts(estate)],
];

describe('fixes of groups whose values come from anywhere', () => {
  const runs = process.env.PORTCULLIS_FULL ? 100 : 6;
  for (const [language, write] of languages) {
    it(`close what they promise in ${language}, ${runs} times`, async () => {
      let fixes = 0;
      const trusted = configurationOf({ trustedSources: ['198.51.100.0/29'] });
      await fc.assert(
        fc.asyncProperty(randomEstate, async estate => {
          const bed = await bedOf(write(estate), trusted);
          for (const finding of bed.findings)
            for (const fix of bed.finder.fixesOf(finding)) {
              checkFix(bed, finding, fix);
              fixes++;
            }
        }),
        { numRuns: runs },
      );
      // A handful of random groups may have nothing to fix.
      assert.ok(fixes > 0 || runs < 100);
    });
  }
});
