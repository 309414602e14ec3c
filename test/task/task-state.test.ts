import { describe, expect, it } from "vitest";
import { actionsOf, codeToRun, toHookTaskView } from "../../src/task/hook-task.ts";
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
  attemptStarted,
  awaiting,
  foldAll,
  hookRecord,
  registered,
  shown,
  task,
} from "./hook-task-fold.ts";

const running = foldAll([attemptStarted()]);

describe("state of a hook task", () => {
  it("is not changed by what an effect goes on from, nor by what is an operation's", () => {
    const pause = { type: "effect-paused", seq: 1, at: 1500, ms: 5, state: null } as const;
    const other = { type: "operation", at: 1500, event: { type: "cancel-requested" } } as const;
    expect(foldAll([pause, other], running)).toBe(running);
  });

  it("knows the checksums of what its latest attempt ran, and takes none from an attempt after its end", () => {
    const start = { ...attemptStarted(), sourceSha256: "source-1" };
    expect(foldAll([start])).toMatchObject({ bundleSha256: "bundle-1", sourceSha256: "source-1" });
    expect(foldAll([attemptStarted()]).sourceSha256).toBeNull();
    const ended = foldAll([start, task({ type: "cancelled" })]);
    expect(foldAll([attemptStarted(2)], ended)).toBe(ended);
  });

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

  it("is granted an attempt by a Retry that followed one, and none by a Retry before one was used", () => {
    const retry = [
      task({ type: "awaiting-retry", error: anError }),
      task({ type: "retry-chosen", fresh: false }),
    ];
    const refusedTwice = foldAll([...retry, ...retry]);
    expect(refusedTwice).toMatchObject({ manualRetries: 2, retriesSinceAttempt: 2, grantedAttempts: 0 });
    const begun = foldAll([attemptStarted(1)], refusedTwice);
    expect(begun).toMatchObject({ manualRetries: 2, retriesSinceAttempt: 0, grantedAttempts: 0 });
    const failed = task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 0, again: false });
    const again = foldAll([failed, ...retry, ...retry], begun);
    expect(again).toMatchObject({ manualRetries: 4, retriesSinceAttempt: 2, grantedAttempts: 1 });
    const second = foldAll([attemptStarted(2), ...retry], again);
    expect(second).toMatchObject({ manualRetries: 5, retriesSinceAttempt: 1, grantedAttempts: 2 });
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

  it("offers to answer each open question and to begin each open sign-in, not what is answered", () => {
    const state = foldAll([task({ type: "inputs-provided", inputIds: ["name"] })], asked);
    expect(actionsOf(state)).toEqual([
      { name: "authorize", inputId: "login" },
      { name: "submit_input", inputId: "color" },
      { name: "skip" },
      { name: "cancel" },
    ]);
    const done = foldAll([task({ type: "inputs-provided", inputIds: ["login", "color"] })], state);
    expect(actionsOf(done)).toEqual([{ name: "skip" }, { name: "cancel" }]);
  });

  it("offers to call a sign-in off only while there is one to approve", () => {
    const shownState = foldAll([task({ type: "sign-in-shown", inputId: "login", authorization })], asked);
    const calledOff = foldAll(
      [task({ type: "sign-in-shown", inputId: "login", authorization: null })],
      shownState,
    );
    const ofLogin = (state: HookTaskState): string[] =>
      actionsOf(state).flatMap((action) =>
        "inputId" in action && action.inputId === "login" ? [action.name] : [],
      );
    expect(ofLogin(shownState)).toEqual(["authorize", "cancel_authorization"]);
    expect(ofLogin(calledOff)).toEqual(["authorize"]);
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
    [
      "COMPLETED",
      foldAll([task({ type: "attempt-completed", attempt: 1, activeMs: 1 })], running),
      ["rerun"],
    ],
    ["SKIPPED", foldAll([task({ type: "skipped", reason: "" })]), ["rerun"]],
    ["FAILED", foldAll([task({ type: "failed", error: anError })], running), ["rerun"]],
    ["CANCELLED", foldAll([task({ type: "cancelled" })]), ["rerun"]],
    ["IN_PROGRESS with a cancel on its way", foldAll([task({ type: "cancel-requested" })], running), []],
  ];
  it.each(states)("are the legal ones while %s", (_status, state, names) => {
    expect(actionsOf(state).map(({ name }) => name)).toEqual(names);
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
      sourceSha256: null,
      labels: {},
      annotations: {},
      retryOf: null,
      predictedSeconds: null,
    });
  });

  it("shows what the hook declares and what was known at the beginning", () => {
    const hook = { labels: { tier: "media" }, annotations: { "docs/page": "Setting up" } };
    const record = hookRecord(hook, {
      retryOf: "tsk_before",
      predictedSeconds: 12.5,
      sourceSha256: "source-1",
    });
    expect(toHookTaskView(record)).toMatchObject({
      ...hook,
      retryOf: "tsk_before",
      predictedSeconds: 12.5,
      sourceSha256: null,
    });
  });

  it("names the sources of the attempt that ran, also of a fresh one, and none where they are not known", () => {
    const record = hookRecord({}, { sourceSha256: "source-1" });
    expect(codeToRun(record, foldAll([]))).toEqual({ bundleSha256: "bundle-1", sourceSha256: "source-1" });
    expect(codeToRun(hookRecord(), foldAll([]))).toEqual({ bundleSha256: "bundle-1" });
    const fresh = foldAll([
      { ...attemptStarted(), sourceSha256: "source-1" },
      task({ type: "awaiting-retry", error: anError }),
      task({ type: "retry-chosen", fresh: true, bundleSha256: "bundle-2", sourceSha256: "source-2" }),
    ]);
    expect(toHookTaskView(record, fresh).sourceSha256).toBe("source-1");
    const next = codeToRun(record, fresh);
    expect(next).toEqual({ bundleSha256: "bundle-2", sourceSha256: "source-2" });
    const again = foldAll([{ ...attemptStarted(2), ...next }], { ...fresh, attemptOpen: false });
    expect(toHookTaskView(record, again)).toMatchObject(next);
    expect(toHookTaskView(record, foldAll([attemptStarted()])).sourceSha256).toBeNull();
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
