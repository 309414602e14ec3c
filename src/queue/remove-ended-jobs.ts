import type { Job, Queue } from "bullmq";

/** Removes the jobs of these tasks from their queues; false, and nothing happened, when one of them has not ended. */
export async function removeEndedJobs(
  queues: readonly Queue[],
  taskIds: readonly string[],
): Promise<boolean> {
  const jobs: Job[] = [];
  for (const id of taskIds) {
    for (const queue of queues) {
      const job = await queue.getJob(id);
      if (job !== undefined) jobs.push(job);
    }
  }
  const states = await Promise.all(jobs.map((job) => job.getState()));
  // Another worker may be removing them too.
  if (states.some((state) => state !== "completed" && state !== "failed" && state !== "unknown"))
    return false;
  for (const job of jobs) {
    try {
      await job.remove();
    } catch (error) {
      if ((await job.getState()) !== "unknown") throw error;
    }
  }
  return true;
}
