import type { TaskStatus } from "../../task/task-event.ts";
import type { Operation } from "./views.ts";

/** Which tasks are shown, as the address says it. */
export interface TaskFilter {
  group: StatusGroup;
  app: string;
  text: string;
  label: string;
  dismissed: boolean;
}

/** A group of states under one word. */
export type StatusGroup = "all" | "waiting" | "running" | "done" | "failed";

export const statusGroups: readonly { group: StatusGroup; label: string; statuses: readonly TaskStatus[] }[] =
  [
    { group: "all", label: "All", statuses: [] },
    { group: "waiting", label: "Needs you", statuses: ["AWAITING_INPUT", "AWAITING_RETRY"] },
    { group: "running", label: "Running", statuses: ["PENDING", "IN_PROGRESS"] },
    { group: "done", label: "Done", statuses: ["COMPLETED", "SKIPPED"] },
    { group: "failed", label: "Failed", statuses: ["FAILED", "CANCELLED"] },
  ];

export function readFilter(query: Readonly<Record<string, string>>): TaskFilter {
  const group = statusGroups.find(({ group: name }) => name === query["status"])?.group ?? "all";
  return {
    group,
    app: query["app"] ?? "",
    text: query["q"] ?? "",
    label: query["label"] ?? "",
    dismissed: query["dismissed"] === "true",
  };
}

/** The filter as the API takes it. */
export function toTaskQuery({ group, app, text, label, dismissed }: TaskFilter) {
  const statuses = statusesOf(group);
  return {
    kind: "operation" as const,
    dismissed,
    ...(statuses.length === 0 ? {} : { status: [...statuses] }),
    ...(app === "" ? {} : { app }),
    ...(text === "" ? {} : { q: text }),
    ...(isLabel(label) ? { label: [label] } : {}),
  };
}

/** Whether a task that has just changed belongs to what is shown. */
export function isShown(task: Operation, filter: TaskFilter): boolean {
  const statuses = statusesOf(filter.group);
  const text = filter.text.toLowerCase();
  return (
    (statuses.length === 0 || statuses.includes(task.status)) &&
    (filter.app === "" || task.appName === filter.app) &&
    (text === "" || `${task.title}\n${task.appName}`.toLowerCase().includes(text)) &&
    (!isLabel(filter.label) || hasLabel(task, filter.label)) &&
    (task.dismissedAt !== null) === filter.dismissed
  );
}

type Aged = Pick<Operation, "createdAt" | "id">;

/** Newest first; tasks keep their places while they change. */
export function byAge(left: Aged, right: Aged): number {
  return right.createdAt.localeCompare(left.createdAt) || right.id.localeCompare(left.id);
}

function statusesOf(group: StatusGroup): readonly TaskStatus[] {
  return statusGroups.find((one) => one.group === group)?.statuses ?? [];
}

/** A label is `name:value`; while it is being typed, nothing is filtered by it. */
function isLabel(text: string): boolean {
  return /^[^:]+:/.test(text);
}

function hasLabel({ labels }: Operation, label: string): boolean {
  const colon = label.indexOf(":");
  return labels[label.slice(0, colon)] === label.slice(colon + 1);
}
