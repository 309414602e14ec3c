import { describe, expect, it } from "vitest";
import { createRecordBudget } from "../../src/runtime/record-budget.ts";

const limits = { maxLogBytes: 20, maxCheckpoints: 3 };

describe("the log of an attempt", () => {
  it("keeps lines up to its size, makes the one that passes it a marker, and drops the others", () => {
    const budget = createRecordBudget(limits);
    // Each line is 8 bytes of JSON.
    expect([1, 2, 3, 4, 5].map(() => budget.take("log", "line 1"))).toEqual([
      "keep",
      "keep",
      "last",
      "drop",
      "drop",
    ]);
    expect(budget.marker).toBe("the log has reached 20 bytes; later lines of this attempt are dropped.");
  });

  it("counts bytes, not letters", () => {
    expect(createRecordBudget({ ...limits, maxLogBytes: 10 }).take("log", "äöüß")).toBe("last");
    expect(createRecordBudget({ ...limits, maxLogBytes: 10 }).take("log", "aous")).toBe("keep");
  });

  it("shows the marker for a single line that is too long", () => {
    const budget = createRecordBudget(limits);
    expect(budget.take("log", { message: "x".repeat(100) })).toBe("last");
    expect(budget.take("log", "")).toBe("drop");
  });
});

describe("the checkpoints of an attempt", () => {
  it("are refused once there are too many, however they are named", () => {
    const budget = createRecordBudget(limits);
    expect(budget.take("registerCheckpoints", { checkpoints: [{ id: "a" }, { id: "b" }] })).toBe("keep");
    expect(budget.take("emitCheckpoint", { id: "a" })).toBe("keep");
    expect(budget.take("skipCheckpoint", { id: "c" })).toBe("keep");
    expect(budget.take("updateCheckpointMessage", { id: "d", message: "" })).toBe("refuse");
  });

  it("do not count what is no checkpoint", () => {
    const budget = createRecordBudget(limits);
    for (const args of [null, [], "x", { id: 5 }, { checkpoints: [null, 1, { id: null }] }]) {
      expect(budget.take("emitCheckpoint", args)).toBe("keep");
    }
  });

  it("leave the log alone", () => {
    const budget = createRecordBudget({ ...limits, maxCheckpoints: 0 });
    expect(budget.take("emitCheckpoint", { id: "a" })).toBe("refuse");
    expect(budget.take("log", "line")).toBe("keep");
  });
});
