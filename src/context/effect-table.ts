import type { EffectDefinition, EffectLimits } from "./effect.ts";
import { awaitCheckpointRetry } from "./effects/await-checkpoint-retry.ts";
import {
  emitCheckpoint,
  registerCheckpoints,
  skipCheckpoint,
  updateCheckpointMessage,
} from "./effects/checkpoints.ts";
import { fetchEffect } from "./effects/fetch.ts";
import { log } from "./effects/log.ts";
import { waitForApp } from "./effects/wait-for-app.ts";
import { sleep, timer } from "./effects/waits.ts";

/** Every effect a hook can have. A new one is one row here; replay needs nothing new. */
export const effectTable: ReadonlyMap<string, EffectDefinition<unknown>> = new Map(
  [
    registerCheckpoints,
    emitCheckpoint,
    updateCheckpointMessage,
    skipCheckpoint,
    log,
    sleep,
    timer,
    fetchEffect,
    waitForApp,
    awaitCheckpointRetry,
  ].map((effect) => [effect.name, effect as EffectDefinition<unknown>]),
);

/** Caps on what a hook hands over; the defaults are documented in `docs/reference/limits.md`. */
export const defaultEffectLimits: EffectLimits = {
  maxCheckpoints: 200,
  maxCheckpointTextBytes: 4096,
  maxLogLineBytes: 64 * 1024,
  maxDetailRows: 50,
  maxDetailBytes: 1024,
};
