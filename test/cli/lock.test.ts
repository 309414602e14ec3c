import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cli, folderOf, root, scriptOf } from "./support/cli.ts";

const hook = "export async function main() {}\n";
const fileScript = {
  version: 5,
  hooks: [{ id: "setup", event: "onAfterInstall", entrypoint: "main", script: "a/hook.ts" }],
};

const catalogOf = (): Promise<string> =>
  folderOf({ "a.json": fileScript, "b.json": scriptOf("ctx.log('b');"), "a/hook.ts": hook });

const lockOf = (folder: string): Promise<string> => readFile(join(folder, "tacklebox.lock.json"), "utf8");

describe("tacklebox lock", () => {
  test("writes the checksums of all hooks of a catalog, and finds them as locked then", async () => {
    const folder = await catalogOf();
    const { code, stdout, stderr } = await cli("lock", folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "a.json: is new\nb.json: is new\n" });
    expect(stderr).toContain("2 hooks looked at, 2 differences; written.");
    const written = await lockOf(folder);
    expect(Object.keys((JSON.parse(written) as { scripts: object }).scripts)).toEqual(["a.json", "b.json"]);
    expect(await cli("lock", "--check", folder)).toMatchObject({ code: 0, stdout: "" });
    expect(await cli("lock", folder)).toMatchObject({ code: 0, stdout: "" });
    expect(await lockOf(folder)).toBe(written);
  });

  test("says that its file cannot be written, and leaves nothing behind", async () => {
    const folder = await catalogOf();
    await mkdir(join(folder, `tacklebox.lock.json.${process.pid}.tmp`));
    const { code, stderr } = await cli("lock", folder);
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /FILE_UNWRITABLE \S+\/tacklebox\.lock\.json: it cannot be written \(EISDIR.*; check its folder\./,
    );
    await expect(lockOf(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("--check exits 3 with each difference and changes nothing; without it they are written", async () => {
    const folder = await catalogOf();
    await cli("lock", folder);
    const before = await lockOf(folder);
    await writeFile(join(folder, "a/hook.ts"), `${hook}// changed\n`);
    await writeFile(join(folder, "b.json"), JSON.stringify(scriptOf("ctx.log('c');", { id: "other" })));
    await writeFile(join(folder, "c.json"), JSON.stringify({ version: 5 }));
    const expected = [
      'a.json hook "setup": has changed: a/hook.ts',
      "b.json: has changed",
      'b.json hook "hook": is gone',
      'b.json hook "other": is new',
      "c.json: is new",
    ];
    const checked = await cli("lock", "--check", folder);
    expect(checked).toMatchObject({ code: 3, stdout: `${expected.join("\n")}\n` });
    expect(checked.stderr).toContain("5 differences; look at them, then run tacklebox lock.");
    expect(await lockOf(folder)).toBe(before);
    const { stdout } = await cli("lock", "--check", "--json", folder);
    const first = { script: "a.json", hook: "setup", what: "has changed: a/hook.ts" };
    expect(JSON.parse(stdout)).toMatchObject({ differences: { 0: first, length: 5 } });
    expect(await cli("lock", folder)).toMatchObject({ code: 0, stdout: `${expected.join("\n")}\n` });
    expect(await cli("lock", "--check", folder)).toMatchObject({ code: 0, stdout: "" });
  });

  test("looks at the scripts named only, and leaves out those that are gone", async () => {
    const folder = await catalogOf();
    await cli("lock", folder);
    await rm(join(folder, "b.json"));
    await writeFile(join(folder, "c.json"), JSON.stringify({ version: 5 }));
    expect(await cli("lock", join(folder, "a.json"))).toMatchObject({ code: 0, stdout: "b.json: is gone\n" });
    expect(JSON.parse(await lockOf(folder))).toMatchObject({ scripts: { "a.json": {} } });
  });

  test("writes nothing when a hook is not good, shows why, and exits 3", async () => {
    const folder = await catalogOf();
    await writeFile(join(folder, "a/hook.ts"), "export async function other() {}\n");
    const { code, stdout, stderr } = await cli("lock", folder);
    expect(code).toBe(3);
    expect(stdout).toContain("HOOK_ENTRYPOINT");
    expect(stderr).toContain("Nothing was locked: 1 problem.");
    await expect(lockOf(folder)).rejects.toThrow("ENOENT");
  });

  test("needs one catalog, and scripts in it", async () => {
    const [one, two] = [await catalogOf(), await catalogOf()];
    const both = await cli("lock", join(one, "a.json"), join(two, "a.json"));
    expect(both).toMatchObject({ code: 2 });
    expect(both.stderr).toContain("are in 2 folders, expected one catalog");
    const outside = await cli("lock", "--catalog", one, join(two, "b.json"));
    expect(outside).toMatchObject({ code: 2 });
    expect(outside.stderr).toContain("is not in the catalog");
  });

  test("says what is wrong with a lock file it cannot read", async () => {
    const folder = await catalogOf();
    await writeFile(join(folder, "tacklebox.lock.json"), "{");
    const { code, stderr } = await cli("lock", folder);
    expect(code).toBe(2);
    expect(stderr).toContain("tacklebox.lock.json: it is no JSON");
  });

  test("run does not ask it: its author works on the hook", async () => {
    const folder = await catalogOf();
    await cli("lock", folder);
    await writeFile(join(folder, "a/hook.ts"), `${hook}// changed\n`);
    expect(await cli("run", join(folder, "a.json"))).toMatchObject({ code: 0 });
  });
});

test("the example catalog is as it was locked; after a change: npm run tacklebox -- lock catalog-example", async () => {
  const { code, stdout } = await cli("lock", "--check", join(root, "catalog-example"));
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
});
