import type { Bundle, SourceLocation } from "../compile/bundle.ts";
import { locateStack } from "../compile/locate.ts";
import { TackleboxError } from "../errors.ts";
import type { EffectCompletedEntry, EffectStartedEntry, JournalEntry } from "../journal/entry.ts";
import { requireKnownFormat } from "../journal/journal-format.ts";
import { mapTexts, type JsonValue } from "../json.ts";
import { bundleFileName, hashCall, type AttemptFailure } from "../runtime/attempt.ts";
import { replayAttempt, type AttemptReplay, type ReplayedCall } from "../runtime/replay-attempt.ts";
import type { SandboxPool } from "../runtime/sandbox-pool.ts";
import { defaultTimeoutSeconds, type HookTaskRecord } from "../task/hook-task.ts";
import type { TaskError, TaskEvent } from "../task/task-event.ts";
import { isoTime } from "../task/task-state.ts";
import { createRedactor } from "./redact-secrets.ts";
import { maskArguments, maskResult, type ShownResult } from "./mask-effects.ts";
import { toTaskError } from "./to-task-error.ts";

/** What is replayed, and how far. */
export interface ReplayRequest {
  record: HookTaskRecord;
  /** All entries of the task. */
  entries: readonly JournalEntry[];
  /** The bundle that an attempt ran. */
  bundleOf(sha256: string): Promise<Bundle>;
  pool: SandboxPool;
  /** Number of the attempt; default: the last one. */
  attempt?: number;
  /** The last entry to replay, counted from 1 in the task's journal; default: all of the attempt. */
  to?: number;
  signal: AbortSignal;
}

/** One recorded attempt, run again up to where its journal ends. No secret of the hook's inputs is in here. */
export interface ReplayReport {
  task: string;
  appName: string;
  hookId: string;
  event: string;
  attempt: number;
  /** How many attempts the task has had. */
  attempts: number;
  bundleSha256: string;
  startedAt: string;
  /** First and last entry of what was replayed, counted from 1 in the task's journal. */
  entries: { first: number; last: number };
  /** What the journal has, in its order. */
  steps: ReplayStep[];
  /** `stands`: the hook waits for something the journal does not have. */
  end: "completed" | "failed" | "stands";
  /** Why it failed. */
  error: TaskError | null;
  /** The calls the journal has no result for. */
  standing: StandingCall[];
  /** What the journal says of the attempt's end; null when replaying stopped before. */
  recorded: RecordedEnd | null;
}

export type ReplayStep =
  | {
      kind: "effect";
      /** Where its result is, counted from 1 in the task's journal. */
      entry: number;
      seq: number;
      name: string;
      args: JsonValue;
      result: ShownResult;
      startedAt: string | null;
      at: string;
      /** The author's own line. */
      source: SourceLocation | null;
    }
  /** What tacklebox had to say, or did with the attempt. */
  | { kind: "note"; entry: number; at: string; text: string };

export interface StandingCall {
  seq: number;
  name: string;
  args: JsonValue;
  /** When it had begun; null when that is not recorded either. */
  startedAt: string | null;
  source: SourceLocation | null;
}

export type RecordedEnd =
  | { kind: "completed" | "cancelled" | "open"; error: null }
  | { kind: "failed"; error: TaskError };

/** Entries of one attempt, with where the first is, counted from 1. */
interface Piece {
  first: number;
  entries: JournalEntry[];
  start: Extract<JournalEntry, { type: "attempt-started" }>;
}

/**
 * Replays a recorded attempt in a sandbox of its own; nothing is performed and nothing is written. Throws `USAGE` for
 * an attempt or entry the task does not have, `JOURNAL_FORMAT`, and what `bundleOf` throws.
 */
export async function replayTask(request: ReplayRequest): Promise<ReplayReport> {
  const { record, pool, signal } = request;
  const attempts = request.entries.filter((entry) => entry.type === "attempt-started").length;
  const whole = requireAttempt(request, attempts);
  requireKnownFormat(record.id, whole.start);
  const bundle = await request.bundleOf(whole.start.bundleSha256);
  const recorded = whole.entries.slice(0, requireLength(whole, request));
  const replayed = await replayAttempt({
    bundle,
    entrypoint: record.hook.entrypoint,
    recorded,
    pool,
    timeoutMs: (record.hook.timeout ?? defaultTimeoutSeconds) * 1000,
    signal,
  });
  const replay = { ...replayed, calls: upToMismatch(replayed.calls, recorded) };
  const { start, first } = whole;
  const isWhole = recorded.length === whole.entries.length;
  const recordedEnd = isWhole ? endOf(recorded) : null;
  const failure = failureOf(replay, recordedEnd);
  const described = describeReplay(bundle, { ...whole, entries: recorded }, replay);
  const report: ReplayReport = {
    task: record.id,
    appName: record.appName,
    hookId: record.hook.id,
    event: record.hook.event,
    attempt: start.attempt,
    attempts,
    bundleSha256: start.bundleSha256,
    startedAt: isoTime(start.at),
    entries: { first, last: first + recorded.length - 1 },
    ...described,
    end: failure === null ? replay.end.kind : "failed",
    error: failure === null ? null : toReplayError(record.hook.id, failure, bundle, replay.calls.at(-1)),
    recorded: recordedEnd,
  };
  return mapTexts(report, createRedactor(record.hook.inputs ?? [], start.context.inputs));
}

