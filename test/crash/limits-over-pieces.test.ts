import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { compileHook } from "../../src/compile/compile-hook.ts";
import type { JournalStore } from "../../src/datastore/datastore.ts";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { readHookState } from "../../src/install/task-journal.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { NetworkClient, NetworkResponse } from "../../src/network/network-client.ts";
import { resolveSandboxLimits, type SandboxLimitsOptions } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import { openInstall, type InstallFixture } from "../install/install-fixture.ts";
import { hookRecord } from "../task/hook-task-fold.ts";

/** How a piece of an attempt ends before its time. */
type Loss = "sandbox-lost" | "worker-lost";

interface HookOptions {
  limits?: SandboxLimitsOptions;
  hook?: Partial<HookTaskRecord["hook"]>;
  /** Lost once, as soon as this checkpoint is kept. */
  lostAt?: { checkpoint: string; loss: Loss };
  /** Answers the hook's requests, each of which is observed. */
  onRequest?(bench: Bench): Promise<string>;
}

/** One hook task in a real sandbox, its journal in memory, and a worker that can be told to die. */
interface Bench {
  record: HookTaskRecord;
  runtime: Runtime;
  pool: SandboxPool;
  /** Options of each network client made, one for each piece. */
  clients: { sentBefore?: number }[];
  /** From now on nothing the worker writes is kept. */
  killWorker(): void;
  /** Lets workers go on with the task, a fresh one after each that died, until one gets through. */
  run(): Promise<{ workers: number }>;
  journal(): Promise<JournalEntry[]>;
}

const open: (InstallFixture | SandboxPool)[] = [];
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function openBench(code: string, options: HookOptions): Promise<Bench> {
  let dead = false;
  const mortal = (journals: JournalStore): JournalStore => ({
    ...journals,
    append: async (...args) => {
      if (dead) throw new Error("the worker is dead");
      await journals.append(...args);
    },
  });
  const opened = await openInstall({ wrapJournals: mortal });
  const ownPool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits(options.limits) });
  open.push(ownPool, opened);
  const text = `export async function run(ctx) { ${code} }`;
  const compiled = await compileHook({
    source: { kind: "inline", text, pointer: "/hooks/0/scriptContent", scriptFile: "shelf.json" },
    entrypoint: "run",
  });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join());
  const { bundle } = compiled;
  await putBundle(opened.runtime.documents, bundle, "tsk_operation");
  const record = hookRecord({ entrypoint: "run", ...options.hook }, { bundleSha256: bundle.sha256 });
  let isLost = false;
  const lose = (loss: Loss): void => {
    if (isLost) return;
    isLost = true;
    if (loss === "worker-lost") dead = true;
    for (const pid of ownPool.pids()) process.kill(pid, "SIGKILL");
  };
  const bench: Bench = {
    record,
    runtime: {
      ...opened.runtime,
      clock: systemClock,
      hookClock: systemClock,
      pool: ownPool,
      network: {
        ...opened.runtime.network,
        createClient: (made) => {
          bench.clients.push(made);
          return clientOf(bench, options, made.observe);
        },
      },
      observer: {
        ...opened.runtime.observer,
        hookChanged: (view) => {
          const { lostAt } = options;
          const reached = view.checkpoints.find(({ id }) => id === lostAt?.checkpoint);
          if (lostAt !== undefined && reached?.status === "completed") lose(lostAt.loss);
        },
      },
    },
    pool: ownPool,
    clients: [],
    killWorker: () => {
      dead = true;
    },
    run: async () => {
      for (let workers = 1; ; workers += 1) {
        dead = false;
        try {
          await advanceHookTask(bench.runtime, record, new AbortController().signal);
          return { workers };
        } catch (error) {
          if (!dead) throw error;
        }
      }
    },
    journal: () => opened.journalOf(record.id),
  };
  return bench;
}

function clientOf(bench: Bench, { onRequest }: HookOptions, observe: (seen: never) => void): NetworkClient {
  return {
    request: async ({ method, url }): Promise<NetworkResponse> => {
      const text = (await onRequest?.(bench)) ?? "";
      observe({ method, url, status: 200, refused: null } as never);
      const body = new TextEncoder().encode(text);
      return { url, status: 200, statusText: "OK", headers: [], redirected: false, body };
    },
    close: () => Promise.resolve(),
  };
}

const stateOf = ({ runtime, record }: Bench) => readHookState(runtime, record.id);

function eventsOf(journal: readonly JournalEntry[]) {
  return journal.flatMap((entry) => ("event" in entry && entry.event ? [entry.event] : []));
}

const losses: Loss[] = ["sandbox-lost", "worker-lost"];

