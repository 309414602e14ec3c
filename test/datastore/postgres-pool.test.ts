import { Client, type PoolClient } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { PostgresPool } from "../../src/datastore/postgres-pool.ts";
import { hasPostgres, testPostgresUrl } from "../support/test-datastores.ts";

describe.skipIf(!hasPostgres)("a connection to postgres that breaks while it is lent out", () => {
  it("ends no process, though nobody listens to it, and rejects what is asked on it", async () => {
    const url = await testPostgresUrl();
    const admin = new Client({ connectionString: url });
    await admin.connect();
    await admin.query("create schema bullmq");
    const pool = new PostgresPool(url, 5000);
    onTestFinished(async () => {
      await pool.end();
      await admin.end();
    });
    const unheard: unknown[] = [];
    const onUnheard = (error: unknown): void => void unheard.push(error);
    process.on("uncaughtException", onUnheard);
    onTestFinished(() => void process.off("uncaughtException", onUnheard));

    const session = (await pool.connect()) as unknown as PoolClient;
    const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    // Not `once` of node:events, which would listen to errors.
    const ended = new Promise<void>((resolve) => void session.once("end", () => resolve()));
    await admin.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await ended;
    const asked = session.query("select 1");
    await expect(asked.finally(() => session.release(true))).rejects.toThrow(/not queryable|terminat/i);
    expect(unheard).toEqual([]);
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});
