import type { Bundle } from "../compile/bundle.ts";
import { sha256Hex } from "../compile/catalog-reader.ts";
import { compileDeclared } from "../install/compile-declared.ts";
import { parseInstallScript } from "../schema/parse-install-script.ts";
import type { Problem } from "../schema/problem.ts";
import type { LockedHook, LockedScript } from "./lock-file.ts";

export interface LockRequest {
  /** Path of the install script, as problems show it. */
  file: string;
  text: string;
  /** Absolute path. */
  catalogRoot: string;
}

export type LockOutcome = { ok: true; locked: LockedScript } | { ok: false; problems: Problem[] };

/** What a lock file says of an install script as it is now: of all its hooks, whether they would run or not. */
export async function lockScript({ file, text, catalogRoot }: LockRequest): Promise<LockOutcome> {
  const { script, problems } = parseInstallScript(text, { file });
  if (script === null) return { ok: false, problems };
  const declaring = { script: text, scriptFile: file, catalogRoot };
  const outcomes = await Promise.all(
    (script.hooks ?? []).map(
      async (hook, index) => [hook.id, await compileDeclared(declaring, hook, index)] as const,
    ),
  );
  const wrong = outcomes.flatMap(([, outcome]) => (outcome.ok ? [] : outcome.problems));
  if (wrong.length > 0) return { ok: false, problems: wrong };
  const hooks = outcomes.flatMap(([id, outcome]) =>
    outcome.ok ? [[id, lockHook(outcome.bundle)] as const] : [],
  );
  return { ok: true, locked: { sha256: sha256Hex(text), hooks: Object.fromEntries(hooks) } };
}

function lockHook({ sourceSha256, sources, inline }: Bundle): LockedHook {
  const files = inline === null ? sources.map(({ path, sha256 }) => [path, sha256] as const) : [];
  return { sha256: sourceSha256, sources: Object.fromEntries(files) };
}
