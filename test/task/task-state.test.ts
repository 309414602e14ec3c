import { describe, expect, it } from "vitest";
import { actionsOf, toHookTaskView } from "../../src/task/hook-task.ts";
import type { TaskEvent, TaskStatus } from "../../src/task/task-event.ts";
import {
  applyTaskEvent,
  initialHookTaskState,
  isTerminal,
  type HookTaskState,
} from "../../src/task/task-state.ts";
import {
  anError,
  anInput,
  answered,
  attemptStarted,
  awaiting,
  foldAll,
  hookRecord,
  registered,
  shown,
  task,
} from "./hook-task-fold.ts";

const running = foldAll([attemptStarted()]);
const checkpointsOf = (state: HookTaskState): string[] =>
  state.checkpoints.map(({ id, status }) => `${id}: ${status}`);

describe("state of a hook task", () => {
  const paths: [name: string, from: HookTaskState, event: TaskEvent, to: TaskStatus][] = [
    ["asks for inputs", initialHookTaskState, { type: "inputs-missing", inputs: [] }, "AWAITING_INPUT"],
    ["is skipped before it begins", initialHookTaskState, { type: "skipped", reason: "off" }, "SKIPPED"],
    ["is cancelled before it begins", initialHookTaskState, { type: "cancelled" }, "CANCELLED"],
    [
      "stays in progress when an attempt fails",
      running,
      { type: "attempt-failed", attempt: 1, error: anError, activeMs: 5, again: true },
      "IN_PROGRESS",
    ],
    [
      "stays in progress when it is put away",
      running,
      { type: "attempt-paused", attempt: 1, activeMs: 5 },
      "IN_PROGRESS",
    ],
    ["completes", running, { type: "attempt-completed", attempt: 1, activeMs: 5 }, "COMPLETED"],
    ["waits for Retry", running, { type: "awaiting-retry", error: anError }, "AWAITING_RETRY"],
    [
      "is skipped when optional and failed",
      running,
      { type: "skipped", reason: "", error: anError },
      "SKIPPED",
    ],
    ["fails", running, { type: "failed", error: anError }, "FAILED"],
    ["is cancelled", running, { type: "cancelled" }, "CANCELLED"],
    ["stays in progress while a cancel is on its way", running, { type: "cancel-requested" }, "IN_PROGRESS"],
  ];
  it.each(paths)("%s", (_name, from, event, to) => {
    expect(applyTaskEvent(from, event, 2000)).toMatchObject({
      status: to,
      revision: from.revision + 1,
      updatedAt: 2000,
      finishedAt: isTerminal(to) ? 2000 : null,
      progress: to === "COMPLETED" || to === "SKIPPED" ? 100 : 0,
    });
  });

  it("starts the first attempt with the bundle it ran", () => {
    expect(running).toMatchObject({
      status: "IN_PROGRESS",
      attempt: 1,
      attemptOpen: true,
      startedAt: 1000,
      bundleSha256: "bundle-1",
    });
  });

  it("keeps the time of its first start over all attempts", () => {
    expect(foldAll([attemptStarted(2, 9000)], running)).toMatchObject({ attempt: 2, startedAt: 1000 });
  });

  it("does not change at log lines, requests, silent effects and entries of operations", () => {
    const silent = foldAll(
      [
        shown({ type: "log", level: "info", message: "hello" }),
        task({ type: "request", method: "GET", url: "http://a/", status: 200, refused: null }),
        { type: "effect-started", seq: 3, name: "fetch", argsHash: "h", at: 1 },
        {
          type: "effect-completed",
          seq: 3,
          name: "fetch",
          argsHash: "h",
          at: 1,
          outcome: { ok: true, value: 1 },
        },
        { type: "operation", at: 1, event: { type: "cancel-requested" } },
      ],
      running,
    );
    expect(silent).toBe(running);
  });

  it("notes the first cancel request only", () => {
    const once = foldAll([task({ type: "cancel-requested" }, 3000)], running);
    expect(once.cancelRequestedAt).toBe(3000);
    expect(foldAll([task({ type: "cancel-requested" }, 4000)], once)).toBe(once);
  });

  it("adds up the active time of attempts and of their pieces", () => {
    const state = foldAll([
      attemptStarted(1),
      task({ type: "attempt-paused", attempt: 1, activeMs: 30 }),
      task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 50, again: true }),
      attemptStarted(2),
      task({ type: "attempt-paused", attempt: 2, activeMs: 7 }),
    ]);
    expect(toHookTaskView(hookRecord(), state).durationMs).toBe(57);
    const done = foldAll([task({ type: "attempt-completed", attempt: 2, activeMs: 9 })], state);
    expect(toHookTaskView(hookRecord(), done).durationMs).toBe(59);
  });

  it("clears the last attempt's checkpoints, progress and error when the next begins", () => {
    const failed = foldAll(
      [
        registered("a"),
        shown({ type: "checkpoint-completed", id: "a", progress: 80 }),
        task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 0, again: true }),
      ],
      running,
    );
    expect(failed).toMatchObject({ progress: 80, error: anError, attemptOpen: false });
    expect(foldAll([attemptStarted(2)], failed)).toMatchObject({
      progress: 0,
      error: null,
      checkpoints: [],
      attemptOpen: true,
    });
  });

  it("waits for the next attempt, still AWAITING_RETRY, once Retry is chosen", () => {
    const waiting = foldAll([task({ type: "awaiting-retry", error: anError })], running);
    expect(waiting).toMatchObject({ waiting: { kind: "attempt" }, error: anError });
    const chosen = foldAll([task({ type: "retry-chosen", fresh: false })], waiting);
    expect(chosen).toMatchObject({ status: "AWAITING_RETRY", waiting: null, manualRetries: 1 });
    expect(actionsOf(chosen)).toEqual([{ name: "cancel" }]);
    expect(foldAll([attemptStarted(2)], chosen).status).toBe("IN_PROGRESS");
  });
});

