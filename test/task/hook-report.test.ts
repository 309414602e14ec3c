import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { eventOf, toHookReport } from "../../src/task/hook-report.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { TaskError, TaskEvent } from "../../src/task/task-event.ts";

const record = { hook: { id: "setup", event: "onAfterInstall", entrypoint: "main" } } as HookTaskRecord;

const started = (attempt: number): JournalEntry => ({
  type: "attempt-started",
  format: 1,
  attempt,
  at: attempt * 1000,
  now: attempt * 1000,
  seed: "00",
  bundleSha256: "abc",
  context: { resourceType: "app", resourceId: "a", event: "onAfterInstall", baseUrl: "", inputs: {} },
});

const task = (event: TaskEvent): JournalEntry => ({ type: "task", at: 1500, event });

const effect = (seq: number, event: TaskEvent): JournalEntry => ({
  type: "effect-completed",
  seq,
  name: "any",
  argsHash: "",
  at: 1200,
  outcome: { ok: true, value: null },
  event,
});

const error: TaskError = {
  code: "HOOK_THREW",
  title: "Hook failed",
  detail: "at line 3",
  context: [{ label: "Status", value: 500 }],
  source: { file: "a.ts", line: 3, column: 1 },
  checkpointId: "a",
};

describe("the report of a hook", () => {
  it("of one that has not begun is pending and empty", () => {
    expect(toHookReport(record, [])).toEqual({
      id: "setup",
      event: "onAfterInstall",
      status: "PENDING",
      attempts: 0,
      durationMs: 0,
      checkpoints: [],
      log: [],
      requests: [],
      error: null,
    });
  });

  it("has the log and requests of all attempts, and the checkpoints of the last", () => {
    const report = toHookReport(record, [
      started(1),
      effect(1, { type: "log", level: "info", message: "first" }),
      effect(2, { type: "checkpoints-registered", checkpoints: [{ id: "a", message: "A" }] }),
      task({ type: "request", method: "GET", url: "http://x/", status: 200, refused: null }),
      task({ type: "attempt-failed", attempt: 1, error, activeMs: 40, again: true }),
      started(2),
      effect(1, { type: "log", level: "error", message: "second" }),
      effect(2, { type: "checkpoint-completed", id: "b", message: "B done" }),
      task({ type: "attempt-completed", attempt: 2, activeMs: 2 }),
    ]);
    expect(report).toMatchObject({ status: "COMPLETED", attempts: 2, durationMs: 42, error: null });
    expect(report.log).toEqual([
      { message: "first", level: "info", at: "1970-01-01T00:00:01.200Z" },
      { message: "second", level: "error", at: "1970-01-01T00:00:01.200Z" },
    ]);
    expect(report.requests).toHaveLength(1);
    expect(report.checkpoints).toEqual([{ id: "b", message: "B done", status: "completed" }]);
  });

  it("counts the runtime's own remarks not as the hook's log, its warnings do", () => {
    const { log } = toHookReport(record, [
      started(1),
      task({ type: "log", level: "debug", message: "poll 1" }),
      task({ type: "log", level: "warn", message: "the log is full" }),
      effect(1, { type: "log", level: "debug", message: "the hook's own" }),
    ]);
    expect(log.map(({ message }) => message)).toEqual(["the log is full", "the hook's own"]);
  });

  it("tells refusals from requests that failed on their way", () => {
    const request = (refused: string | null): JournalEntry =>
      task({ type: "request", method: "GET", url: "http://x/", status: null, refused });
    const { requests } = toHookReport(record, [
      request("NETWORK_REFUSED: not allowed"),
      request("NETWORK_FAILED: ECONNREFUSED"),
      request("NETWORK_TIMEOUT: 5 s"),
    ]);
    expect(requests.map(({ refused, failed }) => [refused, failed])).toEqual([
      ["NETWORK_REFUSED: not allowed", null],
      [null, "NETWORK_FAILED: ECONNREFUSED"],
      [null, "NETWORK_TIMEOUT: 5 s"],
    ]);
  });

  it("keeps the error without what only tasks need", () => {
    const { error: shown } = toHookReport(record, [started(1), task({ type: "failed", error })]);
    const { checkpointId: _left, ...kept } = error;
    expect(shown).toEqual(kept);
  });

  it("leaves an operation's own entries and silent effects out", () => {
    const { log } = toHookReport(record, [
      { type: "operation", at: 1, event: { type: "cancel-requested" } },
      { type: "effect-started", seq: 1, name: "sleep", argsHash: "", at: 2 },
    ]);
    expect(log).toEqual([]);
  });
});

describe("the event of an entry", () => {
  it("is there where something shows in the task, and nowhere else", () => {
    const log = { type: "log", level: "info", message: "x" } as const;
    const completed = { type: "effect-completed", seq: 1, name: "log", argsHash: "h", at: 5 } as const;
    const outcome = { ok: true, value: null } as const;
    expect(eventOf({ ...completed, outcome, event: log })).toEqual([{ at: 5, event: log }]);
    expect(eventOf({ ...completed, outcome })).toEqual([]);
    expect(eventOf({ ...completed, outcome, event: undefined } as unknown as JournalEntry)).toEqual([]);
    expect(eventOf({ type: "operation", at: 5, event: { type: "cancel-requested" } })).toEqual([]);
  });
});
