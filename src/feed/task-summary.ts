import type { HookEvent } from "../schema/install-script.ts";
import type { TaskStatus } from "../task/task-event.ts";
import { isTerminal } from "../task/task-state.ts";
import type { TaskView } from "../task/task-view.ts";

/** What tasks are chosen by; small, because one is kept in memory for every task there is. */
export interface TaskSummary {
  id: string;
  kind: TaskView["kind"];
  type: TaskView["type"];
  status: TaskStatus;
  appName: string;
  title: string;
  /** Of a hook. */
  event: HookEvent | null;
  hookId: string | null;
  parentId: string | null;
  labels: Readonly<Record<string, string>>;
  isDismissed: boolean;
}

/** Which tasks are wanted. What is absent does not matter; several values of one kind: any of them. */
export interface TaskFilter {
  kind?: TaskView["kind"];
  status?: readonly TaskStatus[];
  type?: TaskView["type"];
  app?: string;
  event?: HookEvent;
  /** Of a hook, by the id the install script gives it. */
  hook?: string;
  /** True: not ended yet. */
  active?: boolean;
  parent?: string;
  /** All of them. */
  labels?: Readonly<Record<string, string>>;
  dismissed?: boolean;
  /** Text in the title or the app's name, in any case. */
  text?: string;
}

export function toTaskSummary(view: TaskView): TaskSummary {
  const hook = view.kind === "hook" ? view : null;
  return {
    id: view.id,
    kind: view.kind,
    type: view.type,
    status: view.status,
    appName: view.appName,
    title: view.title,
    event: hook?.event ?? null,
    hookId: hook?.hookId ?? null,
    parentId: hook?.parentId ?? null,
    labels: view.labels,
    isDismissed: view.kind === "operation" && view.dismissedAt !== null,
  };
}

export function isWantedTask(task: TaskSummary, filter: TaskFilter): boolean {
  const { kind, status, type, app, event, hook, active, parent, labels, dismissed, text } = filter;
  return (
    (kind ?? task.kind) === task.kind &&
    (status === undefined || status.includes(task.status)) &&
    (type ?? task.type) === task.type &&
    (app ?? task.appName) === task.appName &&
    (event ?? task.event) === task.event &&
    (hook ?? task.hookId) === task.hookId &&
    (active === undefined || active !== isTerminal(task.status)) &&
    (parent ?? task.parentId) === task.parentId &&
    (dismissed ?? task.isDismissed) === task.isDismissed &&
    Object.entries(labels ?? {}).every(([name, value]) => task.labels[name] === value) &&
    (text === undefined || hasText(task, text.toLowerCase()))
  );
}

function hasText({ title, appName }: TaskSummary, text: string): boolean {
  return title.toLowerCase().includes(text) || appName.toLowerCase().includes(text);
}
