import type { JournalEntry } from "./entry.ts";

/** The port through which an attempt writes: all entries or none, in order, after those written before. */
export interface JournalWriter {
  /** Rejects with `JOURNAL_FENCED` when another worker has written meanwhile. */
  append(entries: JournalEntry[]): Promise<void>;
}
