import assert from 'node:assert/strict';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { applyChange, ChangeFailed } from '../../../src/remediation/apply.ts';
import type { Change } from '../../../src/remediation/change.ts';
import type { Plan } from '../../../src/remediation/plan.ts';
import { rollBack } from '../../../src/remediation/undo.ts';
import type { ApplyOptions } from '../../../src/remediation/write-step.ts';
import { type FaultEffect, serverError, throttled } from '../../azure-server/faults.ts';
import { inProcessClient } from '../../azure-server/in-process.ts';
import { type EstateState, LiveEstate } from './live-estate.ts';
import { layVariants, planOf, type Variant, variants } from './variants.ts';

const full = process.env.PORTCULLIS_FULL === '1';

const refused = (status: number, code: string, message: string, details: readonly object[] = []): FaultEffect => ({
  kind: 'answer',
  status,
  body: { error: { code, message, details } },
});

/** What can go wrong with one call; `lasting`: with every call from that one on. */
const errors: readonly { readonly title: string; readonly effect: FaultEffect; readonly lasting?: boolean }[] = [
  { title: '500', effect: serverError() },
  { title: '503', effect: serverError(503) },
  { title: '500 after it was carried out', effect: { ...serverError(), kind: 'answer-after' } as FaultEffect },
  { title: 'dropped', effect: { kind: 'drop' } },
  { title: 'dropped after it was carried out', effect: { kind: 'drop-after' } },
  { title: '403', effect: refused(403, 'AuthorizationFailed', "may not perform action 'x' over scope 'y'") },
  { title: '409 locked', effect: refused(409, 'ScopeLocked', 'The scope cannot perform write operation.') },
  { title: '409 busy', effect: refused(409, 'AnotherOperationInProgress', 'Another operation is in progress.') },
  {
    title: '412',
    effect: refused(412, 'PreconditionFailed', 'Precondition failed.', [{ code: 'PreconditionFailedEtagMismatch' }]),
  },
  { title: '429', effect: throttled(7) },
  { title: '429 without a time', effect: throttled() },
  {
    title: 'a failed operation',
    effect: { kind: 'operation-fails', code: 'InternalServerError', message: 'An error occurred.' },
  },
  {
    title: 'an operation that fails after it was carried out',
    effect: { kind: 'operation-fails-after', code: 'InternalServerError', message: 'An error occurred.' },
  },
  { title: 'the network is gone', effect: { kind: 'drop' }, lasting: true },
  { title: 'throttled for good', effect: throttled(1), lasting: true },
  { title: 'the permission is gone', effect: refused(403, 'AuthorizationFailed', 'may not'), lasting: true },
];

