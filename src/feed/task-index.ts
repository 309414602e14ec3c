import { isWantedTask, type TaskFilter, type TaskSummary } from "./task-summary.ts";

/** All tasks by their summaries, newest first: ids sort by time of creation. */
export interface TaskIndex {
  readonly size: number;
  get(id: string): TaskSummary | undefined;
  put(summary: TaskSummary): void;
  remove(id: string): void;
  /** Up to `limit` wanted ids, from the one after `before` (older than it) on; and whether there are more. */
  select(filter: TaskFilter, page: { before?: string; limit: number }): { ids: string[]; hasMore: boolean };
}

export function createTaskIndex(): TaskIndex {
  const summaries = new Map<string, TaskSummary>();
  /** Oldest first, so that a new one goes to the end. */
  let ids: string[] = [];
  const placeOf = (id: string): number => {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ids[middle] as string) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get size() {
      return summaries.size;
    },
    get: (id) => summaries.get(id),
    put: (summary) => {
      if (!summaries.has(summary.id)) ids.splice(placeOf(summary.id), 0, summary.id);
      summaries.set(summary.id, summary);
    },
    remove: (id) => {
      if (summaries.delete(id)) ids = ids.filter((other) => other !== id);
    },
    select: (filter, { before, limit }) => {
      const found: string[] = [];
      for (let place = (before === undefined ? ids.length : placeOf(before)) - 1; place >= 0; place -= 1) {
        const id = ids[place] as string;
        if (!isWantedTask(summaries.get(id) as TaskSummary, filter)) continue;
        if (found.length === limit) return { ids: found, hasMore: true };
        found.push(id);
      }
      return { ids: found, hasMore: false };
    },
  };
}
