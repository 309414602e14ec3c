import { describe, expect, it, onTestFinished } from "vitest";
import { startRedis } from "../support/servers.ts";
import { hasRedis, testDatastoreOptions, testRedisUrl } from "../support/test-datastores.ts";
import { startCli } from "./support/cli.ts";

const env = { TACKLEBOX_KEY: testDatastoreOptions.key };

/** A command that opens the datastore and finds nothing in it. */
const lookInto = (url: string) => startCli(["replay", "tsk_none", "--datastore", url], { env }).result;

describe.skipIf(!hasRedis)("a command that opens a datastore", () => {
  it("says in one line, as talk, which loss it covers", async () => {
    const url = await testRedisUrl();
    const { stdout, stderr } = await lookInto(url);
    expect(stdout).toBe("");
    const [first, second] = stderr.split("\n");
    expect(first).toBe(
      `Datastore ${url}: Survives the death of any tacklebox process and of Redis itself; a power cut or a crash of ` +
        "its machine can lose about the last second (appendfsync everysec).",
    );
    expect(second).toContain("TASK_UNKNOWN");
  });

  it("names a Redis that may throw tasks away, and one that keeps nothing on disk", async () => {
    const server = await startRedis(["--appendonly", "no", "--maxmemory-policy", "allkeys-lru"]);
    onTestFinished(() => server.stop());
    const { stderr } = await lookInto(server.url);
    expect(stderr.split("\n").slice(0, 3)).toEqual([
      expect.stringContaining("a crash of Redis loses what came after its last snapshot"),
      expect.stringMatching(/^! Redis runs with maxmemory-policy allkeys-lru, .*; set it to noeviction\.$/),
      expect.stringMatching(/^! Redis keeps nothing on disk .*; set appendonly yes\.$/),
    ]);
  });
});
