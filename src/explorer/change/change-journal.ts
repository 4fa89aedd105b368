import { type Disposable, EventEmitter, type Memento } from 'vscode';
import type { Change } from '../../remediation/change.ts';

const key = 'portcullis.changes';
const mostKept = 50;

/** Changes made to Azure, newest first, kept over the end of VS Code. Bodies of resources stand in it, never secrets. */
export class ChangeJournal implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(private readonly memory: Memento) {}

  get changes(): readonly Change[] {
    return this.memory.get<readonly Change[]>(key) ?? [];
  }

  /** Those that were under way when VS Code ended. */
  get unfinished(): readonly Change[] {
    return this.changes.filter(change => change.state === 'applying' || change.state === 'rolling-back');
  }

  async save(change: Change): Promise<void> {
    const others = this.changes.filter(one => one.id !== change.id);
    await this.memory.update(key, [change, ...others].slice(0, mostKept));
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