describe('a failure at every call of every action', function () {
  this.timeout(600_000);
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

  interface Run {
    readonly plan: Plan;
    readonly picture: unknown;
    readonly reach: ReadonlyMap<string, string>;
    /** Calls that it takes when nothing goes wrong. */
    readonly calls: number;
  }

  async function rehearse(variant: Variant): Promise<Run> {
    live.restore(state);
    const plan = planOf(live, inventory, variant);
    const [picture, reach] = [live.picture(), live.reach()];
    await applyChange(live.change(plan), await live.options());
    return { plan, picture, reach, calls: live.azure.requests.length };
  }

  /**
   * In a full run every call, of long changes with every third kind of error or every other end of the process; else one
   * call, another for each kind.
   */
  function* chosen(calls: number, salt: number, stride: number): Iterable<number> {
    const step = full ? (calls > 24 ? stride : 1) : calls;
    for (let call = 1 + (salt % step); call <= calls; call += step) yield call;
  }

  /** All done, all taken back, or the journal names what remains; and no port more open. */
  async function assertGoodEnd(outcome: Change, { plan, picture, reach }: Run, message: string): Promise<void> {
    const text = `${message}: ${outcome.state} ${outcome.remains.join('; ')}`;
    if (outcome.state === 'applied') live.assertPromised(plan, reach, text);
    else if (outcome.state === 'rolled-back') assert.deepEqual(live.picture(), picture, text);
    else {
      assert.equal(outcome.state, 'partly', text);
      assert.ok(outcome.remains.length > 0, text);
      live.assertNotWider(reach, text, plan);
    }
  }

  async function outcomeOf(change: Change, options: ApplyOptions): Promise<Change> {
    try {
      return await applyChange(change, options);
    } catch (error) {
      assert.ok(error instanceof ChangeFailed, String((error as Error).stack));
      return error.change;
    }
  }

  for (const [index, variant] of variants.entries()) {
    it(`ends well: ${variant.title}`, async () => {
      const run = await rehearse(variant);
      const endsByItself = variant.action === 'request-access';
      for (const [salt, { title, effect, lasting }] of errors.entries()) {
        if (!full && salt % 5 !== index % 5) continue;
        for (const call of chosen(run.calls, salt, 3)) {
          const message = `${title} at call ${call} of ${run.calls}`;
          live.restore(state);
          live.azure.faults.add({ call, effect, ...(lasting ? { times: Number.POSITIVE_INFINITY } : {}) });
          const options = await live.options();
          const outcome = await outcomeOf(live.change(run.plan), options);
          live.azure.faults.clear();
          if (endsByItself && outcome.state !== 'applied') {
            live.clock.time += 2 * 3_600_000;
            live.assertNotWider(run.reach, message);
            continue;
          }
          await assertGoodEnd(outcome, run, message);
          // What remained can be taken back when the trouble is over.
          if (outcome.state !== 'partly') continue;
          const back = await rollBack(outcome, options);
          assert.deepEqual([back.state, back.remains], ['rolled-back', []], message);
          assert.deepEqual(live.picture(), run.picture, message);
        }
      }
    });
  }

  for (const variant of variants) {
    it(`can be finished and taken back after the process has ended: ${variant.title}`, async () => {
      const run = await rehearse(variant);
      for (const moment of ['before', 'after'] as const) {
        for (const [salt, next] of (['finish', 'roll back'] as const).entries()) {
          for (const call of chosen(run.calls, moment === 'after' ? salt + 1 : salt, 2)) {
            const message = `ended ${moment} call ${call} of ${run.calls}, then ${next}`;
            live.restore(state);
            const kept = await endedAt(run.plan, call, moment);
            const options = await live.options();
            const journal = kept ?? live.change(run.plan);
            const outcome = next === 'finish' ? await outcomeOf(journal, options) : await rollBack(journal, options);
            if (next === 'finish') {
              assert.equal(outcome.state, 'applied', message);
              await assertGoodEnd(outcome, run, message);
              if (variant.action === 'request-access')
                assert.equal(
                  JSON.stringify(
                    live.azure.defender.policies.get([...live.azure.defender.policies.keys()][0]!)!.properties.requests,
                  ).split('justification').length - 1,
                  1,
                  message,
                );
            } else if (variant.action !== 'request-access') {
              assert.deepEqual([outcome.state, outcome.remains], ['rolled-back', []], message);
              assert.deepEqual(live.picture(), run.picture, message);
            }
          }
        }
      }
    });
  }

  /** The journal as a process leaves it that ends at a call: nothing is called or saved any more. */
  async function endedAt(plan: Plan, at: number, moment: 'before' | 'after'): Promise<Change | undefined> {
    let calls = 0;
    let ended = false;
    let kept: Change | undefined;
    const client = inProcessClient(live.azure);
    const dying: HttpClient = {
      async sendRequest(request) {
        calls++;
        if (calls === at && moment === 'after') await client.sendRequest(request);
        if (calls >= at) ended = true;
        if (ended) throw new Error('the process has ended');
        return client.sendRequest(request);
      },
    };
    const options = await live.options(dying, {
      journal: {
        save: async change => {
          if (ended) throw new Error('the process has ended');
          kept = structuredClone(change);
        },
      },
    });
    await applyChange(live.change(plan), options).catch(() => undefined);
    return kept;
  }

  it('takes back what was done when it is cancelled between two steps', async () => {
    for (const variant of variants.filter((one, i) => one.action !== 'request-access' && (full || i % 8 === 0))) {
      const run = await rehearse(variant);
      for (let at = 0; at < run.plan.steps.length; at++) {
        live.restore(state);
        const abort = new AbortController();
        const options = await live.options(undefined, {
          signal: abort.signal,
          progress: (title, step) => {
            if (step === at && title === run.plan.steps[at]!.title) abort.abort();
          },
        });
        const outcome = await outcomeOf(live.change(run.plan), options);
        assert.equal(outcome.state, 'rolled-back', `${variant.title} cancelled at ${at + 1}`);
        assert.deepEqual(live.picture(), run.picture);
      }
    }
  });
});
