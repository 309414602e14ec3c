import { buildSandboxCode } from "./sandbox-code.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";
import { startSandboxProcess, type SandboxProcess } from "./sandbox-process.ts";

/** Sandbox processes started ahead. Each serves one hook task and is never given out twice. */
export interface SandboxPool {
  readonly limits: SandboxLimits;
  /** A ready sandbox; waits for one to start when no spare stands by. Rejects with `SANDBOX_UNAVAILABLE`. */
  acquire(): Promise<SandboxProcess>;
  /** Resolves when as many spares as wanted stand by. */
  warm(): Promise<void>;
  /** Process ids of everything the pool has started and that still lives. */
  pids(): number[];
  /** Kills every process it started. */
  close(): Promise<void>;
}

export interface SandboxPoolOptions {
  /** Spares kept ready; default 1. */
  spares?: number;
  limits: SandboxLimits;
}

/** How long after a spare was taken its successor is started, so that the hook gets the processor first. */
const refillDelayMs = 40;

export function createSandboxPool(options: SandboxPoolOptions): SandboxPool {
  const wanted = options.spares ?? 1;
  /** Ready or on their way; each is given out once. */
  const spares: { started: Promise<SandboxProcess> }[] = [];
  const alive = new Set<SandboxProcess>();
  let closed = false;
  let refillTimer: NodeJS.Timeout | null = null;

  const start = async (): Promise<SandboxProcess> => {
    const sandbox = startSandboxProcess(await buildSandboxCode(), options.limits);
    alive.add(sandbox);
    void sandbox.exited.then(() => alive.delete(sandbox));
    if (closed) sandbox.kill("HOOK_CANCELLED", "the pool was closed.");
    await sandbox.ready;
    return sandbox;
  };

  const addSpare = (): void => {
    const spare = { started: start() };
    spares.push(spare);
    const forget = (): void => {
      const index = spares.indexOf(spare);
      if (index >= 0) spares.splice(index, 1);
    };
    // A spare that cannot be started, or dies while it stands by, is dropped; the next acquire starts its own.
    spare.started.then((sandbox) => sandbox.exited.then(forget), forget);
  };

  const refill = (): void => {
    if (closed) return;
    while (spares.length < wanted) addSpare();
  };

  return {
    limits: options.limits,
    acquire: async () => {
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
    pids: () => [...alive].map((sandbox) => sandbox.pid),
    close: async () => {
      closed = true;
      if (refillTimer !== null) clearTimeout(refillTimer);
      for (const sandbox of alive) sandbox.kill("HOOK_CANCELLED", "the pool was closed.");
      await Promise.all([...alive].map((sandbox) => sandbox.exited));
    },
  };
}
