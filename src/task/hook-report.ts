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
  /** What the hook itself wrote, and what tacklebox warns of; all attempts, in order. */
  log: { message: string; level: LogLevel; at: string }[];
  /** All attempts, in order. */
  requests: RequestReport[];
  error: Pick<TaskError, "code" | "title" | "detail" | "context" | "source"> | null;
}

/** One hop of a request: answered, refused by tacklebox, or failed on its way. */
export interface RequestReport {
  method: string;
  /** Without credentials and query values. */
  url: string;
  status: number | null;
  /** Code and reason of the rule or limit that it broke. */
  refused: string | null;
  /** Code and reason when there was no answer. */
  failed: string | null;
}

/** Folds a hook task's journal into its report. */
export function toHookReport(record: HookTaskRecord, entries: readonly JournalEntry[]): HookReport {
  const state = entries.reduce(foldEntry, initialHookTaskState);
  const events = entries.flatMap(eventOf);
  const logged = entries.filter((entry) => !isHostNote(entry)).flatMap(eventOf);
  const { error } = state;
  return {
    id: record.hook.id,
    event: record.hook.event,
    status: state.status,
    attempts: state.attempt,
    durationMs: Math.round(state.endedMs + state.pausedMs),
    checkpoints: state.checkpoints.map(({ id, message, status }) => ({ id, message, status })),
    log: logged.flatMap(({ at, event }) =>
      event.type === "log" ? [{ message: event.message, level: event.level, at: isoTime(at) }] : [],
    ),
    requests: events.flatMap(({ event }) => (event.type === "request" ? [toRequestReport(event)] : [])),
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

/** The runtime's own remarks on polls and refusals; they are in the task's log and, as requests, in the report. */
export function isHostNote(entry: JournalEntry): boolean {
  return entry.type === "task" && entry.event.type === "log" && entry.event.level === "debug";
}

/** Sorts what a request event calls refused: the other side's failures are not a refusal. */
export function toRequestReport(event: Extract<TaskEvent, { type: "request" }>): RequestReport {
  const { method, url, status, refused } = event;
  const isFailure = refused !== null && /^NETWORK_(FAILED|TIMEOUT)\b/.test(refused);
  return {
    method,
    url,
    status,
    refused: isFailure ? null : refused,
    failed: isFailure ? refused : null,
  };
}

/** The event an entry carries, if it carries one. */
export function eventOf(entry: JournalEntry): { at: number; event: TaskEvent }[] {
  if (!("event" in entry) || entry.type === "operation") return [];
  return entry.event === undefined ? [] : [{ at: entry.at, event: entry.event }];
}
