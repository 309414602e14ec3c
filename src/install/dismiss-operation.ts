import { errorCodeOf } from "../errors.ts";
import {
  foldOperationEntry,
  initialOperationState,
  toOperationView,
  type OperationRecord,
  type OperationState,
} from "../task/operation-task.ts";
import { isTerminal } from "../task/task-state.ts";
import type { Runtime } from "./runtime.ts";
import { openTaskJournal } from "./task-journal.ts";

/**
 * Marks an ended operation as put away from view; false, and nothing changed, when it has not ended. The mark is an entry of its
 * journal like everything else: of two that come at once one is written.
 */
export async function dismissOperation(
  runtime: Pick<Runtime, "journals" | "clock" | "observer">,
  record: OperationRecord,
): Promise<boolean> {
  let state: OperationState = initialOperationState(record);
  const journal = await openTaskJournal(runtime.journals, record.id, (added) => {
    state = added.reduce(foldOperationEntry, state);
    runtime.observer.operationChanged(toOperationView(record, state));
  });
  state = journal.entries.reduce(foldOperationEntry, state);
  if (!isTerminal(state.status)) return false;
  if (state.dismissedAt !== null) return true;
  try {
    await journal.append([{ type: "operation", at: runtime.clock.now(), event: { type: "dismissed" } }]);
  } catch (error) {
    // Nothing but a dismissal is written to it any more.
    if (errorCodeOf(error) !== "JOURNAL_FENCED") throw error;
  }
  return true;
}
