import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Bundle } from "../../src/compile/bundle.ts";
import type { DocumentStore, JournalStore } from "../../src/datastore/datastore.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { getBundle, putBundle, releaseBundle } from "../../src/install/bundle-store.ts";
import { createDesk } from "../../src/install/desk.ts";
import { removeEnded, type RemoveEndedOptions } from "../../src/install/remove-ended.ts";
import { resolveRetention } from "../../src/install/retention.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { firstTaskIdAt, newTaskId } from "../../src/install/task-id.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import type { OperationRecord, OperationStep } from "../../src/task/operation-task.ts";
import type { TaskEvent } from "../../src/task/task-event.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { hookRecord } from "../task/hook-task-fold.ts";
import { installRecord } from "./operation-record.ts";

const day = 24 * 3_600_000;
const bundleOf = (code: string): Bundle => {
  const sha256 = createHash("sha256").update(code).digest("hex");
  return { sha256, code } as Bundle;
};
const shared = bundleOf("shared");

interface Stores {
  journals: JournalStore;
  documents: DocumentStore;
}

/** An install with one hook that began at `at` and, unless it is open, ended a second later. */
async function keep(stores: Stores, at: number, more: { code?: string; isOpen?: boolean } = {}) {
  const id = newTaskId(at);
  const bundle = bundleOf(more.code ?? "shared");
  const task = hookRecord(
    { id: "setup" },
    { id: newTaskId(at), operationId: id, bundleSha256: bundle.sha256 },
  );
  const step: OperationStep = { kind: "hook", title: "Set up", hookId: "setup", reason: "it runs", task };
  const record: OperationRecord = installRecord({ id, steps: [step], createdAt: at });
  await putBundle(stores.documents, bundle, id);
  await putJson(stores.documents, "hook-tasks", task.id, task);
  await putJson(stores.documents, "operations", id, record);
  const desk = createDesk(stores.documents, createManualClock());
  await desk.answer(task.id, "given", { pass: "secret" });
  await desk.decide(task.id, "attempt-1", { action: "retry" });
  const hookEvents: TaskEvent[] = more.isOpen === true ? [] : [{ type: "skipped", reason: "by the user" }];
  const hook = await openTaskJournal(stores.journals, task.id, () => {});
  await hook.append(hookEvents.map((event) => ({ type: "task", at: at + 500, event })));
  const journal = await openTaskJournal(stores.journals, id, () => {});
  await journal.append([
    { type: "operation", at, event: { type: "step-started", index: 0 } },
    { type: "operation", at, event: { type: "hook-started", index: 0, taskId: task.id } },
  ]);
  if (more.isOpen !== true) {
    const event = { type: "operation-ended", status: "COMPLETED" } as const;
    await journal.append([{ type: "operation", at: at + 1000, event }]);
  }
  return { id, taskId: task.id, bundle };
}

const collections = [
  "operations",
  "hook-tasks",
  "answers",
  "decisions",
  "bundles",
  "bundle-uses",
  "removals",
];

async function everything({ documents, journals }: Stores, taskIds: string[]) {
  const keys: Record<string, string[]> = {};
  for (const name of [...collections, "bundles-set-aside"])
    keys[name] = await documents.list(name, { limit: 1000 });
  const entries: number[] = [];
  for (const id of taskIds) entries.push((await journals.read(id)).length);
  return { keys, entries };
}

interface Told {
  removed: string[];
  troubles: string[];
}

function optionsFor(stores: Stores, now: number, more: Partial<RemoveEndedOptions> = {}) {
  const told: Told = { removed: [], troubles: [] };
  const options: RemoveEndedOptions = {
    ...stores,
    now,
    retention: resolveRetention(),
    removeJobs: async () => true,
    onRemoved: (id) => told.removed.push(id),
    onTrouble: (text) => told.troubles.push(text),
    signal: new AbortController().signal,
    ...more,
  };
  return { options, told };
}

const start = Date.UTC(2026, 0, 1);

describe("task ids", () => {
  it("sort by the time they were made at", () => {
    expect(newTaskId(start) < firstTaskIdAt(start + 1)).toBe(true);
    expect(newTaskId(start) >= firstTaskIdAt(start)).toBe(true);
    expect(newTaskId(-5)).toMatch(/^tsk_000000000[0-9a-f]{12}$/);
  });
});

