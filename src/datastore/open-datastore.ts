import { join } from "node:path";
import { openSealed } from "./datastore-key.ts";
import { parseDatastoreUrl } from "./datastore-url.ts";
import type { Datastore } from "./datastore.ts";
import { folderKeyFile, openPgliteDatastore } from "./pglite-datastore.ts";

export interface OpenDatastoreOptions {
  /** The key that seals what is stored: 32 bytes as 64 hex digits or base64. Wins over `keyFile`. */
  key?: string | undefined;
  /**
   * File that holds the key; made with mode 0600 on first use. Default for `pglite:`: `tacklebox.key` in the folder; for
   * the others one of `key` and `keyFile` must be given.
   */
  keyFile?: string | undefined;
  /** Folder for the ready-made empty database of `pglite:`. Default: `~/.cache/tacklebox`. */
  cacheDir?: string | undefined;
  /** Told, in a few words for people, what takes a while. Default: nobody is told. */
  onProgress?: ((text: string) => void) | undefined;
}

/**
 * Opens the datastore that `url` names, makes or updates its tables, and returns its sealed view. Rejects with
 * `DATASTORE_URL`, `DATASTORE_UNREACHABLE` (after five seconds at most), `DATASTORE_FOLDER`, `DATASTORE_LOCKED`,
 * `DATASTORE_NEWER` or `DATASTORE_KEY`.
 */
export async function openDatastore(url: string, options: OpenDatastoreOptions = {}): Promise<Datastore> {
  const target = parseDatastoreUrl(url);
  if (target.kind !== "pglite") throw new Error("not yet");
  const datastore = await openPgliteDatastore(target.folder, options);
  try {
    return await openSealed(datastore, {
      key: options.key,
      keyFile: options.keyFile ?? join(target.folder, folderKeyFile),
    });
  } catch (error) {
    await datastore.close();
    throw error;
  }
}
