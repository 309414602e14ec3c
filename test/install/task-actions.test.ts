import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { advanceOperation, type OperationProgress } from "../../src/install/advance-operation.ts";
import { collectInputs, inputsWaitKeyOf } from "../../src/install/collect-inputs.ts";
import { waitKeyOf } from "../../src/install/parked-task.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { createTaskActions, type TaskActions } from "../../src/install/task-actions.ts";
import { openTaskJournal, readHookState } from "../../src/install/task-journal.ts";
import { createTaskReader } from "../../src/install/task-reader.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { QuestionInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { OperationEvent } from "../../src/task/operation-event.ts";
import type { TaskEvent } from "../../src/task/task-event.ts";
import { anError, attemptStarted, hookRecord } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { beforeHookId, installRecord } from "./operation-record.ts";

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const name: QuestionInput = {
  id: "name",
  type: "question",
  question: { question: "Name?", type: "text", key: "name", default: "" },
};

/** What a click does of which each read of a journal is followed by `meanwhile`, the work of a worker. */
function clicksWhile(meanwhile: (read: number) => Promise<void>): TaskActions {
  const { runtime } = fixture;
  let reads = 0;
  const journals: Runtime["journals"] = {
    ...runtime.journals,
    read: async (taskId, from) => {
      const found = await runtime.journals.read(taskId, from);
      reads += 1;
      await meanwhile(reads);
      return found;
    },
  };
  const slow = { ...runtime, journals };
  return createTaskActions({ runtime: slow, reader: createTaskReader(slow), wake: async () => {} });
}

async function write(task: HookTaskRecord, ...entries: JournalEntry[]): Promise<void> {
  const journal = await openTaskJournal(fixture.runtime.journals, task.id, () => {});
  await journal.append(entries);
}

const waitsAt = (seq: number): JournalEntry => ({
  type: "effect-started",
  seq,
  name: "awaitCheckpointRetry",
  argsHash: "hash",
  at: seq,
  event: { type: "checkpoint-awaiting", id: `checkpoint-${seq}`, error: anError },
});

/** The worker meets the Skip of that call. */
const skipped = (seq: number): JournalEntry => ({
  type: "effect-completed",
  seq,
  name: "awaitCheckpointRetry",
  argsHash: "hash",
  at: seq,
  outcome: { ok: true, value: "skip" },
  event: { type: "checkpoint-answered", id: `checkpoint-${seq}`, decision: "skip" },
});

const failedOnce: TaskEvent = {
  type: "attempt-failed",
  attempt: 1,
  error: anError,
  activeMs: 1,
  again: true,
};

describe("a second click on Skip while a worker meets the first", () => {
  /** A hook that has been asked for its name, and waits at its first checkpoint. */
  async function openWaiting(): Promise<HookTaskRecord> {
    const task = hookRecord({ inputs: [name] }, { interactive: true });
    await putJson(fixture.runtime.documents, "hook-tasks", task.id, task);
    await fixture.runtime.desk.answer(task.id, "given", { name: "Movies" });
    await write(task, attemptStarted(), waitsAt(1));
    return task;
  }

  it("skips no later attempt", async () => {
    const task = await openWaiting();
    const actions = clicksWhile(async (read) => {
      if (read === 1) await write(task, skipped(1));
    });
    await actions.skip(task.id);
    await fixture.write(task.id, failedOnce);
    const state = await readHookState(fixture.runtime, task.id);
    expect(await collectInputs(fixture.runtime, task, state, async () => {})).toEqual({
      kind: "ready",
      values: { name: "Movies" },
    });
  });

  it("does not answer the next checkpoint, which nobody has looked at", async () => {
    const task = await openWaiting();
    const first = waitKeyOf(await readHookState(fixture.runtime, task.id)) ?? "";
    const actions = clicksWhile(async (read) => {
      if (read === 1) await write(task, skipped(1), waitsAt(2));
    });
    await actions.skip(task.id);
    const next = waitKeyOf(await readHookState(fixture.runtime, task.id)) ?? "";
    expect(next).not.toBe(first);
    expect(await fixture.runtime.desk.decision(task.id, next)).toBeNull();
    expect(await fixture.runtime.desk.decision(task.id, first)).toEqual({ action: "skip" });
  });

  it("gives up no later wait either", async () => {
    const task = await openWaiting();
    const actions = clicksWhile(async (read) => {
      if (read === 1) await write(task, skipped(1), waitsAt(2));
    });
    await actions.giveUp(task.id);
    const next = waitKeyOf(await readHookState(fixture.runtime, task.id)) ?? "";
    expect(await fixture.runtime.desk.decision(task.id, next)).toBeNull();
  });

  it("is refused when the hook has gone on before it was looked at", async () => {
    const task = await openWaiting();
    await write(task, skipped(1));
    const actions = clicksWhile(async () => {});
    for (const click of [actions.skip, actions.retry, actions.giveUp]) {
      await expect(click.call(actions, task.id)).rejects.toMatchObject({ code: "ILLEGAL_TRANSITION" });
    }
  });
});

