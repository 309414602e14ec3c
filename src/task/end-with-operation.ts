import type { OperationState } from "./operation-task.ts";
import { applyTaskEvent, isTerminal, type HookTaskState } from "./task-state.ts";

/** A hook whose turn never came was cancelled when its operation ended; nobody writes that to its journal. */
export function endWithOperation(hook: HookTaskState, operation: OperationState): HookTaskState {
  if (hook.status !== "PENDING" || !isTerminal(operation.status) || operation.finishedAt === null)
    return hook;
  return applyTaskEvent(hook, { type: "cancelled" }, operation.finishedAt);
}
