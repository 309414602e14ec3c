import type { CompileOutcome, HookSource } from "../compile/bundle.ts";
import { compileHook } from "../compile/compile-hook.ts";
import { TackleboxError } from "../errors.ts";
import type { HookDeclaration } from "../schema/install-script.ts";
import { parseJson } from "../schema/parse-json.ts";
import type { Problem } from "../schema/problem.ts";

/** The install script a hook is declared in. */
export interface DeclaringScript {
  /** Its text. */
  script: string;
  /** Its name, as problems show it. */
  scriptFile: string;
  /** Absolute path of the folder that `script` paths are relative to; needed for file hooks. */
  catalogRoot?: string;
}

/**
 * Compiles one declared hook. A problem with the declaration itself (a file that is missing, an entrypoint that is
 * not exported) is placed at its field in the install script.
 */
export async function compileDeclared(
  request: DeclaringScript,
  hook: HookDeclaration,
  hookIndex: number,
): Promise<CompileOutcome> {
  const source = sourceOf(request, hook, hookIndex);
  const outcome = await compileHook({ source, entrypoint: hook.entrypoint });
  return outcome.ok
    ? { ...outcome, warnings: outcome.warnings.map((problem) => place(problem, request)) }
    : { ...outcome, problems: outcome.problems.map((problem) => place(problem, request)) };
}

function sourceOf(request: DeclaringScript, hook: HookDeclaration, hookIndex: number): HookSource {
  const { scriptFile, script: scriptText, catalogRoot } = request;
  if (hook.scriptContent !== undefined) {
    const pointer = `/hooks/${hookIndex}/scriptContent`;
    return { kind: "inline", text: hook.scriptContent, pointer, scriptFile, scriptText };
  }
  if (catalogRoot === undefined) {
    throw new TackleboxError(
      "USAGE",
      `hooks[${hookIndex}] "${hook.id}": "script" names a file of a catalog, but no catalog was given; name the catalog's folder.`,
    );
  }
  return { kind: "file", catalogRoot, path: hook.script as string, pointer: `/hooks/${hookIndex}/script` };
}

function place(problem: Problem, { script, scriptFile }: DeclaringScript): Problem {
  if (problem.file !== undefined) return problem;
  return { ...problem, ...parseJson(script).positions.at(problem.pointer), file: scriptFile };
}
