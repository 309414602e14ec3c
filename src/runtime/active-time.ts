/**
 * Counts the time a hook is active and calls back when it has used up its `timeout`. Waiting for a person does
 * not count: the owner pauses it then.
 */
export interface ActiveTime {
  /** Milliseconds so far, earlier pieces of the attempt included. */
  elapsedMs(): number;
  pause(): void;
  resume(): void;
  /** Stops counting for good. */
  stop(): void;
}

export interface ActiveTimeOptions {
  /** Milliseconds already used by earlier pieces. */
  usedMs: number;
  limitMs: number;
  onExpired(): void;
  /** Monotonic milliseconds. */
  monotonic(): number;
}

/** Timers count at most this many milliseconds; a longer one would fire at once. */
const longestTimerMs = 2_147_483_647;

export function createActiveTime(options: ActiveTimeOptions): ActiveTime {
  let usedMs = options.usedMs;
  let runningSince: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const elapsedMs = (): number => usedMs + (runningSince === null ? 0 : options.monotonic() - runningSince);
  const arm = (): void => {
    const leftMs = options.limitMs - elapsedMs();
    timer = setTimeout(
      () => {
        if (options.limitMs - elapsedMs() > 0) arm();
        else options.onExpired();
      },
      Math.min(longestTimerMs, Math.max(0, Math.ceil(leftMs))),
    );
  };
  const pause = (): void => {
    if (runningSince === null) return;
    usedMs = elapsedMs();
    runningSince = null;
    if (timer !== null) clearTimeout(timer);
  };
  const resume = (): void => {
    if (stopped || runningSince !== null) return;
    runningSince = options.monotonic();
    arm();
  };
  resume();
  return {
    elapsedMs,
    pause,
    resume,
    stop: () => {
      pause();
      stopped = true;
    },
  };
}
