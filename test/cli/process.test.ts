import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderOf, scriptOf, spawnCli, type CliResult } from "./support/cli.ts";

// oxlint-disable-next-line no-control-regex -- an escape sequence is what is looked for
const escapeSequence = /\u001b\[/;

/** Talk for people: no stack, no escape sequences, something said. */
function expectPlain({ stdout, stderr }: CliResult): void {
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout + stderr).not.toMatch(escapeSequence);
  expect(stderr).not.toBe("");
}

describe("the process tacklebox", () => {
  it.each([
    ["no command", [], 2, /Usage: tacklebox/],
    ["an unknown command", ["instal"], 2, /unknown command 'instal'/],
    ["help about an unknown command", ["help", "instal"], 2, /unknown command 'instal'/],
    ["a missing file", ["run", "nowhere.json"], 2, /FILE_UNREADABLE nowhere\.json: nothing was found there/],
    ["a folder in place of a file", ["run", "src"], 2, /FILE_UNREADABLE src: a folder was found/],
    ["an unknown option", ["run", "package.json", "--hok", "x"], 2, /unknown option '--hok'/],
    ["JSON that is no install script", ["run", "package.json"], 3, /The install script was refused/],
    [
      "an unknown datastore",
      ["demo", "--datastore", "mysql://x"],
      2,
      /DATASTORE_URL datastore URL "mysql:\/\/x"/,
    ],
    [
      "a datastore that is not there",
      ["demo", "--datastore", "redis://127.0.0.1:1"],
      5,
      /DATASTORE_(UNREACHABLE|KEY)/,
    ],
    [
      "a datastore without a key",
      ["worker", "--datastore", "postgres://me:secret@127.0.0.1:1/tasks"],
      5,
      /DATASTORE_KEY datastore postgres:\/\/\S+: neither TACKLEBOX_KEY nor TACKLEBOX_KEY_FILE is set, expected/,
    ],
  ])("ends with a word and the right exit code for %s", async (_what, args, exitCode, message) => {
    const result = await spawnCli(args).result;
    expect(result.code).toBe(exitCode);
    expect(result.stderr).toMatch(message);
    expectPlain(result);
  });

  it("says which command help does not know, and not the whole help", async () => {
    const { code, stdout, stderr } = await cli("help", "valdate");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "error: unknown command 'valdate'. Did you mean \"validate\"?\nSee: tacklebox --help\n",
    );
  });

  it("prints help as data with exit 0", async () => {
    for (const args of [["--help"], ["run", "--help"], ["help", "demo"], ["help"]]) {
      const { code, stdout, stderr } = await cli(...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^Usage: tacklebox /);
    }
    expect((await cli("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("runs a hook from start to end in a process of its own, and colours are forced or taken away", async () => {
    const folder = await folderOf({ "app.json": scriptOf("  ctx.log('hello');") });
    const args = ["run", join(folder, "app.json")];
    const plain = await spawnCli(args).result;
    expect(plain.code).toBe(0);
    expectPlain(plain);
    const coloured = await spawnCli(args, { env: { FORCE_COLOR: "1" } }).result;
    expect(coloured.stderr).toMatch(escapeSequence);
    const taken = await spawnCli(args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }).result;
    expectPlain(taken);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends with 130 on %s and leaves no sandbox behind",
    async (signal) => {
      const folder = await folderOf({
        "app.json": scriptOf("  ctx.log('begun');\n  await ctx.sleep(600_000);"),
      });
      const { child, result, says } = spawnCli(["run", join(folder, "app.json"), "--json"]);
      await says(/begun/);
      const begun = childrenOf(child.pid as number);
      expect(begun.length).toBeGreaterThan(0);
      child.kill(signal);
      const { code, stdout, stderr } = await result;
      expect(code).toBe(130);
      expect(begun.filter(isAlive)).toEqual([]);
      expect(JSON.parse(stdout)).toMatchObject({ status: "CANCELLED" });
      expect(stderr).toMatch(/nothing is left running/);
    },
  );

  it("says that a port of the given app is not answered through the hook's own failure", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((done) => server.close(() => done()));
    const folder = await folderOf({
      "app.json": scriptOf("  await ctx.waitForApp('/', { retries: 2, initialDelayMs: 1 });"),
    });
    const { code, stdout } = await cli("run", join(folder, "app.json"), "--port", String(port), "--json");
    expect(code).toBe(1);
    const failed = { status: null, refused: null, failed: expect.stringMatching(/ECONNREFUSED/) };
    expect(JSON.parse(stdout)).toMatchObject({ hooks: [{ requests: [failed, failed] }] });
  });

  it("works on when its reader goes away", async () => {
    const folder = await folderOf({ "app.json": scriptOf("  ctx.log('hello');") });
    const { child, result } = spawnCli(["run", join(folder, "app.json"), "--json"]);
    child.stdout?.destroy();
    expect((await result).code).toBe(0);
  });

  it("shows the stack of a fault of its own only when TACKLEBOX_DEBUG asks for it", async () => {
    const folder = await folderOf({ "app.json": scriptOf("") });
    const args = ["run", join(folder, "nothing.json")];
    expectPlain(await spawnCli(args).result);
    expect((await spawnCli(args, { env: { TACKLEBOX_DEBUG: "1" } }).result).stderr).toMatch(/\n\s+at /);
  });
});

/** Processes a process has started itself. */
function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.trim().split(" ").map(Number);
}

/** False also for one that has ended and is only waited for. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
