import { lstat, mkdir } from "node:fs/promises";
import path from "node:path";
import { TackleboxError } from "../../errors.ts";
import type { NasDirectory } from "../nas-driver.ts";

/**
 * Where a NAS path is below `rootDir`. Throws `DIRECTORY_REFUSED` for a path that is not absolute, not below `/mnt`
 * or that climbs with `..`.
 */
export function toLocalPath(rootDir: string, nasPath: string): string {
  const segments = nasPath.split("/").slice(1);
  const problem = !nasPath.startsWith("/mnt/")
    ? "is not below /mnt"
    : segments.some((segment) => segment === ".." || segment === ".")
      ? 'holds a "." or ".." segment'
      : nasPath.includes("\0")
        ? "holds a NUL character"
        : null;
  if (problem !== null) throw refused(nasPath, problem);
  return path.join(rootDir, ...segments);
}

/** Makes the folder and its parents. A link or a file in the path is refused, as TrueNAS does. */
export async function makeNasDirectory(rootDir: string, directory: NasDirectory): Promise<void> {
  const relative = path.relative(rootDir, toLocalPath(rootDir, directory.path));
  let local = rootDir;
  for (const segment of relative.split(path.sep)) {
    local = path.join(local, segment);
    await mkdir(local, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    // `lstat` does not follow links, so a link to a folder is not taken for one.
    if (!(await lstat(local)).isDirectory()) {
      throw refused(directory.path, `has ${JSON.stringify(segment)} in it, which is a file or a link`);
    }
  }
}

function refused(nasPath: string, problem: string): TackleboxError {
  return new TackleboxError(
    "DIRECTORY_REFUSED",
    `directory ${JSON.stringify(nasPath)} ${problem}; expected an absolute path of plain folders below /mnt. ` +
      "Correct the path in ensure_directories_exists, or the location it comes from.",
  );
}
