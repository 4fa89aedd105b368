/** Bounds on what one template may make the evaluation do. */
export const limits = {
  /** Items of an array that a function makes. */
  items: 20_000,
  /** Characters of a text that a function makes. */
  characters: 1_000_000,
  /** Levels of nested values that a function looks into. */
  depth: 200,
  /** Steps of one reading. */
  steps: 4_000_000,
} as const;

/** Thrown when a bound is exceeded; the call then gives an unknown value that says so. */
export class TooLarge extends Error {}

/** What is left of the work that one reading may do. */
export class Budget {
  #steps: number;

  constructor(steps: number = limits.steps) {
    this.#steps = steps;
  }

  /** Throws {@link TooLarge} once the reading has used up its steps. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooLarge('the template asks for more work than one reading may do');
  }

  checkDepth(depth: number): void {
    if (depth > limits.depth) throw new TooLarge(`values are nested more than ${limits.depth} levels deep`);
  }

  checkItems(count: number): void {
    if (count > limits.items) throw new TooLarge(`an array would have more than ${limits.items} items`);
    this.spend(count);
  }

  checkText(length: number): void {
    if (length > limits.characters) throw new TooLarge(`a text would be longer than ${limits.characters} characters`);
    this.spend(length >> 6);
  }
}
