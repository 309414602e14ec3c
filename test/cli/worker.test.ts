import { describe, expect, it, onTestFinished } from "vitest";
import { requireData } from "../../src/client/create-api-client.ts";
import { hasRedis, testDatastoreOptions, testRedisUrl } from "../support/test-datastores.ts";
import { cli, spawnCli, temporaryFolder, type SpawnedCli } from "./support/cli.ts";
import { openGate } from "./support/gate.ts";
import { startServer, type Served, type Told } from "./support/served.ts";

const env = { TACKLEBOX_KEY: testDatastoreOptions.key };

/** Completed, each hook in its first attempt and each line of its log once. */
async function expectUndisturbed(server: Served, id: string, hook: string): Promise<void> {
  const task: Told = await server.until(id, ({ finishedAt }) => finishedAt !== null);
  expect(task.status).toBe("COMPLETED");
  expect(task.children.map(({ status, attempt }) => ({ status, attempt }))).toEqual([
    { status: "COMPLETED", attempt: 1 },
  ]);
  const params = { path: { id } };
  const log = await requireData(server.client.GET("/v1/tasks/{id}/logs", { params }));
  expect(log.items.map(({ message }) => message)).toEqual([`before ${hook}`, `after ${hook}: go`]);
}

describe.skipIf(!hasRedis)("tacklebox worker", () => {
  it("hands live hooks over when it is stopped, and others take over when it is killed; no attempt is used up", async () => {
    const gate = await openGate();
    const datastore = await testRedisUrl();
    const cwd = temporaryFolder();
    const server = await startServer({ cwd, args: ["--datastore", datastore, "--no-worker"] });
    onTestFinished(() => server.stop());
    await server.says(/none yet; add them with\n +tacklebox worker --datastore redis:/);
    const startWorker = async (): Promise<SpawnedCli> => {
      const args = ["worker", "--datastore", datastore, "--allow", gate.address, "--hook-concurrency", "1"];
      const worker = spawnCli(args, { cwd, env });
      await worker.says(/is at work on redis:/);
      return worker;
    };

    const first = await startWorker();
    const one = await server.install([gate.hook("one")], "app-one");
    await gate.came("one");
    // The first one has its hands full.
    const second = await startWorker();
    const two = await server.install([gate.hook("two")], "app-two");
    await gate.came("two");

    first.child.kill("SIGTERM");
    const stopped = await first.result;
    expect(stopped.stderr).toMatch(/Stopping: hooks under way are handed over at their line\.\nStopped;/);
    expect(stopped.code).toBe(0);
    second.child.kill("SIGKILL");
    await second.result;

    const third = await startWorker();
    gate.open();
    await expectUndisturbed(server, one, "one");
    await expectUndisturbed(server, two, "two");
    expect(gate.visits).toEqual(
      new Map([
        ["one", 2],
        ["two", 2],
      ]),
    );
    third.child.kill("SIGTERM");
    expect((await third.result).code).toBe(0);
  }, 180_000);

  it("waits for the NAS while its server is away, and finds it at its new address", async () => {
    const gate = await openGate();
    const datastore = await testRedisUrl();
    const cwd = temporaryFolder();
    const args = ["--datastore", datastore, "--no-worker"];
    const server = await startServer({ cwd, args });
    onTestFinished(() => server.stop());
    const worker = spawnCli(["worker", "--datastore", datastore, "--allow", gate.address], { cwd, env });
    await worker.says(/is at work on/);
    const id = await server.install([gate.hook("one")]);
    await gate.came("one");
    await server.stop();
    gate.open();
    const again = await startServer({ cwd, args, token: server.token });
    onTestFinished(() => again.stop());
    await expectUndisturbed(again, id, "one");
    const next = await again.install([gate.hook("two")], "app-two");
    await expectUndisturbed(again, next, "two");
  }, 120_000);

  it("refuses a datastore that belongs to one process, and one that no server has", async () => {
    const embedded = await cli("worker", "--datastore", "pglite:somewhere");
    expect(embedded.stderr).toMatch(
      /USAGE worker --datastore: pglite:somewhere was found, which belongs to one process, expected redis:\/\//,
    );
    expect(embedded.code).toBe(2);
    expect((await cli("worker")).stderr).toMatch(/USAGE worker --datastore: none was named/);
    const datastore = await testRedisUrl();
    const alone = await spawnCli(["worker", "--datastore", datastore], { env }).result;
    expect(alone.stderr).toMatch(/NAS_UNREACHABLE .*no server has offered its NAS there/);
    expect(alone.code).toBe(5);
  });
});

describe("tacklebox serve", () => {
  it("hands a live hook over when it is stopped, which goes on at its line when it is started again", async () => {
    const gate = await openGate();
    const cwd = temporaryFolder();
    const args = ["--allow", gate.address];
    const server = await startServer({ cwd, args });
    onTestFinished(() => server.stop());
    const id = await server.install([gate.hook("one")]);
    await gate.came("one");
    server.child.kill("SIGTERM");
    const { code, stderr } = await server.result;
    expect(stderr).toMatch(/Stopped; hooks under way go on at their line when it is started again\.\n$/);
    expect(code).toBe(0);
    gate.open();
    const again = await startServer({ cwd, args, token: server.token });
    onTestFinished(() => again.stop());
    await expectUndisturbed(again, id, "one");
    expect(gate.visits.get("one")).toBe(2);
  }, 120_000);

  it("without a worker wants a datastore on which others can work", async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await spawnCli(["serve", "--port", "0", "--no-worker"], { cwd, env }).result;
    expect(stderr).toMatch(/USAGE serve --no-worker: the datastore pglite:.* was found/);
    expect(code).toBe(2);
  });
});
