import { describe, expect, it } from "vitest";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import type { EffectTools } from "../../../src/context/effect.ts";
import { sleep, timer } from "../../../src/context/effects/waits.ts";
import type { JsonValue } from "../../../src/json.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

const longestMs = 2_147_483_647;
const parseSleep = (ms: JsonValue) => sleep.parseArgs({ ms }, defaultEffectLimits);
const parseTimer = (ms: JsonValue) => timer.parseArgs({ ms }, defaultEffectLimits);

function toolsOf(clock: ManualClock, startedAt: number, signal = new AbortController().signal): EffectTools {
  const elapsedMs = clock.now() - startedAt;
  const network = { request: () => Promise.reject(new Error("no network here")), close: async () => {} };
  const pause = (ms: number) => clock.sleep(ms, signal);
  return { clock, network, baseUrl: "", signal, elapsedMs, note: () => {}, pausedWith: null, pause };
}

describe("ctx.sleep", () => {
  it("may be gone on with after a crash", () => {
    expect(sleep.nature(1)).toBe("repeatable");
    expect(timer.nature(1)).toBe("repeatable");
  });

  it("takes any milliseconds from 0 on, at most what a timer can count", () => {
    expect([0, 0.5, 1000, longestMs, 1e15].map(parseSleep)).toEqual([0, 0.5, 1000, longestMs, longestMs]);
  });

  it.each<[JsonValue, string]>([
    [-1, "the number -1"],
    ["100", 'the text "100"'],
    [null, "missing"],
  ])("refuses %j", (ms, found) => {
    expect(() => parseSleep(ms)).toThrow(`ctx.sleep: ms is ${found}; expected milliseconds, 0 or more.`);
  });

  it("lasts as long as asked", async () => {
    const clock = createManualClock();
    let done = false;
    const sleeping = sleep.perform?.(1000, null, toolsOf(clock, clock.now())).then((result) => {
      done = true;
      return result;
    });
    await clock.untilSleeping(1);
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    clock.advance(1);
    expect(await sleeping).toEqual({ value: null, body: null });
  });

  it("lasts only for what is left when it began before a crash", async () => {
    const clock = createManualClock();
    const sleeping = sleep.perform?.(1000, null, toolsOf(clock, clock.now() - 700));
    await clock.untilSleeping(1);
    clock.advance(300);
    expect(await sleeping).toEqual({ value: null, body: null });
  });

  it("is over at once when its time has passed meanwhile", async () => {
    const clock = createManualClock();
    expect(await sleep.perform?.(1000, null, toolsOf(clock, clock.now() - 5000))).toEqual({
      value: null,
      body: null,
    });
    expect(clock.sleepers()).toBe(0);
  });

  it("never lasts longer than asked, also when the machine's clock was set back", async () => {
    const clock = createManualClock();
    const sleeping = sleep.perform?.(1000, null, toolsOf(clock, clock.now() + 3_600_000));
    await clock.untilSleeping(1);
    clock.advance(1000);
    expect(await sleeping).toEqual({ value: null, body: null });
  });

  it("ends when the hook gives it up", async () => {
    const clock = createManualClock();
    const giveUp = new AbortController();
    const sleeping = sleep.perform?.(1000, null, toolsOf(clock, clock.now(), giveUp.signal));
    await clock.untilSleeping(1);
    giveUp.abort(new Error("given up"));
    await expect(sleeping).rejects.toThrow("given up");
  });
});

describe("setTimeout", () => {
  it("counts as Node's does: what it cannot count fires at once", () => {
    expect([1, 50, longestMs].map(parseTimer)).toEqual([1, 50, longestMs]);
    expect([0, -5, 0.5, longestMs + 1, null, "50", {}].map((ms) => parseTimer(ms))).toEqual([
      1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  it("waits", async () => {
    const clock = createManualClock();
    const waiting = timer.perform?.(50, null, toolsOf(clock, clock.now()));
    await clock.untilSleeping(1);
    clock.advance(50);
    expect(await waiting).toEqual({ value: null, body: null });
  });
});
