import { TackleboxError } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { toHookTaskView, type HookTaskRecord } from "../task/hook-task.ts";
import {
  foldOperationEntry,
  initialOperationState,
  toOperationView,
  type OperationRecord,
} from "../task/operation-task.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../task/task-view.ts";
import type { Runtime } from "./runtime.ts";
import { getJson } from "./stored-json.ts";
import { readHookState, readJournal } from "./task-journal.ts";

type Stores = Pick<Runtime, "documents" | "journals">;

/** What is kept of tasks, folded into views. Each rejects with `TASK_UNKNOWN`. */
export interface TaskReader {
  /** A task as it stands now. */
  getTask(id: string): Promise<TaskView>;
  /** The hook tasks of an operation, in order. */
  getHookTasks(operationId: string): Promise<HookTaskView[]>;
  getJournal(taskId: string): Promise<JournalEntry[]>;
  requireHook(taskId: string): Promise<HookTaskRecord>;
  requireOperation(id: string): Promise<OperationRecord>;
}

export function createTaskReader(stores: Stores): TaskReader {
  const requireHook = async (taskId: string): Promise<HookTaskRecord> =>
    (await getJson<HookTaskRecord>(stores.documents, "hook-tasks", taskId)) ?? throwUnknown(taskId);
  const requireOperation = async (id: string): Promise<OperationRecord> =>
    (await getJson<OperationRecord>(stores.documents, "operations", id)) ?? throwUnknown(id);
  return {
    requireHook,
    requireOperation,
    getTask: async (id) => {
      const hook = await getJson<HookTaskRecord>(stores.documents, "hook-tasks", id);
      if (hook !== null) return toHookTaskView(hook, await readHookState(stores, id));
      return await readOperation(stores, await requireOperation(id));
    },
    getHookTasks: async (operationId) => await readHooks(stores, await requireOperation(operationId)),
    getJournal: async (taskId) => await readJournal(stores.journals, taskId),
  };
}

async function readOperation(stores: Stores, record: OperationRecord): Promise<OperationTaskView> {
  const [entries, views] = await Promise.all([
    readJournal(stores.journals, record.id),
    readHooks(stores, record),
  ]);
  const state = entries.reduce(foldOperationEntry, initialOperationState(record));
  return toOperationView(record, state, new Map(views.map((view) => [view.id, view])));
}

async function readHooks(stores: Stores, record: OperationRecord): Promise<HookTaskView[]> {
  const tasks = record.steps.flatMap((step) =>
    step.kind === "hook" && step.task !== null ? [step.task] : [],
  );
  return await Promise.all(
    tasks.map(async (task) => toHookTaskView(task, await readHookState(stores, task.id))),
  );
}

function throwUnknown(taskId: string): never {
  throw new TackleboxError("TASK_UNKNOWN", `Task ${taskId} is not known; check the id and the datastore.`);
}
