import { describe, expect, it } from "vitest";
import { durationText } from "../../src/cli/duration-text.ts";
import { readEnvironment } from "../../src/cli/environment.ts";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { printable, printableLine } from "../../src/cli/printable.ts";
import {
  readAllowed,
  readHost,
  readOriginMap,
  readPort,
  readTimeout,
} from "../../src/cli/run/read-values.ts";
import { exitCodeOfRun } from "../../src/cli/run/run-report.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { HookReport } from "../../src/task/hook-report.ts";

describe("the environment", () => {
  it.each([
    [{}, null],
    [{ NO_COLOR: "1" }, false],
    [{ NO_COLOR: "" }, null],
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "" }, true],
    [{ FORCE_COLOR: "0" }, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  ])("decides on colour: %j -> %s", (variables, color) => {
    expect(readEnvironment(variables).color).toBe(color);
  });

  it("takes a variable that is set to nothing for one that is not set", () => {
    expect(
      readEnvironment({ TACKLEBOX_KEY: "", TACKLEBOX_DATASTORE: "redis://x", CI: "false" }),
    ).toMatchObject({
      datastoreKey: null,
      datastoreUrl: "redis://x",
      isCi: false,
    });
  });
});

describe("exit codes", () => {
  it.each<[ErrorCode, number]>([
    ["USAGE", 2],
    ["HOOK_SYNTAX", 3],
    ["HOOK_TIMEOUT", 4],
    ["DATASTORE_LOCKED", 5],
    ["NAS_UNREACHABLE", 5],
    ["INPUT_REQUIRED", 6],
    ["HOOK_THREW", 1],
    ["INTERNAL", 1],
  ])("%s leads to %i", (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode);
  });

  it("of a run follow the first hook that failed, and only its error", () => {
    const hook = (status: HookReport["status"], code: ErrorCode | null): HookReport =>
      ({ status, error: code === null ? null : { code } }) as HookReport;
    const ended = (...hooks: HookReport[]): number => exitCodeOfRun({ status: "FAILED", hooks });
    expect(ended(hook("SKIPPED", "HOOK_TIMEOUT"), hook("FAILED", "HOOK_THREW"))).toBe(1);
    expect(ended(hook("COMPLETED", null), hook("FAILED", "HOOK_MEMORY_LIMIT"))).toBe(4);
    expect(ended(hook("FAILED", "INPUT_INVALID"))).toBe(1);
    expect(ended()).toBe(1);
    expect(exitCodeOfRun({ status: "COMPLETED", hooks: [hook("SKIPPED", "HOOK_TIMEOUT")] })).toBe(0);
  });
});

describe("texts of scripts and hooks on the terminal", () => {
  it("lose what would act on it", () => {
    expect(printable("a\u001b[31mb\u0007\u202ec\r\nd\te")).toBe("a\\u001b[31mb\\u0007\\u202ec\nd\te");
    expect(printableLine("one\n  two\nthree")).toBe("one two three");
  });
});

describe("values of options", () => {
  it("are read", () => {
    expect(readAllowed("api.example:8443")).toBe("api.example:8443");
    expect(readHost("192.168.1.4")).toBe("192.168.1.4");
    expect(readPort("8080")).toBe(8080);
    expect(readTimeout("0.5")).toBe(0.5);
    expect(readOriginMap("https://a.example=http://127.0.0.1:4000")).toEqual({
      from: "https://a.example",
      to: "http://127.0.0.1:4000",
    });
  });

  it.each([
    [() => readAllowed("https://a.example"), /run --allow: "https:\/\/a\.example" was found, expected host/],
    [() => readAllowed("a:99999"), /run --allow/],
    [() => readHost("a.example:80"), /run --host: .* pass the port with --port/],
    [() => readPort("0"), /run --port: "0" was found, expected a number from 1 to 65535/],
    [() => readTimeout("soon"), /run --timeout: "soon" was found/],
    [() => readTimeout("0"), /run --timeout/],
    [() => readOriginMap("https://a.example"), /run --map-origin/],
    [() => readOriginMap("https://a.example/path=http://b.example"), /leave out paths/],
    [() => readOriginMap("ftp://a.example=http://b.example"), /run --map-origin/],
  ])("are refused in four parts: %#", (read, message) => {
    expect(read).toThrow(message);
  });
});

it.each([
  [412, "0.41 s"],
  [12_345, "12.3 s"],
  [185_000, "3 min 5 s"],
])("%i ms read as %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
