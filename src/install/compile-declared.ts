import type { CompileOutcome } from "../compile/bundle.ts";
import { compileHook } from "../compile/compile-hook.ts";
import { TackleboxError } from "../errors.ts";
import type { HookDeclaration } from "../schema/install-script.ts";

/** The install script a hook is declared in. */
export interface DeclaringScript {
  /** Its text. */
  script: string;
  /** Its name, as problems show it. */
  scriptFile: string;
  /** Absolute path of the folder that `script` paths are relative to; needed for file hooks. */
  catalogRoot?: string;
}

/** Compiles one declared hook; also used by `validate`, which compiles all of them. */
export async function compileDeclared(
  request: DeclaringScript,
  hook: HookDeclaration,
  hookIndex: number,
): Promise<CompileOutcome> {
  const { entrypoint } = hook;
  if (hook.scriptContent !== undefined) {
    const pointer = `/hooks/${hookIndex}/scriptContent`;
    const { scriptFile, script: scriptText } = request;
    return await compileHook({
      source: { kind: "inline", text: hook.scriptContent, pointer, scriptFile, scriptText },
      entrypoint,
    });
  }
  if (request.catalogRoot === undefined) {
    throw new TackleboxError(
      "USAGE",
      `hooks[${hookIndex}] "${hook.id}": "script" names a file of a catalog, but no catalog was given; name the catalog's folder.`,
    );
  }
  const pointer = `/hooks/${hookIndex}/script`;
  const { catalogRoot } = request;
  return await compileHook({
    source: { kind: "file", catalogRoot, path: hook.script as string, pointer },
    entrypoint,
  });
}
