import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSimulatedWorld } from "../../src/cli/serve/open-simulated.ts";
import { cli, folderOf, scriptOf, spawnCli, temporaryFolder, type SpawnedCli } from "./support/cli.ts";

const serve = (cwd: string, ...args: string[]): SpawnedCli =>
  spawnCli(["serve", "--port", "0", ...args], { cwd });

describe("tacklebox serve ends with a word about the folder of its NAS", () => {
  it("when its file is broken", async () => {
    const cwd = await folderOf({ ".tacklebox/nas/nas.json": '{ "format": 1,' });
    const { code, stderr } = await serve(cwd).result;
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /NAS_FOLDER folder of the simulated NAS \.tacklebox\/nas: its file nas\.json cannot be read \(.*\), expected .*; mend it/,
    );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["cannot be made", { nas: "" }, /nas: it cannot be made \(EEXIST/],
    [
      "cannot be locked",
      { "nas/lock/x": "" },
      /nas: no file can be made in it \(.* or start in another folder\.$/,
    ],
    [
      "holds what is not a NAS's",
      { "nas/nas.json": "[]" },
      /nas: its file nas\.json is not one of a simulated NAS/,
    ],
    ["has a file in the place of its files", { "nas/files": "" }, /nas: it cannot be used \(EEXIST/],
  ])("when it %s", async (_what, files, message) => {
    const stateDir = join(await folderOf(files), "nas");
    const opened = openSimulatedWorld(stateDir, { catalogRoot: null, simulatedFolder: null });
    await expect(opened).rejects.toMatchObject({
      code: "NAS_FOLDER",
      message: expect.stringMatching(message),
    });
  });

  it("when another process has it, whatever datastore that one has", async () => {
    const cwd = temporaryFolder();
    const first = serve(cwd);
    await first.says(/is ready/);
    const second = await serve(cwd, "--datastore", "pglite:other").result;
    expect(second.code).toBe(5);
    expect(second.stderr).toContain(`.tacklebox/nas: process ${first.child.pid}, since `);
    expect(second.stderr).toMatch(
      /has it open, but only one process may; stop that one, or start in another folder\.\n/,
    );
    first.child.kill("SIGTERM");
    expect((await first.result).code).toBe(0);
    const free = await openSimulatedWorld(join(cwd, ".tacklebox/nas"), {
      catalogRoot: null,
      simulatedFolder: null,
    });
    await free.close();
  });
});

it("tacklebox serve --no-simulated runs no code of the catalog in its process", async () => {
  const cwd = await folderOf({
    "catalog/app.json": scriptOf(""),
    "catalog/_simulated/app.ts": `import { writeFileSync } from "node:fs";
      writeFileSync("touched", "");
      throw new Error("not to be loaded");`,
  });
  const refused = await serve(cwd, "--catalog", "catalog").result;
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/not to be loaded.* or pass --no-simulated/);
  await writeFile(join(cwd, "touched"), "before");
  await serve(cwd, "--catalog", "catalog", "--no-simulated").says(/is ready/);
  expect(await readFile(join(cwd, "touched"), "utf8")).toBe("before");
});

describe("tacklebox serve and worker refuse, before anything is opened,", () => {
  it.each<[string, string[], RegExp]>([
    [
      "an origin to allow",
      ["serve", "--allow", "http://x/"],
      /serve --allow: "http:\/\/x\/" was found, expected host/,
    ],
    [
      "an origin to allow in a worker",
      ["worker", "--datastore", "redis://127.0.0.1:1", "--allow", "http://x/"],
      /worker --allow: "http:\/\/x\/" was found, expected host or host:port/,
    ],
    [
      "a name with a port to be reached by",
      ["serve", "--allow-host", "NAS.local:80"],
      /serve --allow-host: "NAS\.local:80" was found, expected a name .* leave out scheme, port and path/,
    ],
    [
      "a file as the catalog",
      ["serve", "--catalog", "package.json"],
      /--catalog: found a file, "package\.json", expected/,
    ],
    [
      "a catalog that is not there",
      ["serve", "--catalog", "nowhere"],
      /--catalog: found no folder "nowhere"/,
    ],
    ["no number of hooks", ["serve", "--hook-concurrency", "0"], /serve --hook-concurrency: "0" was found/],
  ])("%s", async (_what, args, message) => {
    const { code, stderr } = await cli(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^Datastore /m);
    expect(code).toBe(2);
  });

  it("no name in capitals: browsers send it in lower case", async () => {
    const cwd = temporaryFolder();
    const served = serve(cwd, "--allow-host", "NAS.local");
    const [, port = ""] = await served.says(/is ready: http:\/\/127\.0\.0\.1:(\d+)/);
    const status = await new Promise((resolve) => {
      get({ port, path: "/v1/tasks", headers: { host: "nas.local" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
    expect(status).toBe(401);
  });
});
