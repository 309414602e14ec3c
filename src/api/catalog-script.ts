import { readFile, realpath } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { TackleboxError } from "../errors.ts";

/** The text of an install script of the catalog. Throws `CATALOG_SCRIPT_UNKNOWN` for whatever is no file inside it. */
export async function readCatalogScript(
  catalogRoot: string,
  name: string,
): Promise<{ script: string; scriptFile: string }> {
  try {
    const root = await realpath(catalogRoot);
    const file = await realpath(join(root, name));
    if (!file.startsWith(root + sep) || !/^[^/\\\0]+\.json$/i.test(basename(name))) throw unknownScript(name);
    return { script: await readFile(file, "utf8"), scriptFile: name };
  } catch (error) {
    if (error instanceof TackleboxError) throw error;
    throw unknownScript(name);
  }
}

export function unknownScript(name: string): TackleboxError {
  return new TackleboxError(
    "CATALOG_SCRIPT_UNKNOWN",
    `catalogScript: found ${JSON.stringify(name.slice(0, 200))}, expected the path of an install script inside the catalog; ` +
      "choose one that GET /v1/catalog lists.",
  );
}
