import type { JournalStore } from "../datastore/datastore.ts";
import { TackleboxError, errorText } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { foldEntry, initialHookTaskState, type HookTaskState } from "../task/task-state.ts";
import type { JournalWriter } from "../journal/journal-writer.ts";

/** A task's journal, opened for writing: all its entries so far, and the place where the next one goes. */
export interface TaskJournal extends JournalWriter {
  readonly entries: readonly JournalEntry[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads a task's journal, from `fromIndex` on. Throws `JOURNAL_CORRUPT`. */
export async function readJournal(
  store: JournalStore,
  taskId: string,
  fromIndex = 0,
): Promise<JournalEntry[]> {
  const stored = await store.read(taskId, fromIndex);
  return stored.map((bytes, index) => decodeEntry(bytes, taskId, fromIndex + index));
}

/** Where a hook task stands, folded from its journal. */
export async function readHookState(
  runtime: { journals: JournalStore },
  taskId: string,
): Promise<HookTaskState> {
  return (await readJournal(runtime.journals, taskId)).reduce(foldEntry, initialHookTaskState);
}

/**
 * Opens a task's journal for writing; `onEntries` is told what was added once it is kept. Whoever opened it later
 * and wrote first wins; the other gets `JOURNAL_FENCED`.
 */
export async function openTaskJournal(
  store: JournalStore,
  taskId: string,
  onEntries: (entries: readonly JournalEntry[]) => void,
): Promise<TaskJournal> {
  return resumeTaskJournal(store, taskId, await readJournal(store, taskId), onEntries);
}

/** The same for whoever has read the entries already; they belong to the journal from now on. */
export function resumeTaskJournal(
  store: JournalStore,
  taskId: string,
  entries: JournalEntry[],
  onEntries: (entries: readonly JournalEntry[]) => void,
): TaskJournal {
  let tail: Promise<void> = Promise.resolve();
  const write = async (added: JournalEntry[]): Promise<void> => {
    await store.append(
      taskId,
      entries.length,
      added.map((entry) => encoder.encode(JSON.stringify(entry))),
    );
    entries.push(...added);
    onEntries(added);
  };
  return {
    entries,
    append: async (added) => {
      if (added.length === 0) return;
      const writing = tail.then(() => write(added));
      tail = writing.catch(() => {});
      await writing;
    },
  };
}

function decodeEntry(bytes: Uint8Array, taskId: string, index: number): JournalEntry {
  try {
    const entry: unknown = JSON.parse(decoder.decode(bytes));
    if (isJsonObject(entry) && typeof entry["type"] === "string") return entry as JournalEntry;
    throw new TypeError("it is no entry");
  } catch (error) {
    throw new TackleboxError(
      "JOURNAL_CORRUPT",
      `Journal of task ${taskId}: entry ${index} is not readable (${errorText(error)}).`,
      {
        cause: error,
      },
    );
  }
}
