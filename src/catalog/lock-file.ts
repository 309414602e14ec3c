import { createCatalogReader } from "../compile/catalog-reader.ts";
import { resolveCompileLimits } from "../compile/compile-limits.ts";
import { isRefusal } from "../compile/refusal.ts";
import { TackleboxError, errorText } from "../errors.ts";
import { isJsonObject, type JsonValue } from "../json.ts";

/** What a catalog's scripts and hooks were when somebody last looked at them; kept in the catalog's root folder. */
export interface LockFile {
  format: 1;
  /** By path below the root. */
  scripts: Record<string, LockedScript>;
}

export interface LockedScript {
  /** SHA-256 (hex) of the install script's bytes. */
  sha256: string;
  /** By hook id. */
  hooks: Record<string, LockedHook>;
}

export interface LockedHook {
  /** `sourceSha256` of its bundle. */
  sha256: string;
  /** SHA-256 of each source file, by path below the root; empty for inline text. */
  sources: Record<string, string>;
}

export const lockFileName = "tacklebox.lock.json";
const lockFormat = 1;
/** Larger than any catalog's, small enough to be read at every install. */
const mostBytes = 4 * 1024 * 1024;

/** The catalog's lock file; null when it has none. Throws `LOCK_FILE` for one that cannot be relied on. */
export function readLockFile(catalogRoot: string): LockFile | null {
  const limits = { ...resolveCompileLimits(), sourceBytes: mostBytes };
  const found = createCatalogReader(catalogRoot, limits).read(lockFileName);
  if (found === null) return null;
  if (isRefusal(found)) throw unusable(`it cannot be read (${found.message})`);
  return parseLockFile(found.text);
}

/** Reads the text of a lock file. Throws `LOCK_FILE`. */
function parseLockFile(text: string): LockFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(`it is no JSON (${errorText(error)})`);
  }
  if (!isJsonObject(value)) throw unusable("it holds no object");
  const { format, scripts } = value;
  if (typeof format === "number" && format > lockFormat) {
    throw new TackleboxError(
      "LOCK_FILE",
      `${lockFileName}: found format ${format}, expected ${lockFormat}; use the tacklebox that wrote it, or a newer one.`,
    );
  }
  if (format !== lockFormat) throw unusable(`it has the format ${JSON.stringify(format) ?? "none"}`);
  if (!isJsonObject(scripts) || !Object.values(scripts).every(isLockedScript))
    throw unusable("its scripts are not as tacklebox writes them");
  return value as unknown as LockFile;
}

/** The text of a lock file; the same entries give the same text. */
export function toLockText({ format, scripts }: LockFile): string {
  return `${JSON.stringify({ format, scripts: sorted(scripts) }, null, 2)}\n`;
}

function isLockedScript(value: JsonValue): boolean {
  if (!isJsonObject(value) || !isSha256(value["sha256"]) || !isJsonObject(value["hooks"])) return false;
  return Object.values(value["hooks"]).every(
    (hook) =>
      isJsonObject(hook) &&
      isSha256(hook["sha256"]) &&
      isJsonObject(hook["sources"]) &&
      Object.values(hook["sources"]).every(isSha256),
  );
}

function isSha256(value: unknown): boolean {
  return typeof value === "string" && /^[\da-f]{64}$/.test(value);
}

/** Names of scripts, hooks and files in order, whatever order they were found in. */
function sorted<T>(value: T): T {
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])])) as T;
}

function unusable(what: string): TackleboxError {
  return new TackleboxError(
    "LOCK_FILE",
    `${lockFileName}: ${what}, expected the file that "tacklebox lock" writes; restore it, or remove it and lock the ` +
      "catalog again after a look at its hooks.",
  );
}
