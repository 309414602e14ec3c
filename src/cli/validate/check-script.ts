import { dirname, join, resolve } from "node:path";
import { compileDeclared } from "../../install/compile-declared.ts";
import type { InstallScript } from "../../schema/install-script.ts";
import { parseInstallScript } from "../../schema/parse-install-script.ts";
import type { Problem } from "../../schema/problem.ts";
import { readTextFile } from "../read-text-file.ts";

/** What is known of one install script. */
export interface CheckedScript {
  /** As the user named it, or as it was found. */
  file: string;
  /** True when there is no error. */
  valid: boolean;
  /** Each with the file it is in: the script, or a hook's own file. */
  problems: (Problem & { file: string })[];
}

/**
 * Checks an install script and compiles each of its hooks. `catalog` is the folder that `script` paths are relative
 * to; null stands for the script's own.
 */
export async function checkScript(file: string, catalog: string | null): Promise<CheckedScript> {
  const text = await readTextFile(file);
  const { script, problems } = parseInstallScript(text, { file });
  const catalogRoot = catalog ?? dirname(file);
  const inHooks = script === null ? [] : await compileHooks({ script, text, file, catalogRoot });
  const placed = [...problems, ...inHooks].map((problem) => ({
    ...problem,
    file: problem.file === undefined || problem.file === file ? file : join(catalogRoot, problem.file),
  }));
  return { file, valid: !placed.some(({ severity }) => severity === "error"), problems: placed };
}

async function compileHooks(parts: {
  script: InstallScript;
  text: string;
  file: string;
  catalogRoot: string;
}): Promise<Problem[]> {
  const declaring = { script: parts.text, scriptFile: parts.file, catalogRoot: resolve(parts.catalogRoot) };
  const outcomes = await Promise.all(
    (parts.script.hooks ?? []).map((hook, index) => compileDeclared(declaring, hook, index)),
  );
  return outcomes.flatMap((outcome) => (outcome.ok ? outcome.warnings : outcome.problems));
}
