import { requireData, type ApiClient } from "../../client/create-api-client.ts";
import type { Task } from "../../client/api-types.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { printableLine } from "../printable.ts";
import { findTask, targetOf, toView } from "./find-task.ts";
import { withService } from "./open-service.ts";
import { stateText } from "./task-table.ts";
import type { ServiceOptions } from "./task-service.ts";

/** The options of `tacklebox retry`, `skip`, `cancel`, `dismiss` and `rerun`. */
export interface ActOptions extends ServiceOptions {
  /** Of retry. */
  fresh?: boolean;
  /** Of retry: ids of inputs to ask for again. */
  change?: string[];
  json?: boolean;
}

export type Act = "retry" | "skip" | "cancel" | "dismiss" | "rerun";

/** `tacklebox retry`, `skip`, `cancel`, `dismiss`, `rerun`: what a person decides about a task. */
export async function actCommand(
  context: CliContext,
  act: { name: Act; task: string },
  options: ActOptions,
): Promise<ExitCode> {
  const task = await withService(context, options, async ({ client }) => {
    const { id } = targetOf(await findTask(client, act.task), act.name);
    return await request(client, { name: act.name, id }, options);
  });
  tellActed(context, `${act.name} of`, { task, json: options.json === true });
  if (options.change !== undefined && options.json !== true)
    context.terminal.say(
      `It asks again in a moment: tacklebox answer ${toView(task).id}, or see tacklebox show.`,
    );
  return exitCodes.ok;
}

async function request(
  client: ApiClient,
  act: { name: Act; id: string },
  { fresh = false, change = [] }: ActOptions,
): Promise<Task> {
  const params = { path: { id: act.id } };
  switch (act.name) {
    case "retry":
      return await requireData(
        client.POST("/v1/tasks/{id}/retry", { params, body: { fresh, changeInputs: change } }),
      );
    case "skip":
      return await requireData(client.POST("/v1/tasks/{id}/skip", { params }));
    case "cancel":
      return await requireData(client.POST("/v1/tasks/{id}/cancel", { params }));
    case "dismiss":
      return await requireData(client.POST("/v1/tasks/{id}/dismiss", { params }));
    case "rerun":
      return await requireData(client.POST("/v1/tasks/{id}/rerun", { params }));
  }
}

/** Says that it is accepted, and where the task stands; a worker does the rest. */
export function tellActed(
  { terminal }: CliContext,
  what: string,
  { task, json }: { task: Task; json: boolean },
): void {
  if (json) {
    terminal.data(JSON.stringify(task, null, 2));
    return;
  }
  const { id, title, status } = toView(task);
  const { dataColors: colors } = terminal;
  terminal.data(
    `${id} ${stateText(status, colors)} ${colors.dim(`${what} ${printableLine(title)}: accepted`)}`,
  );
}
