import type { Queue } from "bullmq";
import { readMoment } from "../clock.ts";
import type { BullFactory } from "../datastore/datastore.ts";
import { errorText } from "../errors.ts";
import type { Runtime } from "../install/runtime.ts";
import { readHookState } from "../install/task-journal.ts";
import { restLeftMs } from "../task/timed-rest.ts";
import { createWallClockWatch } from "../wall-clock.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { setDelaysAnew, type KnownRest } from "./set-delays-anew.ts";

/**
 * Keeps what BullMQ stores as wall time right when the machine's clock is set: the times at which jobs are due, and
 * leases. Also at the start of work, for what happened to the clock while no worker lived.
 */
export interface TimeKeeper {
  start(): void;
  close(): Promise<void>;
}

export interface TimeKeeperOptions {
  bull: BullFactory;
  queues: { operations: Queue; hooks: Queue; signIns: Queue };
  runtime: Runtime;
  leases: LeaseKeeper;
  leaseMs: number;
  /** Jobs with a longer delay wait for a person. */
  longestMs: number;
  onTrouble(text: string): void;
}

/** How soon it is noticed that the clock was set. Two readings of clocks; what else follows, follows then only. */
const lookEveryMs = 1000;

export function createTimeKeeper(options: TimeKeeperOptions): TimeKeeper {
  const { bull, queues, runtime, leases, leaseMs, longestMs, onTrouble } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let mending: Promise<void> = Promise.resolve();
  let watch: NodeJS.Timeout | null = null;

  const restOf = async (id: string): Promise<KnownRest | null> => {
    const { rest, revision } = await readHookState(runtime, id);
    if (rest === null || rest === "until-decision") return null;
    return { leftMs: restLeftMs(rest, readMoment(runtime.clock)), revision };
  };
  const mend = async (): Promise<void> => {
    await Promise.all([leases.renew(), bull.mendLeases(leaseMs)]);
    await setDelaysAnew(queues.hooks, { longestMs, restOf, signal });
    for (const queue of [queues.operations, queues.signIns])
      await setDelaysAnew(queue, { longestMs, restOf: async () => null, signal });
  };
  const mendSoon = (): void => {
    mending = mending.then(mend).catch((error: unknown) => onTrouble(errorText(error)));
  };
  return {
    start: () => {
      const setBy = createWallClockWatch();
      watch = setInterval(() => {
        if (setBy() !== 0) mendSoon();
      }, lookEveryMs);
      watch.unref();
      mendSoon();
    },
    close: async () => {
      closing.abort();
      if (watch !== null) clearInterval(watch);
      await mending;
    },
  };
}
