import type { OriginChain, TextPlace } from '../network/origin.ts';
import type { Value } from '../network/value.ts';
import { type Budget, TooLarge } from './functions/budget.ts';
import { unknownValue } from './functions/values.ts';
import type { ReadProblem } from './reading.ts';

const mostProblems = 100;

/** What one reading may do, and what it has to say: the part that evaluators share. */
export class ReadingBounds {
  #problems: Map<string, ReadProblem> | undefined;
  #hidden: Set<string> | undefined;
  #depth = 0;
  #exhausted = false;

  constructor(
    readonly budget: Budget,
    private readonly deepest: number,
  ) {}

  get problems(): readonly ReadProblem[] {
    return this.#problems ? [...this.#problems.values()] : [];
  }

  /** True once the reading has used up its work: what follows is left unread. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Keeps what is wrong in a file to itself: the file is not the user's. */
  hide(path: string): void {
    this.#hidden ??= new Set();
    this.#hidden.add(path);
  }

  report(at: TextPlace, message: string, level: ReadProblem['level'] = 'warning'): void {
    if (this.#hidden?.has(at.file)) return;
    this.#problems ??= new Map();
    const key = `${at.file}:${at.range.start}:${message}`;
    if (this.#problems.size < mostProblems) this.#problems.set(key, { level, message, place: at });
  }

  spend(steps: number): void {
    try {
      this.budget.spend(steps);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#exhausted = true;
    }
  }

  /**
   * Goes one level deeper, where {@link leave} leads back from. False when that is too deep or too much: then
   * {@link beyond} is the value.
   */
  enter(): boolean {
    this.spend(1);
    if (this.#exhausted || this.#depth >= this.deepest) return false;
    this.#depth++;
    return true;
  }

  leave(): void {
    this.#depth--;
  }

  beyond(what: string, origin: OriginChain): Value {
    return unknownValue([`${what} (${this.#exhausted ? 'too much to evaluate' : 'nested too deep'})`], origin);
  }
}
