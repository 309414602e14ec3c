import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { DiskRoom, leastFreeBytes } from "../../src/datastore/disk-room.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { createPglitePool } from "../../src/datastore/pglite-pool.ts";
import { createSqlJournalStore } from "../../src/datastore/sql-stores.ts";
import { errorText } from "../../src/errors.ts";
import type { AppReply } from "../../src/nas/simulated/app-behaviour.ts";
import { installRequest, openBox } from "../support/box.ts";
import { canMountDisk, mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";
import { testDatastoreOptions } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";

const slow = { timeout: 240_000 };

describe.skipIf(!canMountDisk)("a full disk under pglite", () => {
  const mountDisk = async (): Promise<SmallDisk> => {
    const disk = await mountSmallDisk(160);
    onTestFinished(() => disk.remove());
    return disk;
  };
  const open = async (disk: SmallDisk, outageMs?: number): Promise<Datastore> => {
    const url = `pglite:${join(disk.path, "box")}`;
    const store = await openDatastore(url, { ...testDatastoreOptions, outageMs });
    onTestFinished(() => store.close());
    return store;
  };

  it(
    "makes writes wait for room, lets reads through, and loses nothing that was acknowledged",
    slow,
    async () => {
      const disk = await mountDisk();
      const store = await open(disk);
      await store.journals.append("task", 0, texts("before"));
      disk.fill();
      const append = store.journals.append("task", 1, texts("during"));
      const put = store.documents.put("answers", "task", text("during"));
      expect(await read(store, "task")).toEqual(["before"]);
      expect(await store.documents.get("answers", "task")).toBeNull();
      disk.relieve();
      await Promise.all([append, put]);
      expect(await read(store, "task")).toEqual(["before", "during"]);
      expect(await store.documents.get("answers", "task")).toEqual(text("during"));
      await store.close();
      expect(await read(await open(disk), "task")).toEqual(["before", "during"]);
    },
  );

  it(
    "is told in four parts when there is no room for too long, also to who opens the folder",
    slow,
    async () => {
      const disk = await mountDisk();
      const store = await open(disk, 300);
      disk.fill(leastFreeBytes - 2 * 1024 * 1024);
      const failure = await failureOf(store.journals.append("task", 0, texts("a")));
      expect(failure).toMatchObject({ code: "DATASTORE_FULL" });
      expect(errorText(failure)).toMatch(
        /^datastore pglite:.*box: its disk has 4\d MiB left, expected at least 48 MiB, .*; free space there; work goes on by itself\.$/,
      );
      await store.close();
      disk.fill(leastFreeBytes - 2 * 1024 * 1024);
      const refused = await failureOf(open(disk));
      expect(refused).toMatchObject({ code: "DATASTORE_FULL" });
      expect(errorText(refused)).toMatch(/; free space there and start again\.$/);
      disk.relieve();
      await (await open(disk)).journals.append("task", 0, texts("a"));
    },
  );

  it("never lets the database run out of room for its log, however much is written", slow, async () => {
    const disk = await mountDisk();
    const store = await open(disk, 1);
    disk.fill(leastFreeBytes + 20 * 1024 * 1024);
    const entry = Buffer.alloc(100_000, 7);
    let acknowledged = 0;
    const failure = await failureOf(
      (async () => {
        for (;;) {
          await store.journals.append("task", acknowledged, [entry]);
          acknowledged += 1;
        }
      })(),
    );
    expect(failure).toMatchObject({ code: "DATASTORE_FULL" });
    expect(acknowledged).toBeGreaterThan(10);
    expect((await store.journals.read("task")).length).toBe(acknowledged);
    await store.close();
    disk.relieve();
    expect((await read(await open(disk), "task")).length).toBe(acknowledged);
  });

  it(
    "that stops the database all the same is told at once by each query, and the folder opens again",
    slow,
    async () => {
      const disk = await mountDisk();
      await (await open(disk)).close();
      const db = await PGlite.create(join(disk.path, "box", "pgdata"));
      const elsewhere = {
        folder: tmpdir(),
        displayUrl: "pglite:box",
        outageMs: 1,
        closed: AbortSignal.abort(),
      };
      const pool = createPglitePool(db, { displayUrl: "pglite:box", room: new DiskRoom(elsewhere) });
      const journals = createSqlJournalStore(pool.express);
      disk.fill(20 * 1024 * 1024);
      let acknowledged = 0;
      const append = async (): Promise<void> => {
        await journals.append("task", acknowledged, [randomBytes(100_000)]);
        acknowledged += 1;
      };
      const failure = await failureOf(
        (async () => {
          for (;;) await append();
        })(),
      );
      expect(failure).toMatchObject({ code: "DATASTORE_FULL" });
      expect(errorText(failure)).toMatch(
        /: its database has stopped \(.*No space left on device\), expected room/,
      );
      expect(await failureOf(append())).toBe(failure);
      expect(await failureOf(pool.query("select 1"))).toBe(failure);
      await pool.end();
      disk.relieve();
      const { rows } = await (
        await PGlite.create(join(disk.path, "box", "pgdata"))
      ).query<{ count: number }>("select count(*)::integer as count from tacklebox.journal");
      expect(rows).toEqual([{ count: acknowledged }]);
    },
  );

  it("costs a hook that it interrupts no attempt: it goes on at its line by itself", slow, async () => {
    const disk = await mountDisk();
    const { promise: troubled, resolve: onTrouble } = Promise.withResolvers<string>();
    const box = await openBox({
      datastoreUrl: `pglite:${join(disk.path, "box")}`,
      // Shorter than the outage, so that the work in hand is given up as well.
      datastoreOptions: { outageMs: 300 },
      nas: { behaviours: { testapp: ({ path }) => answerFull(path, disk) } },
      tacklebox: { leaseMs: 1000, onTrouble },
    });
    onTestFinished(() => box.close());
    await box.tacklebox.start();
    const id = await box.tacklebox.submit(
      installRequest([{ id: "gated", timeout: 600, scriptContent: gated }]),
    );
    expect(await troubled).toContain("MiB left, expected at least 48 MiB");
    disk.relieve();
    await box.untilOperation(id, "COMPLETED");
    const [task] = await box.tacklebox.getHookTasks(id);
    expect(task).toMatchObject({ status: "COMPLETED", attempt: 1, error: null });
    const journal = await box.tacklebox.getJournal(task?.id ?? "");
    const logged = journal.flatMap((entry) =>
      "event" in entry && entry.event?.type === "log" && entry.event.level === "info"
        ? entry.event.message
        : [],
    );
    expect(logged).toEqual(["before", "after"]);
    expect(box.nas.requests("testapp").filter(({ path }) => path === "/once")).toHaveLength(1);
  });
});

const gated = `export async function run(ctx) {
  await fetch(ctx.baseUrl + "/once", { method: "POST" });
  ctx.log("before");
  await ctx.emitCheckpoint("before");
  await fetch(ctx.baseUrl + "/full");
  ctx.log("after");
}`;

let isFilled = false;

/** The disk is full before the first request there is answered. */
function answerFull(path: string, disk: SmallDisk): AppReply {
  if (path === "/full" && !isFilled) {
    isFilled = true;
    disk.fill();
  }
  return { status: 200 };
}
