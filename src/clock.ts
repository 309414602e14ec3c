import { setTimeout as delay } from "node:timers/promises";
import { readBootName } from "./boot-name.ts";
import type { Moment } from "./journal/moment.ts";

/**
 * Time as the host sees it. Everything that waits takes a clock, so that tests and `--skip-waits` can
 * drive it.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for what people read. */
  now(): number;
  /** Milliseconds that only go forward, for measuring; unaffected by clock jumps. */
  monotonic(): number;
  /** Other processes whose clock has the same name can be compared by `monotonic`; absent: none can. */
  readonly boot?: string;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal, options?: SleepOptions): Promise<void>;
  /**
   * Tells a clock that skips waits that something takes real time until the returned function is called: no wait
   * ends before it. Clocks that do not skip have none.
   */
  hold?(): () => void;
}

export interface SleepOptions {
  /** False: a process with nothing else to do ends meanwhile. Default true. */
  holdsProcess?: boolean;
}

/** The time now, as the journal keeps it. */
export function readMoment(clock: Clock): Moment {
  const at = clock.now();
  return clock.boot === undefined ? { at } : { at, steady: { boot: clock.boot, ms: clock.monotonic() } };
}

const bootName = readBootName();

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Counted from the machine's boot, not from the start of this process as `performance.now()`.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  ...(bootName === null ? {} : { boot: bootName }),
  sleep: async (ms, signal, { holdsProcess = true } = {}) => {
    const options = signal ? { signal, ref: holdsProcess } : { ref: holdsProcess };
    await delay(Math.min(ms, 2_147_483_647), undefined, options);
  },
};

/** Real milliseconds of quiet after which a skipping clock moves on to the next wait that ends. */
const quietMs = 5;

/**
 * A clock whose waits take next to no real time: when nothing is held and all is quiet, its time jumps to the end of
 * the wait that is due first. So a time limit does not end before the work it limits. Used by `tacklebox run
 * --skip-waits`.
 */
export function createSkippingClock(base: Clock = systemClock): Clock {
  const sleepers = new Set<{ dueAt: number; wake: () => void }>();
  let skippedMs = 0;
  let holds = 0;
  let timer: NodeJS.Timeout | null = null;

  const monotonic = (): number => base.monotonic() + skippedMs;
  const jump = (): void => {
    timer = null;
    if (holds > 0 || sleepers.size === 0) return;
    const dueAt = Math.min(...[...sleepers].map((sleeper) => sleeper.dueAt));
    skippedMs += Math.max(0, dueAt - monotonic());
    for (const sleeper of sleepers) if (sleeper.dueAt <= dueAt) sleeper.wake();
    settle();
  };
  const settle = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = holds > 0 || sleepers.size === 0 ? null : setTimeout(jump, quietMs);
  };

  return {
    now: () => base.now() + skippedMs,
    monotonic,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { dueAt: monotonic() + ms, wake: resolve };
      const onAbort = (): void => reject(signal?.reason as Error);
      signal?.addEventListener("abort", onAbort, { once: true });
      sleepers.add(sleeper);
      settle();
      try {
        await promise;
      } finally {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", onAbort);
        settle();
      }
    },
    hold: () => {
      holds += 1;
      settle();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holds -= 1;
        settle();
      };
    },
  };
}
