import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorText } from "../../src/errors.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { startPostgres } from "../support/servers.ts";
import { canMountDisk, mountSmallDisk } from "../support/small-disk.ts";
import { hasPostgres, testDatastoreOptions, testPostgresUrl } from "../support/test-datastores.ts";
import { failureOf, read, texts } from "./contract.ts";
import { describeServerContract, open } from "./server-contract.ts";

describeServerContract({
  kind: "postgres",
  available: hasPostgres,
  start: () => startPostgres(),
  createUrl: testPostgresUrl,
});

describe.skipIf(!hasPostgres)("tables in postgres", () => {
  it("are made once by starters that come at the same time", async () => {
    const url = await testPostgresUrl();
    const stores = await Promise.all([1, 2, 3, 4, 5].map(() => open(url)));
    for (const [index, store] of stores.entries())
      await store.journals.append("task", index, texts(`${index}`));
    expect(await read(stores[0] ?? (await open(url)), "task")).toEqual(["0", "1", "2", "3", "4"]);
    expect(await rowsOf(url, "select version from tacklebox.migration")).toEqual([{ version: 1 }]);
  });

  it("are refused when a later tacklebox or BullMQ has changed them", async () => {
    const url = await testPostgresUrl();
    await open(url);
    await rowsOf(url, "insert into tacklebox.migration (version, name) values (2, 'from the future')");
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_NEWER" });
    expect(errorText(failure)).toMatch(
      /schema "tacklebox" has version 2, expected version 1 or older; a later tacklebox/,
    );
    await rowsOf(url, "delete from tacklebox.migration where version = 2");
    await rowsOf(url, "update bullmq.migration set min_client_version = 99");
    expect(await failureOf(openDatastore(url, testDatastoreOptions))).toMatchObject({
      code: "DATASTORE_NEWER",
    });
  });

  it("hold nothing that can be read without the key", async () => {
    const url = await testPostgresUrl();
    const store = await open(url);
    await store.journals.append("task", 0, texts("tk-4711-very-secret"));
    const rows = await rowsOf(
      url,
      "select position('tk-4711'::bytea in entry) as place from tacklebox.journal",
    );
    expect(rows).toEqual([{ place: 0 }]);
  });

  it("keep their schema whatever the URL sets for the session", async () => {
    const store = await open(`${await testPostgresUrl()}?options=-c%20statement_timeout%3D60000`);
    const queue = store.bull.queue("jobs");
    onTestFinished(() => queue.close());
    await queue.add("job", {});
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it("serve more workers in one process than there are connections for queries", async () => {
    const store = await open(await testPostgresUrl());
    const events = await store.bull.events("crowd");
    const workers = Array.from({ length: 15 }, () =>
      store.bull.worker("crowd", () => Promise.resolve("done")),
    );
    const queue = store.bull.queue("crowd");
    onTestFinished(async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await events.close();
      await queue.close();
    });
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    const job = await queue.add("job", {});
    expect(await job.waitUntilFinished(events)).toBe("done");
  });
});

describe.skipIf(!hasPostgres || !canMountDisk)("a postgres whose disk is full", () => {
  it("makes writes wait for room, and says so when that lasts for too long", async () => {
    const disk = await mountSmallDisk(160);
    const server = await startPostgres({}, disk.path);
    onTestFinished(async () => {
      await server.stop();
      await disk.remove();
    });
    const store = await open(server.url, { outageMs: 500 });
    disk.fill();
    let kept = 0;
    const failure = await failureOf(
      (async () => {
        for (; ; kept += 1) await store.journals.append("task", kept, [randomBytes(100_000)]);
      })(),
    );
    expect(failure).toMatchObject({ code: expect.stringMatching(/^DATASTORE_(FULL|UNREACHABLE)$/) });
    expect(errorText(failure)).toMatch(/expected (room for what is to be kept|a server that answers); /);
    disk.relieve();
    const patient = await open(server.url);
    await patient.journals.append("task", kept, texts("after"));
    expect((await patient.journals.read("task")).length).toBe(kept + 1);
  });
});

describe.skipIf(!hasPostgres)("settings of postgres", () => {
  it("are warned of when a crash could lose what was acknowledged", async () => {
    const server = await startPostgres({ fsync: "off", synchronous_commit: "off" });
    onTestFinished(() => server.stop());
    const store = await open(server.url);
    expect(store.warnings).toEqual([
      expect.stringContaining("fsync = off"),
      expect.stringContaining("synchronous_commit = off"),
    ]);
    expect((await open(await testPostgresUrl())).warnings).toEqual([]);
  });

  it.each([
    [
      "a database that is not there",
      "/nothing_here",
      /database "nothing_here" does not exist.*make the database first/,
    ],
    ["a user that is not there", "@", /role "stranger" does not exist.*check user and password/],
  ])("say what to do about %s", async (_, change, expected) => {
    const url = new URL(await testPostgresUrl());
    if (change === "@") url.username = "stranger";
    else url.pathname = change;
    const failure = await failureOf(openDatastore(url.href, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
    expect(errorText(failure)).toMatch(expected);
  });
});

async function rowsOf(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
