import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import type { OperationRecord } from "../task/operation-task.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { TaskStatus } from "../task/task-event.ts";
import { advanceHookTask } from "./advance-hook-task.ts";
import { hasNews } from "./parked-task.ts";
import { advanceOperation } from "./advance-operation.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Drives one operation to its end in this process, without a queue: what `tacklebox run` does. The steps are the
 * same functions a worker calls. Rejects with the signal's reason when it aborts, and with `NAS_UNREACHABLE` when the NAS is
 * away: there is no queue to try again from.
 */
export async function runInProcess(
  runtime: Runtime,
  record: OperationRecord,
  signal: AbortSignal,
): Promise<TaskStatus> {
  try {
    return await runSteps(runtime, record, signal);
  } catch (error) {
    throw errorCodeOf(error) === "NAS_UNREACHABLE" ? nasAway(record, error) : error;
  }
}

async function runSteps(runtime: Runtime, record: OperationRecord, signal: AbortSignal): Promise<TaskStatus> {
  for (;;) {
    const progress = await advanceOperation(runtime, record, signal);
    signal.throwIfAborted();
    if (progress.kind === "ended") return progress.status;
    if (progress.kind === "hook") await runHook(runtime, progress.task, signal);
    // The step on the NAS failed; nobody is there to mend the NAS and click Retry.
    else if (progress.kind === "parked") throw new TackleboxError(progress.error.code, progress.error.detail);
  }
}

function nasAway({ appName, operation }: OperationRecord, cause: unknown): TackleboxError {
  return new TackleboxError(
    "NAS_UNREACHABLE",
    `${operation} of "${appName}": ${errorText(cause).replace(/\.$/, "")}; what was begun there goes on. ` +
      "When the NAS is back, look at the app before you run this again.",
    { cause },
  );
}

async function runHook(runtime: Runtime, task: HookTaskRecord, signal: AbortSignal): Promise<void> {
  for (;;) {
    const progress = await advanceHookTask(runtime, task, signal);
    signal.throwIfAborted();
    if (progress.kind === "ended") return;
    await runtime.desk.watch(task.id, async () => ((await hasNews(runtime, task)) ? true : null), signal);
  }
}
