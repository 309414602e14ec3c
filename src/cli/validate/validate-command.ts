import { TackleboxError } from "../../errors.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { requireFolder } from "../read-text-file.ts";
import { checkScript, type CheckedScript } from "./check-script.ts";
import { findScripts } from "./find-scripts.ts";
import { count, countProblems, githubLine, problemLine } from "./problem-lines.ts";

export interface ValidateOptions {
  catalog?: string;
  json?: boolean;
  format?: "text" | "json" | "github";
}

/** `tacklebox validate`: checks install scripts and the hooks they name. */
export async function validateCommand(
  context: CliContext,
  paths: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const format = chooseFormat(options);
  if (options.catalog !== undefined) await requireFolder(options.catalog, "the catalog's folder");
  const files = await findScripts(paths);
  const checked: CheckedScript[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    terminal.status(`Checking ${file}`);
    const one = await checkScript(file, options.catalog ?? null);
    checked.push(one);
    if (format === "text") {
      for (const problem of one.problems)
        terminal.data(problemLine(problem, problem.file, terminal.dataColors));
    } else if (format === "github") {
      for (const problem of one.problems) terminal.data(githubLine(problem, problem.file));
    }
  }
  terminal.status(null);
  if (format === "json") terminal.data(JSON.stringify({ files: checked.map(toJson) }, null, 2));
  const problems = checked.flatMap((one) => one.problems);
  const refused = checked.filter(({ valid }) => !valid).length;
  const verdict = refused === 0 ? "all valid" : `${refused} refused`;
  terminal.say(`${count(checked.length, "install script")} checked: ${verdict}, ${countProblems(problems)}.`);
  return refused === 0 ? exitCodes.ok : exitCodes.invalidScript;
}

function chooseFormat({ json, format }: ValidateOptions): "text" | "json" | "github" {
  if (json === true && format !== undefined && format !== "json") {
    throw new TackleboxError(
      "USAGE",
      `validate: both --json and --format ${format} were given, expected one output format; keep one of them.`,
    );
  }
  return json === true ? "json" : (format ?? "text");
}

function toJson({ file, valid, problems }: CheckedScript) {
  return {
    file,
    valid,
    problems: problems.map((problem) => ({
      severity: problem.severity,
      code: problem.code,
      // A problem in the code of a hook is in the hook's own file; line and column are its.
      ...(problem.file === file ? {} : { file: problem.file }),
      pointer: problem.pointer,
      line: problem.line,
      column: problem.column,
      message: problem.message,
    })),
  };
}
