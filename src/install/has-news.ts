import type { HookTaskRecord } from "../task/hook-task.ts";
import { isTerminal } from "../task/task-state.ts";
import { waitKeyOf } from "./advance-hook-task.ts";
import { inputsHaveNews } from "./collect-inputs.ts";
import type { Runtime } from "./runtime.ts";
import { readHookState } from "./task-journal.ts";

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
  if (state.restsUntil !== null) return state.restsUntil <= runtime.clock.now();
  if (state.status !== "AWAITING_INPUT") return true;
  return await inputsHaveNews(runtime, record, state);
}
