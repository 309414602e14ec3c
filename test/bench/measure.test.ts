import { describe, expect, it } from "vitest";
import { isMet, measureInTurns, ratioOf, summarize, toTable, type Row } from "../../bench/measure.ts";

const row = (figure: number[], floor: number[], goal: Row["goal"]): Row => ({
  subject: "cold start",
  name: "text to result",
  unit: "ms",
  figure: summarize(figure),
  floor: floor.length === 0 ? null : { name: "bare isolate", summary: summarize(floor) },
  goal,
});

describe("a summary", () => {
  it("is the middle value, or the mean of the two in the middle, with the least and the greatest", () => {
    expect(summarize([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, rounds: 3 });
    expect(summarize([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10, rounds: 4 });
    expect(summarize([7])).toEqual({ median: 7, min: 7, max: 7, rounds: 1 });
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe("measuring in turns", () => {
  it("takes one round of each after the other and leaves the warm-ups out", async () => {
    const calls: string[] = [];
    const result = await measureInTurns(
      2,
      {
        a: async (round) => (calls.push(`a${round}`), await Promise.resolve(round)),
        b: async (round) => (calls.push(`b${round}`), await Promise.resolve(10 * round)),
      },
      1,
    );
    expect(calls).toEqual(["a-1", "b-1", "a0", "b0", "a1", "b1"]);
    expect(result).toEqual({ a: summarize([0, 1]), b: summarize([0, 10]) });
  });
});

describe("a goal", () => {
  it("is kept by the ratio of the medians, not by the values", () => {
    const goal = { kind: "ratio", atMost: 2, project: 1.5 } as const;
    expect(ratioOf(row([30, 1, 40], [20], goal))).toBe(1.5);
    expect(isMet(row([40], [20], goal))).toBe(true);
    expect(isMet(row([41], [20], goal))).toBe(false);
    expect(isMet(row([41], [], goal))).toBe(false);
    expect(isMet(row([41], [20], null))).toBeNull();
  });

  it("of a value is to stay below it", () => {
    expect(isMet(row([19.9], [], { kind: "value", below: 20 }))).toBe(true);
    expect(isMet(row([20], [], { kind: "value", below: 20 }))).toBe(false);
  });
});

describe("the table", () => {
  it("shows figure, floor, ratio and what became of the goal, in Markdown", () => {
    const lines = toTable([
      row([8.123, 7, 9], [4], { kind: "ratio", atMost: 2, project: 1.5 }),
      row([350], [], { kind: "value", below: 20 }),
      row([4], [4], { kind: "ratio", atMost: 1 }),
    ]).split("\n");
    expect(
      lines.map((line) =>
        line
          .split("|")
          .map((cell) => cell.trim())
          .slice(1, -1),
      ),
    ).toEqual([
      ["figure", "median (min to max)", "floor", "ratio", "goal"],
      expect.any(Array),
      [
        "cold start: text to result",
        "8.12 ms (7.00 to 9.00)",
        "4.00 ms bare isolate",
        "2.03",
        "at most 2x: MISSED (project: 1.5x)",
      ],
      ["cold start: text to result", "350 ms", "", "", "below 20 ms: MISSED"],
      ["cold start: text to result", "4.00 ms", "4.00 ms bare isolate", "1.00", "at most 1x: kept"],
    ]);
  });
});
