import { readMoment } from "../clock.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { Moment } from "../journal/moment.ts";
import type { TaskEvent } from "../task/task-event.ts";
import type { AttemptOptions } from "./attempt.ts";
import { withoutSecrets } from "./effect-outcome.ts";
import { createGroupCommit, type GroupCommitListener } from "./group-commit.ts";

/** The journal as one attempt writes it: stamped, without secrets in what is shown, and within its size. */
export interface AttemptJournal {
  /**
   * The time of the next entry: the wall time at which this piece of the attempt began, never before that of the last
   * entry, and the steady time since. So a clock that is set changes neither the hook's time nor the length of the piece.
   */
  stamp(): number;
  /** The same, with the machine's steady time beside it. */
  moment(): Moment;
  /** Writes an entry after those written before; calls back once it is kept. */
  keep(entry: JournalEntry, onKept: () => void): void;
  /** A host line about the hook; not part of the replay. */
  note(event: TaskEvent): void;
  /** Calls back once all written so far is kept: at once, when it is. */
  afterKept(go: () => void): void;
  /** Resolves when all written so far is kept; rejects when the datastore did not take it. */
  flushed(): Promise<void>;
  /** Nothing is written any more. */
  close(): void;
}

export interface AttemptJournalListener extends GroupCommitListener {
  /** Responses take more room than an attempt may have. */
  onFull(maxBytes: number): void;
}

export function createAttemptJournal(
  options: Pick<AttemptOptions, "journal" | "clock" | "redact" | "pool" | "now" | "recorded">,
  listener: AttemptJournalListener,
): AttemptJournal {
  const { maxJournalBytes } = options.pool.limits;
  const commit = createGroupCommit(options.journal, listener);
  const { clock } = options;
  const recordedAt = options.recorded.reduce((latest, { at }) => Math.max(latest, at), options.now);
  const beganAt = Math.max(clock.now(), recordedAt);
  const began = clock.monotonic();
  let bytes = options.recorded.reduce((sum, entry) => sum + sizeOf(entry), 0);
  let closed = false;

  const stamp = (): number => beganAt + Math.floor(clock.monotonic() - began);
  const keep = (entry: JournalEntry, onKept: () => void): void => {
    if (closed) return;
    bytes += sizeOf(entry);
    if (bytes > maxJournalBytes) listener.onFull(maxJournalBytes);
    else commit.add(withoutSecrets(entry, options.redact), onKept);
  };
  return {
    stamp,
    moment: () => ({ ...readMoment(clock), at: stamp() }),
    keep,
    note: (event) => keep({ type: "task", at: stamp(), event }, () => {}),
    afterKept: commit.afterKept,
    flushed: commit.flushed,
    close: () => {
      closed = true;
    },
  };
}

function sizeOf(entry: JournalEntry): number {
  if (entry.type !== "effect-completed" || !entry.outcome.ok) return 0;
  return (entry.outcome.body?.length ?? 0) + JSON.stringify(entry.outcome.value).length;
}
