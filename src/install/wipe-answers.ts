import type { HookTaskRecord } from "../task/hook-task.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Answers and sign-ins of hooks that have ended, unless they are to be kept. A killed worker's task is looked at once more,
 * so they are wiped then.
 */
export async function wipeAnswers(
  { desk, retention }: Pick<Runtime, "desk" | "retention">,
  hooks: readonly HookTaskRecord[],
): Promise<void> {
  if (retention.answers === "keep") return;
  for (const { id, hook } of hooks) if ((hook.inputs ?? []).length > 0) await desk.wipeAnswers(id);
}
