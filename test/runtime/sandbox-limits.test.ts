import { describe, expect, it } from "vitest";
import { defaultSandboxLimits, resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";

describe("sandbox limits", () => {
  it("are the defaults when nothing is said", () => {
    expect(resolveSandboxLimits()).toEqual(defaultSandboxLimits);
    expect(resolveSandboxLimits({})).toEqual(defaultSandboxLimits);
  });

  it("take what is said and keep the other defaults", () => {
    expect(resolveSandboxLimits({ maxCalls: 5, cpuSeconds: 1.5 })).toEqual({
      ...defaultSandboxLimits,
      maxCalls: 5,
      cpuSeconds: 1.5,
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuse %d, naming the limit", (value) => {
    expect(() => resolveSandboxLimits({ isolateMemoryMb: value })).toThrow(
      `limits.isolateMemoryMb: ${value} is not a positive number`,
    );
  });

  it("do not let one attempt change the defaults of the next", () => {
    resolveSandboxLimits({ maxCalls: 1 });
    expect(resolveSandboxLimits().maxCalls).toBe(20_000);
  });
});
