import { describe, expect, it } from "vitest";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import { awaitCheckpointRetry } from "../../../src/context/effects/await-checkpoint-retry.ts";
import type { JsonValue } from "../../../src/json.ts";

const parse = (args: JsonValue) => awaitCheckpointRetry.parseArgs(args, defaultEffectLimits);

describe("ctx.awaitCheckpointRetry", () => {
  it("waits for a person; nothing is performed", () => {
    expect(awaitCheckpointRetry.nature(parse({ checkpointId: "a" }))).toBe("park");
    expect(awaitCheckpointRetry.perform).toBeUndefined();
  });

  it("takes checkpoint, error and diagnostic rows", () => {
    const context = [
      { label: "Endpoint", value: "POST /library" },
      { label: "Status", value: 500 },
    ];
    expect(parse({ checkpointId: "movies", error: "no", context })).toEqual({
      checkpointId: "movies",
      error: "no",
      context: [
        { label: "Endpoint", value: "POST /library" },
        { label: "Status", value: "500" },
      ],
    });
  });

  it("needs a checkpoint; error and rows may be missing", () => {
    expect(parse({ checkpointId: "a", error: null })).toEqual({ checkpointId: "a", error: "", context: [] });
    expect(() => parse({ error: "no" })).toThrow("ctx.awaitCheckpointRetry: checkpointId is missing");
  });

  it("leaves out what is no row and makes text of what is in one", () => {
    const odd: JsonValue = [
      null,
      "text",
      7,
      [],
      {},
      { label: { toString: 1, valueOf: 1 }, value: { a: [1] } },
      { label: 5, value: null },
    ];
    expect(parse({ checkpointId: "a", context: odd }).context).toEqual([
      { label: "", value: "null" },
      { label: '{"toString":1,"valueOf":1}', value: '{"a":[1]}' },
      { label: "5", value: "null" },
    ]);
    expect(parse({ checkpointId: "a", context: { label: "a" } }).context).toEqual([]);
  });

  it("cuts what is too long", () => {
    const row = { label: "l".repeat(2000), value: "v".repeat(2000) };
    const parsed = parse({
      checkpointId: "a",
      error: "e".repeat(100_000),
      context: Array.from({ length: 70 }, () => row),
    });
    expect(parsed.error).toBe(`${"e".repeat(8192)} … [91808 bytes cut]`);
    expect(parsed.context).toHaveLength(50);
    expect(parsed.context[0]).toEqual({
      label: `${"l".repeat(1024)} … [976 bytes cut]`,
      value: `${"v".repeat(1024)} … [976 bytes cut]`,
    });
  });
});
