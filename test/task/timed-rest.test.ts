import { describe, expect, it } from "vitest";
import { restedMs, restLeftMs, toTimedRest } from "../../src/task/timed-rest.ts";

const paused = { type: "attempt-paused", attempt: 1, activeMs: 0 } as const;

describe("a rest for a time", () => {
  it("is none where a person alone is waited for", () => {
    expect(toTimedRest(paused, 1000)).toBeNull();
  });

  it("lasts to its end, and not longer, however late somebody looks", () => {
    const rest = toTimedRest({ ...paused, until: 5000 }, 1000);
    expect(rest).toEqual({ since: { at: 1000 }, ms: 4000 });
    if (rest === null) return;
    expect([restedMs(rest, { at: 2500 }), restLeftMs(rest, { at: 2500 })]).toEqual([1500, 2500]);
    expect([restedMs(rest, { at: 90_000 }), restLeftMs(rest, { at: 90_000 })]).toEqual([4000, 0]);
    expect(toTimedRest({ ...paused, until: 500 }, 1000)).toMatchObject({ ms: 0 });
  });

  it("goes by the steady clock within one boot, whatever becomes of the wall clock", () => {
    const rest = toTimedRest({ ...paused, until: 5000, steady: { boot: "a", ms: 100 } }, 1000);
    if (rest === null) throw new Error("there is a rest");
    const setBack = { at: -3_600_000, steady: { boot: "a", ms: 1100 } };
    expect(restLeftMs(rest, setBack)).toBe(3000);
    expect(restLeftMs(rest, { at: 2000, steady: { boot: "b", ms: 5 } })).toBe(3000);
  });
});
