import { type Disposable, EventEmitter, type Memento } from 'vscode';
import type { Change } from '../../remediation/change.ts';

const key = 'portcullis.changes';
const mostKept = 50;

/** Changes made to Azure, newest first, kept over the end of VS Code. Bodies of resources stand in it, never secrets. */
export class ChangeJournal implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  /**
   * As this window has saved them. VS Code answers a write of its memory with what it has stored, which may be older than
   * a write that came after: what is saved here counts more than what is read back.
   */
  readonly #own = new Map<string, Change>();

  constructor(private readonly memory: Memento) {}

  get changes(): readonly Change[] {
    const kept = this.memory.get<readonly Change[]>(key) ?? [];
    const known = new Set(kept.map(change => change.id));
    const added = [...this.#own.values()].filter(change => !known.has(change.id)).reverse();
    return [...added, ...kept.map(change => this.#own.get(change.id) ?? change)].slice(0, mostKept);
  }

  /** Those that were under way when VS Code ended. */
  get unfinished(): readonly Change[] {
    return this.changes.filter(change => change.state === 'applying' || change.state === 'rolling-back');
  }

  async save(change: Change): Promise<void> {
    this.#own.set(change.id, change);
    await this.memory.update(key, this.changes);
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
