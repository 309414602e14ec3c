import { describe, expect, it } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import { createTaskReader } from "../../src/install/task-reader.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { OperationRecord } from "../../src/task/operation-task.ts";

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

  describe("of a hook whose turn never came", () => {
    const operation = {
      id: "tsk_0",
      operation: "install",
      appName: "notes",
      createdAt: 0,
      steps: [{ kind: "hook", title: "Set up", hookId: "setup", reason: "", task: record }],
    } as unknown as OperationRecord;
    const ended: JournalEntry[] = [
      { type: "operation", at: 7, event: { type: "cancel-requested" } },
      { type: "operation", at: 7, event: { type: "step-ended", index: 0, status: "CANCELLED" } },
      { type: "operation", at: 7, event: { type: "operation-ended", status: "CANCELLED" } },
    ];
    const open = async () => {
      const { journals, documents } = createMemoryStores();
      await putJson(documents, "operations", operation.id, operation);
      await putJson(documents, "hook-tasks", record.id, record);
      return { journals, documents, journal: await openTaskJournal(journals, operation.id, () => {}) };
    };

    it("says that it was cancelled when its operation ended", async () => {
      const { journal, ...stores } = await open();
      const reader = createTaskReader(stores);
      const before = await reader.getTask(record.id);
      expect(before).toMatchObject({ status: "PENDING", actions: [{ name: "cancel" }] });
      await journal.append(ended);
      const view = await reader.getTask(record.id);
      expect(view).toMatchObject({
        status: "CANCELLED",
        revision: before.revision + 1,
        startedAt: null,
        finishedAt: "1970-01-01T00:00:00.007Z",
        actions: [{ name: "rerun" }],
      });
      expect(await reader.getHookTasks(operation.id)).toEqual([view]);
      expect((await reader.getTask(operation.id)).revision).toBe(ended.length + view.revision);
    });

    it("does not say so of one that ran, and ended with its operation, while it was read", async () => {
      const { journal, documents, journals } = await open();
      const hookJournal = await openTaskJournal(journals, record.id, () => {});
      const read = async (id: string, fromIndex = 0): Promise<Uint8Array[]> => {
        const found = await journals.read(id, fromIndex);
        if (id === record.id && found.length === 0 && hookJournal.entries.length === 0) {
          await hookJournal.append([
            { type: "task", at: 5, event: { type: "attempt-completed", attempt: 1, activeMs: 1 } },
          ]);
          await journal.append([
            { type: "operation", at: 7, event: { type: "step-ended", index: 0, status: "COMPLETED" } },
            { type: "operation", at: 7, event: { type: "operation-ended", status: "COMPLETED" } },
          ]);
        }
        return found;
      };
      const reader = createTaskReader({ documents, journals: { ...journals, read } });
      expect(await reader.getTask(record.id)).toMatchObject({ status: "COMPLETED" });
    });
  });
});
