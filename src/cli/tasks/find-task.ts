import { requireData, type ApiClient } from "../../client/create-api-client.ts";
import type { Task } from "../../client/api-types.ts";
import { TackleboxError, errorCodeOf } from "../../errors.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../../task/task-view.ts";

/** A task with its hooks, when it is an operation. */
export type FoundTask = HookTaskView | (OperationTaskView & { children: HookTaskView[] });

/** What the API answers is what tasks are; a test holds its document to the types of `src/task`. */
export const toView = (task: Task): TaskView => task as TaskView;

/** Pages of tasks that are looked through for a shortened id. */
const mostPages = 20;
/** So short a text names too much. */
const leastLength = 4;

/** A task by its id, or by the beginning or the end of one that no other has. Throws `TASK_UNKNOWN`, `USAGE`. */
export async function findTask(client: ApiClient, given: string): Promise<FoundTask> {
  try {
    return await readTask(client, given);
  } catch (error) {
    if (errorCodeOf(error) !== "TASK_UNKNOWN" || given.length < leastLength) throw error;
    const matches = await findMatches(client, given);
    if (matches.length === 0) throw error;
    const [only, ...others] = matches;
    if (only !== undefined && others.length === 0) return await readTask(client, only.id);
    const named = matches.slice(0, 5).map(({ id, title }) => `${id} (${title})`);
    throw new TackleboxError(
      "USAGE",
      `Task ${given}: ${matches.length} tasks are called like that, expected one: ${named.join(", ")}; give more of its id.`,
    );
  }
}

async function readTask(client: ApiClient, id: string): Promise<FoundTask> {
  const params = { path: { id }, query: { include: "children" } };
  return (await requireData(client.GET("/v1/tasks/{id}", { params }))) as FoundTask;
}

async function findMatches(client: ApiClient, given: string): Promise<Task[]> {
  const matches: Task[] = [];
  for (const kind of ["operation", "hook"] as const) {
    let cursor: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const query: { kind: typeof kind; limit: number; cursor?: string } = { kind, limit: 100 };
      if (cursor !== null) query.cursor = cursor;
      const { items, nextCursor } = await requireData(client.GET("/v1/tasks", { params: { query } }));
      matches.push(...items.filter(({ id }) => isShortFor(given, id)));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
  }
  return matches;
}

const isShortFor = (given: string, id: string): boolean =>
  id.startsWith(given) || id.startsWith(`tsk_${given}`) || id.endsWith(given);

/** The task an action is meant for: an operation stands for its hook that waits for just that, but for none that has ended. */
export function targetOf(task: FoundTask, action: string): TaskView {
  if (task.kind === "hook" || action === "rerun") return task;
  if (action !== "submit_input" && can(task, action)) return task;
  return task.children.find((hook) => can(hook, action)) ?? task;
}

const can = ({ actions }: TaskView, action: string): boolean => actions.some(({ name }) => name === action);
