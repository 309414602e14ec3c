import { isAbsolute, relative, resolve, sep } from "node:path";
import { lockFileName, readLockFile, type LockedHook, type LockedScript } from "../catalog/lock-file.ts";
import { createCatalogReader, sha256Hex } from "../compile/catalog-reader.ts";
import type { Bundle } from "../compile/bundle.ts";
import { resolveCompileLimits } from "../compile/compile-limits.ts";
import { sourceTexts } from "../compile/source-texts.ts";
import { TackleboxError } from "../errors.ts";
import type { DeclaringScript } from "./compile-declared.ts";

/** What the code of an operation must be. */
export interface IntegrityWishes {
  /** SHA-256 of hooks' sources that the caller expects, by hook id. */
  expectedSha256?: Record<string, string>;
  /** True: the catalog's lock file has no say, as while its author works on it. Default false. */
  ignoreLock?: boolean;
}

export interface CompiledHook {
  id: string;
  bundle: Bundle;
}

/**
 * Refuses code that is not the one expected, with `HOOK_INTEGRITY`, all reasons at once, or a lock file that cannot be relied
 * on, with `LOCK_FILE`.
 *
 * 1. What the caller expects of a hook holds for it, whatever the catalog says.
 * 2. Where the catalog has a lock file, its scripts and their hooks must be the locked ones; one that is not listed is
 *    refused.
 * 3. A script that is no file of the catalog (somebody pasted it) is not what the lock file is about; the catalog's files
 *    its hooks use are, and must be locked ones.
 */
export function requireIntegrity(
  request: DeclaringScript & IntegrityWishes,
  hooks: readonly CompiledHook[],
  declaredIds: readonly string[],
): void {
  const problems = [...expectationProblems(request, hooks, declaredIds), ...lockProblems(request, hooks)];
  if (problems.length > 0) throw new TackleboxError("HOOK_INTEGRITY", problems.join("\n"));
}

function expectationProblems(
  { scriptFile, expectedSha256 = {} }: DeclaringScript & IntegrityWishes,
  hooks: readonly CompiledHook[],
  declaredIds: readonly string[],
): string[] {
  return Object.entries(expectedSha256).flatMap(([id, expected]) => {
    const where = `${scriptFile}, hook "${id}"`;
    if (!declaredIds.includes(id)) {
      const known = declaredIds.length === 0 ? "no hooks" : `the hooks ${declaredIds.join(", ")}`;
      return [`${where}: a checksum is expected of it, but the script declares ${known}; correct the id.`];
    }
    if (typeof expected !== "string" || !/^[\da-f]{64}$/i.test(expected))
      return [`${where}: found no checksum to expect, expected a SHA-256 of 64 hex digits; send one.`];
    const found = hooks.find((hook) => hook.id === id)?.bundle.sourceSha256;
    if (found === undefined || found === expected.toLowerCase()) return [];
    return [
      `${where}: its sources have the SHA-256 ${found}, expected ${expected.toLowerCase()} as the request says; ` +
        "look at what changed, then restore it or send the new checksum.",
    ];
  });
}

function lockProblems(request: DeclaringScript & IntegrityWishes, hooks: readonly CompiledHook[]): string[] {
  const { catalogRoot, ignoreLock, script } = request;
  const lock = catalogRoot === undefined || ignoreLock === true ? null : readLockFile(catalogRoot);
  if (catalogRoot === undefined || lock === null) return [];
  const names = namesBelow(catalogRoot, request.scriptFile);
  const name = names.find((one) => Object.hasOwn(lock.scripts, one));
  if (name !== undefined) return changes(name, { script, hooks }, lock.scripts[name] as LockedScript);
  const file = names.find((one) => isFileOf(catalogRoot, one));
  if (file !== undefined) return [unlisted(file, "the script")];
  const known = Object.values(lock.scripts).flatMap((one) => Object.values(one.hooks));
  return hooks.flatMap(({ id, bundle }) =>
    bundle.inline !== null
      ? []
      : bundle.sources
          .filter(({ path, sha256 }) => !known.some(({ sources }) => sources[path] === sha256))
          .map(({ path }) => unlisted(request.scriptFile, `hook "${id}" with ${path} as it is now`)),
  );
}

function changes(
  name: string,
  { script, hooks }: { script: string; hooks: readonly CompiledHook[] },
  locked: LockedScript,
): string[] {
  const inHooks = hooks.flatMap(({ id, bundle }) => {
    const expected = Object.hasOwn(locked.hooks, id) ? locked.hooks[id] : undefined;
    if (expected === undefined) return [unlisted(name, `hook "${id}"`)];
    if (bundle.sourceSha256 === expected.sha256) return [];
    return [changed(`${name}, hook "${id}"`, describeChange(bundle, expected))];
  });
  if (inHooks.length > 0 || sha256Hex(script) === locked.sha256) return inHooks;
  return [changed(name, `the script has changed${lineEndsNote(script, locked.sha256)}`)];
}

function describeChange(bundle: Bundle, { sources }: LockedHook): string {
  if (bundle.inline !== null) return "its scriptContent has changed";
  const texts = sourceTexts(bundle);
  const now = bundle.sources.flatMap(({ path, sha256 }) => {
    const before = Object.hasOwn(sources, path) ? sources[path] : undefined;
    if (before === undefined) return [`${path} is new`];
    return before === sha256 ? [] : [`${path} has changed${lineEndsNote(texts.get(path) ?? "", before)}`];
  });
  const paths = new Set(bundle.sources.map(({ path }) => path));
  const gone = Object.keys(sources).filter((path) => !paths.has(path));
  return [...now, ...gone.map((path) => `${path} is no longer used`)].join(", ");
}

/** A checkout that turns line ends is met often enough to be told. */
function lineEndsNote(text: string, expected: string): string {
  const unix = text.replaceAll("\r\n", "\n");
  const isSame = [unix, unix.replaceAll("\n", "\r\n")].some((one) => sha256Hex(one) === expected);
  return isSame ? " (only its line ends)" : "";
}

function changed(where: string, what: string): string {
  return (
    `${where}: ${what}, expected what ${lockFileName} holds; look at what changed, then restore it or run ` +
    '"tacklebox lock" again.'
  );
}

function unlisted(file: string, what: string): string {
  return (
    `${file}: ${what} is not in ${lockFileName}, expected only what was locked; look at it, then run "tacklebox lock" again, ` +
    "or remove it."
  );
}

/** What the script may be called in the lock file: it is named from the working folder, or from the catalog. */
function namesBelow(catalogRoot: string, scriptFile: string): string[] {
  const root = resolve(catalogRoot);
  const names = [resolve(scriptFile), resolve(root, scriptFile)].map((path) => relative(root, path));
  return [...new Set(names)]
    .filter((name) => name !== ".." && !name.startsWith(`..${sep}`) && !isAbsolute(name))
    .map((name) => name.split(sep).join("/"));
}

function isFileOf(catalogRoot: string, name: string): boolean {
  return createCatalogReader(catalogRoot, resolveCompileLimits()).read(name) !== null;
}