describe("over the pieces of an attempt that was lost in between", () => {
  it.each(losses)("active time is counted (%s)", async (loss) => {
    const code = "await ctx.sleep(700); await ctx.emitCheckpoint('half'); await ctx.sleep(700);";
    const bench = await openBench(code, { hook: { timeout: 1 }, lostAt: { checkpoint: "half", loss } });
    await bench.run();
    const state = await stateOf(bench);
    expect(state).toMatchObject({ status: "AWAITING_RETRY", error: { code: "HOOK_TIMEOUT" } });
    expect(state.endedMs).toBeGreaterThanOrEqual(1000);
    expect(eventsOf(await bench.journal())).toContainEqual(
      expect.objectContaining({ type: "attempt-resumed", reason: loss }),
    );
  });

  it.each(losses)("calls are counted (%s)", async (loss) => {
    const code = "for (let n = 1; n <= 8; n += 1) await ctx.emitCheckpoint('c' + n);";
    const options = { limits: { maxCalls: 6 }, lostAt: { checkpoint: "c4", loss } };
    const bench = await openBench(code, options);
    await bench.run();
    const state = await stateOf(bench);
    expect(state.error?.code).toBe("HOOK_CALL_LIMIT");
    expect(state.checkpoints.map(({ id }) => id)).toEqual(["c1", "c2", "c3", "c4", "c5", "c6"]);
  });

  it.each(losses)("the log is cut where it is cut when nothing is lost (%s)", async (loss) => {
    const code =
      "for (let n = 1; n <= 9; n += 1) { ctx.log('line ' + n + ' of nine'); await ctx.emitCheckpoint('c' + n); }";
    const limits = { maxLogBytes: 200 };
    const logOf = async (lostAt?: HookOptions["lostAt"]): Promise<string[]> => {
      const bench = await openBench(code, { limits, ...(lostAt && { lostAt }) });
      await bench.run();
      expect((await stateOf(bench)).status).toBe("COMPLETED");
      return eventsOf(await bench.journal()).flatMap((event) =>
        event.type === "log" ? [event.message] : [],
      );
    };
    const whole = await logOf();
    expect(whole.length).toBeGreaterThan(3);
    expect(whole.length).toBeLessThan(9);
    expect(whole.at(-1)).toMatch(/^the log has reached 200 bytes/);
    for (const checkpoint of ["c1", "c3", "c8"]) expect(await logOf({ checkpoint, loss })).toEqual(whole);
  });

  it.each(losses)("bytes of responses are counted (%s)", async (loss) => {
    const code =
      "for (let n = 1; n <= 4; n += 1) { await (await fetch('http://shelf/')).text(); await ctx.emitCheckpoint('c' + n); }";
    const bench = await openBench(code, {
      limits: { maxJournalBytes: 5000 },
      lostAt: { checkpoint: "c2", loss },
      onRequest: () => Promise.resolve("x".repeat(1200)),
    });
    await bench.run();
    const { error, checkpoints } = await stateOf(bench);
    expect(error).toMatchObject({ code: "HOOK_CALL_LIMIT", detail: expect.stringContaining("5000 bytes") });
    expect(checkpoints.map(({ id }) => id)).toEqual(["c1", "c2"]);
  });

  it.each(losses)("requests are counted (%s)", async (loss) => {
    // The hook goes on while a checkpoint is written; the sleep keeps it from the next request until it is lost.
    const code =
      "for (let n = 1; n <= 4; n += 1) { await fetch('http://shelf/'); await ctx.emitCheckpoint('c' + n); if (n === 3) await ctx.sleep(1); }";
    const bench = await openBench(code, { lostAt: { checkpoint: "c3", loss } });
    await bench.run();
    expect((await stateOf(bench)).status).toBe("COMPLETED");
    expect(bench.clients.map(({ sentBefore }) => sentBefore)).toEqual([0, 3]);
  });
});

describe("an attempt that is lost at the same place each time", () => {
  it("is gone on with twice when its own process ends, then fails as any other", async () => {
    let asked = 0;
    const bench = await openBench("await ctx.emitCheckpoint('a'); await fetch('http://shelf/');", {
      hook: { retries: 1 },
      onRequest: async ({ pool: own }) => {
        asked += 1;
        for (const pid of own.pids()) process.kill(pid, "SIGKILL");
        return await new Promise<never>(() => {});
      },
    });
    await bench.run();
    const state = await stateOf(bench);
    expect(state).toMatchObject({ status: "AWAITING_RETRY", attempt: 2, waiting: { kind: "attempt" } });
    expect(state.error?.code).toBe("HOOK_CRASHED");
    expect(state.error?.detail).toMatch(/lost 3 times at the same place; .*SIGKILL/);
    expect(asked).toBe(6);
  });

  it("is gone on with as long as it gets further", async () => {
    let asked = 0;
    const code = "for (let n = 0; n < 5; n += 1) await (await fetch('http://shelf/')).text();";
    const bench = await openBench(code, {
      onRequest: async ({ pool: own }) => {
        asked += 1;
        if (asked % 2 === 0) return "";
        for (const pid of own.pids()) process.kill(pid, "SIGKILL");
        return await new Promise<never>(() => {});
      },
    });
    await bench.run();
    expect(await stateOf(bench)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(asked).toBe(10);
  });

  it("is gone on with twenty times when its worker is killed, then fails with that cause", async () => {
    const bench = await openBench("await ctx.emitCheckpoint('a'); await fetch('http://shelf/');", {
      onRequest: ({ killWorker }) => Promise.resolve(killWorker()).then(() => ""),
    });
    const { workers } = await bench.run();
    expect(workers).toBe(22);
    const state = await stateOf(bench);
    expect(state).toMatchObject({ status: "AWAITING_RETRY", error: { code: "HOOK_CRASHED" } });
    expect(state.error?.detail).toContain("the worker it ran under was killed each time");
  });
});
