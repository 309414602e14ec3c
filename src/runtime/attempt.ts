import { createHash, hash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { EffectLimits } from "../context/effect.ts";
import type { Bundle } from "../compile/bundle.ts";
import type { ErrorCode } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JournalWriter } from "../journal/journal-writer.ts";
import type { NetworkClient, NetworkObservation } from "../network/network-client.ts";
import type { GuestContextData, GuestFailure } from "./protocol.ts";
import type { SandboxPool } from "./sandbox-pool.ts";

/** Everything one attempt of a hook needs. */
export interface AttemptOptions {
  bundle: Bundle;
  entrypoint: string;
  context: GuestContextData;
  seed: string;
  /** Wall time at which the guest's clock starts, recorded in `attempt-started`. */
  now: number;
  /** Entries of this attempt that are already kept, `attempt-started` first. */
  recorded: readonly JournalEntry[];
  journal: JournalWriter;
  pool: SandboxPool;
  clock: Clock;
  /** Makes the attempt's network client; it reports each request and each refusal. */
  createNetwork(observe: (seen: NetworkObservation) => void): NetworkClient;
  effectLimits: EffectLimits;
  /** Completions that may reach the hook before they are kept, see `DeliveryOrder`; default 64. */
  mostAhead?: number;
  /** The hook's `timeout`, over all pieces of the attempt. */
  timeoutMs: number;
  /** Takes secrets out of a text that is kept to be shown. */
  redact(text: string): string;
  /** Active time used by earlier pieces. */
  usedMs: number;
  /** How long a hook that waits for a person stays live before it is parked. */
  parkAfterMs: number;
  /** Timed waits with at least that much left are put away too; Infinity: never. */
  restAfterMs: number;
  person: Person;
  /** Aborted with a reason of `cancel` or `handover`. */
  signal: AbortSignal;
}

/** The person at the activity center, as an attempt knows them. */
export interface Person {
  /** What was decided for that wait, now or within the life of the signal; rejects when it aborts. */
  decision(seq: number, signal: AbortSignal): Promise<"retry" | "skip">;
}

/** How an attempt ended, or how far it got. */
export type AttemptOutcome =
  | { kind: "completed"; activeMs: number }
  | { kind: "failed"; failure: AttemptFailure; activeMs: number }
  /** Put away: it waits for a person, or for `restMs` milliseconds at the longest. Nothing is left running. */
  | { kind: "parked"; restMs: number | null; activeMs: number }
  /** Stopped by the signal, to be gone on with elsewhere or cancelled. */
  | { kind: "stopped"; activeMs: number };

export type AttemptFailure =
  | { by: "guest"; error: GuestFailure }
  | { by: "runtime"; code: ErrorCode; detail: string };

/** True when the hook itself said that it has ended, well or not. */
export const isOwnEnd = (outcome: AttemptOutcome): boolean =>
  outcome.kind === "completed" || (outcome.kind === "failed" && outcome.failure.by === "guest");

/** The name of the bundle in stack traces made inside the isolate. */
export const bundleFileName = "hook:bundle";

/** What a call is recognised by on replay. */
export function hashCall(name: string, args: JsonValue, body: Uint8Array | null): string {
  const text = `${name}\0${JSON.stringify(args)}`;
  const sha256 =
    body === null
      ? hash("sha256", text, "base64url")
      : createHash("sha256").update(text).update("\0").update(body).digest("base64url");
  return sha256.slice(0, 22);
}
