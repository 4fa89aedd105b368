import { CancellationError, commands, env, ProgressLocation, window } from 'vscode';
import { OperationError } from '../../commands/operation-error.ts';
import type { Change, ChangeState } from '../../remediation/change.ts';
import type { Plan } from '../../remediation/plan.ts';
import type { Estate } from '../estate.ts';
import type { ListedMachine } from '../machine-list.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ResourceDocuments } from '../resource-documents.ts';
import type { ChangeJournal } from './change-journal.ts';
import { changeTitle, modalText, previewText } from './change-preview.ts';

export interface ChangeParts {
  readonly estate: Estate;
  readonly documents: ResourceDocuments;
  readonly journal: ChangeJournal;
  /** The machine of a row; asks when there is none. */
  readonly machineOf: (node?: MachinesNode) => Promise<ListedMachine>;
}

type Direction = 'apply' | 'undo' | 'roll-back';

/** How every change to Azure goes, whatever planned it: preview, one question, application with progress, journal. */
export class ChangeFlow {
  constructor(readonly parts: ChangeParts) {}

  /**
   * Takes a plan through to its end and gives the change as it is then; undefined when the person decided against it.
   * @param subject what the preview and the question are about: `web-01`, `12 machines`
   * @param title what the journal calls it
   * @throws OperationError with a message for a person when it did not go through.
   */
  async run(plan: Plan, subject: string, title = changeTitle(plan)): Promise<Change | undefined> {
    if (this.parts.estate.fileName !== undefined)
      throw new OperationError('This is an inventory file: close it to change anything in Azure.');
    await this.#preview(plan, subject);
    const chosen = await window.showWarningMessage(
      `Change Azure for ${subject}?`,
      { modal: true, detail: modalText(plan) },
      'Apply',
      'Copy as Script',
    );
    if (chosen === 'Copy as Script') {
      const { planScript } = await import('../../remediation/plan-script.ts');
      await env.clipboard.writeText(planScript(plan, 'bash'));
    }
    if (chosen !== 'Apply') return undefined;
    const { newChange } = await import('../../remediation/change.ts');
    const change = newChange(globalThis.crypto.randomUUID(), title, new Date(), plan);
    return this.#carryOut(change, 'apply');
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
    const [{ applyChange, ChangeFailed, rollBack }, { openWriter }, { explain }] = await Promise.all([
      import('../../remediation/apply.ts'),
      import('./change-writer.ts'),
      import('../../azure/failure.ts'),
    ]);
    const writer = await openWriter(
      estate,
      start.steps.map(({ step }) => step.id),
    );
    const title = direction === 'apply' ? 'Changing Azure' : 'Taking Back a Change';
    const progressOptions = { location: ProgressLocation.Notification, title, cancellable: direction === 'apply' };
    const done = await window.withProgress(progressOptions, async (progress, cancellation) => {
      const abort = new AbortController();
      cancellation.onCancellationRequested(() => abort.abort());
      const options = {
        writer,
        journal,
        explain,
        signal: abort.signal,
        progress: (message: string, at: number, of: number) =>
          progress.report({ message: `${at + 1} of ${of}: ${message}` }),
      };
      try {
        if (direction === 'apply') return await applyChange(start, options);
        return await rollBack(start, options, direction === 'undo' ? 'undone' : 'rolled-back');
      } catch (error) {
        if (error instanceof ChangeFailed) throw new OperationError(error.message, { cause: error });
        throw error;
      }
    });
    void estate.refresh();
    this.#tell(done, direction);
    return done;
  }

  #tell(done: Change, direction: Direction): void {
    if (done.remains.length > 0)
      throw new OperationError(`Not all of it could be taken back: ${done.remains.join('; ')}.`);
    if (direction !== 'apply') {
      void window.showInformationMessage(`Taken back: ${done.title}.`);
      return;
    }
    void window.showInformationMessage(`Done: ${done.title}.`, 'Undo').then(chosen => {
      if (chosen === 'Undo') void commands.executeCommand('portcullis.undoChange', { change: done });
    });
  }

  async #pick(title: string, states: readonly ChangeState[]): Promise<Change> {
    const items = this.parts.journal.changes
      .filter(one => states.includes(one.state))
      .map(one => ({ label: one.title, description: new Date(one.startedAt).toLocaleString(), change: one }));
    if (items.length === 0)
      throw new OperationError('There is no such change: none was made from here, or it was taken back.');
    const chosen = await window.showQuickPick(items, { title });
    if (!chosen) throw new CancellationError();
    return chosen.change;
  }
}
