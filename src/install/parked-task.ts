import { readMoment } from "../clock.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import { isTerminal, type HookTaskState } from "../task/task-state.ts";
import { restLeftMs } from "../task/timed-rest.ts";
import { inputsHaveNews } from "./collect-inputs.ts";
import type { Runtime } from "./runtime.ts";
import { readHookState } from "./task-journal.ts";

/**
 * The key under which a wait's decision is kept. A sign-in may fail again and again before the next attempt begins: each
 * failure after a Retry is a wait of its own, with a decision of its own.
 */
export function waitKeyOf({ attempt, waiting, retriesSinceAttempt }: HookTaskState): string | null {
  if (waiting === null) return null;
  if (waiting.kind === "checkpoint") return `attempt-${attempt}-call-${waiting.seq}`;
  return retriesSinceAttempt === 0 ? `attempt-${attempt}` : `attempt-${attempt}-retry-${retriesSinceAttempt}`;
}

/**
 * How an attempt rests on that was woken before its time, because a clock was set, somebody looked or a process that was to
 * put it away was killed. `restMs`: milliseconds, or null until a person decides. Null when there is something to do.
 */
export async function restsFor(
  runtime: Runtime,
  record: HookTaskRecord,
  state: HookTaskState,
): Promise<{ restMs: number | null } | null> {
  const { rest } = state;
  // With nobody there to ask it is about to fail.
  if (rest === null || (rest === "until-decision" && !record.interactive)) return null;
  const restMs = rest === "until-decision" ? null : restLeftMs(rest, readMoment(runtime.clock));
  if (restMs !== null && restMs < Math.max(1, runtime.restAfterMs)) return null;
  const waitKey = waitKeyOf(state);
  const isAnswered = waitKey !== null && (await runtime.desk.decision(record.id, waitKey)) !== null;
  return isAnswered ? null : { restMs };
}

/**
 * True when something lies on the desk that a parked task has not seen yet. Asked after parking, so that a click
 * that came in between is not lost.
 */
export async function hasNews(runtime: Runtime, record: HookTaskRecord): Promise<boolean> {
  const state = await readHookState(runtime, record.id);
  const { desk } = runtime;
  if (isTerminal(state.status)) return false;
  if (await desk.isCancelRequested(record.id)) return true;
  const waitKey = waitKeyOf(state);
  if (waitKey !== null) return (await desk.decision(record.id, waitKey)) !== null;
  if (state.rest !== null && state.rest !== "until-decision")
    return restLeftMs(state.rest, readMoment(runtime.clock)) <= 0;
  if (state.status !== "AWAITING_INPUT") return true;
  return await inputsHaveNews(runtime, record, state);
}
