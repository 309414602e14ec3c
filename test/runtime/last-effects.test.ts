import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLastEffects } from "../../src/runtime/last-effects.ts";
import { createPendingEffects } from "../../src/runtime/pending-effects.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = { checkpointId: null, dueAt: null, outlivesHook: false };
const request = { ...wait, outlivesHook: true, isOnce: true };

/** An attempt at which the monotonic clock is 1000, and what it has told of its end. */
function begin() {
  const pending = createPendingEffects();
  const ends: string[] = [];
  const onEnded = (detail: string): void => void ends.push(detail);
  const last = createLastEffects({ pending, clock: { monotonic: () => 1000 }, onEnded });
  return { pending, last, ends };
}

it("ends at once when nothing is under way that must not be repeated, and lets go of the rest", () => {
  const { pending, last, ends } = begin();
  const timer = pending.add(1, { ...wait, dueAt: 5000 });
  const read = pending.add(2, { ...request, isOnce: false });
  expect(last.look()).toBe(false);
  last.begin("killed");
  expect([ends, timer.aborted, read.aborted]).toEqual([["killed"], true, true]);
});

it("ends when the last of them has its answer", () => {
  const { pending, last, ends } = begin();
  const [first, second] = [pending.add(1, request), pending.add(2, request)];
  last.begin("killed");
  pending.delete(1);
  expect([last.look(), ends, first.aborted, second.aborted]).toEqual([true, [], false, false]);
  pending.delete(2);
  expect([last.look(), ends]).toEqual([true, ["killed"]]);
});

it("ends when the first of the hook's timers would, or after ten seconds", () => {
  for (const { dueAt, forMs } of [
    { dueAt: 1500, forMs: 500 },
    { dueAt: 1_000_000, forMs: 10_000 },
    { dueAt: null, forMs: 10_000 },
    { dueAt: 1001, forMs: 1 },
  ]) {
    const { pending, last, ends } = begin();
    pending.add(1, request);
    pending.add(2, { ...wait, dueAt });
    pending.add(3, { ...wait, dueAt: 2_000_000 });
    last.begin("killed");
    vi.advanceTimersByTime(forMs - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ends).toEqual(["killed"]);
  }
});

it("ends no attempt that has ended by itself meanwhile", () => {
  const { pending, last, ends } = begin();
  pending.add(1, request);
  last.begin("killed");
  last.close();
  vi.advanceTimersByTime(20_000);
  expect(ends).toEqual([]);
});
