import { CommanderError } from "commander";
import type { CliContext } from "./cli-context.ts";
import { createProgram } from "./create-program.ts";
import { readEnvironment } from "./environment.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { tellError } from "./tell-error.ts";
import { createTerminal, type TerminalStreams } from "./terminal.ts";

export interface CliProcess extends TerminalStreams {
  /** Arguments after the program's name. */
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the process is asked to stop. */
  signal: AbortSignal;
  /** Asks it to stop. */
  interrupt(): void;
}

/** Runs one command and gives its exit code; never rejects. */
export async function runCli(cli: CliProcess): Promise<ExitCode> {
  const environment = readEnvironment(cli.env);
  const terminal = createTerminal(cli, environment);
  const { signal, interrupt } = cli;
  const context: CliContext = { terminal, environment, signal, interrupt };
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...cli.args], { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return tellError(error, context);
  }
}
