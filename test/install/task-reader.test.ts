import { describe, expect, it } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import { createTaskReader } from "../../src/install/task-reader.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";

const record = {
  id: "tsk_1",
  operationId: "tsk_0",
  appName: "notes",
  hook: { id: "setup", event: "onAfterInstall", entrypoint: "run", script: "notes/notes_hook.ts" },
  createdAt: 0,
} as HookTaskRecord;

const log = (at: number): JournalEntry => ({
  type: "task",
  at,
  event: { type: "log", level: "info", message: `line ${at}` },
});

describe("what is kept of tasks", () => {
  it("is read once: of a journal that has grown, only what came since", async () => {
    const { journals, documents } = createMemoryStores();
    const from: number[] = [];
    const read = async (id: string, fromIndex = 0): Promise<Uint8Array[]> => {
      from.push(fromIndex);
      return await journals.read(id, fromIndex);
    };
    await putJson(documents, "hook-tasks", record.id, record);
    const journal = await openTaskJournal(journals, record.id, () => {});
    const reader = createTaskReader({ documents, journals: { ...journals, read } });
    await journal.append([log(1), log(2)]);
    const first = await reader.getTask(record.id);
    await journal.append([{ type: "task", at: 3, event: { type: "checkpoint-completed", id: "a" } }]);
    const views = await Promise.all([reader.getTask(record.id), reader.getTask(record.id)]);
    expect(from).toEqual([0, 2, 2]);
    const whole = await createTaskReader({ documents, journals }).getTask(record.id);
    expect(views).toEqual([whole, whole]);
    expect(whole.revision).toBe(first.revision + 1);
  });
});
