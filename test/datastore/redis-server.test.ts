import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { errorText } from "../../src/errors.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { startRedis } from "../support/servers.ts";
import { canMountDisk, mountSmallDisk } from "../support/small-disk.ts";
import { hasRedis, testDatastoreOptions, testRedisUrl } from "../support/test-datastores.ts";
import { failureOf, read, text, texts } from "./contract.ts";
import { describeServerContract, open } from "./server-contract.ts";

describeServerContract({
  kind: "redis",
  available: hasRedis,
  start: () => startRedis(["--appendfsync", "always"]),
  createUrl: testRedisUrl,
});

describe.skipIf(!hasRedis)("a redis without memory left", () => {
  it("makes writes wait for it, and lets reads through", async () => {
    const { server, limitMemory } = await startLimited();
    const store = await open(server.url);
    await store.journals.append("task", 0, texts("before"));
    await limitMemory("1");
    const append = store.journals.append("task", 1, texts("during"));
    const put = store.documents.put("answers", "task", text("during"));
    expect(await read(store, "task")).toEqual(["before"]);
    await limitMemory("0");
    await Promise.all([append, put]);
    expect(await read(store, "task")).toEqual(["before", "during"]);
    expect(await store.documents.get("answers", "task")).toEqual(text("during"));
  });

  it("is told in four parts when that lasts for too long", async () => {
    const { server, limitMemory } = await startLimited();
    const store = await open(server.url, { outageMs: 300 });
    await limitMemory("1");
    const failure = await failureOf(store.journals.append("task", 0, texts("a")));
    expect(failure).toMatchObject({ code: "DATASTORE_FULL" });
    expect(errorText(failure)).toMatch(
      /^datastore redis:.*: OOM command not allowed .*, expected room for what is to be kept; raise its maxmemory, or .*$/,
    );
  });
});

async function startLimited() {
  const server = await startRedis();
  const client = new Redis(server.url);
  onTestFinished(async () => {
    client.disconnect();
    await server.stop();
  });
  return { server, limitMemory: (bytes: string) => client.config("SET", "maxmemory", bytes) };
}

describe.skipIf(!hasRedis || !canMountDisk)("a redis whose disk is full", () => {
  it("makes writes wait for room", async () => {
    const disk = await mountSmallDisk(8);
    const server = await startRedis(["--dir", disk.path, "--appendfsync", "everysec"]);
    onTestFinished(async () => {
      await server.stop();
      await disk.remove();
    });
    const store = await open(server.url, { outageMs: 500 });
    disk.fill();
    let kept = 0;
    const failure = await failureOf(
      (async () => {
        for (; ; kept += 1) await store.journals.append("task", kept, [randomBytes(10_000)]);
      })(),
    );
    expect(failure).toMatchObject({ code: "DATASTORE_FULL" });
    expect(errorText(failure)).toMatch(
      /: MISCONF .*, expected room for what is to be kept; free space on its disk;/,
    );
    disk.relieve();
    const patient = await open(server.url);
    await patient.journals.append("task", kept, texts("after"));
    expect((await patient.journals.read("task")).length).toBe(kept + 1);
  });
});

describe.skipIf(!hasRedis)("settings of redis", () => {
  it("warns of a server that may evict tasks and keeps nothing on disk", async () => {
    const server = await startRedis(["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]);
    onTestFinished(() => server.stop());
    const store = await open(server.url);
    expect(store.warnings).toEqual([
      expect.stringContaining("maxmemory-policy allkeys-lru"),
      expect.stringContaining("Redis keeps nothing on disk"),
    ]);
    expect(store.durability).toContain("appendonly is off");
  });

  it("is content with a server that evicts nothing and keeps a log, and says what a crash can lose", async () => {
    const everySecond = await open(await testRedisUrl());
    expect(everySecond.warnings).toEqual([]);
    expect(everySecond.durability).toContain("can lose about the last second (appendfsync everysec)");
    const server = await startRedis(["--appendfsync", "always"]);
    onTestFinished(() => server.stop());
    expect((await open(server.url)).durability).toContain("loses nothing that was acknowledged");
  });

  it("names user and password as the thing to check when the server wants them", async () => {
    const server = await startRedis(["--requirepass", "s3cret"]);
    onTestFinished(() => server.stop());
    const failure = await failureOf(openDatastore(server.url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_UNREACHABLE" });
    expect(errorText(failure)).toContain("check user and password");
    const store = await open(server.url.replace("redis://", "redis://:s3cret@"));
    expect(store.displayUrl).toContain("redis://:***@127.0.0.1");
  });

  it("works for a user who may not ask for the configuration", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    await admin.acl("SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-config");
    const store = await open(server.url.replace("redis://", "redis://app:pw@"));
    await store.journals.append("task", 0, texts("a"));
    expect(await read(store, "task")).toEqual(["a"]);
    expect(store.warnings).toEqual([]);
  });
});

describe.skipIf(!hasRedis)("keys in redis", () => {
  it("are kept apart by prefix, so that two tackleboxes can share a server", async () => {
    const url = await testRedisUrl();
    const [one, two] = [await open(url, { prefix: "one" }), await open(url, { prefix: "two" })];
    await one.journals.append("task", 0, texts("of one"));
    await two.documents.put("answers", "task", text("of two"));
    expect(await read(two, "task")).toEqual([]);
    expect(await one.documents.get("answers", "task")).toBeNull();
  });

  it("are refused when a later tacklebox has changed their shape", async () => {
    const url = await testRedisUrl();
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    await redis.set("tacklebox:schema", "2");
    const failure = await failureOf(openDatastore(url, testDatastoreOptions));
    expect(failure).toMatchObject({ code: "DATASTORE_NEWER" });
    expect(errorText(failure)).toContain('key "tacklebox:schema" has version 2, expected version 1 or older');
  });

  it("hold nothing that can be read without the key", async () => {
    const url = await testRedisUrl();
    const store = await open(url);
    const secret = "tk-4711-very-secret";
    await store.journals.append("task", 0, texts(secret));
    await store.documents.put("answers", "task", text(secret));
    const redis = new Redis(url);
    onTestFinished(() => redis.disconnect());
    const [entry] = await redis.lrangeBuffer("tacklebox:journal:task", 0, -1);
    const answer = await redis.hgetBuffer("tacklebox:documents:answers", "task");
    expect(entry?.length).toBeGreaterThan(secret.length);
    expect(entry?.includes(secret)).toBe(false);
    expect(answer?.includes(secret)).toBe(false);
  });
});

describe.skipIf(!hasRedis)("documents in redis", () => {
  it("that a release without listing has written are listed too", async () => {
    const url = await testRedisUrl();
    const client = new Redis(url);
    onTestFinished(() => client.disconnect());
    const store = await open(url);
    await store.documents.put("operations", "tsk_2", text("new"));
    await client.hset("tacklebox:documents:operations", "tsk_1", "old", "tsk_3", "old");
    expect(await store.documents.list("operations", { limit: 10 })).toEqual(["tsk_3", "tsk_2", "tsk_1"]);
    await client.hdel("tacklebox:documents:operations", "tsk_3");
    expect(await store.documents.list("operations", { limit: 10 })).toEqual(["tsk_2", "tsk_1"]);
  });
});
