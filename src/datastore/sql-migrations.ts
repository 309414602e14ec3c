import { readdirSync, readFileSync } from "node:fs";
import { runMigrations as runBullMigrations } from "bullmq";
import type { PgPoolClient } from "bullmq";
import type { QueryableClient } from "./queryable.ts";
import { newer } from "./refusals.ts";

/** BullMQ's tables live here, apart from ours. */
export const bullSchema = "bullmq";

/** Any number will do as long as nobody else uses it: "tkbx" in ASCII. */
const advisoryLockKey = 0x746b6278;

interface Migration {
  version: number;
  name: string;
  sql: string;
}

const folder = new URL("./sql/", import.meta.url);

const migrations: readonly Migration[] = readdirSync(folder)
  .filter((name) => /^\d{4}-.+\.sql$/.test(name))
  .toSorted()
  .map((name) => ({
    version: Number(name.slice(0, 4)),
    name,
    sql: readFileSync(new URL(name, folder), "utf8"),
  }));

/** The newest schema this code knows. */
export const sqlSchemaVersion = migrations.at(-1)?.version ?? 0;

/**
 * Brings both schemas up to date, forward only. Starters that come at once wait for each other. Rejects with
 * `DATASTORE_NEWER` when a later tacklebox or BullMQ has been here.
 */
export async function migrate(client: QueryableClient & PgPoolClient, displayUrl: string): Promise<void> {
  await client.query("begin");
  try {
    // A starter that hangs must not hang the others for ever.
    await client.query("set local lock_timeout = '60s'");
    await client.query("select pg_advisory_xact_lock($1::integer, 1)", [advisoryLockKey]);
    await applyPending(client, displayUrl);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
  await runBullMigrations(client, bullSchema).catch((error: unknown) => {
    throw isNewerBullSchema(error) ? newer(displayUrl, "its job tables", "this BullMQ knows", error) : error;
  });
}

async function applyPending(client: QueryableClient, displayUrl: string): Promise<void> {
  await client.query("create schema if not exists tacklebox");
  await client.query(
    "create table if not exists tacklebox.migration (" +
      "version integer primary key, name text not null, applied_at timestamptz not null default now())",
  );
  const { rows } = await client.query(
    "select coalesce(max(version), 0)::integer as version from tacklebox.migration",
  );
  const current = Number(rows[0]?.["version"]);
  if (current > sqlSchemaVersion) {
    throw newer(
      displayUrl,
      `schema "tacklebox" has version ${current}`,
      `version ${sqlSchemaVersion} or older`,
    );
  }
  for (const migration of migrations.filter(({ version }) => version > current)) {
    await client.query(migration.sql);
    await client.query("insert into tacklebox.migration (version, name) values ($1, $2)", [
      migration.version,
      migration.name,
    ]);
  }
}

function isNewerBullSchema(error: unknown): boolean {
  return error instanceof Error && error.name === "SchemaVersionMismatchError";
}
