import { setImmediate as nextTurn } from "node:timers/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { endOf, runHook, type HookRun } from "./run-hook.ts";

const seed = "5a".repeat(32);

describe("an attempt that is brought back", () => {
  let pool: SandboxPool;
  let server: Server;
  let origin: string;
  let policy: { appHost: string; appPorts: number[] };
  /** The request to `/held`, which the test answers. */
  const held = Promise.withResolvers<ServerResponse>();
  beforeAll(async () => {
    pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
    server = createServer((request, response) => {
      if (request.url === "/held") held.resolve(response);
      else response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${port}`;
    policy = { appHost: "127.0.0.1", appPorts: [port] };
    await pool.warm();
  });
  afterAll(async () => {
    await pool.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it("ends with its own error at every cut, also while requests it does not await are out", async () => {
    const code = `export async function run(ctx) {
      const post = (path) => fetch("${origin}" + path, { method: "POST" }).catch(() => {});
      await ctx.emitCheckpoint("a");
      await Promise.all([
        post("/one"),
        post("/two"),
        (async () => { await ctx.emitCheckpoint("b"); throw new Error("the real cause"); })(),
      ]);
    }`;
    const options = { pool, seed, policy, timeoutMs: 30_000 };
    const messageOf = ({ outcome }: HookRun): string =>
      outcome.kind === "failed" && outcome.failure.by === "guest"
        ? outcome.failure.error.message
        : outcome.kind;
    const whole = await runHook(code, options);
    expect(messageOf(whole)).toBe("the real cause");
    const finishes = (entry: JournalEntry): boolean =>
      entry.type === "effect-completed" && entry.name === "fetch";
    expect(whole.entries.filter(finishes)).toHaveLength(2);
    for (let length = 0; length <= whole.entries.length; length += 1) {
      const again = await runHook(code, { ...options, recorded: whole.entries.slice(0, length) });
      expect([length, messageOf(again)]).toEqual([length, "the real cause"]);
    }
  });

  it("has as much room for checkpoints as it had: one that was refused for its arguments takes none", async () => {
    const code = `export async function run(ctx) {
      try { await ctx.emitCheckpoint("bad", undefined, "half"); } catch (error) { ctx.log(error.code); }
      for (let index = 0; index < 200; index += 1) await ctx.emitCheckpoint("c" + index);
    }`;
    const whole = await runHook(code, { pool, seed });
    expect([endOf(whole), whole.lines]).toEqual(["completed", ["ARGUMENT_INVALID"]]);
    const again = await runHook(code, { pool, seed, recorded: whole.entries.slice(0, 150) });
    expect(endOf(again)).toBe("completed");
  });

  it("has the answer of a request that was out when its sandbox was killed, and must not be repeated", async () => {
    const code = `export async function run(ctx) {
      const gone = fetch("${origin}/").then((response) => response.text());
      const posted = fetch("${origin}/held", { method: "POST" }).then((response) => response.text());
      ctx.log(await posted, await gone);
    }`;
    const options = { pool, seed, policy, timeoutMs: 30_000 };
    const running = runHook(code, options);
    const response = await held.promise;
    const killed = pool.pids();
    for (const pid of killed) process.kill(pid, "SIGKILL");
    // Its answer comes when the pool has heard of that.
    while (pool.pids().some((pid) => killed.includes(pid))) await nextTurn();
    response.end("created");
    const first = await running;
    expect(endOf(first)).toBe("HOOK_CRASHED");

    const again = await runHook(code, { ...options, recorded: first.entries });
    expect([endOf(again), again.lines]).toEqual(["completed", ["created ok"]]);
  });

  it("is not told again of a rejection that nobody handled, when there is a secret in it", async () => {
    const code = `export async function run(ctx) {
      (async () => { throw new Error("token hunter22 was refused"); })();
      await ctx.sleep(1);
      await ctx.awaitCheckpointRetry("a", "wait");
    }`;
    const options = { pool, seed, secret: "hunter22" };
    const first = await runHook(code, options);
    const second = await runHook(code, { ...options, recorded: first.entries });
    const warnings = second.entries.filter((entry) => entry.type === "task");
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain("token *** was refused");
  });
});

describe("an attempt whose datastore is in trouble", () => {
  let pool: SandboxPool;
  beforeAll(async () => {
    pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
    await pool.warm();
  });
  afterAll(async () => await pool.close());

  it("uses up none of its time while that takes nothing", async () => {
    const code = "export async function run(ctx) { await ctx.sleep(1); await ctx.emitCheckpoint('a'); }";
    let isAway = true;
    const run = await runHook(code, {
      pool,
      timeoutMs: 1500,
      onAppend: async () => {
        // An outage that is longer than the hook's time.
        if (isAway) await new Promise((resolve) => setTimeout(resolve, 2500));
        isAway = false;
      },
    });
    expect(endOf(run)).toBe("completed");
    expect(run.outcome).toMatchObject({ activeMs: expect.any(Number) as number });
    expect(run.outcome.activeMs).toBeLessThan(1500);
  });

  it("is not told that there is no answer when a person's answer cannot be asked for", async () => {
    const away = new Error("no answer for 120 seconds");
    const entries: JournalEntry[] = [];
    const code = `export async function run(ctx) {
      try { await ctx.awaitCheckpointRetry("a", "wait"); } catch (error) { ctx.log(error.code); }
    }`;
    const running = runHook(code, { pool, decision: away, onEntry: (entry) => void entries.push(entry) });
    await expect(running).rejects.toBe(away);
    expect(entries.map(({ type }) => type)).toEqual(["effect-started"]);
  });
});
