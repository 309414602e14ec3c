import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTacklebox } from "../../src/create-tacklebox.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { createSimulatedNas } from "../../src/nas/create-simulated-nas.ts";
import { spawnCli, startCli, temporaryFolder } from "./support/cli.ts";

const rowsOf = (stdout: string): string[][] =>
  stdout
    .split("\n")
    .filter((line) => /COMPLETED|SKIPPED|FAILED/.test(line))
    .map((line) => line.trim().split(/ {2,}/));

describe("tacklebox demo", () => {
  it("plays by itself without a terminal and says where the history is", async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await spawnCli(["demo"], { cwd }).result;
    expect(code).toBe(0);
    expect(rowsOf(stdout).map(([name, state, attempts]) => [name, state, attempts])).toEqual([
      ["Install mediabox", "COMPLETED", expect.any(String)],
      ["mediabox-preflight", "COMPLETED", "1"],
      ["mediabox-setup", "COMPLETED", "1"],
      ["Upgrade mediabox", "COMPLETED", expect.any(String)],
      ["mediabox-backup", "COMPLETED", "1"],
      ["mediabox-rescan", "COMPLETED", "1"],
    ]);
    expect(stdout).toContain("kept in pglite:.tacklebox/demo.");
    expect(stdout).toContain("npm run -s tacklebox -- run ");
    for (const told of [
      /Datastore pglite:.*demo: Survives the death of the process at any moment; a power cut .*\.\n/,
      /→ Sign in at http:\/\/127\.0\.0\.1:\d+\/auth/,
      /→ Name of the server: "Living room" \(default\)/,
      /✗ Creating Shows: The database is busy/,
      /↻ Retry: Creating Shows/,
      /✓ Shows is ready/,
      /Upgrading mediabox to 2\.0\.0/,
    ]) {
      expect(stderr).toMatch(told);
    }
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("asks on a terminal, where Enter is a good answer to everything; a second one at the same time is refused", async () => {
    const datastore = `pglite:${join(temporaryFolder(), "demo")}`;
    const session = startCli(["demo", "--datastore", datastore], { terminal: true });
    await session.says(/Name of the server \(/);
    const second = await startCli(["demo", "--datastore", datastore]).result;
    expect(second).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/DATASTORE_LOCKED .* has it open/),
    });
    session.type("\r");
    await session.says(/Approve the sign-in here[^]*● Approve/);
    session.type("\r");
    await session.says(/The database is busy[^]*● Retry/);
    session.type("\r");
    const { code, stdout } = await session.result;
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toHaveLength(6);
  });

  it("cancels what it began when it is interrupted", async () => {
    const datastore = `pglite:${join(temporaryFolder(), "demo")}`;
    const session = startCli(["demo", "--datastore", datastore], { terminal: true });
    await session.says(/Name of the server \(/);
    session.type("\u0003");
    const { code, stderr } = await session.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/nothing is left running/);
    expect(await historyOf(datastore)).toMatchObject([{ isCancelled: true }]);
  });

  it("cancels what a killed one left undone, and starts afresh on the same datastore", async () => {
    const url = `pglite:${join(temporaryFolder(), "demo")}`;
    const { child, result, says } = spawnCli(["demo", "--datastore", url]);
    await says(/Sign in at/);
    child.kill("SIGKILL");
    await result;
    const next = await startCli(["demo", "--yes", "--datastore", url], { terminal: true }).result;
    expect(next.code).toBe(0);
    expect(rowsOf(next.stdout)).toHaveLength(6);
    const history = await historyOf(url);
    expect(history.map(({ isCancelled }) => isCancelled)).toEqual([false, false, true]);
  });
});

/** The operations a datastore knows, newest first. */
async function historyOf(url: string): Promise<{ id: string; isCancelled: boolean }[]> {
  const datastore = await openDatastore(url);
  const nas = await createSimulatedNas();
  const tacklebox = createTacklebox({ nas, datastore });
  try {
    const operations = await tacklebox.listOperations();
    return await Promise.all(
      operations.map(async ({ id }) => ({
        id,
        isCancelled: (await datastore.documents.get("decisions", `${id}/cancel`)) !== null,
      })),
    );
  } finally {
    await tacklebox.close();
    await nas.close();
    await datastore.close();
  }
}
