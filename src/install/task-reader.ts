import { TackleboxError } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { toHookTaskView, type HookTaskRecord } from "../task/hook-task.ts";
import {
  foldOperationEntry,
  initialOperationState,
  toOperationView,
  type OperationRecord,
  type OperationState,
} from "../task/operation-task.ts";
import { endWithOperation } from "../task/end-with-operation.ts";
import { foldEntry, initialHookTaskState, isTerminal, type HookTaskState } from "../task/task-state.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../task/task-view.ts";
import type { Runtime } from "./runtime.ts";
import { getJson } from "./stored-json.ts";
import { readJournal } from "./task-journal.ts";

type Stores = Pick<Runtime, "documents" | "journals">;

/** A task as one read found it: what its view shows and allows is what its state says. */
export type FoundTask =
  | { kind: "hook"; record: HookTaskRecord; state: HookTaskState; view: HookTaskView }
  | { kind: "operation"; record: OperationRecord; state: OperationState; view: OperationTaskView };

/** What is kept of tasks, folded into views. Each rejects with `TASK_UNKNOWN`. */
export interface TaskReader {
  /** A task as it stands now. */
  getTask(id: string): Promise<TaskView>;
  /** The same with what is behind the view, for those who go by both. */
  findTask(id: string): Promise<FoundTask>;
  /** The hook tasks of an operation, in order. */
  getHookTasks(operationId: string): Promise<HookTaskView[]>;
  getJournal(taskId: string): Promise<JournalEntry[]>;
  requireHook(taskId: string): Promise<HookTaskRecord>;
  requireOperation(id: string): Promise<OperationRecord>;
}

export function createTaskReader(stores: Stores): TaskReader {
  const hookStates = createStateReader(stores, foldEntry);
  const operationStates = createStateReader(stores, foldOperationEntry);
  const operationState = async (record: OperationRecord): Promise<OperationState> =>
    await operationStates(record.id, initialOperationState(record));
  const findHook = async (
    record: HookTaskRecord,
    ofOperation: () => Promise<OperationState | null>,
  ): Promise<Extract<FoundTask, { kind: "hook" }>> => {
    let state = await hookStates(record.id, initialHookTaskState);
    if (state.status === "PENDING") {
      const operation = await ofOperation();
      // Read once more: since it was read, its turn may have come, and both may have ended.
      if (operation !== null && isTerminal(operation.status))
        state = endWithOperation(await hookStates(record.id, initialHookTaskState), operation);
    }
    return { kind: "hook", record, state, view: toHookTaskView(record, state) };
  };
  const readHooks = async (
    { steps }: OperationRecord,
    ofOperation: () => Promise<OperationState>,
  ): Promise<HookTaskView[]> => {
    const tasks = steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));
    return await Promise.all(tasks.map(async (task) => (await findHook(task, ofOperation)).view));
  };
  const requireHook = async (taskId: string): Promise<HookTaskRecord> =>
    (await getJson<HookTaskRecord>(stores.documents, "hook-tasks", taskId)) ?? throwUnknown(taskId);
  const requireOperation = async (id: string): Promise<OperationRecord> =>
    (await getJson<OperationRecord>(stores.documents, "operations", id)) ?? throwUnknown(id);
  const findTask = async (id: string): Promise<FoundTask> => {
    const hook = await getJson<HookTaskRecord>(stores.documents, "hook-tasks", id);
    if (hook !== null) {
      return await findHook(hook, async () => {
        const parent = await getJson<OperationRecord>(stores.documents, "operations", hook.operationId);
        return parent === null ? null : await operationState(parent);
      });
    }
    const record = await requireOperation(id);
    const reading = operationState(record);
    const [state, views] = await Promise.all([reading, readHooks(record, () => reading)]);
    const view = toOperationView(record, state, new Map(views.map((one) => [one.id, one])));
    return { kind: "operation", record, state, view };
  };
  return {
    requireHook,
    requireOperation,
    findTask,
    getTask: async (id) => (await findTask(id)).view,
    getHookTasks: async (operationId) => {
      const record = await requireOperation(operationId);
      let reading: Promise<OperationState> | null = null;
      return await readHooks(record, () => (reading ??= operationState(record)));
    },
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
