import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Datastore } from "../src/datastore/datastore.ts";
import { openDatastore } from "../src/datastore/open-datastore.ts";
import { findServerProgram, startPostgres, startRedis } from "../test/support/servers.ts";
import type { BenchSettings } from "./measure.ts";

/** What opens a datastore, in this process or another. */
export interface Connection {
  url: string;
  key: string;
  cacheDir: string;
}

/** Room for a datastore of that kind, empty at first, on a server of its own where it needs one. */
export interface BenchPlace {
  kind: string;
  connection: Connection;
}

/** A datastore of that kind, empty at first. */
export interface BenchDatastore {
  kind: string;
  datastore: Datastore;
}

/** Calls `measure` with room for each datastore asked for, one after another; those not installed are named and left out. */
export async function onEachPlace<T>(
  settings: BenchSettings,
  measure: (place: BenchPlace) => Promise<T[]>,
): Promise<T[]> {
  const results: T[] = [];
  for (const kind of settings.datastores) {
    if (kind !== "pglite" && findServerProgram(requireServerKind(kind)) === null) {
      settings.say(`${kind}: left out, its server program is not installed`);
      continue;
    }
    settings.say(kind);
    const { url, remove } = await makeRoom(kind);
    try {
      results.push(...(await measure({ kind, connection: connectionTo(url) })));
    } finally {
      // Connections just ended are still being taken down.
      await delay(200);
      await remove();
    }
  }
  return results;
}

/** The same with the datastores open. */
export async function onEachDatastore<T>(
  settings: BenchSettings,
  measure: (store: BenchDatastore) => Promise<T[]>,
): Promise<T[]> {
  return await onEachPlace(settings, ({ kind, connection }) =>
    whileOpen(connection, (datastore) => measure({ kind, datastore })),
  );
}

/** Calls `measure` with an empty Redis that syncs its file at every write; gives nothing where Redis is not installed. */
export async function onSyncingRedis<T>(
  settings: BenchSettings,
  measure: (datastore: Datastore) => Promise<T[]>,
): Promise<T[]> {
  if (!settings.datastores.includes("redis")) return [];
  if (findServerProgram("redis") === null) {
    settings.say("redis: left out, its server program is not installed");
    return [];
  }
  const server = await startRedis(["--appendfsync", "always"]);
  try {
    return await whileOpen(connectionTo(server.url), measure);
  } finally {
    await server.stop();
  }
}

function requireServerKind(kind: string): "redis" | "postgres" {
  if (kind === "redis" || kind === "postgres") return kind;
  throw new Error(`--datastore ${kind}: not known; name pglite, redis or postgres.`);
}

const connectionTo = (url: string): Connection => ({
  url,
  key: randomBytes(32).toString("hex"),
  cacheDir: join(import.meta.dirname, "../node_modules/.cache/tacklebox"),
});

async function whileOpen<T>(
  { url, ...options }: Connection,
  use: (datastore: Datastore) => Promise<T>,
): Promise<T> {
  const datastore = await openDatastore(url, options);
  try {
    return await use(datastore);
  } finally {
    await datastore.close();
  }
}

async function makeRoom(kind: string): Promise<{ url: string; remove: () => Promise<void> }> {
  if (kind === "pglite") {
    const folder = await mkdtemp(join(tmpdir(), "tacklebox-bench-"));
    return {
      url: `pglite:${join(folder, "box")}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const server = await (requireServerKind(kind) === "redis" ? startRedis() : startPostgres());
  return { url: server.url, remove: () => server.stop() };
}