describe("what is kept of an ended install", () => {
  it("is removed when its time is over, and not a millisecond before", async () => {
    const stores = createMemoryStores();
    const { id, taskId } = await keep(stores, start);
    const before = await everything(stores, [id, taskId]);
    const early = optionsFor(stores, start + 1000 + 30 * day - 1);
    expect(await removeEnded(early.options)).toBe(0);
    expect(await everything(stores, [id, taskId])).toEqual(before);
    const late = optionsFor(stores, start + 1000 + 30 * day);
    expect(await removeEnded(late.options)).toBe(1);
    expect(late.told).toEqual({ removed: [id], troubles: [] });
    const { keys, entries } = await everything(stores, [id, taskId]);
    expect(Object.values(keys).flat()).toEqual([]);
    expect(entries).toEqual([0, 0]);
  });

  it("stays while it has not ended, however old it is and however many there are", async () => {
    const stores = createMemoryStores();
    const open = await keep(stores, start, { isOpen: true });
    await keep(stores, start + 1);
    const retention = resolveRetention({ maxOperations: 0 });
    const { options } = optionsFor(stores, start + 5000 * day, { retention });
    expect(await removeEnded(options)).toBe(1);
    expect(await stores.documents.list("operations", { limit: 9 })).toEqual([open.id]);
    expect(await stores.documents.list("answers", { limit: 9 })).toEqual([`${open.taskId}/given`]);
  });

  it("stays while a job of it has not ended, and goes the next time", async () => {
    const stores = createMemoryStores();
    const { id, taskId } = await keep(stores, start);
    const asked: (readonly string[])[] = [];
    const busy = optionsFor(stores, start + 31 * day, {
      removeJobs: async (ids) => {
        asked.push(ids);
        return false;
      },
    });
    const before = await everything(stores, [id, taskId]);
    expect(await removeEnded(busy.options)).toBe(0);
    expect(asked).toEqual([[taskId, id]]);
    expect(await everything(stores, [id, taskId])).toEqual(before);
    expect(await removeEnded(optionsFor(stores, start + 31 * day).options)).toBe(1);
  });

  it("goes early when more than the most are kept, the oldest first", async () => {
    const stores = createMemoryStores();
    const kept: string[] = [];
    for (let index = 0; index < 5; index += 1) kept.unshift((await keep(stores, start + index)).id);
    const retention = resolveRetention({ maxOperations: 2 });
    expect(await removeEnded(optionsFor(stores, start + day, { retention }).options)).toBe(3);
    expect(await stores.documents.list("operations", { limit: 9 })).toEqual(kept.slice(0, 2));
  });

  it("keeps the others from being removed by none of its faults", async () => {
    const stores = createMemoryStores();
    const bad = await keep(stores, start + 1);
    const good = await keep(stores, start);
    await stores.journals.append(bad.id, 3, [new TextEncoder().encode("no entry")]);
    const { options, told } = optionsFor(stores, start + 31 * day);
    expect(await removeEnded(options)).toBe(1);
    expect(told.removed).toEqual([good.id]);
    expect(told.troubles).toEqual([expect.stringContaining(`task ${bad.id} cannot be removed now: Journal`)]);
  });

  it("ends between two operations when the worker is to stop", async () => {
    const stores = createMemoryStores();
    await keep(stores, start);
    await keep(stores, start + 1);
    const stop = new AbortController();
    const { options } = optionsFor(stores, start + 31 * day, {
      signal: stop.signal,
      onRemoved: () => stop.abort(),
    });
    expect(await removeEnded(options)).toBe(1);
    expect(await stores.documents.list("operations", { limit: 9 })).toHaveLength(1);
  });
});

/** Ends like a killed process at the n-th call, and at every one after it. */
function mortal(stores: Stores, atCall: number): Stores & { calls(): number } {
  let calls = 0;
  const guard = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          calls += 1;
          if (calls >= atCall) throw new Error("killed");
          return await method.apply(target, args);
        };
      },
    });
  return { journals: guard(stores.journals), documents: guard(stores.documents), calls: () => calls };
}

describe("a worker killed while it removes", () => {
  it("leaves nothing behind, at whatever call it was killed, and no task is half known", async () => {
    const open = { code: "shared", isOpen: true };
    let isDone = false;
    for (let atCall = 1; !isDone; atCall += 1) {
      const stores = createMemoryStores();
      const ended = await keep(stores, start, { code: "its own" });
      const other = await keep(stores, start + 1);
      const user = await keep(stores, start + 2, open);
      const dying = mortal(stores, atCall);
      isDone = (await removeEnded(optionsFor(dying, start + 31 * day).options).catch(() => null)) === 2;
      for (const { id, taskId } of [ended, other]) {
        const record = await stores.documents.get("operations", id);
        if (record !== null) expect(await stores.journals.read(id)).toHaveLength(3);
        if ((await stores.documents.get("hook-tasks", taskId)) !== null)
          expect(await stores.journals.read(taskId)).toHaveLength(1);
      }
      expect(await getBundle(stores.documents, shared.sha256)).not.toBeNull();
      await removeEnded(optionsFor(stores, start + 31 * day).options);
      const { keys } = await everything(stores, []);
      expect(keys).toEqual({
        operations: [user.id],
        "hook-tasks": [user.taskId],
        answers: [`${user.taskId}/given`],
        decisions: [`${user.taskId}/attempt-1`],
        bundles: [shared.sha256],
        "bundle-uses": [`${shared.sha256}/${user.id}`],
        removals: [],
        "bundles-set-aside": [],
      });
      expect(await stores.journals.read(ended.taskId)).toEqual([]);
    }
  });

  it("takes no bundle from an operation that begins to use it at that moment", async () => {
    let isDone = false;
    for (let atCall = 1; !isDone; atCall += 1) {
      const stores = createMemoryStores();
      await putBundle(stores.documents, shared, "tsk_old");
      let calls = 0;
      const documents = new Proxy(stores.documents, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
          return async (...args: unknown[]) => {
            calls += 1;
            if (calls === atCall) await putBundle(stores.documents, shared, "tsk_new");
            const value = await method.apply(target, args);
            expect(calls < atCall || (await getBundle(stores.documents, shared.sha256)) !== null).toBe(true);
            return value;
          };
        },
      });
      await releaseBundle(documents, shared.sha256, "tsk_old");
      isDone = calls < atCall;
      const isKept = (await stores.documents.get("bundles", shared.sha256)) !== null;
      expect(isKept).toBe(!isDone);
    }
  });
});
