import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, readlinkSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { hashCall } from "../../src/runtime/attempt.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { endOf, runHook } from "./run-hook.ts";

describe("an attempt", () => {
  let pool: SandboxPool;
  beforeAll(async () => {
    pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
    await pool.warm();
  });
  afterAll(async () => await pool.close());

  it("tells the author of a rejection that nobody handled, and goes on", async () => {
    const run = await runHook(
      "export async function run(ctx) { (async () => { throw new Error('forgotten'); })(); await ctx.sleep(1); ctx.log('went on'); }",
      { pool },
    );
    expect(endOf(run)).toBe("completed");
    expect(run.lines).toEqual(["went on"]);
    expect(notes(run.entries)).toEqual(["a rejected promise was not handled (a missing await?): forgotten"]);
  });

  it("says nothing of a rejection that is handled in its turn", async () => {
    const run = await runHook(
      "export async function run(ctx) { try { await Promise.reject(new Error('x')); } catch {} await ctx.sleep(1); }",
      { pool },
    );
    expect(notes(run.entries)).toEqual([]);
  });

  it("carries out calls that the hook did not await, in order, before it ends", async () => {
    const run = await runHook(
      "export async function run(ctx) { ctx.emitCheckpoint('a'); ctx.skipCheckpoint('b', 'no'); ctx.log('c'); }",
      { pool },
    );
    expect(endOf(run)).toBe("completed");
    expect(run.entries.map((entry) => entry.type === "effect-completed" && entry.name)).toEqual([
      "emitCheckpoint",
      "skipCheckpoint",
      "log",
    ]);
  });

  it("keeps at most two hundred checkpoints, and tells the hook", async () => {
    const run = await runHook(
      "export async function run(ctx) { for (let i = 0; i < 200; i++) await ctx.emitCheckpoint('c' + i); try { await ctx.emitCheckpoint('one more'); } catch (error) { ctx.log(error.code); } await ctx.emitCheckpoint('c1', 'again'); }",
      { pool },
    );
    expect(run.lines).toEqual(["LIMIT_REACHED"]);
    expect(endOf(run)).toBe("completed");
  });

  it("parks in awaitCheckpointRetry, and a replay goes on at that line with the same time and chance", async () => {
    const code = `export async function run(ctx) {
      ctx.log(Math.random(), crypto.randomUUID(), Date.now());
      await Promise.all([ctx.sleep(3), ctx.emitCheckpoint("a"), ctx.sleep(1)]);
      ctx.log(Math.random(), Date.now());
      const action = await ctx.awaitCheckpointRetry("b", "wait");
      ctx.log(action, Math.random());
    }`;
    const seed = "5a".repeat(32);
    const first = await runHook(code, { pool, seed });
    expect(endOf(first)).toBe("parked");
    const second = await runHook(code, { pool, seed, recorded: first.entries, decision: "retry" });
    expect(endOf(second)).toBe("completed");
    expect(second.entries.slice(0, first.entries.length)).toEqual(first.entries);
    expect(second.lines.slice(0, 2)).toEqual(first.lines);
    expect(second.lines.at(-1)).toMatch(/^retry 0\.\d+$/);
  });

  it("writes what goes on side by side together, and lets the hook go on with all of it at once", async () => {
    const code = `export async function run(ctx) {
      await Promise.all(Array.from({ length: 8 }, async (_, chain) => {
        for (let call = 0; call < 5; call++) await ctx.emitCheckpoint("c" + chain, "call " + call);
      }));
    }`;
    const writes: number[] = [];
    const run = await runHook(code, { pool, onAppend: (entries) => void writes.push(entries.length) });
    expect(endOf(run)).toBe("completed");
    expect(writes).toEqual([8, 8, 8, 8, 8]);
  });

  it("lets the hook go on while a checkpoint is written, and sends nothing before all it knows is kept", async () => {
    const events: string[] = [];
    const server = createServer((request, response) => {
      if (request.url === "/") events.push("request");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const code = `export async function run(ctx) {
      await ctx.emitCheckpoint("a", "first");
      await ctx.emitCheckpoint("b", "second");
      ctx.log("third");
      await fetch("http://127.0.0.1:${port}/");
    }`;
    const thirdIsMade = Promise.withResolvers<void>();
    try {
      const run = await runHook(code, {
        pool,
        policy: { appHost: "127.0.0.1", appPorts: [port] },
        onText: (text) => text === "third" && thirdIsMade.resolve(),
        onAppend: async (entries) => {
          const names = entries.map((entry) => `${entry.type} ${"name" in entry ? entry.name : ""}`);
          events.push(`begins to write ${names.join(", ")}`);
          // The hook comes to its request while the first write is still under way.
          await thirdIsMade.promise;
          // A request that had gone out would arrive before this one.
          await fetch(`http://127.0.0.1:${port}/of-the-test`);
          events.push("has written");
        },
      });
      expect(endOf(run)).toBe("completed");
      expect(events.slice(0, 5)).toEqual([
        "begins to write effect-completed emitCheckpoint",
        "has written",
        "begins to write effect-completed emitCheckpoint, effect-completed log, effect-started fetch",
        "has written",
        "request",
      ]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("is not put away while the answer it waits for is being written", async () => {
    const code = `export async function run(ctx) {
      ctx.log(await ctx.awaitCheckpointRetry("a", "wait"));
    }`;
    const run = await runHook(code, {
      pool,
      decision: "retry",
      onAppend: async ([entry]) => {
        // Longer than it stays live while it waits; that timer is the earlier one.
        if (entry?.type === "effect-completed") await new Promise((resolve) => setTimeout(resolve, 10));
      },
    });
    expect(endOf(run)).toBe("completed");
    expect(run.lines).toEqual(["retry"]);
  });

  it("does not end well when the journal does not take the last of it", async () => {
    const full = new Error("no room");
    const refuse = (): Promise<void> => Promise.reject(full);
    for (const call of ["await ctx.emitCheckpoint('a')", "ctx.log('a')"]) {
      const code = `export async function run(ctx) { ${call}; }`;
      await expect(runHook(code, { pool, onAppend: refuse })).rejects.toBe(full);
    }
  });

  it("brings back a hook with many results and large bodies, and asks nothing a second time", async () => {
    const body = "0123456789".repeat(20_000);
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const code = `export async function run(ctx) {
      for (let round = 0; round < 30; round++) {
        const [response] = await Promise.all([
          round % 10 === 0 ? fetch("http://127.0.0.1:${port}/") : null,
          ctx.sleep(round % 3),
          ctx.emitCheckpoint("c", "round " + round),
          (async () => { await null; await null; ctx.log(round, Math.random()); await ctx.sleep(0); })(),
        ]);
        if (response) ctx.log((await response.text()).length, Date.now());
      }
      await ctx.awaitCheckpointRetry("b", "wait");
    }`;
    const options = { pool, seed: "5a".repeat(32), policy: { appHost: "127.0.0.1", appPorts: [port] } };
    try {
      const first = await runHook(code, { ...options, timeoutMs: 20_000 });
      expect(endOf(first)).toBe("parked");
      expect(first.lines).toContainEqual(expect.stringMatching(/^200000 \d+$/));
      const second = await runHook(code, {
        ...options,
        timeoutMs: 20_000,
        recorded: first.entries,
        decision: "skip",
      });
      expect(endOf(second)).toBe("completed");
      expect(second.lines).toEqual(first.lines);
      expect(requests).toBe(3);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("tells on replay of each rejection that nobody handled and that was not told before", async () => {
    const code = `export async function run(ctx) {
      for (const text of ["one", "two", "three"]) { Promise.reject(new Error(text)); await ctx.sleep(1); }
      await ctx.awaitCheckpointRetry("b", "wait");
    }`;
    const first = await runHook(code, { pool });
    const recorded = first.entries.filter((entry) => entry.type !== "task");
    expect(notes(recorded)).toEqual([]);
    const second = await runHook(code, { pool, recorded, decision: "skip" });
    expect(endOf(second)).toBe("completed");
    expect(notes(second.entries)).toEqual(notes(first.entries));
    expect(notes(first.entries)).toHaveLength(3);
  });

  it("gives a recorded rejection the place of its call", async () => {
    const code = `export async function run(ctx) {
      await ctx.sleep(1);
      const refuse = async () => await ctx.sleep("soon");
      try { await refuse(); } catch (error) { ctx.log(error.stack); }
      await ctx.awaitCheckpointRetry("b", "wait");
    }`;
    const first = await runHook(code, { pool });
    expect(first.lines[0]).toMatch(/refuse/);
    const second = await runHook(code, { pool, recorded: first.entries, decision: "skip" });
    expect(endOf(second)).toBe("completed");
  });

  it("is not brought back when it does not make a call whose result is recorded", async () => {
    const first = await runHook(
      "export async function run(ctx) { await ctx.sleep(1); await ctx.sleep(2); }",
      {
        pool,
      },
    );
    const changed = await runHook(
      "export async function run(ctx) { await ctx.sleep(1); await new Promise(() => {}); }",
      { pool, recorded: first.entries },
    );
    expect(changed.outcome).toMatchObject({
      failure: { code: "REPLAY_MISMATCH", detail: "recorded call 2 was not made again." },
    });
  });

  it("replays to the same end from every prefix of its journal", async () => {
    const code = `export async function run(ctx) {
      await ctx.registerCheckpoints([{ id: "a", message: "A" }]);
      const winner = await Promise.race([ctx.sleep(60000).then(() => "slow"), ctx.sleep(1).then(() => "fast")]);
      ctx.log(winner, Math.random());
      const timer = setTimeout(() => {}, 60000); clearTimeout(timer);
      await ctx.emitCheckpoint("a", winner);
    }`;
    const seed = "7b".repeat(32);
    const whole = await runHook(code, { pool, seed });
    expect(endOf(whole)).toBe("completed");
    const shown = (entries: JournalEntry[]) =>
      entries.flatMap((entry) => (entry.type === "effect-completed" && entry.event ? [entry.event] : []));
    for (let length = 0; length <= whole.entries.length; length += 1) {
      const again = await runHook(code, { pool, seed, recorded: whole.entries.slice(0, length) });
      expect([length, endOf(again)]).toEqual([length, "completed"]);
      expect(shown(again.entries)).toEqual(shown(whole.entries));
    }
  });

  it("ends waits that were over before it was brought back in the order in which they ended", async () => {
    const code = `export async function run(ctx) {
      const after = async (ms) => { await ctx.sleep(ms); ctx.log(ms); };
      await Promise.all([after(40000), after(20000), after(30000), after(20001)]);
    }`;
    const starts: JournalEntry[] = [1, 2, 3, 4].map((seq) => ({
      type: "effect-started",
      seq,
      name: "sleep",
      argsHash: hashCall("sleep", { ms: [40_000, 20_000, 30_000, 20_001][seq - 1] ?? 0 }, null),
      at: 1_700_000_000_000,
    }));
    const run = await runHook(code, { pool, recorded: starts });
    expect(endOf(run)).toBe("completed");
    expect(run.lines).toEqual(["20000", "20001", "30000", "40000"]);
  });

  it("ends with REPLAY_MISMATCH when the hook does something else than recorded", async () => {
    const first = await runHook(
      "export async function run(ctx) { await ctx.emitCheckpoint('a'); await ctx.awaitCheckpointRetry('b', 'x'); }",
      { pool },
    );
    const other = await runHook("export async function run(ctx) { await ctx.emitCheckpoint('z'); }", {
      pool,
      recorded: first.entries,
    });
    expect(endOf(other)).toBe("REPLAY_MISMATCH");
    const fewer = await runHook("export async function run(ctx) { await ctx.sleep(1); }", {
      pool,
      recorded: first.entries,
    });
    expect(endOf(fewer)).toBe("REPLAY_MISMATCH");
  });

  it("does not send a request again that was begun before a crash", async () => {
    const code =
      "export async function run(ctx) { try { await fetch('http://127.0.0.1:9/', { method: 'POST', body: 'x' }); } catch (error) { ctx.log(error.code); } }";
    const whole = await runHook(code, { pool });
    const started = whole.entries.filter((entry) => entry.type === "effect-started");
    expect(started).toHaveLength(1);
    const again = await runHook(code, { pool, recorded: started });
    expect(again.lines).toEqual(["EFFECT_INTERRUPTED"]);
    expect(again.entries.filter((entry) => entry.type === "task")).toEqual([]);
  });

  it("ends a hook whose sandbox process is killed from outside, with a word", async () => {
    const sleeping = Promise.withResolvers<void>();
    const running = runHook("export async function run(ctx) { await ctx.sleep(60000); }", {
      pool,
      timeoutMs: 60_000,
      onEntry: (entry) => entry.type === "effect-started" && sleeping.resolve(),
    });
    // An end that comes too early is shown below, and not waited out.
    await Promise.race([sleeping.promise, running]);
    // The pool knows the one at work and perhaps a spare; both go, whichever is which.
    const killed = pool.pids();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    expect(endOf(await running)).toBe("HOOK_CRASHED");
    // The pool has heard of all of them before the next hook comes.
    while (pool.pids().some((pid) => killed.includes(pid))) await nextTurn();
    const benign = await runHook("export async function run(ctx) { ctx.log('next'); }", { pool });
    expect(benign.lines).toEqual(["next"]);
  });
});

function notes(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap((entry) =>
    entry.type === "task" && entry.event.type === "log" ? [entry.event.message] : [],
  );
}

describe("a sandbox process", () => {
  const read = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
  const isLinux = process.platform === "linux";

  it.runIf(isLinux)("stands locked down before it gets a hook", async () => {
    const limits = resolveSandboxLimits({ processMemoryMb: 320, cpuSeconds: 60 });
    const pool = createSandboxPool({ spares: 1, limits });
    try {
      await pool.warm();
      const pid = pool.pids()[0] ?? 0;
      // The shell that sets the limits adds PWD.
      expect(read(pid, "environ").split("\0").filter(Boolean).toSorted()).toEqual(["PWD=/", "TZ=UTC"]);
      expect(readlinkSync(`/proc/${pid}/cwd`)).toBe("/");
      const kernelLimits = read(pid, "limits");
      expect(kernelLimits).toMatch(/Max cpu time +60 +62 +seconds/);
      expect(kernelLimits).toMatch(/Max file size +0 +0 +bytes/);
      expect(kernelLimits).toMatch(
        new RegExp(`Max data size +${320 * 1024 * 1024} +${320 * 1024 * 1024} +bytes`),
      );
      expect(kernelLimits).toMatch(/Max core file size +0 +0 +bytes/);
      expect(kernelLimits).toMatch(/Max open files +64 +64 +files/);
      const args = read(pid, "cmdline").split("\0");
      for (const flag of ["--jitless", "--permission", "--no-experimental-sqlite"])
        expect(args).toContain(flag);
      expect(args.filter((flag) => flag.startsWith("--allow-"))).toEqual(["--allow-addons"]);
      if (process.getuid?.() === 0) expect(read(pid, "status")).toMatch(/^Uid:\s+65534\s/m);
    } finally {
      await pool.close();
    }
  });
});
