import type { Job } from "bullmq";
import { wasNotDelayed } from "../datastore/bull-factory.ts";

/** Lets a delayed job be due so many milliseconds from now on; harmless when somebody woke it meanwhile. */
export async function changeDelay(job: Job, delayMs: number): Promise<void> {
  try {
    // BullMQ on Postgres takes whole milliseconds only.
    await job.changeDelay(Math.max(0, Math.ceil(delayMs)));
  } catch (error) {
    if (!wasNotDelayed(error)) throw error;
  }
}
