import { type Change, type ChangeStep, plannedBefore, withStep } from './change.ts';
import { type Difference, differences, differenceText, merge, sameBody, shows } from './merge.ts';
import type { JsonObject } from './plan-json.ts';
import { comparable } from './plan-resource-id.ts';
import {
  type ApplyOptions,
  mostTries,
  NotAsExpected,
  type ResourceWriter,
  rebased,
  type Standing,
  send,
  standingOf,
} from './write-step.ts';

/** What somebody else has done to a resource since a change was applied to it. */
export interface ChangedSince {
  readonly title: string;
  readonly id: string;
  /** As Azure showed it after the change; null when it was not there. */
  readonly expected: JsonObject | null;
  readonly found: JsonObject | null;
  readonly differences: readonly Difference[];
}

/** Others have changed since what would be taken back: nothing was done. */
export class ChangedByOthers extends Error {
  override readonly name = 'ChangedByOthers';

  constructor(readonly changed: readonly ChangedSince[]) {
    super(
      `Somebody has changed it since: ${changed.map(one => `${one.id.split('/').at(-1)} (${one.differences.map(differenceText).join('; ')})`).join(', ')}. Nothing was taken back.`,
    );
  }
}

/**
 * What others have changed since in the resources of an applied change. What Azure answered after each write is what is
 * compared with: what Azure fills in itself is no change.
 */
export async function changedSince(change: Change, writer: ResourceWriter): Promise<ChangedSince[]> {
  const last = new Map<string, ChangeStep>();
  for (const step of change.steps) if (step.state === 'done') last.set(comparable(step.step.id), step);
  const out: ChangedSince[] = [];
  for (const [id, { step, after }] of last) {
    if (after === undefined) continue;
    const now = await standingOf(writer, step);
    const found = differences(after, now.body, 'exact').filter(one => !isOwnChild(one, id, last));
    if (found.length > 0)
      out.push({ title: step.title, id: step.id, expected: after, found: now.body, differences: found });
  }
  return out;
}

/** Takes back an applied change, unless somebody has changed since what it would take back. @throws ChangedByOthers */
export async function undoChange(change: Change, options: ApplyOptions): Promise<Change> {
  const changed = await changedSince(change, options.writer);
  if (changed.length > 0) throw new ChangedByOthers(changed);
  return rollBack(change, options);
}

/**
 * Takes back what a change has done, in reverse. What others have changed of the same resources meanwhile stays; what
 * cannot be taken back without it is left as it is and said in `remains`.
 */
export async function rollBack(start: Change, options: ApplyOptions): Promise<Change> {
  const finalState = start.state === 'applied' ? 'undone' : 'rolled-back';
  let change: Change = { ...start, state: 'rolling-back', remains: [] };
  // A journal that fails now and then is no reason to leave things half done: the last saving tells.
  const note = async (next: Change): Promise<void> => {
    change = next;
    await options.journal.save(change).catch(() => undefined);
  };
  await note(change);
  for (let at = change.steps.length - 1; at >= 0; at--) {
    const held = change.steps[at]!;
    if (held.state === 'waiting' || held.state === 'rolled-back') continue;
    const { step, inverse } = held;
    if (!inverse) {
      await note(left(change, at, `${step.title}: cannot be taken back; it ends by itself`));
      continue;
    }
    options.progress?.(inverse.title, change.steps.length - 1 - at, change.steps.length);
    try {
      const written = await takeBack(held, options.writer);
      await note(withStep(change, at, { state: written ? 'rolled-back' : 'waiting' }));
    } catch (error) {
      const why =
        error instanceof NotAsExpected
          ? `somebody has changed it since, so it was left as it is (${error.message})`
          : options.explain(error);
      await note(left(change, at, `${step.title}: ${why}`));
    }
  }
  change = { ...change, state: change.remains.length > 0 ? 'partly' : finalState };
  await options.journal.save(change);
  return change;
}

/**
 * Writes a resource back as it was before a step; a cancelled change is taken back to its end. False when there was
 * nothing to write.
 */
async function takeBack(held: ChangeStep, writer: ResourceWriter): Promise<boolean> {
  const { step, inverse, state } = held;
  const before = held.before === undefined && state !== 'started' ? plannedBefore(held) : held.before;
  // Nothing was sent yet.
  if (before === undefined) return false;
  for (let attempt = 1; ; attempt++) {
    const now = await standingOf(writer, step);
    if (sameBody(before, now.body, 'exact')) return attempt > 1;
    const body = bodyBefore(held, before, now);
    if (body === undefined) return false;
    try {
      const after = await send(writer, inverse ?? step, body.body, now);
      if (shows(now.body, body.body, after.body)) return true;
      throw new Error('Azure accepted it, and shows something else: look at it again');
    } catch (error) {
      if (writer.meaningOf(error) === 'refused' || attempt >= mostTries) throw error;
      await writer.pause(attempt);
    }
  }
}

/** What to write; undefined when the step has left nothing to take back. @throws NotAsExpected */
function bodyBefore(
  held: ChangeStep,
  before: JsonObject | null,
  now: Standing,
): { readonly body: JsonObject | null } | undefined {
  const { step, after } = held;
  if (after !== undefined) {
    const body = rebased(step, after, before, now.body);
    return sameBody(body, now.body, 'exact') ? undefined : { body };
  }
  const sent = merge(plannedBefore(held), step.body, before).body;
  // It was not carried out, and what is other than before is others' doing.
  if (before !== null && sent !== null && shows(sent, before, now.body)) return undefined;
  if (!shows(before, sent, now.body)) {
    const found = differences(before, now.body, 'exact');
    throw new NotAsExpected(found.map(differenceText).join('; '), found);
  }
  if (before === null || sent === null) return { body: before };
  return { body: merge(sent, before, now.body).body };
}

function left(change: Change, at: number, text: string): Change {
  const next = withStep(change, at, { state: 'remains' });
  return { ...next, remains: [...next.remains, text] };
}

/** A rule that another step of the same change has put into a group that the change has made. */
function isOwnChild({ path }: Difference, id: string, steps: ReadonlyMap<string, unknown>): boolean {
  const child = /^properties\.(\w+)\[([^\]]+)\]/.exec(path);
  return child !== null && steps.has(comparable(`${id}/${child[1]}/${child[2]}`));
}
