import { TackleboxError } from "../errors.ts";
import type { DocumentStore, JournalStore } from "./datastore.ts";

/** Journals and documents that live as long as the process: for an author's `run`, which keeps no history. */
export function createMemoryStores(): { journals: JournalStore; documents: DocumentStore } {
  const lists = new Map<string, Uint8Array[]>();
  const values = new Map<string, Uint8Array>();
  const keyOf = (collection: string, key: string): string => `${collection}\n${key}`;
  return {
    journals: {
      append: async (taskId, expectedIndex, entries) => {
        const list = lists.get(taskId) ?? [];
        if (list.length !== expectedIndex) {
          throw new TackleboxError(
            "JOURNAL_FENCED",
            `Journal of task ${taskId}: it has ${list.length} entries where ${expectedIndex} were expected; another worker has written.`,
          );
        }
        list.push(...entries);
        lists.set(taskId, list);
      },
      read: async (taskId, fromIndex = 0) => (lists.get(taskId) ?? []).slice(fromIndex),
      remove: async (taskId) => {
        lists.delete(taskId);
      },
    },
    documents: {
      get: async (collection, key) => values.get(keyOf(collection, key)) ?? null,
      put: async (collection, key, value) => {
        values.set(keyOf(collection, key), value);
      },
      putIfAbsent: async (collection, key, value) => {
        if (values.has(keyOf(collection, key))) return false;
        values.set(keyOf(collection, key), value);
        return true;
      },
      remove: async (collection, key) => {
        values.delete(keyOf(collection, key));
      },
      list: async (collection, { before, limit }) => {
        const start = keyOf(collection, "");
        return [...values.keys()]
          .flatMap((key) => (key.startsWith(start) ? [key.slice(start.length)] : []))
          .filter((key) => before === undefined || compareBytes(key, before) < 0)
          .toSorted((a, b) => compareBytes(b, a))
          .slice(0, limit);
      },
    },
  };
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
