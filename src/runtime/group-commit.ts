import type { JournalEntry } from "../journal/entry.ts";
import type { JournalWriter } from "../journal/journal-writer.ts";

/**
 * Writes entries in the order given, those that pile up during a write in one go, and calls back each once it
 * is kept. After a write failed nothing more is written, and nobody is called back.
 */
export interface GroupCommit {
  add(entry: JournalEntry, onKept: () => void): void;
  /** Calls back once everything added so far is kept: at once, when it is. */
  afterKept(go: () => void): void;
  /** Resolves when everything added so far is kept; rejects when a write has failed. */
  flushed(): Promise<void>;
}

export interface GroupCommitListener {
  onError(error: unknown): void;
  /** A write takes long; and later: it has ended. */
  onStalled(isStalled: boolean): void;
}

/** Milliseconds after which a write takes long. */
const stalledAfterMs = 500;

interface Waiting {
  entry: JournalEntry;
  onKept: () => void;
}

export function createGroupCommit(writer: JournalWriter, listener: GroupCommitListener): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;
  /** The last one added; null when all are kept. */
  let newest: Waiting | null = null;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await write(
        writer,
        batch.map((item) => item.entry),
        listener,
      );
      for (const item of batch) {
        if (item === newest) newest = null;
        item.onKept();
      }
    }
  };
  const start = (): void => {
    // The microtask lets all messages of one frame get into one write.
    running ??= Promise.resolve()
      .then(run)
      .catch((error: unknown) => {
        failure = { error };
        listener.onError(error);
      })
      .finally(() => {
        running = null;
        if (waiting.length > 0 && failure === null) start();
      });
  };

  return {
    add: (entry, onKept) => {
      if (failure !== null) return;
      newest = { entry, onKept };
      waiting.push(newest);
      start();
    },
    afterKept: (go) => {
      if (newest === null) return go();
      const { onKept } = newest;
      newest.onKept = () => {
        onKept();
        go();
      };
    },
    flushed: async () => {
      while (running !== null) await running;
      if (failure !== null) throw failure.error;
    },
  };
}

async function write(
  writer: JournalWriter,
  entries: JournalEntry[],
  listener: GroupCommitListener,
): Promise<void> {
  let isStalled = false;
  const timer = setTimeout(() => {
    isStalled = true;
    listener.onStalled(true);
  }, stalledAfterMs);
  try {
    await writer.append(entries);
  } finally {
    clearTimeout(timer);
    if (isStalled) listener.onStalled(false);
  }
}
