import type { Queue } from "bullmq";

/**
 * Moves every job a worker of this queue has begun and not ended back to waiting, at once, whatever its lock says; gives
 * the number of them. Only for a process that is the only one at work on the datastore, before it starts its own workers:
 * then whoever holds those locks is dead.
 */
export async function takeBackJobs(queue: Queue): Promise<number> {
  const jobs = await queue.getActive();
  // Without a token BullMQ does not ask whose lock it is.
  await Promise.all(jobs.map((job) => job.moveToWait()));
  return jobs.length;
}
