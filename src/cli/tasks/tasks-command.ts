import { requireData } from "../../client/create-api-client.ts";
import type { paths } from "../../client/api-types.ts";
import { TackleboxError } from "../../errors.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { readCount } from "../read-count.ts";
import { toView } from "./find-task.ts";
import { withService } from "./open-service.ts";
import { taskTable } from "./task-table.ts";
import type { ServiceOptions } from "./task-service.ts";

/** The options of `tacklebox tasks`. */
export interface TasksOptions extends ServiceOptions {
  hooks?: boolean;
  status?: string[];
  app?: string;
  event?: string;
  label?: string[];
  active?: boolean;
  dismissed?: boolean;
  text?: string;
  limit?: string;
  cursor?: string;
  json?: boolean;
}

type TaskQuery = NonNullable<paths["/v1/tasks"]["get"]["parameters"]["query"]>;

/** `tacklebox tasks`: which tasks there are, newest first. */
export async function tasksCommand(context: CliContext, options: TasksOptions): Promise<ExitCode> {
  const query = toQuery(options);
  const { items, nextCursor } = await withService(context, options, async ({ client }) =>
    requireData(client.GET("/v1/tasks", { params: { query }, signal: context.signal })),
  );
  const { terminal } = context;
  if (options.json === true) terminal.data(JSON.stringify({ items, nextCursor }, null, 2));
  else if (items.length === 0) terminal.say("There are no such tasks.");
  else for (const line of taskTable(items.map(toView), terminal.dataColors)) terminal.data(line);
  if (nextCursor !== null && options.json !== true) {
    terminal.say(terminal.colors.dim(`There are more: --cursor ${nextCursor}`));
  }
  return exitCodes.ok;
}

function toQuery(options: TasksOptions): TaskQuery {
  const { status, app, event, label, text, cursor } = options;
  return {
    kind: options.hooks === true ? "hook" : "operation",
    // What was put away is shown when it is asked for.
    dismissed: options.dismissed === true,
    limit: options.limit === undefined ? 50 : readLimit(options.limit),
    ...(options.active === true ? { active: true } : {}),
    ...(status === undefined ? {} : { status: status as NonNullable<TaskQuery["status"]> }),
    ...(app === undefined ? {} : { app }),
    ...(event === undefined ? {} : { event: event as NonNullable<TaskQuery["event"]> }),
    ...(label === undefined ? {} : { label: label.map(readLabel) }),
    ...(text === undefined ? {} : { q: text }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

const mostTasks = 100;

function readLimit(text: string): number {
  const limit = readCount("tasks --limit", text);
  if (limit <= mostTasks) return limit;
  throw new TackleboxError(
    "USAGE",
    `tasks --limit: found ${limit}, expected at most ${mostTasks}; go on with --cursor.`,
  );
}

function readLabel(text: string): string {
  if (/^[^:]{1,200}:/.test(text)) return text;
  throw new TackleboxError(
    "USAGE",
    `tasks --label: found ${JSON.stringify(text)}, expected name:value; write it that way.`,
  );
}
