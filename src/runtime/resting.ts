import type { Clock } from "../clock.ts";
import type { ActiveTime } from "./active-time.ts";
import type { AttemptOptions } from "./attempt.ts";
import type { PendingEffects, Rest } from "./pending-effects.ts";

/**
 * Puts an attempt away when nothing is left of it but waits: for a person, which does not count as active, or for a
 * time, which does. A hook that waits while the datastore takes nothing is not active either, and stays.
 */
export interface Resting {
  /** To be told whenever the hook may have come to rest. */
  look(): void;
  /** Something goes on. */
  wake(): void;
  /** The datastore takes long to take something; and later: it has. */
  setStalled(isStalled: boolean): void;
  close(): void;
}

export interface RestingOptions {
  attempt: Pick<AttemptOptions, "clock" | "parkAfterMs" | "restAfterMs" | "timeoutMs">;
  pending: PendingEffects;
  active: ActiveTime;
  /** False: what the hook waits for is not known yet. */
  isSettledDown(): boolean;
  /** `restMs`: milliseconds until the first timed wait, or the hook's `timeout`, ends; null when there is none. */
  onPark(restMs: number | null, activeMs: number): void;
}

export function createResting(options: RestingOptions): Resting {
  const { attempt, pending, active } = options;
  const clock: Clock = attempt.clock;
  let timer: NodeJS.Timeout | null = null;
  let isStalled = false;

  const restNow = (): Rest | null => pending.restsOn(clock.monotonic() + attempt.restAfterMs);
  const park = (): void => {
    timer = null;
    const rest = restNow();
    if (rest === null || !options.isSettledDown()) return;
    const activeMs = active.elapsedMs();
    const leftMs = attempt.timeoutMs - activeMs;
    const restMs = rest.dueAt === null ? null : Math.min(rest.dueAt - clock.monotonic(), leftMs);
    options.onPark(restMs, activeMs);
  };
  const stopTimer = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const wake = (): void => {
    stopTimer();
    active.resume();
  };
  return {
    look: () => {
      if (isStalled) return active.pause();
      const rest = restNow();
      if (rest === null) return;
      if (rest.dueAt === null) active.pause();
      // Nobody can cut a timed wait short; a person may be about to click.
      timer ??= setTimeout(park, rest.checkpointId === null ? 0 : attempt.parkAfterMs);
    },
    wake,
    setStalled: (stalls) => {
      isStalled = stalls;
      wake();
    },
    close: stopTimer,
  };
}
