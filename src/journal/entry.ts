import type { JsonValue } from "../json.ts";
import type { GuestContextData, GuestVisibleError } from "../runtime/protocol.ts";
import type { OperationEvent } from "../task/operation-event.ts";
import type { TaskEvent } from "../task/task-event.ts";
import type { SteadyReading } from "./moment.ts";

/** Version of the entry shapes; part of each `attempt-started`. Changing a shape means a new number. */
export const journalFormat = 2;

/** Formats that are read, this one and those before it. 2 added `effect-paused`. */
export type KnownFormat = 1 | typeof journalFormat;

/**
 * One line of a task's journal, in the order in which things happened. A task's whole state, its view and the
 * replay of its current attempt are folds over these.
 */
export type JournalEntry =
  | {
      type: "attempt-started";
      format: KnownFormat;
      attempt: number;
      at: number;
      /** Wall time at which the guest's clock starts. */
      now: number;
      /** 32 random bytes, hex. */
      seed: string;
      bundleSha256: string;
      /** Of the sources it was compiled from; absent in journals of older versions. */
      sourceSha256?: string;
      /** What `ctx` held, answers included; a replay gets the same. */
      context: GuestContextData;
    }
  /** A `once`, `repeatable` or `park` effect about to be performed. */
  | EffectStartedEntry
  /** An effect that works in pieces makes a long pause between two of them. */
  | EffectPausedEntry
  /** An effect's completion; one with a result is written before the guest sees it. For `record` effects the only entry. */
  | EffectCompletedEntry
  /** A change of the task's state, or a note, that did not come from an effect. */
  | { type: "task"; at: number; event: TaskEvent }
  /** The same for an install or upgrade, which has a journal of its own. */
  | { type: "operation"; at: number; event: OperationEvent };

export interface EffectStartedEntry {
  type: "effect-started";
  seq: number;
  name: string;
  argsHash: string;
  at: number;
  /** For effects of which time tells what is left. */
  steady?: SteadyReading;
  /** For effects that show in the task while they last (`awaitCheckpointRetry`). */
  event?: TaskEvent;
}

export interface EffectPausedEntry {
  type: "effect-paused";
  seq: number;
  at: number;
  steady?: SteadyReading;
  /** Milliseconds it pauses for. */
  ms: number;
  /** What the effect goes on from after the pause. */
  state: JsonValue;
}

export interface EffectCompletedEntry {
  type: "effect-completed";
  seq: number;
  name: string;
  argsHash: string;
  at: number;
  outcome: EffectOutcome;
  /** For effects that show in the task (checkpoints, log lines, requests). */
  event?: TaskEvent;
}

export type EffectOutcome =
  | { ok: true; value: JsonValue; /** base64 */ body?: string }
  | { ok: false; error: GuestVisibleError };
