import type { JournalEntry } from "../journal/entry.ts";
import type { JournalWriter } from "../journal/journal-writer.ts";

/**
 * Writes entries in the order given, those that pile up during a write in one go, and calls back each once it
 * is kept. After a write failed nothing more is written.
 */
export interface GroupCommit {
  add(entry: JournalEntry, onKept: () => void): void;
  /** Resolves when everything added so far is kept. */
  flushed(): Promise<void>;
}

interface Waiting {
  entry: JournalEntry;
  onKept: () => void;
}

export function createGroupCommit(writer: JournalWriter, onError: (error: unknown) => void): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let stopped = false;

  const run = async (): Promise<void> => {
    while (waiting.length > 0 && !stopped) {
      const batch = waiting;
      waiting = [];
      await writer.append(batch.map((item) => item.entry));
      for (const item of batch) item.onKept();
    }
  };
  const start = (): void => {
    // The microtask lets all messages of one frame get into one write.
    running ??= Promise.resolve()
      .then(run)
      .catch((error: unknown) => {
        stopped = true;
        onError(error);
      })
      .finally(() => {
        running = null;
        if (waiting.length > 0 && !stopped) start();
      });
  };

  return {
    add: (entry, onKept) => {
      if (stopped) return;
      waiting.push({ entry, onKept });
      start();
    },
    flushed: async () => {
      while (running !== null) await running;
    },
  };
}
