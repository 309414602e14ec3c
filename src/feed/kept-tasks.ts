import type { Job, Queue } from "bullmq";
import type { Datastore } from "../datastore/datastore.ts";
import { errorCodeOf } from "../errors.ts";
import type { TaskReader } from "../install/task-reader.ts";
import { hooksQueue, operationsQueue, type JobData } from "../queue/queue-names.ts";
import { isTerminal } from "../task/task-state.ts";
import type { OperationTaskView, StepView, TaskView } from "../task/task-view.ts";

type Reader = Pick<TaskReader, "getTask" | "getHookTasks">;

/** How many jobs are read in one go. */
const pageSize = 500;

/**
 * All tasks there are. Those that have ended come as their job shows them, without a look at their journal; the others,
 * and the hooks whose turn has not come, are read.
 */
export async function* readKeptTasks(datastore: Datastore, reader: Reader): AsyncGenerator<TaskView> {
  for (const name of [operationsQueue, hooksQueue]) {
    const queue = datastore.bull.queue<JobData>(name);
    try {
      for await (const job of jobsOf(queue)) {
        const view = await viewOf(job, reader);
        if (view === null) continue;
        yield view;
        if (view.kind === "operation" && hasHooksWithoutJob(view)) yield* await reader.getHookTasks(view.id);
      }
    } finally {
      await queue.close();
    }
  }
}

/** Those whose turn has not come, or never came before the operation ended. */
function hasHooksWithoutJob({ steps }: OperationTaskView): boolean {
  const neverBegan = ({ status, taskId }: StepView): boolean => status === "CANCELLED" && taskId === null;
  return steps.some((step) => step.kind === "hook" && (neverBegan(step) || !isTerminal(step.status)));
}

async function* jobsOf(queue: Queue<JobData>): AsyncGenerator<Job<JobData>> {
  for (let start = 0; ; start += pageSize) {
    const jobs = await queue.getJobs(undefined, start, start + pageSize - 1, true);
    yield* jobs;
    if (jobs.length < pageSize) return;
  }
}

async function viewOf(job: Job<JobData>, reader: Reader): Promise<TaskView | null> {
  const shown = job.progress as TaskView | 0;
  if (typeof shown === "object" && isTerminal(shown.status) && "labels" in shown) return shown;
  try {
    return await reader.getTask(job.data.id);
  } catch (error) {
    if (errorCodeOf(error) === "TASK_UNKNOWN") return null;
    throw error;
  }
}
