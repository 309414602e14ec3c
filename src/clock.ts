import { setTimeout as delay } from "node:timers/promises";

/**
 * Time as the host sees it. Everything that waits takes a clock, so that tests and `--skip-waits` can
 * drive it.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for what people read. */
  now(): number;
  /** Milliseconds that only go forward, for measuring; unaffected by clock jumps. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(Math.min(ms, 2_147_483_647), undefined, signal ? { signal } : {});
  },
};

/**
 * A clock whose waits take no real time: `sleep` moves its time forward and returns at the next turn of
 * the event loop. Used by `tacklebox run --skip-waits`.
 */
export function createSkippingClock(base: Clock = systemClock): Clock {
  let skippedMs = 0;
  return {
    now: () => base.now() + skippedMs,
    monotonic: () => base.monotonic() + skippedMs,
    sleep: async (ms, signal) => {
      await base.sleep(0, signal);
      skippedMs += ms;
    },
  };
}
