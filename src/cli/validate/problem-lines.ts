import type { Problem } from "../../schema/problem.ts";
import { printable, printableLine } from "../printable.ts";
import type { Colors } from "../terminal.ts";

/** A problem as one line for people: `app.json:12:5 error HOOK_SOURCE ...`, a place that editors can open. */
export function problemLine(problem: Problem, file: string, colors: Colors): string {
  const { line, column, severity, code, message } = problem;
  const word = severity === "error" ? colors.red("error") : colors.yellow("warning");
  const place = colors.bold(`${printableLine(file)}:${line}:${column}`);
  return `${place} ${word} ${colors.dim(code)} ${printable(message)}`;
}

/** A problem as a workflow command of GitHub Actions, which shows it at its line in a pull request. */
export function githubLine(problem: Problem, file: string): string {
  const properties = [
    `file=${escapeProperty(file)}`,
    `line=${problem.line}`,
    `col=${problem.column}`,
    `title=${escapeProperty(problem.code)}`,
  ];
  return `::${problem.severity} ${properties.join(",")}::${escapeData(problem.message)}`;
}

/** `1 error and 2 warnings`. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  return `${count(errors, "error")} and ${count(warnings, "warning")}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
