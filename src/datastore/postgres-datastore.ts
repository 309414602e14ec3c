import { errorCodeOf } from "../errors.ts";
import { createSqlBullFactory } from "./bull-factory.ts";
import { withDeadline } from "./deadline.ts";
import { createPatientQueryable } from "./patient-queryable.ts";
import { PostgresPool } from "./postgres-pool.ts";
import { sqlStateOf } from "./queryable.ts";
import { unreachable } from "./refusals.ts";
import { migrate } from "./sql-migrations.ts";
import { createSqlDocumentStore, createSqlJournalStore, createSqlStoredValues } from "./sql-stores.ts";
import type { ServerOptions } from "./server-options.ts";
import type { UnsealedDatastore } from "./stored-values.ts";

const durability =
  "Survives the death of any process, of the server and of its machine: each write is on disk before it is " +
  "acknowledged, as long as Postgres runs with fsync and synchronous_commit on.";

/** Connects to Postgres and brings its tables up to date. Entries are not sealed yet. */
export async function openPostgresDatastore(
  target: { url: string; displayUrl: string },
  options: ServerOptions,
): Promise<UnsealedDatastore> {
  const { displayUrl } = target;
  const closing = new AbortController();
  const pool = new PostgresPool(target.url, options.connectTimeoutMs);
  try {
    await checkReachable(pool, options.connectTimeoutMs);
    const client = await pool.connect();
    try {
      await migrate(client, displayUrl);
    } finally {
      client.release();
    }
    const warnings = await findRisks(pool);
    const db = createPatientQueryable(pool, {
      displayUrl,
      outageMs: options.outageMs,
      closed: closing.signal,
    });
    return {
      kind: "postgres",
      displayUrl,
      durability,
      warnings,
      bull: createSqlBullFactory(pool),
      journals: createSqlJournalStore(db),
      documents: createSqlDocumentStore(db),
      values: createSqlStoredValues(db),
      close: async () => {
        if (closing.signal.aborted) return;
        closing.abort();
        await pool.end();
      },
    };
  } catch (error) {
    void pool.end().catch(() => undefined);
    throw errorCodeOf(error) === null ? unreachable(displayUrl, error, adviceFor(error)) : error;
  }
}

async function checkReachable(pool: PostgresPool, ms: number): Promise<void> {
  await withDeadline(pool.query("select 1"), ms, () => new Error(`no answer within ${ms / 1000} seconds`));
}

async function findRisks(pool: PostgresPool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off'",
  );
  return rows.map(
    ({ name }) =>
      `Postgres runs with ${name} = off, so a crash of its machine can lose acknowledged writes; set it to on.`,
  );
}

const advice: Record<string, string> = {
  "28P01": "check user and password in the URL.",
  "28000": "check user and password in the URL, and who may connect in pg_hba.conf.",
  "3D000": "make the database first, or correct its name in the URL.",
  "42501": "grant this user CREATE on the database.",
  "55P03": "another tacklebox has been changing its tables for a minute; look what holds it up.",
  "53300": "raise max_connections, or run fewer workers.",
};

function adviceFor(error: unknown): string | undefined {
  return advice[sqlStateOf(error) ?? ""];
}
