import { join } from "node:path";
import { TackleboxError } from "../errors.ts";
import { openSealed, type KeySource } from "./datastore-key.ts";
import { parseDatastoreUrl, type DatastoreUrl } from "./datastore-url.ts";
import type { Datastore } from "./datastore.ts";
import { folderKeyFile, openPgliteDatastore } from "./pglite-datastore.ts";
import { openPostgresDatastore } from "./postgres-datastore.ts";
import { openRedisDatastore } from "./redis-datastore.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

export interface OpenDatastoreOptions {
  /** The key that seals what is stored: 32 bytes as 64 hex digits or base64. Wins over `keyFile`. */
  key?: string | undefined;
  /**
   * File that holds the key; made with mode 0600 on first use. Default for `pglite:`: `tacklebox.key` in the folder; for
   * the others one of `key` and `keyFile` must be given.
   */
  keyFile?: string | undefined;
  /** Keys the data may also be sealed with, while keys are changed. They open, they do not seal. Default: none. */
  previousKeys?: string[] | undefined;
  /** The same from files. */
  previousKeyFiles?: string[] | undefined;
  /** Folder for the ready-made empty database of `pglite:`. Default: `~/.cache/tacklebox`. */
  cacheDir?: string | undefined;
  /** Begins every key in Redis, so that several tackleboxes can share a server. Default: `tacklebox`. */
  prefix?: string | undefined;
  /** Time for the first answer of a server, in milliseconds. Default: 5000. */
  connectTimeoutMs?: number | undefined;
  /**
   * How long a server may be away, or without room, before reads and writes give up with `DATASTORE_UNREACHABLE` or
   * `DATASTORE_FULL`, in milliseconds; until then they wait. Default: 120000.
   */
  outageMs?: number | undefined;
  /** Told, in a few words for people, what takes a while. Default: nobody is told. */
  onProgress?: ((text: string) => void) | undefined;
}

/**
 * Opens the datastore that `url` names, makes or updates its tables, and returns its sealed view. Rejects with
 * `DATASTORE_URL`, `DATASTORE_UNREACHABLE` (after five seconds at most), `DATASTORE_FOLDER`, `DATASTORE_LOCKED`,
 * `DATASTORE_FULL`, `DATASTORE_NEWER` or `DATASTORE_KEY`.
 */
export async function openDatastore(url: string, options: OpenDatastoreOptions = {}): Promise<Datastore> {
  const target = parseDatastoreUrl(url);
  const keySource = keySourceOf(target, options);
  const datastore = await openUnsealed(target, options);
  try {
    const previous = [
      ...(options.previousKeys ?? []).map((key) => ({ key })),
      ...(options.previousKeyFiles ?? []).map((keyFile) => ({ keyFile })),
    ];
    return await openSealed(datastore, keySource, previous);
  } catch (error) {
    await datastore.close();
    throw error;
  }
}

function openUnsealed(target: DatastoreUrl, options: OpenDatastoreOptions): Promise<UnsealedDatastore> {
  const { connectTimeoutMs = 5000, outageMs = 120_000, prefix = "tacklebox" } = options;
  switch (target.kind) {
    case "pglite":
      return openPgliteDatastore(target.folder, { ...options, outageMs });
    case "redis":
      return openRedisDatastore(target, { connectTimeoutMs, outageMs, prefix });
    case "postgres":
      return openPostgresDatastore(target, { connectTimeoutMs, outageMs });
  }
}

function keySourceOf(target: DatastoreUrl, options: OpenDatastoreOptions): KeySource {
  if (options.key !== undefined) return { key: options.key };
  if (options.keyFile !== undefined) return { keyFile: options.keyFile };
  if (target.kind === "pglite") return { keyFile: join(target.folder, folderKeyFile) };
  throw new TackleboxError(
    "DATASTORE_KEY",
    `datastore ${target.displayUrl}: neither a key nor a key file is named, expected one of them, since what is ` +
      "stored is encrypted; give a key (openssl rand -base64 32) or name a key file.",
  );
}
