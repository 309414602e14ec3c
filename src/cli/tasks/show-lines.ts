import type { CheckpointView, HookTaskView, OperationTaskView, TaskView } from "../../task/task-view.ts";
import type { TaskInputView } from "../../task/task-event.ts";
import { durationText } from "../duration-text.ts";
import { errorLines } from "../error-lines.ts";
import { printableLine } from "../printable.ts";
import type { Colors } from "../terminal.ts";
import type { FoundTask } from "./find-task.ts";
import { shortTime, stateSign, stateText } from "./task-table.ts";

/** A task for people: where it stands, its steps and hooks, what went wrong, what may be done. */
export function showLines(task: FoundTask, colors: Colors): string[] {
  return [
    `${colors.bold(printableLine(task.title))} ${colors.dim(task.id)}`,
    `${stateText(task.status, colors)} ${task.progress} %${detailsOf(task)}`,
    timesOf(task),
    ...labelLines(task),
    "",
    ...(task.kind === "hook" ? hookLines(task, colors) : operationLines(task, colors)),
    ...actionLines(task, colors),
  ];
}

function detailsOf(task: FoundTask): string {
  if (task.kind === "hook") {
    return `, hook ${printableLine(task.hookId)} of ${printableLine(task.appName)}, ${task.event}, attempt ${task.attempt} of at most ${task.maxAttempts}, active ${durationText(task.durationMs)}`;
  }
  const from = task.fromVersion === null ? "" : `${task.fromVersion} to `;
  const versions = printableLine(`${from}${task.toVersion ?? "the script's version"}`);
  return `, ${task.type === "APP_INSTALL" ? "install" : "upgrade"} of ${printableLine(task.appName)}, ${versions}`;
}

function timesOf({ createdAt, finishedAt, updatedAt }: TaskView): string {
  const last = finishedAt === null ? `changed ${shortTime(updatedAt)}` : `ended ${shortTime(finishedAt)}`;
  return `Begun ${shortTime(createdAt)}, ${last} (UTC)`;
}

function labelLines({ labels }: TaskView): string[] {
  const all = Object.entries(labels).map(([name, value]) => printableLine(`${name}:${value}`));
  return all.length === 0 ? [] : [`Labels ${all.join(", ")}`];
}

function operationLines(task: OperationTaskView & { children: HookTaskView[] }, colors: Colors): string[] {
  const hooks = new Map(task.children.map((hook) => [hook.id, hook]));
  const steps = task.steps.flatMap((step, index) => {
    const number = String(index + 1).padStart(2);
    const hook = step.taskId === null ? undefined : hooks.get(step.taskId);
    const name = printableLine(step.hookId === null ? step.title : `${step.title} (${step.hookId})`);
    const id = hook === undefined ? "" : ` ${colors.dim(hook.id)}`;
    const line = `${number} ${stateSign(step.status, colors)} ${name} ${stateText(step.status, colors)}${id}`;
    const reason = step.reason === null ? [] : [colors.dim(`     ${printableLine(step.reason)}`)];
    const inside = hook === undefined ? [] : hookLines(hook, colors).map((text) => `     ${text}`);
    return [line, ...reason, ...inside];
  });
  // A hook's own error stands at the hook.
  const isTold = task.children.some(({ error }) => error !== null);
  return [...steps, ...(task.error === null || isTold ? [] : errorLines(task.error, colors))];
}

function hookLines(hook: HookTaskView, colors: Colors): string[] {
  return [
    ...hook.checkpoints.map((checkpoint) => checkpointLine(checkpoint, colors)),
    ...hook.inputs.flatMap((input) => inputLines(input, colors)),
    ...(hook.error === null ? [] : errorLines(hook.error, colors)),
  ];
}

function checkpointLine({ id, message, status }: CheckpointView, colors: Colors): string {
  const text = printableLine(`${message} (${id})`);
  switch (status) {
    case "completed":
      return `${colors.green("✓")} ${text}`;
    case "skipped":
      return `${colors.yellow("-")} ${text}, skipped`;
    case "failed":
      return `${colors.red("✗")} ${text}`;
    case "awaiting_retry":
      return `${colors.yellow("!")} ${text}, waits for retry or skip`;
    case "active":
      return `${colors.cyan("▸")} ${text}`;
    case "pending":
      return `${colors.dim("·")} ${text}`;
  }
}

function inputLines(input: TaskInputView, colors: Colors): string[] {
  const { id, title, state, authorization } = input;
  const sign =
    state === "provided" ? colors.green("✓") : state === "failed" ? colors.red("✗") : colors.yellow("?");
  const problem = input.error === undefined ? "" : `: ${input.error}`;
  const line = `${sign} ${printableLine(`${title} (${id})`)}, ${state}${printableLine(problem)}`;
  if (authorization === undefined || authorization === null) return [line];
  const code = authorization.userCode === null ? "" : ` and enter the code ${authorization.userCode}`;
  return [line, printableLine(`  open ${authorization.url}${code}`)];
}

const commands: Record<string, string> = { submit_input: "answer" };

function actionLines(task: FoundTask, colors: Colors): string[] {
  const own = actionsOf(task);
  // The end of a hook alone, or that alone once more, is rarely meant.
  const children = task.kind === "hook" ? [] : task.children.flatMap(actionsOf);
  const possible = [...own, ...children.filter((text) => !/^(cancel|rerun) /.test(text))];
  return possible.length === 0 ? [] : ["", `${colors.bold("Possible now:")} ${possible.join(", ")}`];
}

const actionsOf = ({ id, actions }: TaskView): string[] => [
  ...new Set(
    actions.map((action) =>
      action.name === "change_input"
        ? `retry ${id} --change ${action.inputId}`
        : `${commands[action.name] ?? action.name} ${id}`,
    ),
  ),
];
