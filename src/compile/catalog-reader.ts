import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { createHash } from "node:crypto";
import { findTooDeepBracket } from "./bracket-depth.ts";
import type { CompileLimits } from "./compile-limits.ts";
import { isRefusal, shorten, type Refusal } from "./refusal.ts";

/*
 * Reads source files of one catalog.
 * 1. Paths are relative to the catalog's root, with "/" between the parts; one that leaves the root by ".."
 *    is refused before the disk is touched.
 * 2. Links are resolved and the real path must lie inside the root. The file is opened by that path; then the kernel
 *    is asked what is open (/proc/self/fd), which must be that very path: files and folders swapped for links at any
 *    moment are noticed. Where there is no /proc, the path must still be real and name the same inode, which leaves
 *    a swap there and back in between unnoticed.
 * 3. Only regular files of at most the allowed size are read, once, from the descriptor that was checked.
 */

/** One source file as it was read. */
export interface SourceFile {
  /** Path relative to the catalog's root, links resolved. */
  path: string;
  text: string;
  bytes: number;
  /** SHA-256 (hex) of the file's bytes. */
  sha256: string;
}

export interface CatalogReader {
  /** Reads a file; null when there is no such file. */
  read(path: string): SourceFile | Refusal | null;
}

/** Reads files below `catalogRoot`; a root that does not exist makes every file missing. */
export function createCatalogReader(catalogRoot: string, limits: CompileLimits): CatalogReader {
  const root = realPathOf(catalogRoot);
  return {
    read: (path) => (root === null || isRefusal(root) ? root : readInside(root.path, path, limits)),
  };
}

/** SHA-256 as hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Decodes a source and checks what can be checked before the compiler sees it. */
export function checkSourceText(path: string, data: Uint8Array, limits: CompileLimits): SourceFile | Refusal {
  if (data.byteLength > limits.sourceBytes) {
    return {
      code: "HOOK_SOURCE_TOO_LARGE",
      message: `the source is larger than the ${limits.sourceBytes} bytes allowed; make it shorter.`,
    };
  }
  const text = decodeUtf8(data);
  if (text === null) {
    return { code: "HOOK_SYNTAX", message: "the file is not UTF-8 text; save it as UTF-8." };
  }
  const tooDeep = findTooDeepBracket(text, limits.bracketDepth);
  if (tooDeep !== null) {
    return {
      code: "HOOK_SOURCE_TOO_LARGE",
      message:
        `brackets are nested more than ${limits.bracketDepth} deep (at character ${tooDeep + 1}); ` +
        "split the code into functions.",
    };
  }
  return { path, text, bytes: data.byteLength, sha256: sha256Hex(data) };
}

function readInside(root: string, path: string, limits: CompileLimits): SourceFile | Refusal | null {
  if (hasControlCharacter(path) || path.includes("\\")) {
    return {
      code: "HOOK_IMPORT",
      message: "the path holds a backslash or a control character; write it with plain names and slashes.",
    };
  }
  const absolute = join(root, path);
  if (isAbsolute(path) || !isInside(root, absolute)) return outside(path);
  const real = realPathOf(absolute);
  if (real === null || isRefusal(real)) return real;
  if (!isInside(root, real.path)) return outside(path);
  const descriptor = openForReading(real.path);
  if (typeof descriptor !== "number") return descriptor;
  try {
    return readChecked(descriptor, { root, real: real.path, limits });
  } finally {
    closeSync(descriptor);
  }
}

interface OpenedAt {
  root: string;
  /** The real path that was opened. */
  real: string;
  limits: CompileLimits;
}

function readChecked(descriptor: number, at: OpenedAt): SourceFile | Refusal | null {
  const opened = fstatSync(descriptor);
  if (!isOpenedFrom(descriptor, opened, at.real)) {
    return { code: "HOOK_FILE_MISSING", message: "the file was replaced while it was read; try again." };
  }
  if (opened.isDirectory()) return null;
  if (!opened.isFile()) {
    return { code: "HOOK_FILE_MISSING", message: "it is not a regular file; use a file of source text." };
  }
  const data = readAtMost(descriptor, opened.size, at.limits.sourceBytes);
  return checkSourceText(relative(at.root, at.real).split(sep).join("/"), data, at.limits);
}

/** Whether the open file is the one at the real path `path`, and was not reached by way of a link. */
function isOpenedFrom(descriptor: number, opened: Stats, path: string): boolean {
  const kernelPath = pathOfDescriptor(descriptor);
  if (kernelPath !== null) return kernelPath === path;
  const there = realPathOf(path);
  const found = statSync(path, { throwIfNoEntry: false });
  const isReal = there !== null && !isRefusal(there) && there.path === path;
  return isReal && found !== undefined && found.dev === opened.dev && found.ino === opened.ino;
}

/** What the kernel says is open; null where it cannot be asked (anything but Linux). */
function pathOfDescriptor(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}

function openForReading(path: string): number | Refusal | null {
  try {
    // Without O_NONBLOCK the open of a named pipe that nobody writes would never return.
    return openSync(
      path,
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY,
    );
  } catch (error) {
    return missingOr(error);
  }
}

function missingOr(error: unknown): Refusal | null {
  const code = error instanceof Error && "code" in error ? error.code : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") return null;
  return {
    code: "HOOK_FILE_MISSING",
    message: `the file cannot be opened (${String(code)}); check its permissions and links.`,
  };
}

/** Reads up to one byte more than the limit, so that the caller sees that there is more. */
function readAtMost(descriptor: number, size: number, limit: number): Uint8Array {
  const buffer = Buffer.alloc(Math.min(size, limit) + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function realPathOf(path: string): { path: string } | Refusal | null {
  try {
    return { path: realpathSync(path) };
  } catch (error) {
    return missingOr(error);
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(path: string): Refusal {
  return {
    code: "HOOK_FILE_OUTSIDE",
    message:
      `"${shorten(path)}" leads out of the catalog; only files inside the catalog can be used, ` +
      "by way of links too. Move the file into the catalog.",
  };
}

function decodeUtf8(data: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return null;
  }
}

function hasControlCharacter(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/.test(text);
}
