import type { Queue } from "bullmq";
import { changeDelay } from "./change-delay.ts";

/** How many delayed jobs are looked at in one go. */
const pageSize = 500;

/** A delayed job's rest as its task knows it; null: it has none, or is gone. `revision` tells whether it is still so. */
export interface KnownRest {
  leftMs: number;
  revision: number;
}

export interface SetDelaysOptions {
  /** Jobs with a longer delay wait for a person and stay as they are. */
  longestMs: number;
  restOf(id: string): Promise<KnownRest | null>;
  signal: AbortSignal;
}

/**
 * Sets the times anew at which the delayed jobs of a queue are due: BullMQ keeps them as wall time, which is wrong once
 * the clock was set. A timed rest gets what is left of it; any other delay, a few seconds, begins again.
 */
export async function setDelaysAnew(queue: Queue, options: SetDelaysOptions): Promise<void> {
  const ids: string[] = [];
  // Those that are due first come first. Their order changes with their times, so all are looked up before.
  for (let start = 0; !options.signal.aborted; start += pageSize) {
    const jobs = await queue.getDelayed(start, start + pageSize - 1);
    const timed = jobs.filter(({ delay }) => delay <= options.longestMs);
    ids.push(...timed.flatMap(({ id }) => id ?? []));
    if (timed.length < jobs.length || jobs.length < pageSize) break;
  }
  for (const id of ids) {
    if (options.signal.aborted) return;
    await setDelayAnew(queue, id, options);
  }
}

async function setDelayAnew(queue: Queue, id: string, { restOf }: SetDelaysOptions): Promise<void> {
  for (;;) {
    const [job, rest] = await Promise.all([queue.getJob(id), restOf(id)]);
    if (job === undefined) return;
    await changeDelay(job, rest?.leftMs ?? job.delay);
    // Woken and put away again meanwhile, it has another rest now.
    if (rest === null || (await restOf(id))?.revision === rest.revision) return;
  }
}
