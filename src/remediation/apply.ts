import { type Change, type ChangeStep, plannedBefore, withStep } from './change.ts';
import { merge, shows } from './merge.ts';
import type { JsonObject } from './plan-json.ts';
import type { PlanStep } from './plan-steps.ts';
import { rollBack } from './undo.ts';
import {
  type ApplyOptions,
  actedOn,
  isRequested,
  mostTries,
  NotAsExpected,
  rebased,
  send,
  standingOf,
} from './write-step.ts';

/** The change did not go through; the message says why, and what of it was taken back. */
export class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed';

  constructor(
    message: string,
    readonly change: Change,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Carries out the steps that are not done, one after another, and gives the change as it is then. Each resource is read
 * before it is written, and written with what others have changed of it since; when what the step changes is not as the
 * plan found it, or a step fails, what was done is taken back in reverse.
 * @throws ChangeFailed
 */
export async function applyChange(start: Change, options: ApplyOptions): Promise<Change> {
  let change: Change = { ...start, state: 'applying' };
  const save = async (next: Change): Promise<void> => {
    change = next;
    await options.journal.save(change);
  };
  try {
    for (const [at, { step, state }] of change.steps.entries()) {
      if (state === 'done') continue;
      options.signal?.throwIfAborted();
      options.progress?.(step.title, at, change.steps.length);
      if (step.method === 'POST') await act(change, at, save, options);
      else await carryOut(change, at, save, options);
    }
  } catch (error) {
    const back = await rollBack(change, options);
    const reason = options.signal?.aborted ? 'It was cancelled.' : options.explain(error);
    throw new ChangeFailed(`${reason} ${outcomeOf(back)}`, back, { cause: error });
  }
  await save({ ...change, state: 'applied' });
  return change;
}

type Save = (change: Change) => Promise<void>;

async function act(change: Change, at: number, save: Save, options: ApplyOptions): Promise<void> {
  const { writer } = options;
  const { step, state } = change.steps[at]!;
  let next = withStep(change, at, { state: 'started' });
  await save(next);
  for (let attempt = state === 'started' ? 2 : 1; ; attempt++) {
    try {
      if (attempt > 1 && isRequested(await writer.read(actedOn(step), step.apiVersion), step)) break;
      await writer.write(step);
      break;
    } catch (error) {
      if (writer.meaningOf(error) === 'refused' || attempt >= mostTries) throw error;
      await writer.pause(attempt, options.signal);
    }
  }
  next = withStep(next, at, { state: 'done' });
  await save(next);
}

async function carryOut(change: Change, at: number, save: Save, options: ApplyOptions): Promise<void> {
  const { writer, signal } = options;
  const held = change.steps[at]!;
  const { step } = held;
  const planned = plannedBefore(held);
  // A step that the journal calls started may have been carried out, or not, when the process ended.
  let before = held.state === 'started' ? held.before : undefined;
  for (let attempt = 1; ; attempt++) {
    const now = await standingOf(writer, step, signal);
    if (before !== undefined) {
      const sent = merge(planned, step.body, before).body;
      if (shows(before, sent, now.body)) {
        await save(withStep(change, at, doneWith(before, sent, now.body)));
        return;
      }
    }
    const body = expected(step, () => rebased(step, planned, step.body, now.body));
    before = now.body;
    await save(withStep(change, at, { state: 'started', before }));
    try {
      const after = await send(writer, step, body, now);
      if (!shows(before, body, after.body))
        throw new Error(`${step.title}: Azure accepted it, and shows something else: look at it again.`);
      await save(withStep(change, at, doneWith(before, body, after.body)));
      return;
    } catch (error) {
      if (writer.meaningOf(error) === 'refused' || attempt >= mostTries) throw error;
      await writer.pause(attempt, signal);
    }
  }
}

/** What others have changed between the write and the look at it is no part of what an undo takes back. */
function doneWith(before: JsonObject | null, sent: JsonObject | null, after: JsonObject | null): Partial<ChangeStep> {
  const found = before === null || sent === null ? before : merge(sent, before, after).body;
  return { state: 'done', before: found, after };
}

function expected<T>(step: PlanStep, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof NotAsExpected)) throw error;
    throw new NotAsExpected(
      `${step.title}: it is not as it was when this was planned (${error.message}). Read it again and plan anew.`,
      error.differences,
    );
  }
}

function outcomeOf(change: Change): string {
  if (change.remains.length > 0) return `Not all of it could be taken back: ${change.remains.join('; ')}.`;
  return change.steps.some(one => one.state === 'rolled-back')
    ? 'What was done before was taken back.'
    : 'Nothing was changed.';
}
