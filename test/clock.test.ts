import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBootName } from "../src/boot-name.ts";
import { createSkippingClock, readMoment, systemClock } from "../src/clock.ts";
import { elapsedBetween } from "../src/journal/moment.ts";
import { createWallClockWatch } from "../src/wall-clock.ts";
import { startProgram } from "./support/child-program.ts";

describe("the machine's clock", () => {
  it.runIf(existsSync("/proc/sys/kernel/random/boot_id"))(
    "can be compared with that of another process of the same boot",
    async () => {
      const program = startProgram(new URL("support/moment-program.ts", import.meta.url).pathname, []);
      const before = readMoment(systemClock);
      try {
        const there = JSON.parse((await program.nextLine()) ?? "") as typeof before;
        const after = readMoment(systemClock);
        expect(there.steady?.boot).toBe(readBootName());
        const ahead = (at: number) => ({ at, steady: there.steady as NonNullable<typeof there.steady> });
        // Their wall times are of no matter.
        expect(elapsedBetween(before, ahead(0)) + elapsedBetween(ahead(0), after)).toBeCloseTo(
          elapsedBetween(before, after),
          3,
        );
      } finally {
        await program.kill9();
      }
    },
  );

  it("cannot be compared when it skips waits", () => {
    expect(readMoment(createSkippingClock()).steady).toBeUndefined();
  });
});

describe("a watch of the wall clock", () => {
  it("tells by how much it was set since it was looked at last", () => {
    let wall = 1_000_000;
    let steady = 50;
    const setBy = createWallClockWatch(
      () => wall,
      () => steady,
    );
    const pass = (wallMs: number, steadyMs: number): number => {
      wall += wallMs;
      steady += steadyMs;
      return setBy();
    };
    expect(pass(1000, 1000)).toBe(0);
    expect(pass(3_601_000, 1000)).toBe(3_600_000);
    expect(pass(1000, 1000)).toBe(0);
    expect(pass(-3_599_000, 1000)).toBe(-3_600_000);
    // A stopped worker, whose clocks went on both.
    expect(pass(900_000, 900_000)).toBe(0);
    // A slewed clock.
    expect(pass(1001, 1000)).toBe(0);
  });
});
