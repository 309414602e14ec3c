import type { EffectTools } from "../context/effect.ts";
import type { NetworkClient } from "../network/network-client.ts";
import type { AttemptJournal } from "./attempt-journal.ts";
import type { AttemptOptions } from "./attempt.ts";
import type { EffectPauses } from "./effect-pauses.ts";
import type { MetEffect } from "./met-effect.ts";

export interface EffectToolsOptions {
  attempt: Pick<AttemptOptions, "clock" | "context">;
  journal: Pick<AttemptJournal, "note">;
  network: NetworkClient;
  pauses: Pick<EffectPauses, "pause">;
  /** The effect they are for; `elapsedMs` since it began the first time. */
  effect: MetEffect & { elapsedMs: number };
  signal: AbortSignal;
}

/** What one effect of an attempt acts through. */
export function createEffectTools(options: EffectToolsOptions): EffectTools {
  const { attempt, journal, network, pauses, effect, signal } = options;
  const { call, begun, elapsedMs } = effect;
  return {
    clock: attempt.clock,
    network,
    baseUrl: attempt.context.baseUrl,
    signal,
    elapsedMs,
    note: (message) => journal.note({ type: "log", level: "debug", message }),
    pausedWith: begun?.paused?.state ?? null,
    pause: (ms, state) => pauses.pause({ seq: call.seq, signal }, ms, state),
  };
}
