import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Datastore } from "../src/datastore/datastore.ts";
import { openDatastore } from "../src/datastore/open-datastore.ts";
import { findServerProgram, startPostgres, startRedis } from "../test/support/servers.ts";
import type { BenchSettings } from "./measure.ts";

/** An empty datastore of that kind, on a server of its own where it needs one. */
export interface BenchDatastore {
  kind: string;
  datastore: Datastore;
  /** Closes it and removes what is behind it. */
  close(): Promise<void>;
}

/** Calls `measure` with each datastore asked for, one after another; those not installed are named and left out. */
export async function onEachDatastore<T>(
  settings: BenchSettings,
  measure: (store: BenchDatastore) => Promise<T[]>,
): Promise<T[]> {
  const results: T[] = [];
  for (const kind of settings.datastores) {
    if (kind !== "pglite" && findServerProgram(requireServerKind(kind)) === null) {
      settings.say(`${kind}: left out, its server program is not installed`);
      continue;
    }
    const store = await openEmpty(kind);
    try {
      settings.say(store.kind);
      results.push(...(await measure(store)));
    } finally {
      await store.close();
    }
  }
  return results;
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
  const store = await openAt("redis", { url: server.url, remove: () => server.stop() });
  try {
    return await measure(store.datastore);
  } finally {
    await store.close();
  }
}

function requireServerKind(kind: string): "redis" | "postgres" {
  if (kind === "redis" || kind === "postgres") return kind;
  throw new Error(`--datastore ${kind}: not known; name pglite, redis or postgres.`);
}

async function openEmpty(kind: string): Promise<BenchDatastore> {
  return await openAt(kind, await place(kind));
}

async function openAt(kind: string, { url, remove }: Place): Promise<BenchDatastore> {
  const datastore = await openDatastore(url, {
    key: randomBytes(32).toString("hex"),
    cacheDir: join(import.meta.dirname, "../node_modules/.cache/tacklebox"),
  });
  return {
    kind,
    datastore,
    close: async () => {
      await datastore.close();
      // Connections just ended are still being taken down.
      await delay(200);
      await remove();
    },
  };
}

interface Place {
  url: string;
  remove(): Promise<void>;
}

async function place(kind: string): Promise<Place> {
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
