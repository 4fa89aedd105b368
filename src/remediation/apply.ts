import { type Change, type ChangeStep, isAsWritten, type StepState } from './change.ts';
import { pickText } from './plan-json.ts';
import type { PlanStep } from './plan-steps.ts';

/** Where steps are carried out: Azure, or a stand-in. */
export interface ResourceWriter {
  read(id: string, apiVersion: string, signal?: AbortSignal): Promise<unknown>;
  write(step: PlanStep, signal?: AbortSignal): Promise<void>;
}

/** Keeps changes over the end of the process. A change is saved before and after every call that writes. */
export interface Journal {
  save(change: Change): Promise<void>;
}

export interface ApplyOptions {
  readonly writer: ResourceWriter;
  readonly journal: Journal;
  /** Told of each step before it is taken. */
  readonly progress?: (title: string, at: number, of: number) => void;
  /** Honoured between steps. */
  readonly signal?: AbortSignal;
  /** A failure in words for a person. */
  readonly explain: (error: unknown) => string;
}

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

/** How often a write is tried when others write to the same group meanwhile. */
const mostTries = 5;

/**
 * Carries out the steps that are not done, one after another, and gives the change as it is then. Each resource is read
 * before it is written: when it is not as the plan found it, or a step fails, what was done is taken back in reverse.
 * @throws ChangeFailed
 */
export async function applyChange(start: Change, options: ApplyOptions): Promise<Change> {
  let change: Change = { ...start, state: 'applying' };
  const save = async (next: Change): Promise<void> => {
    change = next;
    await options.journal.save(change);
  };
  try {
    for (const [at, { step, inverse, state }] of change.steps.entries()) {
      if (state === 'done') continue;
      options.signal?.throwIfAborted();
      options.progress?.(step.title, at, change.steps.length);
      await save(withState(change, at, 'started'));
      await take(step, inverse, options, state === 'started');
      await save(withState(change, at, 'done'));
    }
  } catch (error) {
    const back = await rollBack(change, options);
    const reason = options.signal?.aborted ? 'It was cancelled.' : options.explain(error);
    throw new ChangeFailed(`${reason} ${outcomeOf(back)}`, back, { cause: error });
  }
  await save({ ...change, state: 'applied' });
  return change;
}

/** Takes back what a change has done, in reverse. What others have changed since is left and said in `remains`. */
export async function rollBack(
  start: Change,
  given: ApplyOptions,
  finalState: 'rolled-back' | 'undone' = 'rolled-back',
): Promise<Change> {
  // A cancelled change is taken back to its end.
  const { signal: _, ...options } = given;
  let change: Change = { ...start, state: 'rolling-back', remains: [] };
  const save = async (next: Change): Promise<void> => {
    change = next;
    await options.journal.save(change);
  };
  await save(change);
  for (let at = change.steps.length - 1; at >= 0; at--) {
    const { step, inverse, state } = change.steps[at]!;
    if (state !== 'started' && state !== 'done' && state !== 'remains') continue;
    if (!inverse) {
      if (state === 'started' || state === 'done')
        await save(left(change, at, `${step.title}: cannot be taken back; it ends by itself`));
      continue;
    }
    options.progress?.(inverse.title, change.steps.length - 1 - at, change.steps.length);
    try {
      const now = await options.writer.read(inverse.id, inverse.apiVersion);
      if (isAsWritten(now, inverse.body, step.body)) {
        await save(withState(change, at, 'rolled-back'));
      } else if (!isAsWritten(now, step.body, inverse.body)) {
        await save(left(change, at, `${step.title}: somebody has changed it since, so it was left as it is`));
      } else {
        await take(inverse, step, options);
        await save(withState(change, at, 'rolled-back'));
      }
    } catch (error) {
      await save(left(change, at, `${step.title}: ${options.explain(error)}`));
    }
  }
  await save({ ...change, state: change.remains.length > 0 ? 'partly' : finalState });
  return change;
}

/** Writes one step. `other` takes it back: its body is what the resource must be now. `resumed`: it may be done already. */
async function take(
  step: PlanStep,
  other: PlanStep | undefined,
  options: ApplyOptions,
  resumed = false,
): Promise<void> {
  const { writer, signal } = options;
  if (step.method === 'POST') {
    await writer.write(step, signal);
    return;
  }
  for (let attempt = 1; ; attempt++) {
    const now = await writer.read(step.id, step.apiVersion, signal);
    if ((attempt > 1 || resumed || now === undefined) && isAsWritten(now, step.body, other?.body)) return;
    if (!isAsWritten(now, other?.body ?? null, step.body)) {
      throw new Error(`${step.title}: it is not as it was when this was planned; read it again and plan anew.`);
    }
    const etag = pickText(now, 'etag');
    const { ifMatch: _, ...bare } = step;
    try {
      await writer.write({ ...bare, ...(etag === undefined ? {} : { ifMatch: etag }) }, signal);
      const after = await writer.read(step.id, step.apiVersion);
      if (isAsWritten(after, step.body, other?.body)) return;
      throw new Error(`${step.title}: Azure accepted it, and shows something else: look at it again.`);
    } catch (error) {
      // The group's ETag changes with every rule of it: what counts is whether this rule is still as it was.
      const again = isOutdated(error) || isLost(error);
      if (!again || attempt >= mostTries) throw error;
    }
  }
}

function isOutdated(error: unknown): boolean {
  return (error as { status?: unknown }).status === 412;
}

/** The answer was lost: reading tells whether the write was carried out. */
function isLost(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ConnectionFailed';
}

function withState(change: Change, at: number, state: StepState): Change {
  return { ...change, steps: change.steps.map((one, i): ChangeStep => (i === at ? { ...one, state } : one)) };
}

function left(change: Change, at: number, text: string): Change {
  const next = withState(change, at, 'remains');
  return { ...next, remains: [...next.remains, text] };
}

function outcomeOf(change: Change): string {
  if (change.remains.length > 0) return `Not all of it could be taken back: ${change.remains.join('; ')}.`;
  return change.steps.some(one => one.state === 'rolled-back')
    ? 'What was done before was taken back.'
    : 'Nothing was changed.';
}
