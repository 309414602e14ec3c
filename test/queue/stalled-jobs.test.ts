import type { Worker } from "bullmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStalledJobs, type StalledJobs } from "../../src/queue/stalled-jobs.ts";

const leaseMs = 1000;

describe("jobs whose worker does not answer", () => {
  let ping: () => Promise<void>;
  let wallSetBy: number;
  let looks: number;
  let troubles: string[];
  let stalled: StalledJobs;

  const worker = {
    backend: {
      moveStalledJobsToWait: async () => {
        looks += 1;
        return await Promise.resolve([]);
      },
    },
  } as unknown as Worker;
  /** Looks in so many milliseconds. */
  const looksIn = async (ms: number): Promise<number> => {
    const before = looks;
    await vi.advanceTimersByTimeAsync(ms);
    return looks - before;
  };

  beforeEach(async () => {
    vi.useFakeTimers();
    ping = () => Promise.resolve();
    wallSetBy = 0;
    looks = 0;
    troubles = [];
    stalled = createStalledJobs({
      bull: { ping: () => ping() },
      leaseMs,
      onTrouble: (text) => troubles.push(text),
      setBy: () => {
        const by = wallSetBy;
        wallSetBy = 0;
        return by;
      },
    });
    stalled.start([worker]);
    expect(await looksIn(0)).toBe(1);
  });
  afterEach(async () => {
    await stalled.close();
    vi.useRealTimers();
  });

  it("are looked for twice in the time of a lease", async () => {
    expect(await looksIn(10 * leaseMs)).toBe(20);
    expect(troubles).toEqual([]);
  });

  const outages = {
    "the datastore answered late": async () => {
      const away = Promise.withResolvers<void>();
      ping = () => away.promise;
      expect(await looksIn(60 * leaseMs)).toBe(0);
      ping = () => Promise.resolve();
      away.resolve();
    },
    "the datastore refused": async () => {
      ping = () => Promise.reject(new Error("connect ECONNREFUSED"));
      expect(await looksIn(60 * leaseMs)).toBe(0);
      expect(troubles).toContain("connect ECONNREFUSED");
      ping = () => Promise.resolve();
    },
    "the clock was set": async () => {
      wallSetBy = 3_600_000;
      await Promise.resolve();
    },
    "the process stood still": async () => {
      const now = performance.now.bind(performance);
      vi.spyOn(performance, "now").mockImplementation(() => now() + 60 * leaseMs);
      await Promise.resolve();
    },
  };
  it.each(Object.entries(outages))(
    "are not looked for within a lease after %s, and then again",
    async (_what, outage) => {
      await outage();
      expect(await looksIn(leaseMs - 1)).toBe(0);
      expect(await looksIn(leaseMs)).toBeGreaterThan(0);
    },
  );

  it("are not looked for any more when it is closed, though the datastore is away", async () => {
    ping = () => new Promise(() => {});
    expect(await looksIn(leaseMs)).toBe(0);
    await stalled.close();
    expect(await looksIn(10 * leaseMs)).toBe(0);
  });
});
