import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { OperationEvent } from "../../src/task/operation-event.ts";
import {
  foldOperationEntry,
  initialOperationState,
  nextStepIndex,
  toOperationView,
  type OperationRecord,
  type OperationState,
  type StepState,
} from "../../src/task/operation-task.ts";
import type { TaskStatus } from "../../src/task/task-event.ts";
import { createRandom } from "../support/random.ts";
import { anError } from "./hook-task-fold.ts";
import { after, record } from "./operation-fold.ts";

const before = { job: null, version: null };
const ref = { id: 7, method: "app.create", appName: "shelf", startedAt: 9 } as const;

describe("state of an operation", () => {
  it("skips hooks that do not run from the start", () => {
    const { steps } = initialOperationState(record);
    expect(steps.map(({ status }) => status)).toEqual(["PENDING", "SKIPPED", "PENDING", "PENDING"]);
  });

  it("can be dismissed once it has ended, once, and stays what it was", () => {
    const dismissed: OperationEvent = { type: "dismissed" };
    expect(after([dismissed]).dismissedAt).toBeNull();
    const ended = after([{ type: "operation-ended", status: "FAILED", error: anError }]);
    const away = after([dismissed], ended);
    expect(away).toEqual({ ...ended, dismissedAt: 2000, revision: ended.revision + 1 });
    const later: JournalEntry = { type: "operation", at: 9000, event: dismissed };
    expect(foldOperationEntry(away, later)).toBe(away);
    expect(toOperationView(record, away)).toMatchObject({
      status: "FAILED",
      actions: [{ name: "rerun" }],
      dismissedAt: "1970-01-01T00:00:02.000Z",
    });
  });

  it.each<[string, OperationEvent[], number | null]>([
    ["a step on the NAS: from its beginning to its end", [], 2000],
    ["one that waited for Retry: not known", [{ type: "step-retried", index: 2 }], null],
  ])("knows how long a step was at work; %s", (_name, between, expected) => {
    const begun: JournalEntry = { type: "operation", at: 0, event: { type: "step-started", index: 2 } };
    const state = after(between, foldOperationEntry(initialOperationState(record), begun));
    const ended = after([{ type: "step-ended", index: 2, status: "COMPLETED" }], state);
    expect(ended.steps[2]?.activeMs).toBe(expected);
    expect(after([{ type: "step-ended", index: 2, status: "FAILED" }], state).steps[2]?.activeMs).toBeNull();
  });

  it("takes a hook's word for how long it was at work", () => {
    const begun = after([
      { type: "step-started", index: 0 },
      { type: "hook-started", index: 0, taskId: "tsk_hook" },
    ]);
    const told: OperationEvent = { type: "step-ended", index: 0, status: "COMPLETED", activeMs: 7 };
    expect(after([told], begun).steps[0]?.activeMs).toBe(7);
    expect(
      after([{ type: "step-ended", index: 0, status: "COMPLETED" }], begun).steps[0]?.activeMs,
    ).toBeNull();
    expect(after([{ type: "step-ended", index: 9, status: "COMPLETED" }], begun).steps).toEqual(begun.steps);
  });

  it("has a next step until all have ended", () => {
    expect(nextStepIndex(initialOperationState(record))).toBe(0);
    const ended = (index: number, status: "COMPLETED" | "SKIPPED"): OperationEvent => ({
      type: "step-ended",
      index,
      status,
    });
    const half = after([ended(0, "SKIPPED")]);
    expect(nextStepIndex(half)).toBe(2);
    expect(nextStepIndex(after([ended(2, "COMPLETED"), ended(3, "COMPLETED")], half))).toBeNull();
  });

  it("begins with its first step and keeps the time of that", () => {
    const begun = after([{ type: "step-started", index: 0 }]);
    expect(begun).toMatchObject({ status: "IN_PROGRESS", startedAt: 2000, revision: 1, updatedAt: 2000 });
    const later: JournalEntry = { type: "operation", at: 9000, event: { type: "step-started", index: 2 } };
    expect(foldOperationEntry(begun, later)).toMatchObject({ startedAt: 2000, updatedAt: 9000 });
  });

  it("knows the hook's task, and the NAS's job from the moment before it is called", () => {
    const state = after([
      { type: "hook-started", index: 0, taskId: "tsk_hook" },
      { type: "job-starting", index: 2, before: { job: null, version: "0.9.0" } },
    ]);
    expect(state.steps[0]?.taskId).toBe("tsk_hook");
    expect(state.steps[2]).toMatchObject({ job: "starting", before: { version: "0.9.0" } });
    expect(after([{ type: "job-started", index: 2, ref }], state).steps[2]?.job).toEqual(ref);
  });

  it("shows a step's progress, which does not fall", () => {
    const state = after([
      { type: "step-progress", index: 2, percent: 60, text: "pulling images" },
      { type: "step-progress", index: 2, percent: 25, text: "late news" },
    ]);
    expect(state).toMatchObject({ progressText: "late news", steps: [{}, {}, { progress: 60 }, {}] });
  });

  it.each<[ErrorCode, StepState["job"]]>([
    ["APP_JOB_FAILED", "none"],
    ["NAS_JOB_UNKNOWN", "none"],
    ["APP_NAME_TAKEN", "none"],
    ["NAS_UNREACHABLE", ref],
  ])("waits at a step that failed, and begins it anew when Retry is chosen: %s", (code, job) => {
    const error = { ...anError, code };
    const waiting = after([
      { type: "step-started", index: 2 },
      { type: "job-starting", index: 2, before },
      { type: "job-started", index: 2, ref },
      { type: "step-progress", index: 2, percent: 60, text: "pulling images" },
      { type: "step-awaiting-retry", index: 2, error },
    ]);
    expect(waiting).toMatchObject({ status: "AWAITING_RETRY", error });
    const retried = after([{ type: "step-retried", index: 2 }], waiting);
    expect(retried).toMatchObject({ status: "IN_PROGRESS", error: null });
    expect(retried.steps[2]).toMatchObject({ status: "PENDING", job, progress: 0, retries: 1 });
  });

  it("notes the first cancel request", () => {
    const asked = after([{ type: "cancel-requested" }]);
    const again: JournalEntry = { type: "operation", at: 9000, event: { type: "cancel-requested" } };
    expect(foldOperationEntry(asked, again).cancelRequestedAt).toBe(2000);
  });

  it("does not change at entries of hook tasks", () => {
    const state = initialOperationState(record);
    expect(foldOperationEntry(state, { type: "task", at: 1, event: { type: "cancelled" } })).toBe(state);
  });

  it.each(["COMPLETED", "FAILED", "CANCELLED"] as const)("does not reopen once %s", (status) => {
    const ended = after([{ type: "operation-ended", status, error: anError }]);
    expect(ended).toMatchObject({ status, error: anError, finishedAt: 2000, progressText: null });
    const late: OperationEvent[] = [
      { type: "step-started", index: 0 },
      { type: "step-retried", index: 0 },
      { type: "cancel-requested" },
      { type: "operation-ended", status: "COMPLETED" },
    ];
    expect(after(late, ended)).toBe(ended);
  });

  it("changes its revision by one with each event, whatever the order (seeded)", () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const random = createRandom(seed);
      let state = initialOperationState(record);
      for (let count = 0; count < 40; count += 1) {
        const index = random.below(5);
        const event = random.pick<OperationEvent>([
          { type: "step-started", index },
          { type: "step-progress", index, percent: random.below(101), text: "" },
          { type: "step-ended", index, status: "COMPLETED" },
          { type: "step-ended", index, status: "FAILED", error: anError },
          { type: "step-awaiting-retry", index, error: anError },
          { type: "step-retried", index },
          { type: "cancel-requested" },
        ]);
        const next = after([event], state);
        expect(next.revision, `seed ${seed}`).toBe(state.revision + 1);
        const { progress } = toOperationView(record, next);
        expect(Number.isInteger(progress) && progress >= 0 && progress <= 100, `seed ${seed}`).toBe(true);
        state = next;
      }
    }
  });
});

