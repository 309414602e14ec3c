import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { resolveSandboxLimits, type SandboxLimitsOptions } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { endOf, runHook, type HookRun, type RunHookOptions } from "./run-hook.ts";

const benign = "export async function run(ctx) { await ctx.sleep(1); ctx.log('benign'); }";

/** A hook that means harm to the next one of its app, and the next one: it must find nothing, and says "clean" then. */
const leavings: { name: string; hook: string; next: string }[] = [
  {
    name: "globals and broken built-ins",
    hook: `globalThis.left = ctx; Object.prototype.left = 1; Array.prototype.map = () => "mine"; JSON.stringify = () => "{}";
      Promise.prototype.then = function () { return this; }; ctx.log = () => {}; delete globalThis.fetch;`,
    next: `const isClean = globalThis.left === undefined && ({}).left === undefined && [1].map(String)[0] === "1" && typeof fetch === "function";
      await ctx.sleep(1); ctx.log(isClean ? "clean" : "dirty");`,
  },
  {
    name: "timers that go on",
    hook: "setInterval(() => ctx.log('ghost'), 1); setTimeout(() => ctx.log('ghost'), 5); await ctx.sleep(3);",
    next: "await ctx.sleep(20); ctx.log('clean');",
  },
  {
    name: "promises nobody has settled",
    hook: "for (let i = 0; i < 100; i++) (async () => { await ctx.sleep(5); ctx.log('ghost'); throw new Error('ghost'); })(); new Promise(() => {});",
    next: "await ctx.sleep(20); ctx.log('clean');",
  },
  {
    name: "a rejection nobody handles",
    hook: "Promise.reject(new Error('ghost'));",
    next: "await ctx.sleep(1); ctx.log('clean');",
  },
  {
    name: "a response nobody has read",
    hook: "await ctx.emitCheckpoint('a'); fetch('http://nobody.invalid/').catch(() => {});",
    next: "await ctx.sleep(1); ctx.log('clean');",
  },
  {
    name: "a heap full to the brim",
    hook: "globalThis.kept = Array.from({ length: 300000 }, (_, i) => ({ i, text: 'x' + i }));",
    next: "const mine = Array.from({ length: 300000 }, (_, i) => ({ i, text: 'x' + i })); ctx.log(mine.length === 300000 ? 'clean' : '');",
  },
];

/** Ends after which nothing is known of the process any more. */
const unclean: { name: string; hook: string; ends: string[]; options?: Partial<RunHookOptions> }[] = [
  {
    name: "that uses up its memory",
    hook: "const all = []; for (;;) all.push(new Array(1000).fill(all.length));",
    ends: ["HOOK_MEMORY_LIMIT", "HOOK_CRASHED"],
  },
  { name: "that loops", hook: "for (;;);", ends: ["HOOK_TIMEOUT"], options: { timeoutMs: 1500 } },
  { name: "that never settles", hook: "await new Promise(() => {});", ends: ["HOOK_NEVER_SETTLES"] },
  { name: "that waits for a person", hook: "await ctx.awaitCheckpointRetry('a', 'b');", ends: ["parked"] },
  {
    name: "that makes too many calls",
    hook: "for (let i = 0; i < 200; i++) ctx.log(i);",
    ends: ["HOOK_CALL_LIMIT"],
  },
];

const asHook = (body: string): string => `export async function run(ctx) { ${body} }`;

