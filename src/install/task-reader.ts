import { TackleboxError } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { toHookTaskView, type HookTaskRecord } from "../task/hook-task.ts";
import {
  foldOperationEntry,
  initialOperationState,
  toOperationView,
  type OperationRecord,
} from "../task/operation-task.ts";
import { foldEntry, initialHookTaskState } from "../task/task-state.ts";
import type { HookTaskView, TaskView } from "../task/task-view.ts";
import type { Runtime } from "./runtime.ts";
import { getJson } from "./stored-json.ts";
import { readJournal } from "./task-journal.ts";

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
  const hookStates = createStateReader(stores, foldEntry);
  const operationStates = createStateReader(stores, foldOperationEntry);
  const readHook = async (task: HookTaskRecord): Promise<HookTaskView> =>
    toHookTaskView(task, await hookStates(task.id, initialHookTaskState));
  const readHooks = async ({ steps }: OperationRecord): Promise<HookTaskView[]> => {
    const tasks = steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));
    return await Promise.all(tasks.map(readHook));
  };
  const requireHook = async (taskId: string): Promise<HookTaskRecord> =>
    (await getJson<HookTaskRecord>(stores.documents, "hook-tasks", taskId)) ?? throwUnknown(taskId);
  const requireOperation = async (id: string): Promise<OperationRecord> =>
    (await getJson<OperationRecord>(stores.documents, "operations", id)) ?? throwUnknown(id);
  return {
    requireHook,
    requireOperation,
    getTask: async (id) => {
      const hook = await getJson<HookTaskRecord>(stores.documents, "hook-tasks", id);
      if (hook !== null) return await readHook(hook);
      const record = await requireOperation(id);
      const [state, views] = await Promise.all([
        operationStates(id, initialOperationState(record)),
        readHooks(record),
      ]);
      return toOperationView(record, state, new Map(views.map((view) => [view.id, view])));
    },
    getHookTasks: async (operationId) => await readHooks(await requireOperation(operationId)),
    getJournal: async (taskId) => await readJournal(stores.journals, taskId),
  };
}

/** How many states are kept in memory. */
const mostStates = 500;

/**
 * Folds journals into states, and reads of each only what came since the last time: a journal only grows, and a hook may
 * have made it long.
 */
function createStateReader<State>(
  { journals }: Stores,
  fold: (state: State, entry: JournalEntry) => State,
): (taskId: string, initial: State) => Promise<State> {
  const known = new Map<string, { length: number; state: State }>();
  return async (taskId, initial) => {
    const { length, state } = known.get(taskId) ?? { length: 0, state: initial };
    const added = await readJournal(journals, taskId, length);
    const now = { length: length + added.length, state: added.reduce(fold, state) };
    known.delete(taskId);
    known.set(taskId, now);
    if (known.size > mostStates) known.delete(known.keys().next().value as string);
    return now.state;
  };
}

function throwUnknown(taskId: string): never {
  throw new TackleboxError("TASK_UNKNOWN", `Task ${taskId} is not known; check the id and the datastore.`);
}
