import type { Clock } from "../clock.ts";
import type { Bundle } from "../compile/bundle.ts";
import { defaultEffectLimits } from "../context/effect-table.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JsonValue } from "../json.ts";
import type { AttemptFailure } from "./attempt.ts";
import type { GuestMessage, HeldCompletion } from "./protocol.ts";
import { runAttempt } from "./run-attempt.ts";
import type { SandboxLease, SandboxPool } from "./sandbox-pool.ts";

/** What is replayed. */
export interface AttemptReplayOptions {
  bundle: Bundle;
  entrypoint: string;
  /** Entries of the attempt up to where the replay shall stop, `attempt-started` first. */
  recorded: readonly JournalEntry[];
  pool: SandboxPool;
  /** Active time the hook may use. */
  timeoutMs: number;
  /** Stops it. */
  signal: AbortSignal;
}

/** What the hook did when it was run again. */
export interface AttemptReplay {
  /** Its calls, in the order made. */
  calls: ReplayedCall[];
  /** Numbers of the calls whose results were handed to it, in that order. */
  delivered: number[];
  end: ReplayEnd;
}

export interface ReplayedCall {
  seq: number;
  name: string;
  args: JsonValue;
  body: Uint8Array | null;
  reply: boolean;
  /** Stack text of the place where it was made. */
  at: string;
}

export type ReplayEnd =
  | { kind: "completed" }
  /** Also: it did not do what was recorded (`REPLAY_MISMATCH`). */
  | { kind: "failed"; failure: AttemptFailure }
  /** It waits for something that is not recorded. */
  | { kind: "stands" };

/**
 * Runs a recorded attempt again, in the real sandbox and by the same code that brings hooks back, up to the end of what
 * is recorded. Nothing is written, sent, waited out or asked: whatever the journal does not answer stays unanswered.
 */
export async function replayAttempt(options: AttemptReplayOptions): Promise<AttemptReplay> {
  const { recorded, bundle, entrypoint, pool, timeoutMs } = options;
  const start = recorded[0];
  if (start?.type !== "attempt-started") throw new Error("a replay begins with an attempt-started entry");
  const calls: ReplayedCall[] = [];
  const delivered: number[] = [];
  const standing = new AbortController();
  const signal = AbortSignal.any([standing.signal, options.signal]);
  const ended = untilAborted(signal);
  ended.catch(() => {});
  const never = (): Promise<never> => ended;
  const outcome = await runAttempt({
    bundle,
    entrypoint,
    context: start.context,
    seed: start.seed,
    now: start.now,
    recorded,
    // Keeps nothing; at the end nobody waits for it any more.
    journal: { append: () => ended.catch(() => {}) },
    pool: tapped(pool, { calls, delivered, onStanding: () => standing.abort(new Error("it stands")) }),
    clock: stillClock(start.now, never),
    createNetwork: () => ({ request: never, close: async () => {} }),
    effectLimits: defaultEffectLimits,
    // What is not recorded does not reach the hook.
    mostAhead: 0,
    timeoutMs,
    redact: (text) => text,
    usedMs: 0,
    parkAfterMs: timeoutMs,
    restAfterMs: Number.POSITIVE_INFINITY,
    person: { decision: never },
    signal,
  });
  options.signal.throwIfAborted();
  if (outcome.kind === "completed") return { calls, delivered, end: { kind: "completed" } };
  if (outcome.kind !== "failed") return { calls, delivered, end: { kind: "stands" } };
  return { calls, delivered, end: { kind: "failed", failure: outcome.failure } };
}

/** Never fulfilled: nothing that is not recorded happens in a replay. Rejects at its end. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return await new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Only recorded completions move a replay's time on. */
function stillClock(now: number, never: () => Promise<never>): Clock {
  return { now: () => now, monotonic: () => 0, sleep: never };
}

interface Tap {
  calls: ReplayedCall[];
  delivered: number[];
  /** The guest waits, and nothing recorded is left for it. */
  onStanding(): void;
}

/** The pool, listened in on: calls are asked to name their places, and noted. */
function tapped(pool: SandboxPool, tap: Tap): SandboxPool {
  return { ...pool, acquire: async (app) => tappedSandbox(await pool.acquire(app), tap) };
}

function tappedSandbox(sandbox: SandboxLease, tap: Tap): SandboxLease {
  let openTurns = 0;
  let handed: HeldCompletion[] = [];
  return {
    ...sandbox,
    send: (message, body) => {
      openTurns += 1;
      if (message.type === "completions") handed = message.completions;
      sandbox.send(message.type === "start" ? { ...message, trace: true } : message, body);
    },
    attach: (listener) =>
      sandbox.attach({
        ...listener,
        onTurn: (turn) => {
          for (const said of turn.messages) if (said.type === "call") noteCall(tap, said, turn.body);
          if (turn.done) openTurns -= 1;
          tap.delivered.push(...handed.slice(0, turn.taken).flatMap(seqHeard));
          // Hands over the next recorded completion, when there is one, which opens another turn.
          listener.onTurn(turn);
          if (turn.done && openTurns === 0) tap.onStanding();
        },
      }),
  };
}

/** The call that the hook was told of; none for one that nobody waits for. */
function seqHeard(completion: HeldCompletion): number[] {
  if (typeof completion === "number") return [];
  return [Array.isArray(completion) ? completion[0] : completion.seq];
}

function noteCall(tap: Tap, call: Extract<GuestMessage, { type: "call" }>, body: Uint8Array): void {
  const { seq, name, args, reply, at = "" } = call;
  tap.calls.push({ seq, name, args, reply, at, body: call.hasBody ? body : null });
}
