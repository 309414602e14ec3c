import type { Clock } from "../../src/clock.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time forward and wakes the sleepers that are due, in order of time. */
  advance(ms: number): void;
  /** Sleepers waiting now. */
  sleepers(): number;
  /** Moves time from sleeper to sleeper for as long as the promise is open; real I/O is let through in between. */
  runUntil<T>(promise: Promise<T>): Promise<T>;
  /** Resolves when at least that many sleepers wait. */
  untilSleeping(count: number): Promise<void>;
}

interface Sleeper {
  at: number;
  wake(): void;
}

/** @param startAt wall-clock time it begins with */
export function createManualClock(startAt = Date.UTC(2026, 0, 1)): ManualClock {
  let passedMs = 0;
  const sleeping = new Set<Sleeper>();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const next = (): Sleeper | undefined => [...sleeping].toSorted((a, b) => a.at - b.at)[0];

  function advance(ms: number): void {
    const until = passedMs + ms;
    for (let sleeper = next(); sleeper !== undefined && sleeper.at <= until; sleeper = next()) {
      passedMs = Math.max(passedMs, sleeper.at);
      sleeping.delete(sleeper);
      sleeper.wake();
    }
    passedMs = until;
  }

  return {
    now: () => startAt + passedMs,
    monotonic: () => passedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const onAbort = (): void => {
          sleeping.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          at: passedMs + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    advance,
    sleepers: () => sleeping.size,
    runUntil: async (promise) => {
      let open = true;
      const settle = (): void => {
        open = false;
      };
      promise.then(settle, settle);
      while (open) {
        await turn();
        const sleeper = next();
        if (open && sleeper !== undefined) advance(sleeper.at - passedMs);
      }
      return promise;
    },
    untilSleeping: async (count) => {
      while (sleeping.size < count) await turn();
    },
  };
}
