import type { Queue } from "bullmq";
import type { Runtime } from "../install/runtime.ts";
import { getJson } from "../install/stored-json.ts";
import { readJournal } from "../install/task-journal.ts";
import type { OperationRecord } from "../task/operation-task.ts";

/** Newest operations that are looked at: what a process was accepting when it was killed is among them. */
const mostLookedAt = 50;

/**
 * Queues operations that were kept, and whose process was killed before they were in the queue. They show in every list, so
 * they are to begin. One that is just being accepted elsewhere is the same job.
 */
export async function enqueueForgotten(
  { documents, journals }: Pick<Runtime, "documents" | "journals">,
  queue: Pick<Queue, "getJob">,
  enqueue: (record: OperationRecord) => Promise<void>,
): Promise<void> {
  for (const id of await documents.list("operations", { limit: mostLookedAt })) {
    if ((await queue.getJob(id)) !== undefined) continue;
    const record = await getJson<OperationRecord>(documents, "operations", id);
    // One that has begun without a job is not run by the queue.
    if (record === null || (await readJournal(journals, id)).length > 0) continue;
    await enqueue(record);
  }
}
