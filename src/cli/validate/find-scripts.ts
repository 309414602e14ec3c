import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isScriptFolder, looksLikeScript } from "../../catalog/looks-like-script.ts";
import { TackleboxError } from "../../errors.ts";
import { unreadable } from "../read-text-file.ts";

/**
 * The install scripts among the files and folders named: files as they are, folders with everything below that
 * looks like an install script, in the order of their names. Throws `FILE_UNREADABLE`, or `USAGE` when there is none.
 */
export async function findScripts(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const kind = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error, "an install script or a folder of them");
    });
    if (!kind.isDirectory()) {
      found.push(path);
      continue;
    }
    const inFolder = await searchFolder(path);
    if (inFolder.length === 0) {
      throw new TackleboxError(
        "USAGE",
        `${path}: no install script was found in this folder or below, expected at least one .json file with "version" 4 or 5 ` +
          "(folders whose name begins with . or _, and node_modules, are not searched); name the catalog's folder or the file itself.",
      );
    }
    found.push(...inFolder);
  }
  return [...new Set(found)];
}

async function searchFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error, "a folder that can be read");
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (isScriptFolder(entry.name)) found.push(...(await searchFolder(path)));
    } else if (entry.isFile() && entry.name.endsWith(".json") && (await isInstallScript(path))) {
      found.push(path);
    }
  }
  return found;
}

/** A file that cannot be read or is broken counts when it may be one: its author wants to hear of it. */
async function isInstallScript(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return true;
  return looksLikeScript(text);
}
