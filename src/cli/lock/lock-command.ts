import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import {
  lockFileName,
  readLockFile,
  toLockText,
  type LockFile,
  type LockedScript,
} from "../../catalog/lock-file.ts";
import { lockScript } from "../../catalog/lock-script.ts";
import { createCatalogReader } from "../../compile/catalog-reader.ts";
import { resolveCompileLimits } from "../../compile/compile-limits.ts";
import { TackleboxError } from "../../errors.ts";
import type { Problem } from "../../schema/problem.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { readTextFile, requireFolder } from "../read-text-file.ts";
import { unwritable } from "../unwritable.ts";
import { findScripts } from "../validate/find-scripts.ts";
import { count, problemLine } from "../validate/problem-lines.ts";
import { differencesOf, type LockDifference } from "./lock-differences.ts";

export interface LockOptions {
  catalog?: string;
  check?: boolean;
  json?: boolean;
}

/** `tacklebox lock`: writes down what a catalog's scripts and hooks are now, or checks that they still are. */
export async function lockCommand(
  context: CliContext,
  paths: readonly string[],
  options: LockOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  const files = await findScripts(paths);
  const root = await chooseRoot(files, paths, options.catalog);
  const before = readLockFile(root) ?? { format: 1, scripts: {} };
  const { scripts, problems } = await lockAll(context, files, root);
  if (problems.length > 0) {
    for (const problem of problems)
      terminal.data(problemLine(problem, problem.file ?? "", terminal.dataColors));
    terminal.say(
      `Nothing was ${options.check === true ? "compared" : "locked"}: ${count(problems.length, "problem")}.`,
    );
    return exitCodes.invalidScript;
  }
  const after: LockFile = { format: 1, scripts: { ...stillThere(before, root), ...scripts } };
  const differences = differencesOf(before, after);
  if (options.check !== true && toLockText(before) !== toLockText(after)) await write(root, after);
  tell(context, { differences, root, options, hooks: countHooks(scripts) });
  return options.check === true && differences.length > 0 ? exitCodes.invalidScript : exitCodes.ok;
}

/** `--catalog`, else the one folder that was named, else the folder all scripts are in. */
async function chooseRoot(
  files: readonly string[],
  paths: readonly string[],
  catalog: string | undefined,
): Promise<string> {
  if (catalog !== undefined) {
    await requireFolder(catalog, "the catalog's folder");
    return resolve(catalog);
  }
  const [only] = paths;
  const folders = new Set(files.map((file) => dirname(resolve(file))));
  if (paths.length === 1 && only !== undefined && !files.includes(only)) return resolve(only);
  const [folder] = folders;
  if (folders.size === 1 && folder !== undefined) return folder;
  throw new TackleboxError(
    "USAGE",
    `lock: the scripts named are in ${folders.size} folders, expected one catalog; name its root with --catalog DIR.`,
  );
}

async function lockAll(
  { terminal, signal }: CliContext,
  files: readonly string[],
  catalogRoot: string,
): Promise<{ scripts: Record<string, LockedScript>; problems: Problem[] }> {
  const scripts: Record<string, LockedScript> = {};
  const problems: Problem[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    terminal.status(`Reading ${file}`);
    const name = nameBelow(catalogRoot, file);
    const outcome = await lockScript({ file, text: await readTextFile(file), catalogRoot });
    if (outcome.ok) scripts[name] = outcome.locked;
    else problems.push(...outcome.problems.filter(({ severity }) => severity === "error"));
  }
  terminal.status(null);
  return { scripts, problems };
}

function nameBelow(root: string, file: string): string {
  const name = relative(root, resolve(file)).split(sep).join("/");
  if (!name.startsWith("../") && name !== "") return name;
  throw new TackleboxError(
    "USAGE",
    `lock: ${file} is not in the catalog ${root}, expected a script below it; name the catalog's root with --catalog DIR.`,
  );
}

/** What was locked before and whose script is gone is left out. */
function stillThere({ scripts }: LockFile, root: string): Record<string, LockedScript> {
  const reader = createCatalogReader(root, resolveCompileLimits());
  return Object.fromEntries(Object.entries(scripts).filter(([name]) => reader.read(name) !== null));
}

/** In one step, so that nobody ever reads half of it. Throws `FILE_UNWRITABLE`. */
async function write(root: string, lock: LockFile): Promise<void> {
  const path = join(root, lockFileName);
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, toLockText(lock));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw unwritable(path, error);
  }
}

function countHooks(scripts: Record<string, LockedScript>): number {
  return Object.values(scripts).reduce((sum, { hooks }) => sum + Object.keys(hooks).length, 0);
}

function tell(
  { terminal }: CliContext,
  found: { differences: LockDifference[]; root: string; options: LockOptions; hooks: number },
): void {
  const { differences, root, options, hooks } = found;
  const lockFile = join(root, lockFileName);
  if (options.json === true) terminal.data(JSON.stringify({ lockFile, differences }, null, 2));
  else
    for (const { script, hook, what } of differences)
      terminal.data(`${script}${hook === null ? "" : ` hook "${hook}"`}: ${what}`);
  const verdict = differences.length === 0 ? "as locked" : count(differences.length, "difference");
  terminal.say(`${lockFile}: ${count(hooks, "hook")} looked at, ${verdict}${endingOf(found)}.`);
}

function endingOf({ differences, options }: { differences: LockDifference[]; options: LockOptions }): string {
  if (differences.length === 0) return "";
  return options.check === true ? "; look at them, then run tacklebox lock" : "; written";
}
