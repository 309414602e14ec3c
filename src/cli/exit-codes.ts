import { errorCatalogue, type ErrorCode } from "../errors.ts";

/** How the command ends; `docs/reference/cli.md` says the same. */
export const exitCodes = {
  ok: 0,
  hookFailed: 1,
  usage: 2,
  invalidScript: 3,
  sandboxLimit: 4,
  environment: 5,
  inputNeeded: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code that an error leads to. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === "INPUT_REQUIRED") return exitCodes.inputNeeded;
  switch (errorCatalogue[code].consequence) {
    case "reject-script":
      return exitCodes.invalidScript;
    case "sandbox-limit":
      return exitCodes.sandboxLimit;
    case "request":
      return exitCodes.usage;
    case "environment":
      return exitCodes.environment;
    default:
      return exitCodes.hookFailed;
  }
}
