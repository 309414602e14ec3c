import type { Tacklebox } from "../../create-tacklebox.ts";
import type { TaskStatus } from "../../task/task-event.ts";
import { durationText } from "../duration-text.ts";
import type { Colors } from "../terminal.ts";

/** One line for each operation and each of its hooks: state, attempts, duration. */
export async function closingReport(
  tacklebox: Tacklebox,
  operationIds: readonly string[],
  colors: Colors,
): Promise<string[]> {
  const rows: Row[] = [];
  for (const id of operationIds) {
    const operation = await tacklebox.getTask(id);
    const took = Date.parse(operation.updatedAt) - Date.parse(operation.startedAt ?? operation.createdAt);
    rows.push({
      name: operation.title,
      status: operation.status,
      attempts: "",
      duration: durationText(took),
    });
    for (const hook of await tacklebox.getHookTasks(id)) {
      rows.push({
        name: `  ${hook.hookId}`,
        status: hook.status,
        attempts: String(hook.attempt),
        duration: durationText(hook.durationMs),
      });
    }
  }
  const width = Math.max(...rows.map(({ name }) => name.length), "Task".length);
  const head = `${"Task".padEnd(width)}  ${"State".padEnd(10)} ${"Attempts".padEnd(9)} Active time`;
  return [colors.bold(head), ...rows.map((row) => rowLine(row, width, colors))];
}

interface Row {
  name: string;
  status: TaskStatus;
  attempts: string;
  duration: string;
}

function rowLine({ name, status, attempts, duration }: Row, width: number, colors: Colors): string {
  const state = status.padEnd(10);
  const colored = status === "COMPLETED" ? colors.green(state) : colors.yellow(state);
  return `${name.padEnd(width)}  ${colored} ${attempts.padEnd(9)} ${duration}`;
}
