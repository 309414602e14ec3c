import { createKeptSandboxes } from "./kept-sandboxes.ts";
import { buildSandboxCode } from "./sandbox-code.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";
import { startSandboxProcess, type SandboxListener, type SandboxProcess } from "./sandbox-process.ts";

/**
 * Sandbox processes started ahead. Each serves one attempt and is never given out twice, unless `reuse` lets it serve
 * further attempts of the same app.
 */
export interface SandboxPool {
  readonly limits: SandboxLimits;
  /** A ready sandbox for an attempt of that app; waits for one when none stands by. Rejects with `SANDBOX_UNAVAILABLE`. */
  acquire(app: string): Promise<SandboxLease>;
  /** Resolves when as many spares as wanted stand by. */
  warm(): Promise<void>;
  /** Process ids of everything the pool has started and that still lives. */
  pids(): number[];
  /** Kills every process it started. */
  close(): Promise<void>;
}

/** A sandbox process as the one attempt it is lent to has it. */
export interface SandboxLease extends Pick<SandboxProcess, "send"> {
  attach(listener: SandboxListener): void;
  /** Nothing is heard of it any more. `isClean`: the hook said that it has ended, and nothing is left of it. */
  end(isClean: boolean): void;
}

/** Whether a process may serve further attempts: never, or those of the same app. */
export type SandboxReuse = "never" | "app";

export interface SandboxPoolOptions {
  /** Spares kept ready; default 1. */
  spares?: number;
  /** Default "never". */
  reuse?: SandboxReuse;
  limits: SandboxLimits;
}

/** How long after a spare was taken its successor is started, so that the hook gets the processor first. */
const refillDelayMs = 40;

export function createSandboxPool(options: SandboxPoolOptions): SandboxPool {
  const alive = new Set<SandboxProcess>();
  const kept = options.reuse === "app" ? createKeptSandboxes(options.limits) : null;
  let closed = false;

  const start = async (): Promise<SandboxProcess> => {
    const sandbox = startSandboxProcess(await buildSandboxCode(), options.limits);
    alive.add(sandbox);
    void sandbox.exited.then(() => alive.delete(sandbox));
    if (closed) sandbox.kill("HOOK_CANCELLED", "the pool was closed.");
    await sandbox.ready;
    kept?.admit(sandbox);
    return sandbox;
  };
  const spares = createSpares(options.spares ?? 1, start);

  const takeKept = async (app: string): Promise<SandboxProcess | null> => {
    const entry = kept?.take(app) ?? null;
    // One that cannot serve again is killed already.
    return entry === null ? null : await entry.renewed.then(() => entry.sandbox).catch(() => null);
  };
  const lend = (sandbox: SandboxProcess, app: string): SandboxLease => ({
    attach: sandbox.attach,
    send: sandbox.send,
    end: (isClean) => {
      sandbox.attach(null);
      if (kept !== null && isClean) kept.keep(sandbox, app);
      else sandbox.kill("HOOK_CANCELLED", "the attempt has ended.");
    },
  });

  return {
    limits: options.limits,
    acquire: async (app) => lend((await takeKept(app)) ?? (await spares.take()), app),
    warm: spares.warm,
    pids: () => [...alive].map((sandbox) => sandbox.pid),
    close: async () => {
      closed = true;
      spares.close();
      kept?.close();
      for (const sandbox of alive) sandbox.kill("HOOK_CANCELLED", "the pool was closed.");
      await Promise.all([...alive].map((sandbox) => sandbox.exited));
    },
  };
}

/** Processes that have not served yet. */
interface Spares {
  take(): Promise<SandboxProcess>;
  warm(): Promise<void>;
  /** Starts none any more. */
  close(): void;
}

function createSpares(wanted: number, start: () => Promise<SandboxProcess>): Spares {
  /** Ready or on their way; each is given out once. */
  const spares: { started: Promise<SandboxProcess> }[] = [];
  let closed = false;
  let refillTimer: NodeJS.Timeout | null = null;

  const add = (): void => {
    const spare = { started: start() };
    spares.push(spare);
    const forget = (): void => {
      const index = spares.indexOf(spare);
      if (index >= 0) spares.splice(index, 1);
    };
    // A spare that cannot be started, or dies while it stands by, is dropped; the next `take` starts its own.
    spare.started.then((sandbox) => sandbox.exited.then(forget), forget);
  };
  const refill = (): void => {
    while (spares.length < wanted && !closed) add();
  };
  return {
    take: async () => {
      const spare = spares.shift() ?? { started: start() };
      if (refillTimer === null && !closed) {
        refillTimer = setTimeout(() => {
          refillTimer = null;
          refill();
        }, refillDelayMs).unref();
      }
      // A spare that died before it was ready says nothing about the next one.
      return await spare.started.catch(() => start());
    },
    warm: async () => {
      refill();
      await Promise.all(spares.map(({ started }) => started));
    },
    close: () => {
      closed = true;
      if (refillTimer !== null) clearTimeout(refillTimer);
    },
  };
}
