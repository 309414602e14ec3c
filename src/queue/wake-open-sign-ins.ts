import type { Queue } from "bullmq";
import type { HookTaskView } from "../task/task-view.ts";

/** How many parked jobs are looked at in one go. */
const pageSize = 500;

/**
 * Wakes the tasks that wait for a sign-in: the process that asked the provider for it is gone, so each begins a fresh
 * one. For a process that knows it is the only one.
 */
export async function wakeOpenSignIns(hooks: Queue): Promise<void> {
  const waiting: string[] = [];
  for (let start = 0; ; start += pageSize) {
    const jobs = await hooks.getDelayed(start, start + pageSize - 1);
    waiting.push(
      ...jobs.flatMap((job) => (waitsForSignIn(job.progress) && job.id !== undefined ? [job.id] : [])),
    );
    if (jobs.length < pageSize) break;
  }
  for (const id of waiting) await (await hooks.getJob(id))?.promote();
}

function waitsForSignIn(progress: unknown): boolean {
  const view = progress as Partial<HookTaskView> | null;
  if (view?.kind !== "hook" || view.status !== "AWAITING_INPUT") return false;
  return (view.inputs ?? []).some((input) => input.type === "oauth" && input.state === "waiting");
}
