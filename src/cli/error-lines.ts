import type { TaskError } from "../task/task-event.ts";
import { printable, printableLine } from "./printable.ts";
import type { Colors } from "./terminal.ts";

/** A hook's error for people: what it is, the author's own line, and the details the hook gave. */
export function errorLines(
  error: Pick<TaskError, "code" | "title" | "detail" | "context" | "source">,
  colors: Colors,
): string[] {
  const { code, title, detail, context, source } = error;
  const lines = [`${colors.red("✗")} ${colors.bold(code)} ${printable(title)}`];
  if (detail !== "" && detail !== title) lines.push(...printable(detail).split("\n"));
  if (source !== null) {
    const place = printableLine(`${source.file}:${source.line}:${source.column}`);
    if (source.snippet === undefined) lines.push(colors.dim(place));
    else lines.push(`${colors.dim(`${place} |`)} ${printableLine(source.snippet.trim())}`);
  }
  for (const { label, value } of context) {
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    lines.push(`${colors.dim(`${printableLine(label)}:`)} ${printable(shown)}`);
  }
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`));
}
