import type { LogRow } from "../../client/api-types.ts";
import { requireData, type ApiClient } from "../../client/create-api-client.ts";
import { followEvents } from "../../client/follow-events.ts";
import type { LogLevel, TaskStatus } from "../../task/task-event.ts";
import { isTerminal } from "../../task/task-state.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { printable, printableLine } from "../printable.ts";
import type { Colors } from "../terminal.ts";
import { findTask } from "./find-task.ts";
import { withService } from "./open-service.ts";
import { shortTime } from "./task-table.ts";
import type { ServiceOptions, TaskService } from "./task-service.ts";

/** The options of `tacklebox logs`. */
export interface LogsOptions extends ServiceOptions {
  follow?: boolean;
  level: LogLevel;
  json?: boolean;
}

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const portion = 1000;

/** `tacklebox logs`: what the hooks of a task have written; with `--follow` until it ends. */
export async function logsCommand(
  context: CliContext,
  given: string,
  options: LogsOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  return await withService(context, options, async (service) => {
    const { id, status } = await findTask(service.client, given);
    const tell = (row: LogRow): void => {
      if (levels.indexOf(row.level) < levels.indexOf(options.level)) return;
      terminal.data(options.json === true ? JSON.stringify(row) : rowLine(row, terminal.dataColors));
    };
    const cursor = await tellKept(service.client, { id, after: "0.0", signal }, tell);
    if (options.follow !== true) return exitCodes.ok;
    const end = isTerminal(status) ? status : await follow(context, service, { id, cursor, tell });
    if (signal.aborted) throw signal.reason;
    return tellEnd(context, id, end);
  });
}

interface Place {
  id: string;
  after: string;
  signal: AbortSignal;
}

/** Tells all that is kept after a place; gives the place it has come to. */
async function tellKept(
  client: ApiClient,
  { id, after, signal }: Place,
  tell: (row: LogRow) => void,
): Promise<string> {
  for (let from = after; ;) {
    const query = { after: from, limit: portion, level: "debug" as const };
    const log = await requireData(
      client.GET("/v1/tasks/{id}/logs", { params: { path: { id }, query }, signal }),
    );
    for (const row of log.items) tell(row);
    from = log.next;
    if (log.items.length < portion) return from;
  }
}

/** Follows a task to its end; null when nobody works on it, so that it never comes. */
async function follow(
  { terminal, signal }: CliContext,
  service: TaskService,
  { id, cursor, tell }: { id: string; cursor: string; tell: (row: LogRow) => void },
): Promise<TaskStatus | null> {
  if (!service.isLive) return null;
  const ended = new AbortController();
  let end: TaskStatus | null = null;
  let last = cursor;
  await followEvents({
    ...service.stream,
    path: `/v1/tasks/${id}/events`,
    signal: AbortSignal.any([signal, ended.signal]),
    lastEventId: cursor,
    onEvent: (event) => {
      if (event.type === "log") {
        last = event.row.cursor;
        tell(event.row);
      } else if (event.type === "task.updated" && isTerminal(event.task.status)) {
        end = event.task.status;
        ended.abort();
      }
    },
    onConnection: (isOpen) => {
      terminal.status(isOpen ? null : `Waiting for ${service.name}`);
    },
  });
  // Its last lines may have come after the news of its end.
  if (end !== null) await tellKept(service.client, { id, after: last, signal }, tell);
  return end;
}

function tellEnd({ terminal }: CliContext, id: string, end: TaskStatus | null): ExitCode {
  if (end === null) {
    terminal.say(
      `Task ${id} goes on when a server or worker has its datastore; nothing more comes until then.`,
    );
    return exitCodes.ok;
  }
  terminal.say(`Task ${id} has ended: ${end}`);
  return end === "COMPLETED" || end === "SKIPPED" ? exitCodes.ok : exitCodes.hookFailed;
}

function rowLine({ at, level, hookId, message }: LogRow, colors: Colors): string {
  const paint = { debug: colors.dim, info: colors.dim, warn: colors.yellow, error: colors.red }[level];
  const head = `${colors.dim(shortTime(at))} ${paint(level.padEnd(5))} ${printableLine(hookId)}`;
  return `${head} ${printable(message).replaceAll("\n", "\n    ")}`;
}
