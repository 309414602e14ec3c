import { DelayedError, type Job, type Queue } from "bullmq";
import type { Runtime } from "../install/runtime.ts";
import type { SignInPoll } from "../install/sign-ins.ts";
import { getJson } from "../install/stored-json.ts";
import { readHookState } from "../install/task-journal.ts";
import { wipeAnswers } from "../install/wipe-answers.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import { isTerminal } from "../task/task-state.ts";

/**
 * One job for each sign-in under way, put away between two questions to the provider: its lock sees to it that one worker
 * asks at a time, and after a restart or a kill any worker goes on with it.
 */
export const signInsQueue = "sign-ins";

/** Sign-ins that are asked about at the same time; each takes a moment only, unless its provider is slow. */
export const signInConcurrency = 20;

export interface SignInJob {
  taskId: string;
  inputId: string;
  round: number;
  number: number;
  /** As the provider wants it; null until it was asked. */
  intervalMs: number | null;
}

/** So many of a wait may be added, that those who began together do not ask together for ever. */
const jitter = 0.1;

const soon = (waitMs: number): number => Math.round(waitMs * (1 + Math.random() * jitter));

/** The same sign-in twice is one job. */
export async function addSignInPoll(
  queue: Queue<SignInJob>,
  { taskId, input, turn }: SignInPoll,
  waitMs: number,
): Promise<void> {
  const { round, number } = turn;
  const name = Buffer.from(input.id).toString("base64url");
  await queue.add(
    "poll",
    { taskId, inputId: input.id, round, number, intervalMs: null },
    {
      jobId: `${taskId}-${round}-${number}-${name}`,
      delay: soon(waitMs),
      attempts: 1_000_000,
      backoff: { type: "fixed", delay: 1000, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: true,
    },
  );
}

/** Asks the provider once, and puts the job away until it is to be asked again. */
export async function runSignInPoll(
  runtime: Pick<Runtime, "documents" | "journals" | "desk" | "signIns" | "retention">,
  job: Job<SignInJob>,
  token: string | undefined,
): Promise<void> {
  const { taskId, inputId, round, number, intervalMs } = job.data;
  const record = await getJson<HookTaskRecord>(runtime.documents, "hook-tasks", taskId);
  const input = record?.hook.inputs?.find(({ id }) => id === inputId);
  const hasEnded = async (): Promise<boolean> => isTerminal((await readHookState(runtime, taskId)).status);
  if (record === null || input?.type !== "oauth" || (await hasEnded())) return;
  const turn = { round, number, isWanted: true };
  const progress = await runtime.signIns.poll({ taskId, input, turn }, intervalMs);
  if (progress.kind === "done") {
    // Its answers may have been wiped while the provider was asked: what it gave goes as well.
    if (await hasEnded()) await wipeAnswers(runtime, [record]);
    return;
  }
  if (progress.intervalMs !== intervalMs)
    await job.updateData({ ...job.data, intervalMs: progress.intervalMs });
  await job.moveToDelayed(Date.now() + soon(progress.waitMs), token);
  throw new DelayedError();
}
