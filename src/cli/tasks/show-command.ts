import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { findTask } from "./find-task.ts";
import { withService } from "./open-service.ts";
import { showLines } from "./show-lines.ts";
import type { ServiceOptions } from "./task-service.ts";

/** The options of `tacklebox show`. */
export interface ShowOptions extends ServiceOptions {
  json?: boolean;
}

/** `tacklebox show`: all that is known of one task, and what may be done with it. */
export async function showCommand(
  context: CliContext,
  given: string,
  options: ShowOptions,
): Promise<ExitCode> {
  const task = await withService(context, options, ({ client }) => findTask(client, given));
  const { terminal } = context;
  if (options.json === true) terminal.data(JSON.stringify(task, null, 2));
  else for (const line of showLines(task, terminal.dataColors)) terminal.data(line);
  return exitCodes.ok;
}
