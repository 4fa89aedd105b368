import {
  CancellationError,
  type CancellationToken,
  commands,
  env,
  type Memento,
  ProgressLocation,
  window,
} from 'vscode';
import type { ArmWriter } from '../../azure/write.ts';
import type { DeclaredGroups } from '../../commands/group-links.ts';
import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import type { RuleChange } from '../../findings/fixes/rule-changes.ts';
import type { Change, ChangeState } from '../../remediation/change.ts';
import type { Plan } from '../../remediation/plan.ts';
import type { ChangedByOthers } from '../../remediation/undo.ts';
import type { Estate } from '../estate.ts';
import type { ListedMachine } from '../machine-list.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ResourceDocuments } from '../resource-documents.ts';
import type { ChangeJournal } from './change-journal.ts';
import { changeTitle, modalText, previewText, questionText } from './change-preview.ts';

export interface ChangeParts {
  readonly estate: Estate;
  readonly documents: ResourceDocuments;
  readonly journal: ChangeJournal;
  /** Where a consent given once is kept. */
  readonly memory: Memento;
  /** Where templates of the workspace declare what is deployed. */
  readonly declared: DeclaredGroups;
  /** The machine of a row; asks when there is none. */
  readonly machineOf: (node?: MachinesNode) => Promise<ListedMachine>;
  /** Brings the row of a machine into sight, which a change may have moved. */
  readonly reveal: (machineId: string) => Promise<void>;
}

type Direction = 'apply' | 'undo' | 'roll-back';

/**
 * How every change to Azure goes, whatever planned it: preflight, preview, one question, application with
 * progress, verification, journal.
 */
export class ChangeFlow {
  constructor(readonly parts: ChangeParts) {}

  /**
   * Takes a plan through to its end and gives the change as it is then; undefined when the person decided against it.
   * @param subject what the preview and the question are about: `web-01`, `12 machines`
   * @param title what the journal calls it
   * @throws OperationError with a message for a person when it did not go through.
   */
  async run(plan: Plan, subject: string, title = changeTitle(plan)): Promise<Change | undefined> {
    const change = await this.#agree(plan, subject, title);
    return change && this.#carryOut(change, 'apply');
  }

  /**
   * As {@link run}, for a plan about many machines: its parts are applied beside each other, each fails alone, and each
   * machine's row says how it went. Gives the parts that were applied.
   */
  async runAll(plan: Plan, subject: string): Promise<readonly Change[]> {
    const [change, { ManyMachines }] = await Promise.all([
      this.#agree(plan, subject, changeTitle(plan)),
      import('./many-machines.ts'),
    ]);
    return change ? new ManyMachines(this.parts, change).apply() : [];
  }