describe("view of an operation", () => {
  it("is complete before anything has happened, at 0 %", () => {
    expect(toOperationView(record, initialOperationState(record))).toEqual({
      kind: "operation",
      id: "tsk_operation",
      type: "APP_INSTALL",
      status: "PENDING",
      outcome: null,
      revision: 0,
      appName: "shelf",
      title: "Install shelf",
      fromVersion: null,
      toVersion: "1.0.0",
      progress: 0,
      progressText: null,
      steps: [
        {
          kind: "hook",
          title: "Check",
          status: "PENDING",
          progress: 0,
          taskId: null,
          hookId: "check",
          reason: "it runs",
          startedAt: null,
          finishedAt: null,
        },
        {
          kind: "hook",
          title: "Off",
          status: "SKIPPED",
          progress: 100,
          taskId: null,
          hookId: "off",
          reason: "switched off",
          startedAt: null,
          finishedAt: null,
        },
        {
          kind: "app",
          title: "Create the app",
          status: "PENDING",
          progress: 0,
          taskId: null,
          hookId: null,
          reason: null,
          startedAt: null,
          finishedAt: null,
        },
        {
          kind: "running",
          title: "Wait until the app runs",
          status: "PENDING",
          progress: 0,
          taskId: null,
          hookId: null,
          reason: null,
          startedAt: null,
          finishedAt: null,
        },
      ],
      error: null,
      createdAt: "1970-01-01T00:00:00.500Z",
      startedAt: null,
      updatedAt: "1970-01-01T00:00:00.500Z",
      finishedAt: null,
      cancelRequestedAt: null,
      actions: [{ name: "cancel" }],
      labels: {},
      annotations: {},
      retryOf: null,
      dismissedAt: null,
      predictedSeconds: null,
    });
  });

  it("shows what the request said and what was known at the beginning", () => {
    const said = {
      labels: { team: "home" },
      annotations: { ticket: "Tell Ada" },
      retryOf: "tsk_before",
      predictedSeconds: 61.5,
      title: "Run again: Check",
    };
    expect(toOperationView({ ...record, ...said }, initialOperationState(record))).toMatchObject(said);
  });

  it("tells from when to when each step went, beginning with its first try", () => {
    const entries: [at: number, event: OperationEvent][] = [
      [3000, { type: "step-started", index: 2 }],
      [4000, { type: "step-awaiting-retry", index: 2, error: anError }],
      [5000, { type: "step-retried", index: 2 }],
      [6000, { type: "step-started", index: 2 }],
      [7000, { type: "step-ended", index: 2, status: "COMPLETED" }],
    ];
    const state = entries
      .map(([at, event]): JournalEntry => ({ type: "operation", at, event }))
      .reduce(foldOperationEntry, initialOperationState(record));
    const { steps } = toOperationView(record, state);
    expect(steps[2]).toMatchObject({
      startedAt: "1970-01-01T00:00:03.000Z",
      finishedAt: "1970-01-01T00:00:07.000Z",
    });
    expect(steps[3]).toMatchObject({ startedAt: null, finishedAt: null });
  });

  it("is called after what it does", () => {
    const upgrade: OperationRecord = { ...record, operation: "upgrade", fromVersion: "0.9.0" };
    expect(toOperationView(upgrade, initialOperationState(upgrade))).toMatchObject({
      type: "APP_UPGRADE",
      title: "Upgrade shelf",
      fromVersion: "0.9.0",
    });
  });

  const updatedAt = "1980-01-01T00:00:00.000Z";
  const inHook = after([
    { type: "step-started", index: 0 },
    { type: "hook-started", index: 0, taskId: "tsk_hook" },
  ]);
  it.each<[TaskStatus, TaskStatus]>([
    ["PENDING", "IN_PROGRESS"],
    ["IN_PROGRESS", "IN_PROGRESS"],
    ["AWAITING_INPUT", "AWAITING_INPUT"],
    ["AWAITING_RETRY", "AWAITING_RETRY"],
  ])("while its hook is %s is %s", (hook, whole) => {
    const view = toOperationView(
      record,
      inHook,
      new Map([["tsk_hook", { status: hook, progress: 60, revision: 7, updatedAt }]]),
    );
    expect(view.status).toBe(whole);
    expect(view.steps[0]).toMatchObject({ status: hook, progress: 60 });
    // A third of the three steps that are planned.
    expect(view.progress).toBe(20);
    // A change of the hook is one of the whole.
    expect(view.revision).toBe(inHook.revision + 7);
    expect(view.updatedAt).toBe(updatedAt);
    // What can be done about the hook is offered by the hook's own task.
    expect(view.actions).toEqual([{ name: "cancel" }]);
  });

  it("shows a step that has ended as it ended, whatever its hook's task says", () => {
    const ended = after([{ type: "step-ended", index: 0, status: "COMPLETED" }], inHook);
    const view = toOperationView(
      record,
      ended,
      new Map([
        [
          "tsk_hook",
          { status: "IN_PROGRESS", progress: 5, revision: 1, updatedAt: "1970-01-01T00:00:00.000Z" },
        ],
      ]),
    );
    expect(view.updatedAt).not.toContain("00:00:00.000");
    expect(view.steps[0]).toMatchObject({ status: "COMPLETED", progress: 100 });
  });

  it("shows steps that never began as cancelled once it has ended, and as to come before", () => {
    const statusesOf = (state: OperationState): TaskStatus[] =>
      toOperationView(record, state).steps.map(({ status }) => status);
    const failed = after([{ type: "step-ended", index: 0, status: "FAILED", error: anError }], inHook);
    expect(statusesOf(failed).slice(1)).toContain("PENDING");
    const ended = after([{ type: "operation-ended", status: "FAILED", error: anError }], failed);
    expect(statusesOf(ended)[0]).toBe("FAILED");
    expect(statusesOf(ended)).not.toContain("PENDING");
    expect(statusesOf(ended).at(-1)).toBe("CANCELLED");
  });

  it("offers Retry and Cancel while a step waits for Retry, and nothing once it is being cancelled", () => {
    const waiting = after([{ type: "step-awaiting-retry", index: 2, error: anError }], inHook);
    const view = toOperationView(record, waiting);
    expect(view).toMatchObject({ status: "AWAITING_RETRY", error: anError });
    expect(view.actions).toEqual([{ name: "retry" }, { name: "cancel" }]);
    expect(toOperationView(record, after([{ type: "cancel-requested" }], waiting)).actions).toEqual([]);
  });

  it.each([
    ["completed", "COMPLETED"],
    ["completed_with_skips", "SKIPPED"],
  ] as const)("is %s when its hook is %s; a hook left out by the plan is no skip", (outcome, status) => {
    const state = after([
      { type: "step-ended", index: 0, status },
      { type: "step-ended", index: 2, status: "COMPLETED" },
      { type: "step-ended", index: 3, status: "COMPLETED" },
      { type: "operation-ended", status: "COMPLETED" },
    ]);
    expect(toOperationView(record, state)).toMatchObject({
      status: "COMPLETED",
      outcome,
      progress: 100,
      actions: [{ name: "rerun" }, { name: "dismiss" }],
      finishedAt: "1970-01-01T00:00:02.000Z",
    });
  });

  it("has no outcome and its progress so far when it failed", () => {
    const state = after([
      { type: "step-started", index: 0 },
      { type: "step-ended", index: 0, status: "FAILED", error: anError },
      { type: "cancel-requested" },
      { type: "operation-ended", status: "FAILED", error: anError },
    ]);
    expect(toOperationView(record, state)).toMatchObject({
      status: "FAILED",
      outcome: null,
      progress: 0,
      error: anError,
      startedAt: "1970-01-01T00:00:02.000Z",
      cancelRequestedAt: "1970-01-01T00:00:02.000Z",
    });
  });
});
