import type { Clock } from "../clock.ts";
import type { ErrorCode } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { NetworkClient } from "../network/network-client.ts";
import type { GuestVisibleError } from "../runtime/protocol.ts";

/**
 * How an effect behaves when it is met again.
 * - `record`: happens in the journal only (checkpoints, log); done as soon as it is written.
 * - `repeatable`: may be performed again after a crash (GET, sleep's remainder).
 * - `once`: written as started before it is performed; never sent twice.
 * - `park`: waits for a person; the hook is put away meanwhile.
 */
export type EffectNature = "record" | "repeatable" | "once" | "park";

/** One effect a hook can have: a row of the effect table. */
export interface EffectDefinition<Args> {
  name: string;
  /** Checks the guest's arguments, which may be anything. Throws `EffectError` with `ARGUMENT_INVALID`. */
  parseArgs(args: JsonValue, limits: EffectLimits): Args;
  nature(args: Args): EffectNature;
  /** True: the guest does not wait for its answer and never gets it. */
  isSilent?: true;
  /** True when what is left of it, gone on with, depends on the time that has passed. */
  isTimed?: true;
  /** Milliseconds a timed wait lasts; absent for what is none. */
  lastsMs?(args: Args): number;
  /** Carries it out; absent for `record` and `park`. Rejections that are not `EffectError`s are internal faults. */
  perform?(args: Args, body: Uint8Array | null, tools: EffectTools): Promise<EffectResult>;
}

export interface EffectResult {
  value: JsonValue;
  /** Response body; null when there is none. */
  body: Uint8Array | null;
}

/** What effects act through. */
export interface EffectTools {
  clock: Clock;
  network: NetworkClient;
  /** `http://host:port` of the app, or "" when unknown. */
  baseUrl: string;
  /** Aborted when the guest gives the effect up or the attempt ends. */
  signal: AbortSignal;
  /** Milliseconds since it began the first time, for an effect that goes on after a crash; 0 for one that begins now. */
  elapsedMs: number;
  /** What it gave to `pause` last, when it goes on after that pause in another process; null: it begins, or never paused. */
  pausedWith: JsonValue | null;
  /**
   * Waits between two pieces of the effect; rejects when it is given up. Over a long pause the hook may be put away: the
   * effect is given up then, and performed anew after the pause, with `state` as its `pausedWith`.
   */
  pause(ms: number, state: JsonValue): Promise<void>;
  /** Writes a host line (a refusal, a poll) to the task's log. */
  note(text: string): void;
}

/** Caps on what one hook may hand over; documented in `docs/reference/limits.md`. */
export interface EffectLimits {
  maxCheckpoints: number;
  maxCheckpointTextBytes: number;
  maxLogLineBytes: number;
  maxDetailRows: number;
  maxDetailBytes: number;
}

/** A failure that the hook may see and handle. */
export class EffectError extends Error {
  readonly code: ErrorCode;
  readonly visible: GuestVisibleError;

  constructor(code: ErrorCode, visible: Omit<GuestVisibleError, "code"> & { code?: string }) {
    super(visible.message);
    this.name = "EffectError";
    this.code = code;
    this.visible = { ...visible, code: visible.code ?? code };
  }
}
