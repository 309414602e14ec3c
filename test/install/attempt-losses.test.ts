import { expect, it } from "vitest";
import { describePiece } from "../../src/install/attempt-losses.ts";
import { attemptStarted, shown, task } from "../task/hook-task-fold.ts";

const sleeping = task({ type: "attempt-paused", attempt: 1, activeMs: 500, until: 61_000 }, 1500);

it("a sleep that was put away counts as active until its end, not until somebody was there again", () => {
  const recorded = [attemptStarted(), sleeping];
  expect(describePiece(recorded, null, { at: 31_500 })).toMatchObject({
    reason: "put-away",
    lastedMs: 30_000,
  });
  expect(describePiece(recorded, null, { at: 900_000_000 })).toMatchObject({ lastedMs: 59_500 });
  expect(describePiece(recorded, null, { at: 0 })).toMatchObject({ lastedMs: 0 });
});

it("counts no more and no less of a sleep when the clock was set within one boot", () => {
  const steady = { boot: "b", ms: 100 };
  const put = task({ type: "attempt-paused", attempt: 1, activeMs: 500, until: 61_000, steady }, 1500);
  const lasted = (at: number, ms: number, boot = "b") =>
    describePiece([attemptStarted(), put], null, { at, steady: { boot, ms } })?.lastedMs;
  expect(lasted(3_600_000, 10_100)).toBe(10_000);
  expect(lasted(-3_600_000, 10_100)).toBe(10_000);
  // Another boot of the machine, or another machine, has but the wall clock to go by.
  expect(lasted(31_500, 10_100, "other")).toBe(30_000);
});

it("waiting for a person does not count", () => {
  const waiting = task({ type: "attempt-paused", attempt: 1, activeMs: 500 }, 1500);
  expect(describePiece([attemptStarted(), waiting], null, { at: 900_000_000 })).toMatchObject({
    lastedMs: 0,
  });
});

it("a piece that ended with its worker lasted until the last thing it wrote", () => {
  const resumed = task({ type: "attempt-resumed", attempt: 1, reason: "worker-lost", activeMs: 10 }, 5000);
  const wrote = shown({ type: "log", level: "info", message: "" }, 1, 5400);
  const piece = describePiece([attemptStarted(), resumed, wrote], null, { at: 900_000_000 });
  expect(piece).toMatchObject({ reason: "worker-lost", lastedMs: 400 });
});

it("a piece that ended with its sandbox lasted as long as was measured", () => {
  const resumed = task({ type: "attempt-resumed", attempt: 1, reason: "put-away", activeMs: 100 }, 5000);
  const lost = { activeMs: 350, detail: "killed" };
  const piece = describePiece([attemptStarted(), resumed], lost, { at: 900_000_000 });
  expect(piece).toEqual({ reason: "sandbox-lost", lastedMs: 250, detail: "killed" });
});