describe("a process that may serve further attempts of its app", () => {
  let pool: SandboxPool;
  const openPool = (limits: SandboxLimitsOptions = {}): void => {
    pool = createSandboxPool({ spares: 0, reuse: "app", limits: resolveSandboxLimits(limits) });
  };
  const run = async (code: string, options: Partial<RunHookOptions> = {}): Promise<HookRun> =>
    await runHook(code, { timeoutMs: 15_000, ...options, pool });
  const of = (app: string): Partial<RunHookOptions> => ({ context: { resourceId: app } });
  afterEach(async () => {
    await pool.close();
    expect(pool.pids()).toEqual([]);
  });

  it("serves the same app again, and never another", async () => {
    openPool();
    await run(benign, of("one"));
    const [first] = pool.pids();
    await run(benign, of("one"));
    expect(pool.pids()).toEqual([first]);
    await run(benign, of("two"));
    const [, second] = pool.pids();
    await run(benign, of("two"));
    const last = await run(benign, of("one"));
    expect(pool.pids()).toEqual([first, second]);
    expect(last.lines).toEqual(["benign"]);
  });

  it("serves one attempt at a time", async () => {
    openPool();
    await run(benign);
    await Promise.all([run(benign), run(benign)]);
    expect(new Set(pool.pids()).size).toBe(2);
  });

  it("serves again after a hook that failed by its own word", async () => {
    openPool();
    expect(endOf(await run(asHook("ctx.fail('no');")))).toBe("GUEST");
    const before = pool.pids();
    expect(endOf(await run(benign))).toBe("completed");
    expect(pool.pids()).toEqual(before);
  });

  it("is killed after its first attempt where nobody asked for more", async () => {
    pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
    await run(benign);
    while (pool.pids().length > 0) await nextTurn();
  });

  it.each(leavings)("gives the next attempt nothing of $name", async ({ hook, next }) => {
    openPool();
    expect(["completed", "GUEST"]).toContain(endOf(await run(asHook(hook))));
    const before = pool.pids();
    const after = await run(asHook(next));
    expect(endOf(after)).toBe("completed");
    expect(after.lines).toEqual(["clean"]);
    expect(pool.pids()).toEqual(before);
  });

  it("gives each attempt the chance of its own seed, from its beginning", async () => {
    openPool();
    const code = asHook("ctx.log(Math.random(), crypto.randomUUID());");
    const seed = "5a".repeat(32);
    const first = await run(code, { seed });
    const second = await run(code, { seed });
    const other = await run(code, { seed: "5b".repeat(32) });
    expect(pool.pids()).toHaveLength(1);
    expect(second.lines).toEqual(first.lines);
    expect(other.lines).not.toEqual(first.lines);
  });

  it("has its memory back after each attempt", async () => {
    openPool();
    const greedy = asHook(
      "const all = Array.from({ length: 300000 }, (_, i) => ({ i })); const text = new Uint8Array(30e6).fill(1); ctx.log(all.length + text.length);",
    );
    await run(greedy);
    const before = pool.pids();
    for (let attempt = 0; attempt < 7; attempt += 1) {
      expect((await run(greedy)).lines).toEqual(["30300000"]);
    }
    expect(pool.pids()).toEqual(before);
  });

  it.each(unclean)("is not given out after a hook $name", async ({ hook, ends, options = {} }) => {
    openPool({ maxCalls: 100 });
    await run(benign);
    const [first] = pool.pids();
    expect(ends).toContain(endOf(await run(asHook(hook), options)));
    const next = await run(benign);
    expect(next.lines).toEqual(["benign"]);
    expect(pool.pids()).not.toContain(first);
  });

  it("is not given out after a hook that has used up its share of processor time", async () => {
    openPool({ cpuSeconds: 6 });
    const spend = "let n = 0; for (let i = 0; i < 6e7; i++) n += i; ctx.log(n > 0);";
    expect((await run(asHook(spend))).lines).toEqual(["true"]);
    const [first] = pool.pids();
    expect((await run(benign)).lines).toEqual(["benign"]);
    expect(pool.pids()).not.toContain(first);
  });

  it("is not given out once it was killed from outside", async () => {
    openPool();
    await run(benign);
    const [first = 0] = pool.pids();
    process.kill(first, "SIGKILL");
    while (pool.pids().length > 0) await nextTurn();
    expect((await run(benign)).lines).toEqual(["benign"]);
  });
});
