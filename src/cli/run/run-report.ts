import { errorCatalogue } from "../../errors.ts";
import type { HookReport } from "../../task/hook-report.ts";
import type { TaskStatus } from "../../task/task-event.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "../exit-codes.ts";

/** What `tacklebox run --json` prints. */
export interface RunReport {
  status: TaskStatus;
  hooks: HookReport[];
  /** What went wrong outside of the hooks: the script, the options, the NAS. */
  error?: HookReport["error"];
}

/** The exit code of a run: the first hook that failed decides. */
export function exitCodeOfRun(report: RunReport): ExitCode {
  if (report.status === "COMPLETED") return exitCodes.ok;
  const failed = report.hooks.find(({ status }) => status === "FAILED");
  const code = failed?.error?.code ?? report.error?.code;
  if (code === undefined) return exitCodes.hookFailed;
  // What a hook could have met and caught is its own failure, whatever else the code would mean.
  const { consequence } = errorCatalogue[code];
  const isHooksOwn = failed !== undefined && (consequence === "request" || consequence === "reject-script");
  return isHooksOwn ? exitCodes.hookFailed : exitCodeOf(code);
}
