import { errorCodeOf, errorText } from "../errors.ts";
import { ScriptRejectedError } from "../install/script-rejected.ts";
import type { CliContext } from "./cli-context.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "./exit-codes.ts";
import { printable } from "./printable.ts";
import { countProblems, problemLine } from "./validate/problem-lines.ts";

/** Tells people why a command stopped, never with a stack (unless `TACKLEBOX_DEBUG` asks for it), and gives its exit code. */
export function tellError(error: unknown, { terminal, environment, signal }: CliContext): ExitCode {
  const { colors } = terminal;
  terminal.status(null);
  if (signal.aborted) {
    terminal.say(colors.yellow("Interrupted; nothing is left running."));
    return exitCodes.interrupted;
  }
  if (error instanceof ScriptRejectedError) {
    for (const problem of error.problems) terminal.say(problemLine(problem, problem.file ?? "", colors));
    terminal.say(`${colors.red("error")} The install script was refused: ${countProblems(error.problems)}.`);
    return exitCodes.invalidScript;
  }
  const code = errorCodeOf(error);
  if (code !== null && code !== "INTERNAL") {
    terminal.say(`${colors.red("error")} ${colors.bold(code)} ${printable(errorText(error))}`);
  } else {
    terminal.say(
      `${colors.red("error")} ${colors.bold("INTERNAL")} A fault in tacklebox itself: ${printable(errorText(error))}. ` +
        "Please report it, with the output of the same command under TACKLEBOX_DEBUG=1.",
    );
  }
  if (environment.debug && error instanceof Error) terminal.say(colors.dim(describeStack(error)));
  return exitCodeOf(code ?? "INTERNAL");
}

function describeStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${describeStack(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
