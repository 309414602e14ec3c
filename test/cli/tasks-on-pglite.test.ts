import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { waitingHook } from "../api/support/scripts.ts";
import { spawnCli, temporaryFolder, type CliResult } from "./support/cli.ts";
import { startServer } from "./support/served.ts";

describe("the commands about tasks on an embedded datastore", () => {
  it("send to the server that has it, work without one, and what they decided is done at the next start", async () => {
    const cwd = temporaryFolder();
    const run = (...args: string[]): Promise<CliResult> => spawnCli(args, { cwd, env }).result;
    const server = await startServer({ cwd });
    onTestFinished(() => server.stop());
    const { token } = server;
    const env = { ...server.env, TACKLEBOX_DATASTORE: "pglite:.tacklebox/serve" };
    const id = await server.install([waitingHook]);
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const held = await run("skip", id);
    expect(held.stderr).toMatch(/DATASTORE_LOCKED .* ask that one: --server URL/);
    expect(held.code).toBe(5);
    await server.stop();

    expect((await run("tasks")).stdout).toMatch(new RegExp(`^${id} +AWAITING_RETRY`, "m"));
    const followed = await run("logs", "-f", id);
    expect(followed.stdout).toMatch(/info {2}waiting before\n$/);
    expect(followed.stderr).toMatch(/goes on when a server or worker has its datastore/);
    expect(followed.code).toBe(0);
    expect(await run("skip", id)).toMatchObject({ code: 0 });

    const again = await startServer({ cwd, token });
    onTestFinished(() => again.stop());
    await again.until(id, ({ status }) => status === "COMPLETED");
  }, 180_000);

  it("refuse a folder that is not there, and make none", async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await spawnCli(["tasks", "--datastore", "pglite:none"], { cwd }).result;
    expect(stderr).toMatch(/USAGE --datastore pglite:none: found no such folder, expected the datastore of/);
    expect(code).toBe(2);
    const { code: second } = await spawnCli(["show", "tsk_1", "--datastore", `pglite:${join(cwd, "none")}`])
      .result;
    expect(second).toBe(2);
  });
});
