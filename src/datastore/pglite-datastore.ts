import { mkdir, readFile, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import { createSqlBullFactory } from "./bull-factory.ts";
import { DiskRoom } from "./disk-room.ts";
import { lockFiles, lockFolder } from "./folder-lock.ts";
import { listenToBull } from "./hold-notifications.ts";
import { createPatientQueryable } from "./patient-queryable.ts";
import { createPglitePool, type PglitePool, type PglitePoolOptions } from "./pglite-pool.ts";
import { createDataFolder, type TemplateOptions } from "./pglite-template.ts";
import { migrate } from "./sql-migrations.ts";
import { createSqlDocumentStore, createSqlJournalStore, createSqlStoredValues } from "./sql-stores.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

/** The key file of a datastore folder, unless another is named. */
export const folderKeyFile = "tacklebox.key";

/** The `TemplateOptions`, each with a default. */
export type PgliteOptions = { [Name in keyof TemplateOptions]?: TemplateOptions[Name] | undefined } & {
  /** How long a full disk is waited out, in milliseconds. */
  outageMs: number;
};

/** Where the database is in a datastore folder. */
export const dataFolder = "pgdata";
const ownNames = new Set<string>([...lockFiles, dataFolder, folderKeyFile]);

const durability =
  "Survives the death of the process at any moment; a power cut or a crash of the machine can lose the last " +
  "seconds, because the embedded database does not force its files to disk.";

/** Opens (and on first use makes) the embedded datastore in `folder`. Entries are not sealed yet. */
export async function openPgliteDatastore(
  folder: string,
  options: PgliteOptions,
): Promise<UnsealedDatastore> {
  const displayUrl = `pglite:${folder}`;
  const hasData = await prepareFolder(folder);
  const closing = new AbortController();
  const { outageMs } = options;
  const patience = { displayUrl, outageMs, closed: closing.signal };
  const room = new DiskRoom({ folder, ...patience });
  const lock = lockFolder(folder);
  try {
    const data = join(folder, dataFolder);
    if (!hasData) await createDataFolder(data, resolveTemplateOptions(options));
    room.require();
    const { db, pool } = await openDatabase(data, { displayUrl, room });
    const express = createPatientQueryable(pool.express, patience);
    return {
      kind: "pglite",
      displayUrl,
      durability,
      warnings: [],
      bull: createSqlBullFactory(pool),
      journals: createSqlJournalStore(express),
      documents: createSqlDocumentStore(express),
      values: createSqlStoredValues(express),
      close: async () => {
        closing.abort();
        await pool.end();
        if (!db.closed && pool.isUsable) await db.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    if (errorCodeOf(error) !== null) throw error;
    throw unusable(folder, `it could not be made ready (${errorText(error)})`, error);
  }
}

function resolveTemplateOptions(options: PgliteOptions): TemplateOptions {
  return {
    cacheDir: options.cacheDir ?? join(homedir(), ".cache", "tacklebox"),
    onProgress: options.onProgress ?? (() => undefined),
  };
}

/** Makes sure that the folder is there and ours; true when it holds a database already. */
async function prepareFolder(folder: string): Promise<boolean> {
  let names: string[];
  try {
    await mkdir(folder, { recursive: true });
    names = await readdir(folder);
  } catch (error) {
    throw unusable(folder, `it cannot be made or read (${errorText(error)})`, error);
  }
  if (names.includes(dataFolder)) {
    // PGlite would make a new database over whatever is there.
    await readFile(join(folder, dataFolder, "PG_VERSION")).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EACCES" && code !== "EPERM")
        throw damaged(folder, `${dataFolder}/PG_VERSION cannot be read`, error);
      throw unusable(folder, `${dataFolder} may not be read by this user (${errorText(error)})`, error);
    });
    return true;
  }
  const foreign = names.filter((name) => !ownNames.has(name) && !name.startsWith("building-"));
  if (foreign.length > 0) {
    throw unusable(folder, `it holds other files ("${foreign[0]}") and no datastore`);
  }
  return false;
}

async function openDatabase(
  data: string,
  options: PglitePoolOptions,
): Promise<{ db: PGlite; pool: PglitePool }> {
  const db = await startDatabase(data);
  try {
    const pool = createPglitePool(db, options);
    const client = await pool.connect();
    await migrate(client, options.displayUrl);
    client.release();
    await db.exec(`set search_path to bullmq; ${listenToBull}`);
    return { db, pool };
  } catch (error) {
    await db.close();
    throw error;
  }
}

function startDatabase(data: string): Promise<PGlite> {
  return PGlite.create(data, {
    // PGlite's own pair goes byte by byte and takes most of a second for a mebibyte.
    serializers: { [types.BYTEA]: (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}` },
    parsers: { [types.BYTEA]: (hex: string) => Buffer.from(hex.slice(2), "hex") },
  }).catch((error: unknown) => {
    throw damaged(dirname(data), errorText(error), error);
  });
}

function damaged(folder: string, found: string, cause?: unknown): TackleboxError {
  return new TackleboxError(
    "DATASTORE_FOLDER",
    `datastore folder ${folder}: its database does not open (${found}), expected one this version of PGlite made; ` +
      "restore the folder from a backup, or name another one.",
    { cause },
  );
}

function unusable(folder: string, found: string, cause?: unknown): TackleboxError {
  return new TackleboxError(
    "DATASTORE_FOLDER",
    `datastore folder ${folder}: ${found}, expected a new or empty folder this user can write, or one tacklebox ` +
      "made; change its permissions, or name another folder.",
    { cause },
  );
}
