import type { Disposable } from 'vscode';

/** Owns what must be given back: `register` returns its argument, so that ownership reads in one line. */
export class Disposables implements Disposable {
  readonly #owned = new Set<Disposable>();

  register<T extends Disposable>(owned: T): T {
    this.#owned.add(owned);
    return owned;
  }

  /** Gives everything back, the youngest first. */
  dispose(): void {
    const owned = [...this.#owned].reverse();
    this.#owned.clear();
    for (const one of owned) one.dispose();
  }
}
