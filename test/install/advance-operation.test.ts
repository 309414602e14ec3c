import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TackleboxError } from "../../src/errors.ts";
import {
  advanceOperation,
  operationWaitKey,
  type OperationProgress,
} from "../../src/install/advance-operation.ts";
import type { OperationEvent } from "../../src/task/operation-event.ts";
import type { OperationRecord } from "../../src/task/operation-task.ts";
import type { TaskEvent } from "../../src/task/task-event.ts";
import { createRequest, install, untilState } from "../nas/support/nas-fixture.ts";
import { anError } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { afterHookId, beforeHookId, installRecord, upgradeRecord } from "./operation-record.ts";

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const completed: TaskEvent = { type: "attempt-completed", attempt: 1, activeMs: 1 };

function advance(record: OperationRecord, signal = new AbortController().signal): Promise<OperationProgress> {
  return fixture.clock.runUntil(advanceOperation(fixture.runtime, record, signal));
}

/** Drives an operation and lets each hook complete. */
async function runToEnd(record: OperationRecord): Promise<OperationProgress> {
  for (;;) {
    const progress = await advance(record);
    if (progress.kind !== "hook") return progress;
    await fixture.write(progress.task.id, completed);
  }
}

async function eventsOf(record: OperationRecord): Promise<OperationEvent[]> {
  const entries = await fixture.journalOf(record.id);
  return entries.flatMap((entry) => (entry.type === "operation" ? [entry.event] : []));
}

/** The journal in short: `started 0`, `ended 0 COMPLETED` ... */
async function storyOf(record: OperationRecord): Promise<string[]> {
  return (await eventsOf(record)).flatMap((event) => {
    if (event.type === "step-started") return [`started ${event.index}`];
    if (event.type === "step-ended") return [`ended ${event.index} ${event.status}`];
    if (event.type === "operation-ended") return [event.status];
    return [];
  });
}

describe("an install", () => {
  it("takes its steps in order, and hands each hook out until it has ended", async () => {
    const record = installRecord();
    const first = await advance(record);
    expect(first).toMatchObject({ kind: "hook", task: { id: beforeHookId } });
    expect(fixture.calls).toEqual(["directory", "directory"]);
    expect(await advance(record)).toMatchObject({ kind: "hook", task: { id: beforeHookId } });

    await fixture.write(beforeHookId, completed);
    expect(await advance(record)).toMatchObject({ kind: "hook", task: { id: afterHookId } });
    expect(fixture.calls).toEqual(["directory", "directory", "app.create"]);
    expect(await fixture.nas.getApp("shelf")).toMatchObject({
      state: "RUNNING",
      version: "1.0.0",
      custom: false,
    });
    expect(fixture.nas.appValues("shelf")).toEqual({ greeting: "hello" });

    await fixture.write(afterHookId, completed);
    expect(await advance(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(await advance(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(await storyOf(record)).toEqual([
      "started 0",
      "ended 0 COMPLETED",
      "started 1",
      "ended 1 COMPLETED",
      "started 3",
      "ended 3 COMPLETED",
      "started 4",
      "ended 4 COMPLETED",
      "started 5",
      "ended 5 COMPLETED",
      "COMPLETED",
    ]);
  });

  it("makes the folders as declared before anything else", async () => {
    await advance(installRecord());
    expect(fixture.nas.directories()).toEqual([
      { path: "/mnt/fast/applications/shelf", owner: { user: "apps" }, snapshotId: null },
      { path: "/mnt/fast/applications/shelf/config", owner: null, snapshotId: null },
    ]);
  });

  it("installs a custom app when no catalog app is named", async () => {
    await runToEnd(installRecord({ catalogApp: null }));
    expect(await fixture.nas.getApp("shelf")).toMatchObject({ custom: true });
  });

  it("shows the NAS's progress, and a revision more with each view", async () => {
    await runToEnd(installRecord());
    const views = fixture.seen.operations;
    expect(views.map(({ progressText }) => progressText)).toEqual(
      expect.arrayContaining([
        "Initial Validation completed",
        "App installation in progress, pulling images",
      ]),
    );
    const revisions = views.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(views.at(-1)).toMatchObject({ status: "COMPLETED", outcome: "completed", progress: 100 });
  });

  it("goes on after hooks that were skipped, and says so at its end", async () => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, { type: "skipped", reason: "optional and failed", error: anError });
    expect(await advance(record)).toMatchObject({ kind: "hook", task: { id: afterHookId } });
    await fixture.write(afterHookId, { type: "skipped", reason: "skipped by the user" });
    expect(await advance(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(fixture.seen.operations.at(-1)?.outcome).toBe("completed_with_skips");
  });
});

describe("a required before hook that does not go through", () => {
  it.each<[string, TaskEvent, string]>([
    ["failed", { type: "failed", error: anError }, "FAILED"],
    ["cancelled", { type: "cancelled" }, "CANCELLED"],
  ])("holds the app back: %s", async (_how, end, status) => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, end);
    expect(await advance(record)).toEqual({ kind: "ended", status });
    expect(fixture.calls).toEqual(["directory", "directory"]);
    expect(await fixture.nas.getApp("shelf")).toBeNull();
    expect(await storyOf(record)).toEqual([
      "started 0",
      "ended 0 COMPLETED",
      "started 1",
      `ended 1 ${status}`,
      status,
    ]);
  });

  it("gives its error to the install", async () => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, { type: "failed", error: anError });
    await advance(record);
    expect(fixture.seen.operations.at(-1)).toMatchObject({ status: "FAILED", error: anError });
  });

  it.each<[string, TaskEvent]>([
    ["waits for Retry", { type: "awaiting-retry", error: anError }],
    ["waits for inputs", { type: "inputs-missing", inputs: [] }],
  ])("holds the app back while it %s", async (_what, event) => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, event);
    expect(await advance(record)).toMatchObject({ kind: "hook" });
    expect(fixture.calls).not.toContain("app.create");
  });
});

