import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyChange } from '../../../src/remediation/apply.ts';
import type { Plan, PlanAction, PlanRequest } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { undoChange } from '../../../src/remediation/undo.ts';
import { LiveEstate, tenantId } from './live-estate.ts';
import { firstMachine, randomEstates } from './random-estates.ts';

const runs = process.env.PORTCULLIS_FULL === '1' ? 1000 : 10;

describe('changes of random estates in the local Azure', function () {
  this.timeout(600_000);
  let live: LiveEstate;

  before(async () => {
    live = await LiveEstate.start();
    live.azure.addSubscription({ subscriptionId: 's1', displayName: 'Random', tenantId });
  });

  after(() => live.close());

  /** Each of them with a random flag; what they change is taken back before the next. */
  const changes: Readonly<Record<string, (flag: boolean) => [PlanAction, Partial<PlanRequest>]>> = {
    'deny, rules with other ports split': () => ['deny', {}],
    'deny, neighbours renumbered': () => ['deny', { whenFull: 'renumber' }],
    tighten: flag => [
      'tighten',
      { sources: flag ? ['203.0.113.7'] : ['203.0.113.0/28', '2001:db8:0:1::/64', 'VirtualNetwork'] },
    ],
    'jump path': flag => ['jump-path', { sources: ['203.0.113.7'], closeDirect: flag }],
  };

  it('keeps what plans promise, and leaves nothing behind', async () => {
    const options = await live.options();
    const planned = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(randomEstates, fc.boolean(), async (resources, flag) => {
        live.clear();
        for (const one of resources) live.azure.seed(structuredClone(one));
        const before = live.reach();
        const picture = live.picture();
        for (const [title, request] of Object.entries(changes)) {
          const plan = planOf(...request(flag));
          if (!plan) continue;
          planned.set(title, (planned.get(title) ?? 0) + 1);
          const done = await applyChange(live.change(plan), options);
          live.assertPromised(plan, before, title);
          const back = await undoChange(done, options);
          assert.deepEqual([back.state, back.remains], ['undone', []], title);
          assert.deepEqual(live.picture(), picture, title);
        }
      }),
      { numRuns: runs, seed: 11 },
    );
    for (const title of Object.keys(changes))
      assert.ok((planned.get(title) ?? 0) > runs / 5, `${title}: ${planned.get(title)} of ${runs} estates`);
  });

  const planOf = (action: PlanAction, request: Partial<PlanRequest>): Plan | undefined => {
    try {
      return live.plan(live.resources(), action, { machines: [firstMachine], ...request });
    } catch (error) {
      if (error instanceof PlanError) return undefined;
      throw error;
    }
  };
});
