import type { Bundle } from "../compile/bundle.ts";
import { locateStack } from "../compile/locate.ts";
import { errorCatalogue, type ErrorCode } from "../errors.ts";
import { bundleFileName, type AttemptFailure } from "../runtime/attempt.ts";
import type { TaskError } from "../task/task-event.ts";

/** How a failed attempt is shown: in the hook's own words where it spoke, at the author's own line. */
export function toTaskError(hookId: string, failure: AttemptFailure, bundle: Bundle): TaskError {
  if (failure.by === "runtime") {
    const { title, advice } = errorCatalogue[failure.code];
    return {
      code: failure.code,
      title,
      detail: `hook "${hookId}": ${failure.detail} ${advice}`,
      context: [],
      source: null,
      checkpointId: null,
    };
  }
  const { error } = failure;
  const code = codeOf(error.code);
  const source = locateStack(bundle, error.stack, bundleFileName);
  const named =
    error.name === "Error" || code === "HOOK_FAIL" ? error.message : `${error.name}: ${error.message}`;
  const at = source === null ? `hook "${hookId}"` : `hook "${hookId}" at ${source.file}:${source.line}`;
  return {
    code,
    title: code === "HOOK_FAIL" ? error.message : errorCatalogue[code].title,
    detail: `${at}: ${named || "it threw a value without a message."}`,
    context: error.context,
    source,
    checkpointId: null,
  };
}

/** A failure that the runtime made for the hook keeps its code when the hook let it pass; any other is the hook's. */
function codeOf(code: string | null): ErrorCode {
  if (code === null || !Object.hasOwn(errorCatalogue, code)) return "HOOK_THREW";
  const known = code as ErrorCode;
  return known === "HOOK_FAIL" || errorCatalogue[known].consequence === "guest" ? known : "HOOK_THREW";
}

/** An error of the runtime itself as a task shows it. */
export function plainTaskError(code: ErrorCode, detail: string): TaskError {
  return { code, title: errorCatalogue[code].title, detail, context: [], source: null, checkpointId: null };
}
