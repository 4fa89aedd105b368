import { commands, ProgressLocation, window } from 'vscode';
import type { ArmWriter } from '../../azure/write.ts';
import type { Change } from '../../remediation/change.ts';
import type { ChangePart } from '../../remediation/change-parts.ts';
import { comparable } from '../../remediation/plan-resource-id.ts';
import type { ChangeParts } from './change-flow.ts';

/** How many parts are under way at once; each writes to its own resources, one write after another. */
const atOnce = 4;

/** Applies a change about many machines, and says on each machine's row how it went. */
export class ManyMachines {
  /** Parts that are not done, by machine. */
  readonly #waiting = new Map<string, Set<ChangePart>>();
  readonly #failures = new Map<string, string>();

  constructor(
    private readonly parts: ChangeParts,
    private readonly change: Change,
  ) {}

  /** Gives the parts that were applied. What failed is on the rows, and in the one message at the end. */
  async apply(): Promise<readonly Change[]> {
    const [{ changeParts }, { openWriter }] = await Promise.all([
      import('../../remediation/change-parts.ts'),
      import('./change-writer.ts'),
    ]);
    const { estate } = this.parts;
    const writer = await openWriter(
      estate,
      this.change.steps.map(({ step }) => step.id),
    );
    const all = changeParts(this.change, () => globalThis.crypto.randomUUID());
    await this.#assign(all);
    const options = { location: ProgressLocation.Notification, title: 'Closing Ports', cancellable: true };
    const { applied, differences } = await window.withProgress(options, async (progress, cancellation) => {
      const abort = new AbortController();
      cancellation.onCancellationRequested(() => abort.abort());
      const done: Change[] = [];
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < all.length && !abort.signal.aborted) {
          const part = all[next++]!;
          progress.report({ message: `${next} of ${all.length}: ${part.change.title}`, increment: 100 / all.length });
          const change = await this.#applyPart(part, writer, abort.signal);
          if (change) done.push(change);
        }
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, work));
      if (abort.signal.aborted) this.#leave(all.slice(next));
      progress.report({ message: 'Verifying' });
      return { applied: done, differences: await this.#verify(writer) };
    });
    this.#tell(applied, differences);
    return applied;
  }

  /** Which machines that change wait for which parts: those behind a group that a part writes to, else all of them. */
  async #assign(all: readonly ChangePart[]): Promise<void> {
    const { machinesBehind } = await import('../../remediation/plan-machines.ts');
    const { estate } = this.parts;
    const changing = (this.change.machines ?? []).filter(row => row.before.reach !== row.after.reach);
    const promised = new Set(changing.map(row => comparable(row.id)));
    for (const part of all) {
      const groups = part.resources.filter(id => /\/networksecuritygroups\//.test(id));
      const model = estate.judged?.model;
      const behind = model
        ? groups.flatMap(group => machinesBehind(model, group)).map(one => comparable(one.displayId))
        : [];
      const machines = groups.length > 0 ? behind.filter(id => promised.has(id)) : [...promised];
      for (const id of machines) this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(part));
    }
    estate.showOutcomes(new Map([...this.#waiting.keys()].map(id => [id, 'closing …'])));
  }

  async #applyPart(part: ChangePart, writer: ArmWriter, signal: AbortSignal): Promise<Change | undefined> {
    const [{ applyChange }, { explain }] = await Promise.all([
      import('../../remediation/apply.ts'),
      import('../../azure/failure.ts'),
    ]);
    try {
      const done = await applyChange(part.change, { writer, journal: this.parts.journal, explain, signal });
      this.#settle(part, undefined);
      return done;
    } catch (error) {
      this.#settle(part, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #leave(parts: readonly ChangePart[]): void {
    for (const part of parts) this.#settle(part, 'cancelled before it began');
  }

  #settle(part: ChangePart, failure: string | undefined): void {
    const outcomes = new Map<string, string>();
    for (const [id, waiting] of this.#waiting) {
      if (!waiting.delete(part)) continue;
      if (failure !== undefined) this.#failures.set(id, failure);
      const failed = this.#failures.get(id);
      if (failed !== undefined) outcomes.set(id, `not closed: ${failed}`);
      else if (waiting.size === 0) outcomes.set(id, 'closed, being verified …');
    }
    this.parts.estate.showOutcomes(outcomes);
  }

  /** Reads everything fresh once, and compares each machine with its promise. */
  async #verify(writer: ArmWriter): Promise<ReadonlyMap<string, string>> {
    const { verifyMachines } = await import('./change-verification.ts');
    const { estate } = this.parts;
    let differences: ReadonlyMap<string, string>;
    try {
      differences = await verifyMachines(estate, writer, this.change, 'after');
    } catch (error) {
      const text = `what Azure shows now could not be read (${error instanceof Error ? error.message : String(error)})`;
      differences = new Map([...this.#waiting.keys()].map(id => [id, text]));
    }
    const outcomes = new Map<string, string>();
    for (const id of this.#waiting.keys()) {
      const failure = this.#failures.get(id);
      const difference = differences.get(id);
      if (failure !== undefined) outcomes.set(id, `not closed: ${failure}`);
      else outcomes.set(id, difference === undefined ? 'closed just now' : `not as promised: ${difference}`);
    }
    estate.showOutcomes(outcomes);
    return new Map([...differences].filter(([id]) => !this.#failures.has(id)));
  }

  #tell(applied: readonly Change[], differences: ReadonlyMap<string, string>): void {
    const total = this.#waiting.size;
    const bad = new Set([...this.#failures.keys(), ...differences.keys()]).size;
    const reasons = [...new Set([...this.#failures.values(), ...differences.values()])];
    const undo = { title: 'Undo All', run: () => undoAll(applied) };
    const buttons = applied.length > 0 ? [undo] : [];
    const shown =
      bad === 0
        ? window.showInformationMessage(`Closed: ${total} ${total === 1 ? 'machine' : 'machines'}.`, ...buttons)
        : window.showWarningMessage(
            `${total - bad} of ${total} machines are as promised. The others: ${reasons.slice(0, 3).join('; ')}${reasons.length > 3 ? ' …' : ''}`,
            ...buttons,
          );
    void shown.then(chosen => chosen?.run());
  }
}

async function undoAll(changes: readonly Change[]): Promise<void> {
  for (const change of [...changes].reverse()) await commands.executeCommand('portcullis.undoChange', { change });
}
