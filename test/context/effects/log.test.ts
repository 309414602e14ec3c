import { describe, expect, it } from "vitest";
import { defaultEffectLimits } from "../../../src/context/effect-table.ts";
import { cutLine, log } from "../../../src/context/effects/log.ts";
import type { JsonValue } from "../../../src/json.ts";

const parse = (args: JsonValue) => log.parseArgs(args, { ...defaultEffectLimits, maxLogLineBytes: 10 });

describe("ctx.log", () => {
  it("keeps a line with its level", () => {
    expect(log.nature({ type: "log", level: "info", message: "" })).toBe("record");
    expect(parse({ level: "warn", message: "careful" })).toEqual({
      type: "log",
      level: "warn",
      message: "careful",
    });
  });

  it("is info where the level is none of the four", () => {
    for (const level of ["fatal", 3, null, "constructor"]) {
      expect(parse({ level, message: "m" })).toMatchObject({ level: "info" });
    }
    expect(parse({ message: "m" })).toMatchObject({ level: "info" });
  });

  it("writes what is no text as JSON", () => {
    expect(parse({ message: { a: 1 } })).toMatchObject({ message: '{"a":1}' });
    expect(parse({})).toMatchObject({ message: "null" });
  });

  it("cuts a line that is too long and says by how much, and never refuses one", () => {
    expect(parse({ message: "0123456789" })).toMatchObject({ message: "0123456789" });
    expect(parse({ message: "0123456789ab" })).toMatchObject({ message: "0123456789 … [2 bytes cut]" });
  });

  it("needs its arguments to be an object", () => {
    expect(() => parse("hello")).toThrow("ctx.log: the arguments are missing.");
  });
});

describe("a cut", () => {
  it("never leaves half a letter", () => {
    // ü takes two bytes, the tool box four.
    expect(cutLine("üüü", 3)).toBe("ü … [3 bytes cut]");
    for (const bytes of [1, 2, 3]) expect(cutLine("🧰🧰", bytes)).toBe(` … [${8 - bytes} bytes cut]`);
    expect(cutLine("🧰🧰", 4)).toBe("🧰 … [4 bytes cut]");
  });

  it("counts bytes", () => {
    expect(cutLine("üü", 4)).toBe("üü");
  });
});
