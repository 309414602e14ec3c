import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  createKeptSandboxes,
  longestWaitMs,
  mostAttempts,
  mostWaiting,
  type KeptSandboxes,
} from "../../src/runtime/kept-sandboxes.ts";
import { readProcessUsage, type ProcessUsage } from "../../src/runtime/process-usage.ts";
import { defaultSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import type { SandboxProcess } from "../../src/runtime/sandbox-process.ts";

const fresh: ProcessUsage = { cpuSeconds: 0.1, dataMb: 80 };

/** A process that renews itself at once, when it can. */
function createProcess(pid: number, renew: () => Promise<void> = async () => {}): SandboxProcess {
  return {
    pid,
    ready: Promise.resolve(),
    exited: new Promise(() => {}),
    attach: vi.fn<SandboxProcess["attach"]>(),
    send: vi.fn<SandboxProcess["send"]>(),
    renew,
    kill: vi.fn<SandboxProcess["kill"]>(),
  };
}

describe("sandboxes kept for their app", () => {
  const usages = new Map<number, ProcessUsage | null>();
  let kept: KeptSandboxes;
  beforeEach(() => {
    vi.useFakeTimers();
    usages.clear();
    kept = createKeptSandboxes(defaultSandboxLimits, (pid) => usages.get(pid) ?? null);
  });
  afterEach(() => {
    kept.close();
    vi.useRealTimers();
  });
  const admit = (pid: number, renew?: () => Promise<void>): SandboxProcess => {
    const sandbox = createProcess(pid, renew);
    usages.set(pid, fresh);
    kept.admit(sandbox);
    return sandbox;
  };

  it("are given out once, and for their own app only", async () => {
    const sandbox = admit(1);
    kept.keep(sandbox, "one");
    expect(kept.take("two")).toBeNull();
    const entry = kept.take("one");
    expect(entry?.sandbox).toBe(sandbox);
    await entry?.renewed;
    expect(kept.take("one")).toBeNull();
    expect(sandbox.kill).not.toHaveBeenCalled();
  });

  it("serve a limited number of attempts", () => {
    const sandbox = admit(1);
    for (let attempt = 1; attempt < mostAttempts; attempt += 1) {
      kept.keep(sandbox, "one");
      expect(kept.take("one")?.sandbox).toBe(sandbox);
    }
    kept.keep(sandbox, "one");
    expect(kept.take("one")).toBeNull();
    expect(sandbox.kill).toHaveBeenCalledOnce();
  });

  it("wait for a limited time", () => {
    const sandbox = admit(1);
    kept.keep(sandbox, "one");
    vi.advanceTimersByTime(longestWaitMs - 1);
    expect(sandbox.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(sandbox.kill).toHaveBeenCalledOnce();
    expect(kept.take("one")).toBeNull();
  });

  it("are few; the one that has waited longest goes first", () => {
    const all = Array.from({ length: mostWaiting + 1 }, (_, index) => admit(index + 1));
    for (const [index, sandbox] of all.entries()) kept.keep(sandbox, `app-${index}`);
    expect(all.map(({ kill }) => vi.mocked(kill).mock.calls.length)).toEqual([
      1,
      ...all.slice(1).map(() => 0),
    ]);
    expect(kept.take("app-0")).toBeNull();
  });

  it.each([
    ["has used much of its processor time", { ...fresh, cpuSeconds: 3.1 }],
    ["has not given back its memory", { ...fresh, dataMb: 145 }],
    ["cannot be looked at", null],
  ])("do not go on when one %s", async (_what, usage) => {
    const sandbox = admit(1);
    usages.set(1, usage);
    kept.keep(sandbox, "one");
    await expect(kept.take("one")?.renewed).rejects.toThrow();
    expect(sandbox.kill).toHaveBeenCalledOnce();
  });

  it("do not go on when one cannot make a fresh isolate", async () => {
    const sandbox = admit(1, async () => await Promise.reject(new Error("no memory")));
    kept.keep(sandbox, "one");
    await vi.waitFor(() => expect(sandbox.kill).toHaveBeenCalledOnce());
    expect(kept.take("one")).toBeNull();
  });

  it("are killed at the end, and none is kept after it", () => {
    const [before, after] = [admit(1), admit(2)];
    kept.keep(before, "one");
    kept.close();
    kept.keep(after, "one");
    expect(before.kill).toHaveBeenCalledOnce();
    expect(after.kill).toHaveBeenCalledOnce();
    expect(kept.take("one")).toBeNull();
  });
});

describe("what a process has used", () => {
  it("is asked of the kernel; of no process nothing is known", () => {
    expect(readProcessUsage(2 ** 30)).toBeNull();
    if (process.platform !== "linux") return;
    const usage = readProcessUsage(process.pid);
    expect(usage?.cpuSeconds).toBeGreaterThan(0);
    expect(usage?.cpuSeconds).toBeLessThanOrEqual(
      process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 + 0.1,
    );
    expect(usage?.dataMb).toBeGreaterThan(1);
  });
});