function requireAttempt({ record, entries, attempt }: ReplayRequest, attempts: number): Piece {
  const wanted = attempt ?? attempts;
  const starts = entries.flatMap((entry, index) => (entry.type === "attempt-started" ? [index] : []));
  const from = starts[wanted - 1];
  const start = from === undefined ? undefined : entries[from];
  if (from !== undefined && start?.type === "attempt-started") {
    return { first: from + 1, entries: entries.slice(from, starts[wanted]), start };
  }
  const found = attempts === 0 ? "no attempt" : attempts === 1 ? "one attempt" : `${attempts} attempts`;
  const advice = attempts === 0 ? "wait until the hook has begun" : `choose one from 1 to ${attempts}`;
  throw new TackleboxError(
    "USAGE",
    `replay ${record.id}: the journal of hook "${record.hook.id}" has ${found}, ` +
      `${attempt === undefined ? "at least one" : `attempt ${attempt}`} was expected; ${advice}.`,
  );
}

function requireLength({ first, entries, start }: Piece, { record, to }: ReplayRequest): number {
  const last = first + entries.length - 1;
  if (to === undefined) return entries.length;
  if (to >= first && to <= last) return to - first + 1;
  throw new TackleboxError(
    "USAGE",
    `replay ${record.id} --to ${to}: attempt ${start.attempt} has the entries ${first} to ${last}; ` +
      "choose one of them, or another attempt.",
  );
}

function endOf(entries: readonly JournalEntry[]): RecordedEnd {
  const events = entries.flatMap((entry): TaskEvent[] => (entry.type === "task" ? [entry.event] : []));
  for (const event of events) {
    if (event.type === "attempt-completed") return { kind: "completed", error: null };
    if (event.type === "attempt-failed") return { kind: "failed", error: event.error };
    if (event.type === "cancelled") return { kind: "cancelled", error: null };
  }
  return { kind: "open", error: null };
}

/** Why the replay failed; also when the hook now ends otherwise than it did. */
function failureOf({ end }: AttemptReplay, recorded: RecordedEnd | null): AttemptFailure | null {
  const differs = (now: string, then: string): AttemptFailure => ({
    by: "runtime",
    code: "REPLAY_MISMATCH",
    detail: `it ${now} now and ${then} when it was recorded.`,
  });
  if (end.kind === "failed") return end.failure;
  if (recorded?.kind === "completed" && end.kind === "stands")
    return differs("waits for something", "completed");
  if (recorded?.kind === "failed" && end.kind === "completed") return differs("completes", "failed");
  return null;
}

function describeReplay(
  bundle: Bundle,
  { entries, first }: Piece,
  { calls }: AttemptReplay,
): Pick<ReplayReport, "steps" | "standing"> {
  const bySeq = new Map(calls.map((call) => [call.seq, call]));
  const started = new Map(
    entries.flatMap((entry) => (entry.type === "effect-started" ? [[entry.seq, isoTime(entry.at)]] : [])),
  );
  const done = new Set<number>();
  const steps = entries.flatMap((entry, index): ReplayStep[] => {
    if (entry.type === "task") return noteOf(entry.event, first + index, isoTime(entry.at));
    if (entry.type !== "effect-completed") return [];
    const call = bySeq.get(entry.seq);
    if (call === undefined || !isSame(call, entry)) return [];
    done.add(entry.seq);
    return [
      {
        kind: "effect",
        entry: first + index,
        seq: entry.seq,
        name: entry.name,
        args: maskArguments(call.args),
        result: maskResult(entry.outcome),
        startedAt: started.get(entry.seq) ?? null,
        at: isoTime(entry.at),
        source: sourceOf(bundle, call),
      },
    ];
  });
  const standing = calls
    .filter((call) => !done.has(call.seq))
    .map((call) => ({
      seq: call.seq,
      name: call.name,
      args: maskArguments(call.args),
      startedAt: started.get(call.seq) ?? null,
      source: sourceOf(bundle, call),
    }));
  return { steps, standing };
}

/**
 * The calls up to the first that is not the recorded one. Completions are handed over together, so that a hook has often gone
 * on, with answers to other calls, by the time it is stopped.
 */
function upToMismatch(calls: readonly ReplayedCall[], recorded: readonly JournalEntry[]): ReplayedCall[] {
  const known = new Map(
    recorded.flatMap((entry) => ("argsHash" in entry ? [[entry.seq, entry] as const] : [])),
  );
  const other = calls.findIndex((call) => {
    const entry = known.get(call.seq);
    return entry !== undefined && !isSame(call, entry);
  });
  return other < 0 ? [...calls] : calls.slice(0, other + 1);
}

const isSame = (
  { name, args, body }: ReplayedCall,
  entry: EffectStartedEntry | EffectCompletedEntry,
): boolean => name === entry.name && hashCall(name, args, body) === entry.argsHash;

const sourceOf = (bundle: Bundle, { at }: ReplayedCall): SourceLocation | null =>
  locateStack(bundle, at, bundleFileName);

const reasons = {
  "put-away": "it was brought back after it had been put away",
  "sandbox-lost": "its process was lost; it went on in another",
  "worker-lost": "its worker was lost; it went on under another",
} as const;

function noteOf(event: TaskEvent, entry: number, at: string): ReplayStep[] {
  if (event.type === "log") return [{ kind: "note", entry, at, text: event.message }];
  if (event.type === "attempt-resumed") return [{ kind: "note", entry, at, text: reasons[event.reason] }];
  return [];
}

function toReplayError(
  hookId: string,
  failure: AttemptFailure,
  bundle: Bundle,
  last: ReplayedCall | undefined,
): TaskError {
  const error = toTaskError(hookId, failure, bundle);
  return error.source !== null || last === undefined ? error : { ...error, source: sourceOf(bundle, last) };
}
