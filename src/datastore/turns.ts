/** Who goes first when both wait: `first` are tasks at work, `later` is the queue looking for new ones. */
export type Lane = "first" | "later";

/** So many `first` may pass a waiting `later`; then it has its turn. */
const longestRun = 8;

/**
 * One at a time.
 * 1. Within a lane: first come, first served.
 * 2. `first` goes before `later`, but a waiting `later` is passed at most eight times in a row.
 */
export class Turns {
  readonly #waiting: Record<Lane, (() => void)[]> = { first: [], later: [] };
  #isTaken = false;
  #passed = 0;

  /** Resolves when it is one's turn, to the function that ends it. */
  async take(lane: Lane): Promise<() => void> {
    if (this.#isTaken) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting[lane].push(resolve);
      await promise;
    }
    this.#isTaken = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#giveOn();
    };
  }

  #giveOn(): void {
    const { first, later } = this.#waiting;
    const passes = first.length > 0 && later.length > 0 && this.#passed < longestRun;
    this.#passed = passes ? this.#passed + 1 : 0;
    const next = passes || later.length === 0 ? first.shift() : later.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
