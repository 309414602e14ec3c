import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createActiveTime, type ActiveTime } from "../../src/runtime/active-time.ts";

let expired: number;
let time: ActiveTime | null = null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  expired = 0;
});
afterEach(() => {
  time?.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function start(limitMs: number, usedMs = 0): ActiveTime {
  time = createActiveTime({
    usedMs,
    limitMs,
    onExpired: () => {
      expired += 1;
    },
    monotonic: () => performance.now(),
  });
  return time;
}

describe("active time", () => {
  it("runs from the beginning and calls back when it is used up", () => {
    const active = start(1000);
    vi.advanceTimersByTime(999);
    expect([active.elapsedMs(), expired]).toEqual([999, 0]);
    vi.advanceTimersByTime(1);
    expect([active.elapsedMs(), expired]).toEqual([1000, 1]);
  });

  it("stands still while it is paused, and goes on with what is left", () => {
    const active = start(1000);
    vi.advanceTimersByTime(400);
    active.pause();
    vi.advanceTimersByTime(7 * 24 * 3600 * 1000);
    expect([active.elapsedMs(), expired]).toEqual([400, 0]);
    active.resume();
    vi.advanceTimersByTime(599);
    expect(expired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(expired).toBe(1);
  });

  it("counts a pause within a pause, and a resume within a run, once", () => {
    const active = start(1000);
    active.resume();
    active.pause();
    active.pause();
    vi.advanceTimersByTime(5000);
    active.resume();
    active.resume();
    vi.advanceTimersByTime(1000);
    expect([active.elapsedMs(), expired]).toEqual([1000, 1]);
  });

  it("begins with what earlier pieces used", () => {
    const active = start(1000, 900);
    expect(active.elapsedMs()).toBe(900);
    vi.advanceTimersByTime(100);
    expect(expired).toBe(1);
  });

  it("ends at once when earlier pieces have used it up", () => {
    start(1000, 5000);
    vi.advanceTimersByTime(0);
    expect(expired).toBe(1);
  });

  it("never calls back after it was stopped, also when it is resumed", () => {
    const active = start(1000);
    vi.advanceTimersByTime(300);
    active.stop();
    active.resume();
    vi.advanceTimersByTime(10_000);
    expect([active.elapsedMs(), expired]).toEqual([300, 0]);
  });

  it("does not end early when a timer fires before its time", () => {
    let now = 0;
    let count = 0;
    const active = createActiveTime({
      usedMs: 0,
      limitMs: 1000,
      onExpired: () => {
        count += 1;
      },
      monotonic: () => now,
    });
    now = 990;
    vi.advanceTimersByTime(1000);
    expect(count).toBe(0);
    now = 1000;
    vi.advanceTimersByTime(10);
    expect(count).toBe(1);
    active.stop();
  });

  it("keeps limits that are longer than a timer can count", () => {
    const days40 = 40 * 24 * 3600 * 1000;
    start(days40);
    vi.advanceTimersByTime(days40 - 1);
    expect(expired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(expired).toBe(1);
  });
});
