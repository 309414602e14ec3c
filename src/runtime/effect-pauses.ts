import { readMoment } from "../clock.ts";
import type { EffectPausedEntry } from "../journal/entry.ts";
import { elapsedBetween } from "../journal/moment.ts";
import type { JsonValue } from "../json.ts";
import type { AttemptJournal } from "./attempt-journal.ts";
import type { AttemptOptions } from "./attempt.ts";
import type { PendingEffects } from "./pending-effects.ts";
import type { Resting } from "./resting.ts";

/** The pauses an effect makes between its pieces. A long one is kept before it begins, so that the hook can be put away. */
export interface EffectPauses {
  /** Rejects when the signal aborts. */
  pause(effect: PausingEffect, ms: number, state: JsonValue): Promise<void>;
  /** Waits for what is left of a pause that was kept by an earlier piece of the attempt. */
  goOn(effect: PausingEffect, paused: EffectPausedEntry): Promise<void>;
}

export interface PausingEffect {
  seq: number;
  signal: AbortSignal;
}

export interface EffectPausesOptions {
  attempt: Pick<AttemptOptions, "clock" | "restAfterMs" | "recorded">;
  pending: PendingEffects;
  journal: AttemptJournal;
  resting: Resting;
  /** Told when an effect has begun to pause. */
  onPause(): void;
}

export function createEffectPauses(options: EffectPausesOptions): EffectPauses {
  const { pending, journal, resting } = options;
  const { clock, restAfterMs, recorded } = options.attempt;
  const start = recorded[0];
  // Whoever reads the first format does not know such an entry.
  const keepsPauses = start?.type === "attempt-started" && start.format > 1;

  const sitOut = async ({ seq, signal }: PausingEffect, ms: number): Promise<void> => {
    pending.setDue(seq, clock.monotonic() + ms);
    options.onPause();
    try {
      if (ms > 0) await clock.sleep(ms, signal);
    } finally {
      pending.setDue(seq, null);
      resting.wake();
    }
  };
  return {
    pause: async (effect, ms, state) => {
      if (!keepsPauses || ms < restAfterMs) return await clock.sleep(ms, effect.signal);
      const kept = Promise.withResolvers<void>();
      const began = journal.moment();
      journal.keep({ type: "effect-paused", seq: effect.seq, ...began, ms, state }, kept.resolve);
      await kept.promise;
      await sitOut(effect, ms);
    },
    goOn: async (effect, paused) =>
      await sitOut(effect, paused.ms - elapsedBetween(paused, readMoment(clock))),
  };
}
