import type { TaskStatus } from "../../task/task-event.ts";
import type { TaskView } from "../../task/task-view.ts";
import { printableLine } from "../printable.ts";
import type { Colors } from "../terminal.ts";

/** A line for each task, below a heading: id, state, progress, when it changed last, what it is. */
export function taskTable(tasks: readonly TaskView[], colors: Colors): string[] {
  const rows = tasks.map((task) => [
    task.id,
    task.status,
    `${task.progress} %`.padStart(5),
    shortTime(task.updatedAt),
    nameOf(task),
  ]);
  const lines = aligned([["Task", "State", "Done", "Changed", "What"], ...rows]);
  return lines.map((line, index) => {
    const task = tasks[index - 1];
    if (task === undefined) return colors.bold(line);
    return line.replace(task.status, stateText(task.status, colors));
  });
}

function nameOf(task: TaskView): string {
  if (task.kind === "operation") return printableLine(task.title);
  return printableLine(`${task.title} (${task.hookId} of ${task.appName}, ${task.event})`);
}

/** Texts in columns, two spaces apart. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `2026-11-24 22:05:36`, UTC. */
export const shortTime = (iso: string): string => iso.slice(0, 19).replace("T", " ");

/** A state in its colour. */
export function stateText(status: TaskStatus, colors: Colors): string {
  switch (status) {
    case "COMPLETED":
      return colors.green(status);
    case "FAILED":
      return colors.red(status);
    case "AWAITING_INPUT":
    case "AWAITING_RETRY":
      return colors.yellow(status);
    case "IN_PROGRESS":
      return colors.cyan(status);
    default:
      return colors.dim(status);
  }
}

/** The sign that stands before what is in this state. */
export function stateSign(status: TaskStatus, colors: Colors): string {
  switch (status) {
    case "COMPLETED":
      return colors.green("✓");
    case "FAILED":
      return colors.red("✗");
    case "SKIPPED":
    case "CANCELLED":
      return colors.yellow("-");
    case "AWAITING_INPUT":
      return colors.yellow("?");
    case "AWAITING_RETRY":
      return colors.yellow("!");
    case "IN_PROGRESS":
      return colors.cyan("▸");
    default:
      return colors.dim("·");
  }
}
