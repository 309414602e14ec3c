import type { Environment } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

/** What every command works with. */
export interface CliContext {
  terminal: Terminal;
  environment: Environment;
  /** Aborts when the user or the system interrupts the command. */
  signal: AbortSignal;
  /** Interrupts the command, as Ctrl-C does: for questions, which take the key for themselves. */
  interrupt(): void;
}
