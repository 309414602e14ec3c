import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createCatalogReader, sha256Hex } from "../compile/catalog-reader.ts";
import { resolveCompileLimits } from "../compile/compile-limits.ts";
import { isRefusal } from "../compile/refusal.ts";
import { TackleboxError, errorText } from "../errors.ts";
import { compileDeclared } from "../install/compile-declared.ts";
import { toHookView, type HookView, type ReachSurroundings } from "../install/hook-views.ts";
import { toQuestionView, type QuestionView } from "../install/question-views.ts";
import type { InstallScript } from "../schema/install-script.ts";
import { jsonLimits } from "../schema/json-limits.ts";
import { parseInstallScript } from "../schema/parse-install-script.ts";
import type { Problem } from "../schema/problem.ts";
import { readLockFile, type LockFile } from "./lock-file.ts";
import { isScriptFolder, looksLikeScript } from "./looks-like-script.ts";

/** An install script of a catalog as a store shows it; plain JSON. */
export interface CatalogEntry {
  /** Path below the catalog's root, as `catalogScript` of a request takes it. */
  script: string;
  title: string;
  description: string | null;
  icon: string | null;
  version: string | null;
  custom: boolean;
  /** True: not to be shown in production stores. */
  internal: boolean;
  questions: QuestionView[];
  hooks: HookView[];
  /** What is wrong with it, errors and warnings; with an error it cannot be installed. */
  problems: Problem[];
  /** How it stands to the catalog's lock file; null when there is none. */
  lock: "as-locked" | "changed" | "unlisted" | null;
}

/** Lists a catalog; what has not changed since the last time is not read again. */
export interface CatalogLister {
  list(catalogRoot: string, around: ReachSurroundings): Promise<CatalogEntry[]>;
}

/** Scripts of one catalog, and folders inside one another, that are looked at. */
const mostScripts = 5000;
const mostDepth = 8;
const scriptLimits = {
  ...resolveCompileLimits(),
  sourceBytes: 4 * jsonLimits.characters,
  bracketDepth: jsonLimits.depth,
};

/** A script as it was read, and what must be unchanged for that to hold. */
interface ReadScript {
  stamps: Map<string, string>;
  text: string;
  script: InstallScript | null;
  problems: Problem[];
  /** By hook id. */
  sha256: Map<string, string>;
}

export function createCatalogLister(): CatalogLister {
  /** By absolute path. */
  let known = new Map<string, ReadScript>();
  return {
    list: async (catalogRoot, around) => {
      const root = resolve(catalogRoot);
      const lock = readLockFile(root);
      const entries: CatalogEntry[] = [];
      const names = await findNames(root, "", 0);
      for (const name of names.slice(0, mostScripts)) {
        const path = join(root, name);
        const before = known.get(path);
        const read =
          before !== undefined && (await isUnchanged(before)) ? before : await readScript(root, name);
        if (read === null) continue;
        known.set(path, read);
        entries.push(toEntry(name, read, { lock, around }));
      }
      const seen = new Set(names.map((name) => join(root, name)));
      known = new Map([...known].filter(([path]) => seen.has(path) || !path.startsWith(`${root}/`)));
      return entries;
    },
  };
}

/** `.json` files below the root, in the order of their names; links are not followed. */
async function findNames(root: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    throw new TackleboxError(
      "FILE_UNREADABLE",
      `catalog ${join(root, folder)}: it cannot be read (${errorText(error)}), expected a folder; check its path and permissions.`,
      { cause: error },
    );
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() && entry.name.endsWith(".json")) found.push(name);
    else if (entry.isDirectory() && isScriptFolder(entry.name) && depth < mostDepth)
      found.push(...(await findNames(root, name, depth + 1)));
  }
  return found;
}

/** Null for a file that is no install script. */
async function readScript(root: string, name: string): Promise<ReadScript | null> {
  const stamps = new Map([[join(root, name), await stampOf(join(root, name))]]);
  const file = createCatalogReader(root, scriptLimits).read(name);
  if (file === null) return null;
  if (isRefusal(file)) {
    const problem: Problem = {
      severity: "error",
      code: "JSON_SYNTAX",
      file: name,
      pointer: "",
      line: 1,
      column: 1,
      message: `install script: ${file.message}`,
    };
    return { stamps, text: "", script: null, problems: [problem], sha256: new Map() };
  }
  if (!looksLikeScript(file.text)) return null;
  const { script, problems } = parseInstallScript(file.text, { file: name });
  const sha256 = new Map<string, string>();
  const inCode: Problem[] = [];
  const declaring = { script: file.text, scriptFile: name, catalogRoot: root };
  for (const [index, hook] of (script?.hooks ?? []).entries()) {
    const outcome = await compileDeclared(declaring, hook, index);
    inCode.push(...(outcome.ok ? outcome.warnings : outcome.problems));
    if (!outcome.ok) {
      // What would mend it is not known, so it is looked at every time.
      stamps.set("", "");
      continue;
    }
    sha256.set(hook.id, outcome.bundle.sourceSha256);
    if (outcome.bundle.inline !== null) continue;
    for (const { path } of outcome.bundle.sources)
      // A file that is added may take the place of another.
      for (const place of [join(root, path), dirname(join(root, path))])
        stamps.set(place, await stampOf(place));
  }
  return { stamps, text: file.text, script, problems: [...problems, ...inCode], sha256 };
}

async function isUnchanged({ stamps }: ReadScript): Promise<boolean> {
  for (const [path, stamp] of stamps) if (path === "" || (await stampOf(path)) !== stamp) return false;
  return true;
}

/** Changes whenever the file, or what is in the folder, does; empty when there is none. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found === null ? "" : `${found.mtimeMs} ${found.ctimeMs} ${found.size} ${found.ino}`;
}

function toEntry(
  name: string,
  { text, script, problems, sha256 }: ReadScript,
  { lock, around }: { lock: LockFile | null; around: ReachSurroundings },
): CatalogEntry {
  const appName = basename(name, ".json");
  const metadata = script?.metadata;
  return {
    script: name,
    title: metadata?.name ?? appName,
    description: metadata?.description ?? null,
    icon: metadata?.icon ?? null,
    version: metadata?.version ?? script?.script?.version ?? null,
    custom: script?.custom === true,
    internal: script?.internal === true,
    questions: (script?.installation_questions ?? []).map(toQuestionView),
    hooks: (script?.hooks ?? []).map((hook) =>
      toHookView(hook, {
        script: script as InstallScript,
        appName,
        sha256: sha256.get(hook.id) ?? null,
        around,
      }),
    ),
    problems,
    lock: lock === null ? null : standOf(name, { text, sha256 }, lock),
  };
}

function standOf(
  name: string,
  { text, sha256 }: Pick<ReadScript, "text" | "sha256">,
  { scripts }: LockFile,
): "as-locked" | "changed" | "unlisted" {
  const locked = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (locked === undefined) return "unlisted";
  const isSame =
    locked.sha256 === sha256Hex(text) &&
    [...sha256].every(([id, hash]) => Object.hasOwn(locked.hooks, id) && locked.hooks[id]?.sha256 === hash);
  return isSame ? "as-locked" : "changed";
}
