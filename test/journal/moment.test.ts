import { describe, expect, it } from "vitest";
import { elapsedBetween, type Moment } from "../../src/journal/moment.ts";

const hourMs = 3_600_000;
const moment = (at: number, ms: number, boot = "b"): Moment => ({ at, steady: { boot, ms } });

describe("the time between two moments", () => {
  it.each([
    ["when nobody set the clock", moment(6000, 6000), 5000],
    ["when the clock was set ahead", moment(6000 + hourMs, 6000), 5000],
    ["when the clock was set back", moment(6000 - hourMs, 6000), 5000],
    ["a week later", moment(6000, 1000 + 7 * 24 * hourMs), 7 * 24 * hourMs],
  ])("is that of the steady clock within one boot, %s", (_when, to, expected) => {
    expect(elapsedBetween(moment(1000, 1000), to)).toBe(expected);
  });

  it.each<[string, Moment, Moment]>([
    ["after a reboot or on another machine", moment(1000, 900_000), moment(6000, 100, "other")],
    ["when the earlier one has no steady reading", { at: 1000 }, moment(6000, 100)],
    ["when the later one has none", moment(1000, 900_000), { at: 6000 }],
    ["when neither has", { at: 1000 }, { at: 6000 }],
    ["when the steady clock went back, as in a restored machine", moment(1000, 9000), moment(6000, 8999)],
  ])("is that of the wall clock %s", (_when, from, to) => {
    expect(elapsedBetween(from, to)).toBe(5000);
  });

  it("is never negative", () => {
    expect(elapsedBetween({ at: 6000 }, { at: 1000 })).toBe(0);
  });
});
