import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { hostileHooks, type HostileHook } from "./hostile-hooks.ts";
import { endOf, runHook } from "./run-hook.ts";

/** Hooks that are meant to run into their timeout have a short one; the others have time, also on a busy machine. */
const timeoutOf = ({ ends }: HostileHook): number => (ends.includes("HOOK_TIMEOUT") ? 1500 : 15_000);
/** How much longer than its limit a hook may live. */
const graceMs = 5000;
/** What the service may take for one hook, whatever the hook does. */
const memoryGrowthBytes = 200 * 1024 * 1024;

describe("hostile hooks", () => {
  let pool: SandboxPool;
  let canary: Server;
  let port = 0;
  let touched = 0;

  beforeAll(async () => {
    pool = createSandboxPool({ spares: 1, limits: resolveSandboxLimits() });
    canary = createServer((_request, response) => {
      touched += 1;
      response.end("gotcha");
    });
    canary.on("connection", () => (touched += 1));
    await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
    port = (canary.address() as AddressInfo).port;
    await pool.warm();
  });
  afterAll(async () => {
    await pool.close();
    expect(pool.pids()).toEqual([]);
    await new Promise((resolve) => canary.close(resolve));
  });

  it("is a set of at least sixty", () => {
    expect(hostileHooks.length).toBeGreaterThanOrEqual(60);
    expect(new Set(hostileHooks.map(({ name }) => name)).size).toBe(hostileHooks.length);
  });

  it.each(hostileHooks)("$name: contained", async (hostile) => {
    const before = process.memoryUsage.rss();
    const timeoutMs = timeoutOf(hostile);
    const run = await runHook(sourceOf(hostile, port), { pool, timeoutMs });
    expect(hostile.ends).toContain(endOf(run));
    expect(run.wallMs).toBeLessThan(timeoutMs + graceMs);
    if (hostile.says !== undefined) expect(run.lines.at(-1)).toMatch(toExact(hostile.says));
    expect(touched).toBe(0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(memoryGrowthBytes);

    const benign = await runHook(
      "export async function run(ctx) { ctx.log('benign'); await ctx.emitCheckpoint('done'); }",
      { pool },
    );
    expect(endOf(benign)).toBe("completed");
    expect(benign.lines).toEqual(["benign"]);
  });
});

function sourceOf({ top = "", body }: HostileHook, port: number): string {
  return `${top}\nexport async function run(ctx) {\n${body}\n}`.replaceAll("CANARY", String(port));
}

function toExact(says: string | RegExp): RegExp {
  if (says instanceof RegExp) return says;
  return new RegExp(`^${says.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}
