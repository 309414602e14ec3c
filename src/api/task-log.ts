import type { Tacklebox } from "../create-tacklebox.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { eventOf } from "../task/hook-report.ts";
import type { LogLevel } from "../task/task-event.ts";
import { isoTime } from "../task/task-state.ts";
import type { HookTaskView } from "../task/task-view.ts";

/** One line of a task's log. */
export interface LogRow {
  /** `<hook's place>.<place in its journal>`: sorts by time, and stays what it is. */
  cursor: string;
  taskId: string;
  hookId: string;
  attempt: number;
  at: string;
  level: LogLevel;
  message: string;
}

export interface LogRequest {
  /** Rows after this one. */
  after?: string;
  limit: number;
  /** The least level wanted. */
  level: LogLevel;
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const atFirst = "0.0";

/** The log of a hook, or of all hooks of an operation one after the other. */
export async function readTaskLog(
  tacklebox: Pick<Tacklebox, "getTask" | "getHookTasks" | "getJournal">,
  taskId: string,
  { after = atFirst, limit, level }: LogRequest,
): Promise<{ items: LogRow[]; next: string }> {
  const view = await tacklebox.getTask(taskId);
  const hooks = view.kind === "hook" ? [view] : await tacklebox.getHookTasks(taskId);
  const [fromHook = 0, fromEntry = 0] = after.split(".").map(Number);
  const items: LogRow[] = [];
  let next = after;
  for (const [place, hook] of hooks.entries()) {
    if (place < fromHook || items.length === limit) continue;
    const entries = await tacklebox.getJournal(hook.id);
    const skip = place === fromHook ? fromEntry : 0;
    for (const row of rowsOf(hook, place, entries)) {
      if (entryOf(row) <= skip || items.length === limit) continue;
      next = row.cursor;
      if (levels.indexOf(row.level) >= levels.indexOf(level)) items.push(row);
    }
  }
  return { items, next };
}

function rowsOf(hook: HookTaskView, place: number, entries: readonly JournalEntry[]): LogRow[] {
  let attempt = 0;
  return entries.flatMap((entry, index): LogRow[] => {
    if (entry.type === "attempt-started") attempt = entry.attempt;
    return eventOf(entry).flatMap(({ at, event }) =>
      event.type === "log"
        ? [
            {
              cursor: `${place}.${index + 1}`,
              taskId: hook.id,
              hookId: hook.hookId,
              attempt,
              at: isoTime(at),
              level: event.level,
              message: event.message,
            },
          ]
        : [],
    );
  });
}

function entryOf({ cursor }: LogRow): number {
  return Number(cursor.split(".")[1]);
}
