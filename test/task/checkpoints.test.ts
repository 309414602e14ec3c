import { describe, expect, it } from "vitest";
import type { TaskEvent } from "../../src/task/task-event.ts";
import type { HookTaskState } from "../../src/task/task-state.ts";
import {
  anError,
  answered,
  attemptStarted,
  awaiting,
  foldAll,
  registered,
  shown,
  task,
} from "./hook-task-fold.ts";

const running = foldAll([attemptStarted()]);
const checkpointsOf = (state: HookTaskState): string[] =>
  state.checkpoints.map(({ id, status }) => `${id}: ${status}`);

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