describe("a step that fails on the NAS", () => {
  const failure = { at: 60, code: "EFAULT", message: "[EFAULT] no image" } as const;

  it("waits for Retry with the NAS's own words, and goes through when retried", async () => {
    const record = installRecord();
    fixture.nas.failNext("app.create", failure);
    const parked = await runToEnd(record);
    expect(parked).toMatchObject({
      kind: "parked",
      error: {
        code: "APP_JOB_FAILED",
        detail: 'app.create of "shelf" ended FAILED: [EFAULT] no image',
        context: [{ label: "NAS error", value: "EFAULT" }],
      },
    });
    expect(fixture.seen.operations.at(-1)).toMatchObject({
      status: "AWAITING_RETRY",
      actions: [{ name: "retry" }, { name: "cancel" }],
    });
    expect(await advance(record)).toMatchObject({ kind: "parked", error: { code: "APP_JOB_FAILED" } });

    await fixture.runtime.desk.decide(record.id, operationWaitKey(3, 0), { action: "retry" });
    expect(await runToEnd(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(fixture.calls.filter((call) => call === "app.create")).toHaveLength(2);
  });

  it("waits again when it fails again: each Retry counts once", async () => {
    const record = installRecord();
    fixture.nas.failNext("app.create", failure);
    fixture.nas.failNext("app.create", failure);
    await runToEnd(record);
    await fixture.runtime.desk.decide(record.id, operationWaitKey(3, 0), { action: "retry" });
    expect(await runToEnd(record)).toMatchObject({ kind: "parked" });
    expect(await runToEnd(record)).toMatchObject({ kind: "parked" });
    await fixture.runtime.desk.decide(record.id, operationWaitKey(3, 1), { action: "retry" });
    expect(await runToEnd(record)).toEqual({ kind: "ended", status: "COMPLETED" });
  });

  it("ends the install when nobody is there to retry", async () => {
    fixture.nas.failNext("app.create", failure);
    expect(await runToEnd(installRecord({ interactive: false }))).toEqual({
      kind: "ended",
      status: "FAILED",
    });
    expect(fixture.seen.operations.at(-1)).toMatchObject({ error: { code: "APP_JOB_FAILED" } });
  });

  it("waits for Retry when the call itself is refused", async () => {
    fixture.nas.failNext("app.create", { at: "call", code: "APP_PORT_TAKEN", message: "port 80 is in use" });
    expect(await runToEnd(installRecord())).toMatchObject({
      kind: "parked",
      error: { code: "APP_PORT_TAKEN" },
    });
  });

  it("waits for Retry when a folder is refused", async () => {
    const record = installRecord({ directories: [{ path: "/etc/../.." }] });
    expect(await advance(record)).toMatchObject({ kind: "parked", error: { code: "DIRECTORY_REFUSED" } });
  });

  it("waits for Retry when the app crashes while starting, and goes on once it runs", async () => {
    const record = installRecord();
    fixture.nas.nextStart("shelf", { crash: true });
    const parked = await runToEnd(record);
    expect(parked).toMatchObject({ kind: "parked", error: { code: "APP_CRASHED" } });
    await fixture.nas.startApp("shelf");
    await fixture.runtime.desk.decide(record.id, operationWaitKey(4, 0), { action: "retry" });
    expect(await runToEnd(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(fixture.calls.filter((call) => call === "app.create")).toHaveLength(1);
  });

  it("gives an app ten minutes to run", async () => {
    fixture.nas.nextStart("shelf", { readyAfterMs: 60 * 60_000 });
    const begun = fixture.clock.now();
    const parked = await runToEnd(installRecord());
    expect(parked).toMatchObject({ kind: "parked", error: { code: "APP_CRASHED" } });
    expect(parked.kind === "parked" && parked.error.detail).toContain("did not run within 10 minutes");
    expect(fixture.clock.now() - begun).toBeLessThan(11 * 60_000);
  });

  it("is no step's failure when another worker has written: the error goes to the caller", async () => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, completed);
    const journals = { ...fixture.runtime.journals, read: async () => [] };
    const late = advanceOperation({ ...fixture.runtime, journals }, record, new AbortController().signal);
    await expect(late).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
  });
});

describe("a worker that lost its task while it followed a job", () => {
  it.each([25, 100])("gives up with that error at %d %%, and nothing is left unhandled", async (percent) => {
    const record = installRecord();
    await advance(record);
    await fixture.write(beforeHookId, completed);
    const { journals } = fixture.runtime;
    fixture.runtime.journals = {
      ...journals,
      append: async (taskId, index, entries) => {
        const text = new TextDecoder().decode(entries[0]);
        if (text.includes(`"percent":${percent}`)) {
          throw new TackleboxError("JOURNAL_FENCED", "another worker has written.");
        }
        await journals.append(taskId, index, entries);
      },
    };
    await expect(advance(record)).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
    fixture.runtime.journals = journals;
    expect(await runToEnd(record)).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(fixture.calls.filter((call) => call === "app.create")).toHaveLength(1);
  });
});

describe("cancel", () => {
  it("before anything has begun ends the install untouched", async () => {
    const record = installRecord();
    await fixture.runtime.desk.requestCancel(record.id);
    expect(await advance(record)).toEqual({ kind: "ended", status: "CANCELLED" });
    expect(fixture.calls).toEqual([]);
    expect(fixture.seen.operations.at(-1)?.cancelRequestedAt).not.toBeNull();
  });

  it("between two steps ends it at the next one", async () => {
    const record = installRecord();
    await advance(record);
    await fixture.runtime.desk.requestCancel(record.id);
    await fixture.write(beforeHookId, completed);
    expect(await advance(record)).toEqual({ kind: "ended", status: "CANCELLED" });
    expect(fixture.calls).not.toContain("app.create");
  });

  it("before a hook step does not begin the hook", async () => {
    const record = installRecord();
    const watched = new AbortController();
    await advance(record);
    await fixture.write(beforeHookId, completed);
    fixture.runtime.observer.operationChanged = ({ steps }) => {
      if (steps[4]?.status === "COMPLETED") void fixture.runtime.desk.requestCancel(record.id);
    };
    expect(await advance(record, watched.signal)).toEqual({ kind: "ended", status: "CANCELLED" });
    expect(await storyOf(record)).not.toContain("started 5");
  });

  it("leaves a hook that runs to the hook's own cancel", async () => {
    const record = installRecord();
    await advance(record);
    await fixture.runtime.desk.requestCancel(record.id);
    expect(await advance(record)).toMatchObject({ kind: "hook", task: { id: beforeHookId } });
  });

  it("ends an install that waits for Retry", async () => {
    const record = installRecord();
    fixture.nas.failNext("app.create", { at: 25, code: "EINVAL", message: "[EINVAL] no" });
    await runToEnd(record);
    await fixture.runtime.desk.requestCancel(record.id);
    expect(await advance(record)).toEqual({ kind: "ended", status: "CANCELLED" });
  });

  it("ends the wait for an app that does not get ready", async () => {
    const record = installRecord();
    fixture.nas.nextStart("shelf", { readyAfterMs: 9 * 60_000 });
    await advance(record);
    await fixture.write(beforeHookId, completed);
    fixture.runtime.observer.operationChanged = ({ steps }) => {
      if (steps[4]?.status === "IN_PROGRESS") void fixture.runtime.desk.requestCancel(record.id);
    };
    const begun = fixture.clock.now();
    expect(await advance(record)).toEqual({ kind: "ended", status: "CANCELLED" });
    expect(fixture.clock.now() - begun).toBeLessThan(60_000);
  });
});

describe("handing over", () => {
  it("may happen after every single entry: the next worker goes on there", async () => {
    const record = installRecord();
    let hands = 0;
    for (;;) {
      const worker = new AbortController();
      fixture.runtime.observer.operationChanged = () => worker.abort(new Error("shutting down"));
      const progress = await advance(record, worker.signal);
      if (progress.kind === "ended") break;
      if (progress.kind === "hook") await fixture.write(progress.task.id, completed);
      else hands += 1;
    }
    expect(hands).toBeGreaterThan(8);
    expect((await storyOf(record)).at(-1)).toBe("COMPLETED");
    expect(fixture.calls.filter((call) => call === "app.create")).toHaveLength(1);
  });

  it("does not hang while an app starts", async () => {
    const record = installRecord();
    const worker = new AbortController();
    await advance(record);
    await fixture.write(beforeHookId, completed);
    fixture.runtime.observer.operationChanged = ({ steps }) => {
      if (steps[4]?.status === "IN_PROGRESS") worker.abort(new Error("shutting down"));
    };
    fixture.nas.nextStart("shelf", { readyAfterMs: 5 * 60_000 });
    expect(await advance(record, worker.signal)).toEqual({ kind: "handed-over" });
  });

  it("does nothing for a worker that is stopping already", async () => {
    const record = installRecord();
    expect(await advance(record, AbortSignal.abort(new Error("shutting down")))).toEqual({
      kind: "handed-over",
    });
    expect(await fixture.journalOf(record.id)).toEqual([]);
  });
});

describe("an upgrade", () => {
  beforeEach(async () => {
    await install(fixture.nas, fixture.clock, createRequest("shelf", { values: { a: 1 } }));
    await fixture.clock.runUntil(untilState(fixture.nas, "shelf", "RUNNING"));
  });

  it("calls app.upgrade with the version and the values, once, and waits until the app runs", async () => {
    expect(await runToEnd(upgradeRecord())).toEqual({ kind: "ended", status: "COMPLETED" });
    expect(fixture.calls).toEqual(["app.upgrade"]);
    expect(await fixture.nas.getApp("shelf")).toMatchObject({ version: "2.0.0", state: "RUNNING" });
    expect(fixture.nas.appValues("shelf")).toEqual({ a: 1, greeting: "hello" });
  });

  it("waits for Retry when the app is stopped, and goes through when it was started", async () => {
    const record = upgradeRecord();
    await fixture.nas.stopApp("shelf");
    expect(await runToEnd(record)).toMatchObject({ kind: "parked", error: { code: "APP_STOPPED" } });
    await fixture.nas.startApp("shelf");
    await fixture.clock.runUntil(untilState(fixture.nas, "shelf", "RUNNING"));
    await fixture.runtime.desk.decide(record.id, operationWaitKey(0, 0), { action: "retry" });
    expect(await runToEnd(record)).toEqual({ kind: "ended", status: "COMPLETED" });
  });
});
