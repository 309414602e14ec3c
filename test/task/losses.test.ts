import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { ResumeReason, TaskEvent } from "../../src/task/task-event.ts";
import { foldEntry, initialHookTaskState, type HookTaskState } from "../../src/task/task-state.ts";
import { anError } from "./hook-task-fold.ts";

const task = (event: TaskEvent, at = 1): JournalEntry => ({ type: "task", at, event });
const started = task({ type: "attempt-started", attempt: 1 });
const resumed = (reason: ResumeReason, activeMs = 0): JournalEntry =>
  task({ type: "attempt-resumed", attempt: 1, reason, activeMs });
const completed: JournalEntry = {
  type: "effect-completed",
  seq: 1,
  name: "sleep",
  argsHash: "x",
  at: 2,
  outcome: { ok: true, value: null },
};
const fold = (...entries: JournalEntry[]): HookTaskState => entries.reduce(foldEntry, initialHookTaskState);

describe("losses of an attempt", () => {
  it("are counted while it gets nowhere, whatever was lost", () => {
    expect(
      fold(started, resumed("sandbox-lost"), resumed("worker-lost"), resumed("sandbox-lost")).losses,
    ).toBe(3);
  });

  it("are counted anew once it got somewhere, was put away, or begins again", () => {
    expect(fold(started, resumed("sandbox-lost"), completed, resumed("sandbox-lost")).losses).toBe(1);
    expect(fold(started, resumed("sandbox-lost"), resumed("put-away")).losses).toBe(0);
    expect(fold(started, resumed("sandbox-lost"), task({ type: "attempt-started", attempt: 2 })).losses).toBe(
      0,
    );
  });

  it("stay as they were when the task has ended", () => {
    const ended = fold(started, resumed("sandbox-lost"), task({ type: "cancelled" }));
    expect(foldEntry(ended, completed)).toBe(ended);
  });
});

describe("an attempt that rests", () => {
  it("says until when, as long as it does, and keeps the time it has used", () => {
    const resting = fold(started, task({ type: "attempt-paused", attempt: 1, activeMs: 5, until: 900 }));
    expect(resting).toMatchObject({ rest: { since: { at: 1 }, ms: 899 }, pausedMs: 5 });
    expect(foldEntry(resting, resumed("put-away", 700))).toMatchObject({ rest: null, pausedMs: 700 });
  });

  it("takes no rest along when it ends, and the next begins with none", () => {
    const pause = task({ type: "attempt-paused", attempt: 1, activeMs: 5, until: 900 });
    const failed = task({ type: "attempt-failed", attempt: 1, error: anError, activeMs: 5, again: true });
    expect(fold(started, pause, failed).rest).toBeNull();
    expect(fold(started, pause, task({ type: "attempt-started", attempt: 2 })).rest).toBeNull();
  });

  it("for a person has no time at which it ends; one that was handed over does not rest", () => {
    const pause = { type: "attempt-paused", attempt: 1, activeMs: 5 } as const;
    const resting = fold(started, task({ ...pause, untilDecision: true }));
    expect(resting.rest).toBe("until-decision");
    expect(foldEntry(resting, resumed("put-away")).rest).toBeNull();
    expect(fold(started, task(pause)).rest).toBeNull();
  });
});
