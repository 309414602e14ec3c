import { TackleboxError } from "../errors.ts";
import type { Problem } from "../schema/problem.ts";

/** An install script that was refused before anything was run; `problems` holds every reason, warnings too. */
export class ScriptRejectedError extends TackleboxError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.severity === "error");
    const first = errors[0];
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
    super(
      first?.code ?? "SCHEMA_VALUE",
      `${first === undefined ? "The script was refused." : first.message}${more}`,
    );
    this.name = "ScriptRejectedError";
    this.problems = problems;
  }
}
