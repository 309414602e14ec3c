import type { Worker } from "bullmq";
import type { BullFactory } from "../datastore/datastore.ts";
import { errorText } from "../errors.ts";
import { createWallClockWatch } from "../wall-clock.ts";

/**
 * Gives jobs whose worker does not answer to another one. BullMQ would look for them too, also right after an outage, when
 * every lease has ended and workers that live have had no chance to renew theirs.
 *
 * A process that was itself out of touch - with the datastore, with its own timers, or with the time - judges nobody until
 * it has been in touch for the length of a lease.
 */
export interface StalledJobs {
  /** Begins to look, for the queues of these workers. */
  start(workers: readonly Worker[]): void;
  /** Resolves when the last look has ended. */
  close(): Promise<void>;
}

export interface StalledJobsOptions {
  bull: Pick<BullFactory, "ping">;
  leaseMs: number;
  onTrouble(text: string): void;
  /** Milliseconds by which the wall clock was set since the last call; default: that of this machine. */
  setBy?: () => number;
}

export function createStalledJobs(options: StalledJobsOptions): StalledJobs {
  const { bull, leaseMs, onTrouble, setBy = createWallClockWatch() } = options;
  const touchEveryMs = leaseMs / 4;
  const lookEveryMs = leaseMs / 2;
  let workers: readonly Worker[] = [];
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  let isClosed = false;
  // A process that has just begun has missed nothing.
  let inTouchSince = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const isInTouch = async (dueAt: number): Promise<boolean> => {
    const isLate = performance.now() - dueAt > touchEveryMs;
    const askedAt = performance.now();
    await bull.ping();
    const isSlow = performance.now() - askedAt > touchEveryMs;
    return setBy() === 0 && !isLate && !isSlow;
  };
  const look = async (): Promise<void> => {
    lookedAt = performance.now();
    for (const worker of workers) await worker.backend.moveStalledJobsToWait();
  };
  const step = async (dueAt: number): Promise<void> => {
    try {
      if (!(await isInTouch(dueAt))) inTouchSince = performance.now();
      const now = performance.now();
      if (isClosed || now - inTouchSince < leaseMs || now - lookedAt < lookEveryMs) return;
      looking = look();
      await looking;
    } catch (error) {
      inTouchSince = performance.now();
      if (!isClosed) onTrouble(errorText(error));
    }
  };
  const stepIn = (ms: number): void => {
    const dueAt = performance.now() + ms;
    timer = setTimeout(() => {
      void step(dueAt).then(() => {
        if (!isClosed) stepIn(touchEveryMs);
        return undefined;
      });
    }, ms);
    timer.unref();
  };
  return {
    start: (given) => {
      workers = given;
      stepIn(0);
    },
    close: async () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await looking.catch(() => {});
    },
  };
}
