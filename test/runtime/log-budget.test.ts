import { describe, expect, it } from "vitest";
import { createLogBudget } from "../../src/runtime/log-budget.ts";

describe("log budget", () => {
  it("keeps lines up to its size, makes the one that passes it a marker, and drops the others", () => {
    const budget = createLogBudget(20);
    // Each line is 8 bytes of JSON.
    expect([1, 2, 3, 4, 5].map(() => budget.take("line 1"))).toEqual([
      "keep",
      "keep",
      "last",
      "drop",
      "drop",
    ]);
    expect(budget.marker).toBe("the log has reached 20 bytes; later lines of this attempt are dropped.");
  });

  it("counts bytes, not letters", () => {
    expect(createLogBudget(10).take("äöüß")).toBe("last");
    expect(createLogBudget(10).take("aous")).toBe("keep");
  });

  it("shows the marker for a single line that is too long", () => {
    const budget = createLogBudget(10);
    expect(budget.take({ message: "x".repeat(100) })).toBe("last");
    expect(budget.take("")).toBe("drop");
  });
});
