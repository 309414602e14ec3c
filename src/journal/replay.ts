import type {
  EffectCompletedEntry,
  EffectOutcome,
  EffectPausedEntry,
  EffectStartedEntry,
  JournalEntry,
} from "./entry.ts";

/**
 * What the journal says about the attempt that is being brought back.
 *
 * 1. A call is recognised by its sequence number; its name and argument hash must be those recorded (J5).
 * 2. Recorded completions are delivered in recorded order, one by one (J2).
 * 3. A call that was started and not completed is neither new nor done; what happens to it is the effect's
 *    business (J3).
 */
export interface Replay {
  /** What is known of a call the guest makes. */
  match(call: { seq: number; name: string; argsHash: string }): ReplayMatch;
  /** The next recorded completion whose call has been made, taken from the list; null when there is none. */
  nextCompletion(): { seq: number; at: number; outcome: EffectOutcome } | null;
  /** What `nextCompletion` will give next, its calls made or not; at most so many. */
  ahead(count: number): readonly EffectCompletedEntry[];
  /** Sequence number of the recorded completion that cannot be delivered yet; null when all are. */
  blockedOn(): number | null;
}

export type ReplayMatch =
  | { kind: "new" }
  /** `paused` is its latest long pause; null when it made none. */
  | { kind: "unfinished"; started: EffectStartedEntry; paused: EffectPausedEntry | null }
  | { kind: "completed"; completed: EffectCompletedEntry }
  | { kind: "mismatch"; recorded: { name: string } };

/** Reads the entries of one attempt, in order. */
export function createReplay(entries: readonly JournalEntry[]): Replay {
  const started = new Map<number, EffectStartedEntry>();
  const paused = new Map<number, EffectPausedEntry>();
  const completed = new Map<number, EffectCompletedEntry>();
  for (const entry of entries) {
    if (entry.type === "effect-started") started.set(entry.seq, entry);
    else if (entry.type === "effect-paused") paused.set(entry.seq, entry);
    else if (entry.type === "effect-completed") completed.set(entry.seq, entry);
  }
  const order = [...completed.values()];
  const called = new Set<number>();
  let position = 0;

  return {
    match: ({ seq, name, argsHash }) => {
      const recorded = completed.get(seq) ?? started.get(seq);
      called.add(seq);
      if (recorded === undefined) return { kind: "new" };
      if (recorded.name !== name || recorded.argsHash !== argsHash) {
        return { kind: "mismatch", recorded: { name: recorded.name } };
      }
      if (recorded.type === "effect-completed") return { kind: "completed", completed: recorded };
      return { kind: "unfinished", started: recorded, paused: paused.get(seq) ?? null };
    },
    nextCompletion: () => {
      const next = order[position];
      if (next === undefined || !called.has(next.seq)) return null;
      position += 1;
      return { seq: next.seq, at: next.at, outcome: next.outcome };
    },
    ahead: (count) => order.slice(position, position + count),
    blockedOn: () => order[position]?.seq ?? null,
  };
}

/** The entries of the latest attempt, beginning with its `attempt-started`; empty when there was none. */
export function entriesOfLastAttempt(entries: readonly JournalEntry[]): JournalEntry[] {
  const start = entries.findLastIndex((entry) => entry.type === "attempt-started");
  return start < 0 ? [] : entries.slice(start);
}

/** True when the entry tells of a request on the wire, or of its refusal. */
export function isRequest(entry: JournalEntry): boolean {
  return entry.type === "task" && entry.event.type === "request";
}

/** True when the entry is that host line about the hook. */
export function isLogNote(entry: JournalEntry, message: string): boolean {
  return entry.type === "task" && entry.event.type === "log" && entry.event.message === message;
}