  /** Preflight, preview and the one question. Undefined when the answer is no. */
  async #agree(plan: Plan, subject: string, title: string): Promise<Change | undefined> {
    if (this.parts.estate.fileName !== undefined)
      throw new OperationError('This is an inventory file: close it to change anything in Azure.');
    const { newChange } = await import('../../remediation/change.ts');
    const change = newChange(globalThis.crypto.randomUUID(), title, new Date(), plan);
    const notes = await this.#check(plan, change);
    const checked = { ...plan, warnings: [...plan.warnings, ...notes] };
    await this.#preview(checked, subject);
    const declared = await this.#declaredChanges(plan);
    const chosen = await window.showWarningMessage(
      questionText(checked, subject),
      { modal: true, detail: modalText(checked) },
      'Apply',
      'Copy as Script',
      ...(declared.length > 0 ? ['Edit Templates Instead'] : []),
    );
    if (chosen === 'Copy as Script') await copyScript(plan);
    if (chosen === 'Edit Templates Instead') await this.parts.declared.change(declared);
    if (chosen !== 'Apply') return undefined;
    return { ...change, startedAt: new Date().toISOString() };
  }

  /** What a plan changes in rules of groups that templates of the workspace declare. */
  async #declaredChanges(plan: Pick<Plan, 'steps' | 'undo'>): Promise<readonly RuleChange[]> {
    const { ruleChangesOf } = await import('../../remediation/plan-rule-changes.ts');
    return ruleChangesOf(plan).filter(({ group }) => this.parts.declared.find(group).length > 0);
  }

  /** Takes a change back; asks which when none is given. */
  async undo(given?: Change): Promise<void> {
    const chosen = given ?? (await this.#pick('Change to Undo', ['applied', 'partly', 'applying', 'rolling-back']));
    const current = this.parts.journal.changes.find(one => one.id === chosen.id) ?? chosen;
    await this.#carryOut(current, current.state === 'applied' ? 'undo' : 'roll-back');
  }

  /** Carries a change that was interrupted on to its end, in the direction it had. */
  async finish(given?: Change): Promise<void> {
    const chosen = given ?? (await this.#pick('Change to Finish', ['applying', 'rolling-back']));
    await this.#carryOut(chosen, chosen.state === 'rolling-back' ? 'roll-back' : 'apply');
  }

  /** Preflight. Gives what to take note of. @throws OperationError with everything that stands in the way. */
  async #check(plan: Plan, change: Change): Promise<readonly string[]> {
    const { estate } = this.parts;
    const [{ checkBefore }, { openWriter }] = await Promise.all([
      import('./change-preflight.ts'),
      import('./change-writer.ts'),
    ]);
    const writer = await openWriter(estate, idsOf(change));
    const options = { location: ProgressLocation.Notification, title: 'Checking what Azure allows', cancellable: true };
    const { stops, notes, stale } = await window.withProgress(options, async (_progress, cancellation) => {
      const abort = abortOf(cancellation);
      try {
        return await checkBefore(estate, plan, change, writer, abort);
      } catch (error) {
        if (abort.aborted) throw new CancellationError();
        throw await inWords(error);
      }
    });
    if (stops.length === 0) return notes;
    if (stale) {
      await this.#verify(change, writer, 'before');
      throw new OperationError(`${stops.join(' ')} Nothing was changed; the Machines view shows now what is there.`);
    }
    throw new OperationError(`${stops.join(' ')} Nothing was changed.`, {
      actions: [{ title: 'Copy as Script', run: () => copyScript(plan) }],
    });
  }

  /** Before and after in the diff editor. */
  async #preview(plan: Plan, subject: string): Promise<void> {
    const { documents } = this.parts;
    const before = documents.textUri(`${subject} before.txt`, previewText(plan, 'before'));
    const after = documents.textUri(`${subject} after.txt`, previewText(plan, 'after'));
    const title = `${subject}: before and after`;
    await commands.executeCommand('vscode.diff', before, after, title, { preview: true });
  }

  async #carryOut(start: Change, direction: Direction): Promise<Change> {
    const { estate, journal } = this.parts;
    const [{ applyChange, ChangeFailed }, { ChangedByOthers, rollBack, undoChange }, { openWriter }, { explain }] =
      await Promise.all([
        import('../../remediation/apply.ts'),
        import('../../remediation/undo.ts'),
        import('./change-writer.ts'),
        import('../../azure/failure.ts'),
      ]);
    const writer = await openWriter(estate, idsOf(start));
    const title = direction === 'apply' ? 'Changing Azure' : 'Taking Back a Change';
    const progressOptions = { location: ProgressLocation.Notification, title, cancellable: direction === 'apply' };
    const { done, differences } = await window.withProgress(progressOptions, async (progress, cancellation) => {
      const options = {
        writer,
        journal,
        explain,
        signal: abortOf(cancellation),
        progress: (message: string, at: number, of: number) =>
          progress.report({ message: `${at + 1} of ${of}: ${message}` }),
      };
      try {
        const carryOut = { apply: applyChange, undo: undoChange, 'roll-back': rollBack }[direction];
        const done = await carryOut(start, options);
        progress.report({ message: 'Verifying' });
        return { done, differences: await this.#verify(done, writer, direction === 'apply' ? 'after' : 'before') };
      } catch (error) {
        if (error instanceof ChangedByOthers) throw this.#changedByOthers(error, start);
        if (!(error instanceof ChangeFailed)) throw await inWords(error);
        await this.#verify(error.change, writer, 'before');
        throw new OperationError(error.message, { cause: error });
      }
    });
    this.#tell(done, direction, differences, direction === 'apply' ? await this.#declaredChanges(planned(done)) : []);
    return done;
  }

  /** Shows what others have done, and offers to take back what they have left as it was. */
  #changedByOthers({ message, changed }: ChangedByOthers, change: Change): OperationError {
    const { documents } = this.parts;
    const text = (side: 'expected' | 'found'): string =>
      changed
        .flatMap(one => [one.id, one[side] ? JSON.stringify(one[side], undefined, 2) : '(not there)', ''])
        .join('\n');
    const show = async (): Promise<void> => {
      const left = documents.textUri(`${change.title} as it was left.txt`, text('expected'));
      const right = documents.textUri(`${change.title} as it is.txt`, text('found'));
      await commands.executeCommand('vscode.diff', left, right, `${change.title}: what others have changed since`);
    };
    return new OperationError(message, {
      actions: [
        { title: 'Show Differences', run: show },
        { title: 'Undo the Rest', run: async () => void (await this.#carryOut(change, 'roll-back')) },
      ],
    });
  }

  /** What differs from the promise, in sentences. That it could not be found out is one of them. */
  async #verify(change: Change, writer: ArmWriter, side: 'before' | 'after'): Promise<readonly string[]> {
    const { verifyChange } = await import('./change-verification.ts');
    try {
      return await verifyChange(this.parts.estate, writer, change, side);
    } catch (error) {
      return [`What Azure shows now could not be read (${(await inWords(error)).message})`];
    }
  }

  #tell(done: Change, direction: Direction, differences: readonly string[], declared: readonly RuleChange[]): void {
    const [first] = done.machines ?? [];
    if (first) void this.parts.reveal(first.id);
    if (done.remains.length > 0)
      throw new OperationError(`Not all of it could be taken back: ${done.remains.join('; ')}.`);
    const what = `${direction === 'apply' ? 'Done' : 'Taken back'}: ${done.title}`;
    const undo = { title: 'Undo', run: () => commands.executeCommand('portcullis.undoChange', { change: done }) };
    const edit = { title: 'Edit Templates Too', run: () => this.parts.declared.change(declared) };
    const buttons = [
      ...(direction === 'apply' && done.steps.some(step => step.inverse) ? [undo] : []),
      ...(declared.length > 0 ? [edit] : []),
    ];
    const shown =
      differences.length > 0
        ? window.showWarningMessage(`${what}. But: ${differences.join('; ')}.`, ...buttons)
        : window.showInformationMessage(`${what}.`, ...buttons);
    void shown.then(chosen => chosen?.run());
  }

  async #pick(title: string, states: readonly ChangeState[]): Promise<Change> {
    const items = this.parts.journal.changes
      .filter(one => states.includes(one.state))
      .map(one => ({ label: one.title, description: new Date(one.startedAt).toLocaleString(), change: one }));
    if (items.length === 0)
      throw new OperationError('There is no such change: none was made from here, or it was taken back.');
    const chosen = await pickOne(items, { title });
    return chosen.change;
  }
}

/** The steps of a change and what takes them back, as its plan had them. */
function planned({ steps }: Change): Pick<Plan, 'steps' | 'undo'> {
  return {
    steps: steps.map(({ step }) => step),
    undo: steps.flatMap(({ inverse }) => inverse ?? []).reverse(),
  };
}

function idsOf(change: Change): string[] {
  return change.steps.map(({ step }) => step.id);
}

function abortOf(cancellation: CancellationToken): AbortSignal {
  const abort = new AbortController();
  cancellation.onCancellationRequested(() => abort.abort());
  return abort.signal;
}

async function copyScript(plan: Plan): Promise<void> {
  const { planScript } = await import('../../remediation/plan-script.ts');
  await env.clipboard.writeText(planScript(plan, 'bash'));
}

/** A failure of Azure as a sentence for a person; other errors stay what they are. */
async function inWords(error: unknown): Promise<Error> {
  const { AzureFailure, explain } = await import('../../azure/failure.ts');
  if (error instanceof AzureFailure) return new OperationError(explain(error), { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
