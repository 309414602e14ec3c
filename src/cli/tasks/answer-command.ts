import { requireData, type ApiClient } from "../../client/create-api-client.ts";
import { TackleboxError, errorCodeOf, errorText } from "../../errors.ts";
import { illegal } from "../../install/task-actions.ts";
import type { JsonObject } from "../../json.ts";
import type { TaskInputView } from "../../task/task-event.ts";
import type { HookTaskView } from "../../task/task-view.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { createPrompts } from "../prompts.ts";
import { readAssignments } from "../read-assignments.ts";
import { tellActed } from "./act-command.ts";
import { findTask, targetOf } from "./find-task.ts";
import { withService } from "./open-service.ts";
import type { ServiceOptions } from "./task-service.ts";

/** The options of `tacklebox answer`. */
export interface AnswerOptions extends ServiceOptions {
  json?: boolean;
}

/** `tacklebox answer`: answers the questions a hook waits for, from the arguments or asked on the terminal. */
export async function answerCommand(
  context: CliContext,
  { task: given, answers }: { task: string; answers: readonly string[] },
  options: AnswerOptions,
): Promise<ExitCode> {
  const task = await withService(context, options, async ({ client }) => {
    const hook = targetOf(await findTask(client, given), "submit_input");
    if (hook.kind === "operation") throw illegal("answer", hook);
    const open = questionsOf(hook);
    // Where nothing is asked, the server says so.
    if (answers.length > 0 || open.length === 0) {
      const known = { owner: `task ${hook.id}`, kind: "open question", names: open.map(({ id }) => id) };
      const values = open.length === 0 ? {} : await readAssignments("answer", answers, known);
      return await send(client, hook.id, values);
    }
    requirePerson(context, hook.id, open);
    return await askUntilGood(context, open, (values) => send(client, hook.id, values));
  });
  tellActed(context, "answers to", { task, json: options.json === true });
  return exitCodes.ok;
}

const questionsOf = ({ inputs }: HookTaskView): TaskInputView[] =>
  inputs.filter(({ type, state }) => type === "question" && state === "waiting");

async function send(client: ApiClient, id: string, answers: JsonObject) {
  return await requireData(
    client.POST("/v1/tasks/{id}/inputs", { params: { path: { id } }, body: { answers } }),
  );
}

async function askUntilGood<T>(
  context: CliContext,
  open: readonly TaskInputView[],
  sendThem: (values: JsonObject) => Promise<T>,
): Promise<T> {
  const prompts = createPrompts(context);
  for (;;) {
    const values: JsonObject = {};
    for (const input of open) values[input.id] = await prompts.askQuestion(input);
    try {
      return await sendThem(values);
    } catch (error) {
      if (errorCodeOf(error) !== "INPUT_INVALID") throw error;
      context.terminal.say(`${context.terminal.colors.yellow("!")} ${printable(errorText(error))}`);
    }
  }
}

function requirePerson({ terminal }: CliContext, id: string, open: readonly TaskInputView[]): void {
  if (terminal.interactive) return;
  const asked = open.map((input) => `${input.id}=VALUE (${input.title})`);
  throw new TackleboxError(
    "INPUT_REQUIRED",
    `answer ${id}: no answers were given, and nobody can be asked, expected ${asked.join(", ")}; ` +
      "give them as arguments, or run it on a terminal.",
  );
}
