import { randomBytes } from "node:crypto";
import type { TaskView } from "../task/task-view.ts";
import type { TaskSummary } from "./task-summary.ts";

/** What happened to a task. `task.removed` tells of one whose retention has ended. */
export type TaskChange =
  | { id: string; type: "task.created" | "task.updated"; task: TaskSummary; view: TaskView }
  | { id: string; type: "task.removed"; task: TaskSummary; view: null };

/** A change without its id. */
export type TaskNews = TaskChange extends infer Change
  ? Change extends unknown
    ? Omit<Change, "id">
    : never
  : never;

/**
 * The latest changes, numbered, for those who were away for a moment. An id is `<epoch>-<number>`; the epoch is this
 * process's, so that a number of an earlier one is not mistaken for ours.
 */
export interface ChangeLog {
  readonly latestId: string;
  add(news: TaskNews): TaskChange;
  /** What came after that change; null when it is too old, or another process's, to say. */
  since(id: string): TaskChange[] | null;
}

export function createChangeLog(size: number): ChangeLog {
  const epoch = randomBytes(6).toString("hex");
  const changes: TaskChange[] = [];
  let last = 0;
  return {
    get latestId() {
      return `${epoch}-${last}`;
    },
    add: (news) => {
      last += 1;
      const change: TaskChange = { ...news, id: `${epoch}-${last}` };
      changes.push(change);
      if (changes.length > size) changes.shift();
      return change;
    },
    since: (id) => {
      const [known, number] = id.split("-");
      const after = Number(number);
      if (known !== epoch || !Number.isInteger(after) || after > last) return null;
      const missed = last - after;
      return missed > changes.length ? null : changes.slice(changes.length - missed);
    },
  };
}