describe("inputs of a hook task", () => {
  const asked = foldAll([
    task({ type: "inputs-missing", inputs: [anInput("login", "oauth"), anInput("name"), anInput("color")] }),
  ]);
  const authorization = { url: "https://sign.in/1", userCode: null, expiresAt: null };

  it("shows a sign-in at its own input", () => {
    const state = foldAll([task({ type: "sign-in-shown", inputId: "login", authorization })], asked);
    expect(state.inputs.map((input) => input.authorization)).toEqual([authorization, undefined, undefined]);
    expect(state.status).toBe("AWAITING_INPUT");
  });

  it("hides the sign-in again when inputs are provided", () => {
    const state = foldAll(
      [
        task({ type: "sign-in-shown", inputId: "login", authorization }),
        task({ type: "inputs-provided", inputIds: ["login", "name"] }),
      ],
      asked,
    );
    expect(state.inputs.map((input) => [input.state, input.authorization])).toEqual([
      ["provided", null],
      ["provided", null],
      ["waiting", undefined],
    ]);
  });

  it("offers to answer each open question, not the sign-in and not what is answered", () => {
    const state = foldAll([task({ type: "inputs-provided", inputIds: ["name"] })], asked);
    expect(actionsOf(state)).toEqual([
      { name: "submit_input", inputId: "color" },
      { name: "skip" },
      { name: "cancel" },
    ]);
  });
});

describe("actions of a hook task", () => {
  const states: [status: string, state: HookTaskState, names: string[]][] = [
    ["PENDING", initialHookTaskState, ["cancel"]],
    ["IN_PROGRESS", running, ["cancel"]],
    ["AWAITING_INPUT", foldAll([task({ type: "inputs-missing", inputs: [] })]), ["skip", "cancel"]],
    [
      "AWAITING_RETRY after a failure",
      foldAll([task({ type: "awaiting-retry", error: anError })], running),
      ["retry", "skip", "cancel"],
    ],
    ["AWAITING_RETRY at a checkpoint", foldAll([awaiting("a", 1)], running), ["retry", "skip", "cancel"]],
    ["COMPLETED", foldAll([task({ type: "attempt-completed", attempt: 1, activeMs: 1 })], running), []],
    ["SKIPPED", foldAll([task({ type: "skipped", reason: "" })]), []],
    ["FAILED", foldAll([task({ type: "failed", error: anError })], running), []],
    ["CANCELLED", foldAll([task({ type: "cancelled" })]), []],
    ["IN_PROGRESS with a cancel on its way", foldAll([task({ type: "cancel-requested" })], running), []],
  ];
  it.each(states)("are the legal ones while %s", (_status, state, names) => {
    expect(actionsOf(state).map(({ name }) => name)).toEqual(names);
  });
});

