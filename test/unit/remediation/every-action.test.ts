import assert from 'node:assert/strict';
import { applyChange } from '../../../src/remediation/apply.ts';
import { undoChange } from '../../../src/remediation/undo.ts';
import { type EstateState, LiveEstate } from './live-estate.ts';
import { layVariants, planOf, variants } from './variants.ts';

describe('every action, applied to the local Azure and taken back', () => {
  let live: LiveEstate;
  let state: EstateState;
  let inventory: readonly unknown[];

  before(async () => {
    live = await LiveEstate.start({ operationMilliseconds: 1500 });
    layVariants(live);
    state = live.state();
    inventory = await live.inventory();
  });

  after(() => live.close());

  for (const variant of variants) {
    it(`keeps the promise of "${variant.title}", and leaves nothing behind`, async () => {
      live.restore(state);
      const [before, picture] = [live.reach(), live.picture()];
      const plan = planOf(live, inventory, variant);
      const options = await live.options();
      const done = await applyChange(live.change(plan), options);
      assert.equal(done.state, 'applied');
      live.assertPromised(plan, before);
      if (variant.action === 'request-access') {
        const back = await undoChange(done, options);
        assert.match(back.remains.join(), /ends by itself/);
        live.clock.time += 2 * 3_600_000;
      } else {
        const back = await undoChange(done, options);
        assert.deepEqual([back.state, back.remains], ['undone', []]);
      }
      assert.deepEqual(live.reach(), before);
      assert.deepEqual(live.picture(), picture);
    });
  }
});