describe("a second click that wants something else", () => {
  it("is refused with what was chosen first, and changes nothing; the same one again is taken", async () => {
    const task = hookRecord({ inputs: [name] }, { interactive: true });
    await putJson(fixture.runtime.documents, "hook-tasks", task.id, task);
    await write(task, attemptStarted(), waitsAt(1));
    const actions = clicksWhile(async () => {});
    await actions.retry(task.id, { changeInputs: ["name"] });
    await actions.retry(task.id, { changeInputs: ["name", "name"] });
    const first = "retry with other answers (name)";
    for (const [wanted, click] of [
      ["skip", () => actions.skip(task.id)],
      ["retry", () => actions.retry(task.id)],
    ] as const) {
      await expect(click()).rejects.toMatchObject({
        code: "ILLEGAL_TRANSITION",
        message: `Task ${task.id}: "${wanted}" comes too late: it was answered with "${first}" before, and goes on with that.`,
      });
    }
    const key = waitKeyOf(await readHookState(fixture.runtime, task.id)) ?? "";
    expect(await fixture.runtime.desk.decision(task.id, key)).toEqual({
      action: "retry",
      changeInputs: ["name"],
    });
  });
});

describe("Skip of a hook that waits for inputs", () => {
  it("skips it, and no attempt that begins because they were answered at the same time", async () => {
    const task = hookRecord({ inputs: [name] }, { interactive: true });
    const { runtime } = fixture;
    await putJson(runtime.documents, "hook-tasks", task.id, task);
    const add = (...events: TaskEvent[]): Promise<void> => fixture.write(task.id, ...events);
    const collect = async () =>
      await collectInputs(runtime, task, await readHookState(runtime, task.id), add);
    expect(await collect()).toEqual({ kind: "waiting" });
    const actions = clicksWhile(async (read) => {
      if (read > 1) return;
      await runtime.desk.answer(task.id, "asked", { name: "Movies" });
      await write(task, attemptStarted());
    });
    const asked = inputsWaitKeyOf(await readHookState(runtime, task.id));
    await actions.skip(task.id);
    expect(await runtime.desk.decision(task.id, asked)).toEqual({ action: "skip" });
    await fixture.write(task.id, failedOnce);
    expect(await collect()).toEqual({ kind: "ready", values: { name: "Movies" } });
  });
});

describe("answers that come a second time", () => {
  it("are taken when they are the same, and refused when they are others: the first ones stand", async () => {
    const task = hookRecord({ inputs: [name] }, { interactive: true });
    const { runtime } = fixture;
    await putJson(runtime.documents, "hook-tasks", task.id, task);
    const add = (...events: TaskEvent[]): Promise<void> => fixture.write(task.id, ...events);
    await collectInputs(runtime, task, await readHookState(runtime, task.id), add);
    const actions = clicksWhile(async () => {});
    await actions.answer(task.id, { name: "Movies" });
    await actions.answer(task.id, { name: "Movies" });
    await expect(actions.answer(task.id, { name: "Shows" })).rejects.toMatchObject({
      code: "ILLEGAL_TRANSITION",
    });
    expect(await runtime.desk.answers(task.id, "asked")).toEqual({ name: "Movies" });
  });
});

describe("Cancel of an operation", () => {
  const record = installRecord();
  const { signal } = new AbortController();
  const isCancelled = (id: string): Promise<boolean> => fixture.runtime.desk.isCancelRequested(id);
  const actionsOn = (runtime: Runtime): TaskActions =>
    createTaskActions({ runtime, reader: createTaskReader(runtime), wake: async () => {} });

  beforeEach(async () => {
    await putJson(fixture.runtime.documents, "operations", record.id, record);
  });

  it("reaches the hook that has begun since the operation was looked at", async () => {
    const { runtime, clock } = fixture;
    const { desk } = runtime;
    let begun: OperationProgress | null = null;
    const requestCancel = async (id: string): Promise<boolean> => {
      // A worker that has looked for a cancel just before.
      const early = { ...runtime, desk: { ...desk, isCancelRequested: async () => false } };
      begun ??= await clock.runUntil(advanceOperation(early, record, signal));
      return await desk.requestCancel(id);
    };
    await actionsOn({ ...runtime, desk: { ...desk, requestCancel } }).cancel(record.id);
    expect(begun).toMatchObject({ kind: "hook", task: { id: beforeHookId } });
    expect(await isCancelled(record.id)).toBe(true);
    expect(await isCancelled(beforeHookId)).toBe(true);
  });

  it("reaches the hook that its worker is about to begin", async () => {
    const { runtime, clock } = fixture;
    const { journals } = runtime;
    const append: Runtime["journals"]["append"] = async (taskId, index, entries) => {
      const text = entries.map((entry) => new TextDecoder().decode(entry)).join("");
      if (text.includes('"hook-started"')) await actionsOn(runtime).cancel(record.id);
      await journals.append(taskId, index, entries);
    };
    const late = { ...runtime, journals: { ...journals, append } };
    const begun = await clock.runUntil(advanceOperation(late, record, signal));
    expect(begun).toMatchObject({ kind: "hook", task: { id: beforeHookId } });
    expect(await isCancelled(beforeHookId)).toBe(true);
  });

  it("is refused once that has ended, and leaves nothing behind", async () => {
    const journal = await openTaskJournal(fixture.runtime.journals, record.id, () => {});
    const event: OperationEvent = { type: "operation-ended", status: "FAILED", error: anError };
    await journal.append([{ type: "operation", at: 1, event }]);
    await expect(actionsOn(fixture.runtime).cancel(record.id)).rejects.toMatchObject({
      code: "ILLEGAL_TRANSITION",
    });
    expect(await isCancelled(record.id)).toBe(false);
  });
});
