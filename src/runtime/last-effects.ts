import type { Clock } from "../clock.ts";
import type { PendingEffects } from "./pending-effects.ts";

/**
 * What is under way when a sandbox process ends by itself. The attempt goes on in another one; a request that is not sent
 * twice gets the time to end before, so that its answer is there. It is waited for until the first of the hook's own timers
 * ends, which might have cut it off, and not for long.
 */
export interface LastEffects {
  /** The sandbox process has ended. */
  begin(detail: string): void;
  /** True when it has; ends the attempt when nothing is left to wait for. */
  look(): boolean;
  /** The attempt has ended. */
  close(): void;
}

export interface LastEffectsOptions {
  pending: Pick<PendingEffects, "size" | "dropRepeatable">;
  clock: Pick<Clock, "monotonic">;
  onEnded(detail: string): void;
}

/** Milliseconds for which they are waited for at the most. */
const longestMs = 10_000;

export function createLastEffects({ pending, clock, onEnded }: LastEffectsOptions): LastEffects {
  let lost: { detail: string; timer: NodeJS.Timeout } | null = null;
  const look = (): boolean => {
    if (lost !== null && pending.size === 0) onEnded(lost.detail);
    return lost !== null;
  };
  return {
    begin: (detail) => {
      const dueAt = pending.dropRepeatable() ?? Number.POSITIVE_INFINITY;
      const forMs = Math.max(0, Math.min(longestMs, dueAt - clock.monotonic()));
      lost = { detail, timer: setTimeout(() => onEnded(detail), forMs) };
      look();
    },
    look,
    close: () => clearTimeout(lost?.timer),
  };
}
