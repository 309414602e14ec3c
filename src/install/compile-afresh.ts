import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { Bundle } from "../compile/bundle.ts";
import { TackleboxError } from "../errors.ts";
import { parseInstallScript } from "../schema/parse-install-script.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { OperationRecord } from "../task/operation-task.ts";
import { compileDeclared } from "./compile-declared.ts";
import { requireIntegrity } from "./require-integrity.ts";
import { ScriptRejectedError } from "./script-rejected.ts";

/** How a Retry differs from the plain one. */
export interface RetryOptions {
  /**
   * True: the next attempt runs the hook as its script is now, not the bundle the task began with; the attempt that
   * waits at a checkpoint ends there. Inputs, timeout and retries stay as they were declared. Default false.
   */
  fresh?: boolean;
  /** With `fresh`: the install script's text. Default: it is read from its file, where that is found. */
  script?: string;
  /**
   * Ids of inputs to ask for again before the next attempt, which begins at the hook's first line; a sign-in is begun
   * anew, and of questions all are asked when one of them is named. What is left out of the new answers stays as it was.
   */
  changeInputs?: readonly string[];
}

/**
 * Compiles the hook of a task from its install script and its catalog as they are now. Throws `FRESH_REFUSED` when the
 * hook is not to be found in them, `ScriptRejectedError` when they are not good, `HOOK_INTEGRITY` when the hook is not the one that is expected.
 */
export async function compileAfresh(
  record: HookTaskRecord,
  { source }: OperationRecord,
  given?: string,
): Promise<Bundle> {
  const { hook } = record;
  const { scriptFile, catalogRoot, ...wishes } = source;
  const text = given ?? (await readScript(record, source));
  const { script, problems } = parseInstallScript(text, { file: scriptFile });
  if (script === null) throw new ScriptRejectedError(problems);
  const hooks = script.hooks ?? [];
  const index = hooks.findIndex(({ id }) => id === hook.id);
  const declared = hooks[index];
  if (declared === undefined) {
    const found = hooks.length === 0 ? "no hooks" : `the hooks ${hooks.map(({ id }) => id).join(", ")}`;
    throw refused(record, `${scriptFile} declares ${found} now, expected "${hook.id}"`);
  }
  if (declared.entrypoint !== hook.entrypoint) {
    throw refused(
      record,
      `${scriptFile} has the entrypoint "${declared.entrypoint}" now, expected "${hook.entrypoint}" as the task began`,
    );
  }
  const request = { script: text, scriptFile, ...(catalogRoot === null ? {} : { catalogRoot }) };
  const outcome = await compileDeclared(request, declared, index);
  if (!outcome.ok) throw new ScriptRejectedError(outcome.problems);
  const { bundle } = outcome;
  requireIntegrity(
    { ...request, ...wishes },
    [{ id: hook.id, bundle }],
    idsIn(record, wishes.expectedSha256),
  );
  return bundle;
}

/** What was expected of the other hooks was checked when they were compiled. */
function idsIn({ hook }: HookTaskRecord, expected: Record<string, string> = {}): string[] {
  return [hook.id, ...Object.keys(expected)];
}

/** A relative name is looked for in the catalog first, then in the working folder. */
async function readScript(
  record: HookTaskRecord,
  { scriptFile, catalogRoot }: OperationRecord["source"],
): Promise<string> {
  const bases = isAbsolute(scriptFile) || catalogRoot === null ? [""] : [catalogRoot, ""];
  const places = bases.map((base) => resolve(base, scriptFile));
  for (const place of places) {
    try {
      return await readFile(place, "utf8");
    } catch {
      // Perhaps it is at the next place.
    }
  }
  throw refused(
    record,
    `${scriptFile} cannot be read at ${places.join(" or ")}, expected the install script`,
  );
}

function refused({ id, hook }: HookTaskRecord, what: string): TackleboxError {
  return new TackleboxError(
    "FRESH_REFUSED",
    `Task ${id}, hook "${hook.id}": ${what}; pass the script's text with the retry, or start the operation again.`,
  );
}
