import { checkInput } from "../../inputs/check-answer.ts";
import type { PreparedOperation } from "../../install/prepare-operation.ts";
import type { JsonObject } from "../../json.ts";
import type { HookInput } from "../../schema/install-script.ts";
import type { HookTaskRecord } from "../../task/hook-task.ts";

/** The hook tasks of an operation, in order. */
export function hookTasksOf({ record }: Pick<PreparedOperation, "record">): HookTaskRecord[] {
  return record.steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task] : []));
}

/** An input that nobody is there to answer. */
export interface MissingInput {
  task: HookTaskRecord;
  /** Where, what is missing, what to pass. */
  message: string;
}

/**
 * What happens to inputs when nobody can be asked: each unanswered one takes its default (null on the desk), and
 * those without are told. A sign-in whose provider is mapped to a stand-in is left open: the stand-in approves it.
 */
export function settleInputs(
  tasks: readonly HookTaskRecord[],
  given: JsonObject,
  isMapped: (url: string) => boolean,
): { missing: MissingInput[]; defaults: Map<string, JsonObject> } {
  const missing: MissingInput[] = [];
  const defaults = new Map<string, JsonObject>();
  for (const { task, input } of inputsOf(tasks)) {
    if (Object.hasOwn(given, input.id)) continue;
    if (input.type === "oauth" && isMapped(input.flow.pinUrl)) continue;
    if (checkInput(input, null).ok) defaults.set(task.id, { ...defaults.get(task.id), [input.id]: null });
    else missing.push({ task, message: messageOf(task, input) });
  }
  return { missing, defaults };
}

function inputsOf(tasks: readonly HookTaskRecord[]): { task: HookTaskRecord; input: HookInput }[] {
  return tasks.flatMap((task) => (task.hook.inputs ?? []).map((input) => ({ task, input })));
}

function messageOf(task: HookTaskRecord, input: HookInput): string {
  const where = `hook "${task.hook.id}", input "${input.id}"`;
  if (input.type === "oauth") {
    return (
      `${where}: the sign-in "${input.name}" needs a person, and nobody can be asked; pass the token with ` +
      `--input ${input.id}=TOKEN, or send the provider to a stand-in with --map-origin, or run it on a terminal.`
    );
  }
  return (
    `${where}: "${input.question.question}" has no answer and no default, and nobody can be asked; ` +
    `pass --input ${input.id}=VALUE, or run it on a terminal.`
  );
}