describe("checkpoints", () => {
  it("are active one at a time, in the order registered", () => {
    const first = foldAll([registered("a", "b", "c")], running);
    expect(checkpointsOf(first)).toEqual(["a: active", "b: pending", "c: pending"]);
    const second = foldAll([shown({ type: "checkpoint-completed", id: "b" })], first);
    expect(checkpointsOf(second)).toEqual(["a: active", "b: completed", "c: pending"]);
    const third = foldAll([shown({ type: "checkpoint-skipped", id: "a", message: "not needed" })], second);
    expect(checkpointsOf(third)).toEqual(["a: skipped", "b: completed", "c: active"]);
    expect(third.checkpoints[0]).toMatchObject({ message: "not needed", at: "1970-01-01T00:00:01.000Z" });
  });

  it("may be completed after they were skipped", () => {
    const state = foldAll(
      [
        registered("a"),
        shown({ type: "checkpoint-skipped", id: "a" }),
        shown({ type: "checkpoint-completed", id: "a", message: "after all" }),
      ],
      running,
    );
    expect(state.checkpoints).toMatchObject([{ status: "completed", message: "after all" }]);
  });

  it("take a new message without being completed, and keep it when completed without one", () => {
    const updated = foldAll(
      [registered("a"), shown({ type: "checkpoint-message", id: "a", message: "3 of 5" })],
      running,
    );
    expect(updated.checkpoints).toMatchObject([{ id: "a", status: "active", message: "3 of 5" }]);
    const completed = foldAll([shown({ type: "checkpoint-completed", id: "a" })], updated);
    expect(completed.checkpoints).toMatchObject([{ status: "completed", message: "3 of 5" }]);
  });

  it("are registered by what is done with them when nobody did before", () => {
    const state = foldAll(
      [
        shown({ type: "checkpoint-completed", id: "Library Ready" }),
        shown({ type: "checkpoint-message", id: "b", message: "soon" }),
        shown({ type: "checkpoint-skipped", id: "c" }),
        awaiting("d", 9),
      ],
      running,
    );
    expect(state.checkpoints).toMatchObject([
      { id: "Library Ready", message: "Library Ready", status: "completed" },
      { id: "b", message: "soon", status: "active" },
      { id: "c", message: "c", status: "skipped" },
      { id: "d", message: "d", status: "awaiting_retry" },
    ]);
  });

  it("keep what is known of them when they are registered again, in the new order", () => {
    const state = foldAll(
      [registered("a", "b"), shown({ type: "checkpoint-completed", id: "b" }), registered("b", "c")],
      running,
    );
    expect(checkpointsOf(state)).toEqual(["a: active", "b: completed", "c: pending"]);
  });

  it("are one each when a list names them twice", () => {
    expect(checkpointsOf(foldAll([registered("a", "b", "a")], running))).toEqual(["a: active", "b: pending"]);
  });

  it("are at most a thousand, however they come", () => {
    const many = Array.from({ length: 1200 }, (_, index) => `c${index}`);
    const listed = foldAll([registered(...many)], running);
    expect(listed.checkpoints).toHaveLength(1000);
    const more = foldAll([shown({ type: "checkpoint-completed", id: "one more" })], listed);
    expect(more.checkpoints).toHaveLength(1000);
    expect(foldAll([shown({ type: "checkpoint-completed", id: "c7" })], more).checkpoints[7]?.status).toBe(
      "completed",
    );
  });

  it("that were open when the attempt failed are failed", () => {
    const state = foldAll(
      [
        registered("a", "b", "c"),
        awaiting("b", 4),
        task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 0, again: false }),
      ],
      running,
    );
    expect(checkpointsOf(state)).toEqual(["a: failed", "b: failed", "c: pending"]);
  });

  it.each([
    ["completes", { type: "attempt-completed", attempt: 1, activeMs: 0 }],
    ["is skipped", { type: "skipped", reason: "" }],
    ["fails", { type: "failed", error: anError }],
    ["is cancelled", { type: "cancelled" }],
  ] satisfies [string, TaskEvent][])("do not look as if they went on when the task %s", (_how, end) => {
    const state = foldAll([registered("a", "b", "c"), awaiting("c", 4), task(end)], running);
    expect(checkpointsOf(state)).toEqual(["a: pending", "b: pending", "c: failed"]);
  });
});

