import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holdNotifications } from "../../src/datastore/hold-notifications.ts";
import { createPglitePool, type PglitePool } from "../../src/datastore/pglite-pool.ts";
import { createDataFolder } from "../../src/datastore/pglite-template.ts";
import { testDatastoreOptions } from "../support/test-datastores.ts";
import { failureOf } from "./contract.ts";

let folder: string;
let db: PGlite;
let pool: PglitePool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tacklebox-pool-"));
  const { cacheDir } = testDatastoreOptions;
  await createDataFolder(join(folder, "pgdata"), { cacheDir, onProgress: () => undefined });
  db = await PGlite.create(join(folder, "pgdata"));
  pool = createPglitePool(db);
  await pool.query("create table seen (who text)");
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

const seen = async (): Promise<unknown[]> => {
  const { rows } = await pool.query<{ who: string }>("select who from seen order by who");
  return rows.map((row) => row.who);
};

describe("pool over the embedded database", () => {
  it("makes everybody else wait while one client is inside a transaction", async () => {
    const [one, two] = [await pool.connect(), await pool.connect()];
    const order: string[] = [];
    await one.query("begin");
    await one.query("insert into seen values ($1)", ["one"]);
    const others = Promise.all([
      two.query("insert into seen values ('two')").then(() => order.push("two")),
      pool.query("insert into seen values ('pool')").then(() => order.push("pool")),
    ]);
    await one.query("insert into seen values ('one again')");
    order.push("one");
    await one.query("rollback");
    await others;
    expect(order[0]).toBe("one");
    expect(order.toSorted()).toEqual(["one", "pool", "two"]);
    expect(await seen()).toEqual(["pool", "two"]);
    one.release();
    two.release();
  });

  it("keeps the order of one client's queries, sent without waiting", async () => {
    const client = await pool.connect();
    const answers = await Promise.all([
      client.query("begin"),
      client.query("insert into seen values ('sent at once')"),
      client.query("select 1 as one"),
      client.query("commit"),
    ]);
    client.release();
    expect(answers[2].rows).toEqual([{ one: 1 }]);
    expect(await seen()).toContain("sent at once");
  });

  it("lets the next one go on after a query that fails, inside a transaction or not", async () => {
    const client = await pool.connect();
    expect(await failureOf(client.query("select nonsense"))).toMatchObject({ code: "42703" });
    expect(await failureOf(pool.query("select nonsense"))).toMatchObject({ code: "42703" });
    await client.query("begin");
    expect(await failureOf(client.query("select nonsense"))).toMatchObject({ code: "42703" });
    const waiting = pool.query("select 1 as one");
    await client.query("rollback");
    expect((await waiting).rows).toEqual([{ one: 1 }]);
    client.release();
  });

  it("rolls back what a client leaves unfinished when it is released", async () => {
    const client = await pool.connect();
    await client.query("begin");
    await client.query("insert into seen values ('left behind')");
    client.release();
    expect(await seen()).not.toContain("left behind");
  });

  it("rolls back a transaction begun on the pool itself, where nobody could end it", async () => {
    await pool.query("begin; insert into seen values ('nobody')");
    expect(await seen()).not.toContain("nobody");
  });

  it("tells each client of a notification", async () => {
    const clients = [await pool.connect(), await pool.connect()];
    await pool.query("listen news");
    const heard = clients.map(
      (client) => new Promise((resolve) => client.on("notification", (message) => resolve(message))),
    );
    await pool.query("select pg_notify('news', 'hello')");
    expect(await Promise.all(heard)).toEqual([1, 2].map(() => ({ channel: "news", payload: "hello" })));
    for (const client of clients) client.release();
  });

  it("counts changed rows and takes undefined for null", async () => {
    const { rowCount } = await pool.query("insert into seen values ($1), ($2)", ["p", undefined]);
    expect(rowCount).toBe(2);
    expect((await pool.query("delete from seen where who is null")).rowCount).toBe(1);
  });

  it("refuses queries once it has ended, in the words BullMQ knows", async () => {
    const other = createPglitePool(db);
    await other.end();
    await expect(other.query("select 1")).rejects.toThrow("after calling end on the pool");
  });
});

describe("held notifications", () => {
  it("reach the next listener when nobody was listening, each kind once", async () => {
    const client = new EventEmitter();
    holdNotifications(client);
    const news = (payload: string) => ({ channel: "news", payload });
    client.emit("notification", news("a"));
    client.emit("notification", news("a"));
    client.emit("notification", news("b"));
    const heard: unknown[] = [];
    client.on("notification", (message) => heard.push(message));
    await Promise.resolve();
    expect(heard).toEqual([news("a"), news("b")]);
    client.emit("notification", news("c"));
    expect(heard).toEqual([news("a"), news("b"), news("c")]);
    client.on("notification", (message) => heard.push(message));
    await Promise.resolve();
    expect(heard).toHaveLength(3);
  });
});
