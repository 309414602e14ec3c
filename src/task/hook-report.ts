import type { JournalEntry } from "../journal/entry.ts";
import type { HookEvent } from "../schema/install-script.ts";
import type { HookTaskRecord } from "./hook-task.ts";
import type { LogLevel, TaskError, TaskEvent, TaskStatus } from "./task-event.ts";
import { foldEntry, initialHookTaskState, isoTime } from "./task-state.ts";
import type { CheckpointView } from "./task-view.ts";

/** What came of one hook, with everything it said and asked for: a row of `tacklebox run --json`. */
export interface HookReport {
  id: string;
  event: HookEvent;
  status: TaskStatus;
  attempts: number;
  /** Active time over all attempts; waiting for a person does not count. */
  durationMs: number;
  /** Those of the last attempt. */
  checkpoints: Pick<CheckpointView, "id" | "message" | "status">[];
  /** All attempts, in order. */
  log: { message: string; level: LogLevel; at: string }[];
  /** All attempts, in order; `refused` is the network policy's reason. */
  requests: { method: string; url: string; status: number | null; refused: string | null }[];
  error: Pick<TaskError, "code" | "title" | "detail" | "context" | "source"> | null;
}

/** Folds a hook task's journal into its report. */
export function toHookReport(record: HookTaskRecord, entries: readonly JournalEntry[]): HookReport {
  const state = entries.reduce(foldEntry, initialHookTaskState);
  const events = entries.flatMap(eventOf);
  const { error } = state;
  return {
    id: record.hook.id,
    event: record.hook.event,
    status: state.status,
    attempts: state.attempt,
    durationMs: Math.round(state.endedMs + state.pausedMs),
    checkpoints: state.checkpoints.map(({ id, message, status }) => ({ id, message, status })),
    log: events.flatMap(({ at, event }) =>
      event.type === "log" ? [{ message: event.message, level: event.level, at: isoTime(at) }] : [],
    ),
    requests: events.flatMap(({ event }) =>
      event.type === "request"
        ? [{ method: event.method, url: event.url, status: event.status, refused: event.refused }]
        : [],
    ),
    error:
      error === null
        ? null
        : {
            code: error.code,
            title: error.title,
            detail: error.detail,
            context: error.context,
            source: error.source,
          },
  };
}

/** The event an entry carries, if it carries one. */
export function eventOf(entry: JournalEntry): { at: number; event: TaskEvent }[] {
  if (entry.type === "operation" || entry.type === "attempt-started") return [];
  return entry.event === undefined ? [] : [{ at: entry.at, event: entry.event }];
}