describe("progress", () => {
  const completed = (id: string, progress?: number): TaskEvent =>
    progress === undefined
      ? { type: "checkpoint-completed", id }
      : { type: "checkpoint-completed", id, progress };

  it("counts the checkpoints done and leaves the last percent to the end", () => {
    const half = foldAll([registered("a", "b"), shown(completed("a"))], running);
    expect(half.progress).toBe(49);
    expect(foldAll([shown({ type: "checkpoint-skipped", id: "b" })], half).progress).toBe(99);
  });

  it("is what the hook says where it says so", () => {
    expect(foldAll([registered("a", "b"), shown(completed("a", 7))], running).progress).toBe(7);
    expect(foldAll([shown(completed("a", 250))], running).progress).toBe(100);
  });

  it("never falls within an attempt", () => {
    const at80 = foldAll([registered("a", "b", "c"), shown(completed("a", 80))], running);
    expect(foldAll([shown(completed("b"))], at80).progress).toBe(80);
    expect(foldAll([shown(completed("b", 10))], at80).progress).toBe(80);
    expect(foldAll([registered("d", "e", "f", "g")], at80).progress).toBe(80);
  });
});

describe("awaitCheckpointRetry", () => {
  const waiting = foldAll([registered("a", "b"), awaiting("a", 5)], running);

  it("shows the checkpoint, its error and the call that waits", () => {
    expect(waiting).toMatchObject({
      status: "AWAITING_RETRY",
      attemptOpen: true,
      waiting: { kind: "checkpoint", seq: 5, checkpointId: "a" },
      error: { title: "a failed", checkpointId: "a" },
    });
    expect(checkpointsOf(waiting)).toEqual(["a: awaiting_retry", "b: active"]);
  });

  it("goes on in the same attempt with the checkpoint open again", () => {
    const state = foldAll([answered("a", 5)], waiting);
    expect(state).toMatchObject({ status: "IN_PROGRESS", attempt: 1, waiting: null, error: null });
    expect(checkpointsOf(state)).toEqual(["a: active", "b: pending"]);
  });

  it("waits on when another call still waits, the oldest first", () => {
    const both = foldAll([awaiting("b", 6)], waiting);
    expect(both).toMatchObject({ waiting: { seq: 5 }, error: { title: "a failed" } });
    const one = foldAll([answered("a", 5)], both);
    expect(one).toMatchObject({
      status: "AWAITING_RETRY",
      waiting: { kind: "checkpoint", seq: 6, checkpointId: "b" },
      error: { title: "b failed" },
    });
    expect(foldAll([answered("b", 6)], one)).toMatchObject({ status: "IN_PROGRESS", waiting: null });
    const other = foldAll([answered("b", 6, "skip")], both);
    expect(other).toMatchObject({
      status: "AWAITING_RETRY",
      waiting: { seq: 5 },
      error: { title: "a failed" },
    });
  });

  it("is over when the attempt is", () => {
    const failed = foldAll(
      [
        task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 0, again: true }),
        attemptStarted(2),
      ],
      waiting,
    );
    expect(failed).toMatchObject({ waiting: null, checkpointWaits: [] });
    expect(foldAll([awaiting("b", 2), answered("b", 2)], failed).status).toBe("IN_PROGRESS");
  });
});

describe("view of a hook task", () => {
  it("is complete before anything has happened", () => {
    expect(toHookTaskView(hookRecord({ description: "Setting up", retries: 2, optional: true }))).toEqual({
      kind: "hook",
      id: "tsk_hook",
      type: "APP_HOOK",
      status: "PENDING",
      revision: 0,
      parentId: "tsk_operation",
      hookId: "setup",
      event: "onAfterInstall",
      appName: "shelf",
      title: "Setting up",
      optional: true,
      attempt: 0,
      maxAttempts: 3,
      progress: 0,
      checkpoints: [],
      inputs: [],
      error: null,
      durationMs: 0,
      createdAt: "1970-01-01T00:00:00.500Z",
      startedAt: null,
      updatedAt: "1970-01-01T00:00:00.500Z",
      finishedAt: null,
      cancelRequestedAt: null,
      actions: [{ name: "cancel" }],
      bundleSha256: null,
    });
  });

  it("takes the hook's id for a title, one attempt and required, when the script says nothing", () => {
    const state = foldAll([
      attemptStarted(1, 1000),
      task({ type: "cancel-requested" }, 2000),
      task({ type: "cancelled" }, 3000),
    ]);
    expect(toHookTaskView(hookRecord(), state)).toMatchObject({
      title: "setup",
      optional: false,
      maxAttempts: 1,
      startedAt: "1970-01-01T00:00:01.000Z",
      cancelRequestedAt: "1970-01-01T00:00:02.000Z",
      updatedAt: "1970-01-01T00:00:03.000Z",
      finishedAt: "1970-01-01T00:00:03.000Z",
      bundleSha256: "bundle-1",
    });
  });
});
