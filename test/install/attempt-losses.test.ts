import { expect, it } from "vitest";
import { describePiece } from "../../src/install/attempt-losses.ts";
import { attemptStarted, shown, task } from "../task/hook-task-fold.ts";

const sleeping = task({ type: "attempt-paused", attempt: 1, activeMs: 500, until: 61_000 }, 1500);

it("a sleep that was put away counts as active until its end, not until somebody was there again", () => {
  const recorded = [attemptStarted(), sleeping];
  expect(describePiece(recorded, null, 31_500)).toMatchObject({ reason: "put-away", lastedMs: 30_000 });
  expect(describePiece(recorded, null, 900_000_000)).toMatchObject({ lastedMs: 59_500 });
  expect(describePiece(recorded, null, 0)).toMatchObject({ lastedMs: 0 });
});

it("waiting for a person does not count", () => {
  const waiting = task({ type: "attempt-paused", attempt: 1, activeMs: 500 }, 1500);
  expect(describePiece([attemptStarted(), waiting], null, 900_000_000)).toMatchObject({ lastedMs: 0 });
});

it("a piece that ended with its worker lasted until the last thing it wrote", () => {
  const resumed = task({ type: "attempt-resumed", attempt: 1, reason: "worker-lost", activeMs: 10 }, 5000);
  const wrote = shown({ type: "log", level: "info", message: "" }, 1, 5400);
  const piece = describePiece([attemptStarted(), resumed, wrote], null, 900_000_000);
  expect(piece).toMatchObject({ reason: "worker-lost", lastedMs: 400 });
});

it("a piece that ended with its sandbox lasted as long as was measured", () => {
  const resumed = task({ type: "attempt-resumed", attempt: 1, reason: "put-away", activeMs: 100 }, 5000);
  const lost = { activeMs: 350, detail: "killed" };
  const piece = describePiece([attemptStarted(), resumed], lost, 900_000_000);
  expect(piece).toEqual({ reason: "sandbox-lost", lastedMs: 250, detail: "killed" });
});
