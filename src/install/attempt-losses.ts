import type { JournalEntry } from "../journal/entry.ts";
import type { Moment } from "../journal/moment.ts";
import type { ResumeReason } from "../task/task-event.ts";
import { restedMs, toTimedRest } from "../task/timed-rest.ts";

/**
 * How often an attempt is gone on with after a loss at the same place, before the loss counts as its failure. A hook
 * that kills its own process does so again; a NAS that loses power while a hook sleeps is not the hook's doing.
 */
export const mostLosses: Record<ResumeReason, number> = {
  "put-away": Number.POSITIVE_INFINITY,
  "sandbox-lost": 2,
  "worker-lost": 20,
};

/** What is known of a sandbox process that ended by itself under this worker. */
export interface LostSandbox {
  /** Active milliseconds of the attempt, all pieces. */
  activeMs: number;
  detail: string;
}

/** Why an attempt is gone on with, and how long its last piece was active; null when it is only beginning. */
export interface LostPiece {
  reason: ResumeReason;
  lastedMs: number;
  detail: string;
}

/**
 * Reads from an attempt's entries what became of its last piece. A worker that was killed has written nothing about
 * it: its piece lasted from its beginning to the last entry it wrote, waiting included.
 */
export function describePiece(
  recorded: readonly JournalEntry[],
  sandbox: LostSandbox | null,
  now: Moment,
): LostPiece | null {
  const last = recorded.at(-1);
  if (last === undefined || (last.type === "attempt-started" && sandbox === null)) return null;
  const begin = recorded.findLast(beginsPiece) ?? last;
  if (sandbox !== null) {
    const usedBefore =
      begin.type === "task" && begin.event.type === "attempt-resumed" ? begin.event.activeMs : 0;
    return {
      reason: "sandbox-lost",
      lastedMs: Math.max(0, sandbox.activeMs - usedBefore),
      detail: sandbox.detail,
    };
  }
  if (last.type === "task" && last.event.type === "attempt-paused") {
    // Waiting for a person does not count, a sleep does; that nobody was there at its end is not the hook's doing.
    const rest = toTimedRest(last.event, last.at);
    const lastedMs = rest === null ? 0 : restedMs(rest, now);
    return { reason: "put-away", lastedMs, detail: "" };
  }
  const detail = "the worker it ran under was killed each time.";
  return { reason: "worker-lost", lastedMs: Math.max(0, last.at - begin.at), detail };
}

function beginsPiece(entry: JournalEntry): boolean {
  return (
    entry.type === "attempt-started" || (entry.type === "task" && entry.event.type === "attempt-resumed")
  );
}
