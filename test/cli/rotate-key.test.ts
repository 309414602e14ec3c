import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { folderOf, startCli } from "./support/cli.ts";

test("rotate-key lets go of the previous key, from a file or given, and says how much was sealed anew", async () => {
  const [old, second, third] = [1, 2, 3].map(() => randomBytes(32).toString("hex")) as [
    string,
    string,
    string,
  ];
  const folder = await folderOf({ "old.key": old, "third.key": third });
  const url = `pglite:${join(folder, "box")}`;
  const before = await openDatastore(url, { key: old });
  await before.documents.put("answers", "task/given", Buffer.from("secret"));
  await before.close();
  const rotate = (env: Record<string, string>) =>
    startCli(["rotate-key", "--datastore", url], { env }).result;

  const missing = await rotate({ TACKLEBOX_KEY: second, TACKLEBOX_PREVIOUS_KEY: third });
  expect(missing).toMatchObject({ stderr: expect.stringContaining("DATASTORE_KEY") });
  expect(missing.code).toBe(5);
  const first = await rotate({ TACKLEBOX_KEY: second, TACKLEBOX_PREVIOUS_KEY_FILE: join(folder, "old.key") });
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("1 value sealed anew") });
  const next = await rotate({
    TACKLEBOX_KEY_FILE: join(folder, "third.key"),
    TACKLEBOX_PREVIOUS_KEY: second,
  });
  expect(next.code).toBe(0);
  const again = await rotate({
    TACKLEBOX_KEY_FILE: join(folder, "third.key"),
    TACKLEBOX_PREVIOUS_KEY: second,
  });
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("Keep the key until you know") });
  const after = await openDatastore(url, { key: third });
  expect(Buffer.from((await after.documents.get("answers", "task/given")) ?? []).toString()).toBe("secret");
  await after.close();
});

test("rotate-key makes no datastore: one that is not named, not there, or without a previous key is refused", async () => {
  const [key, previous] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
  const keys = { TACKLEBOX_KEY: key, TACKLEBOX_PREVIOUS_KEY: previous };
  const folder = await folderOf({});
  const typo = join(folder, "typo");

  const unnamed = await startCli(["rotate-key"], { env: keys }).result;
  expect(unnamed).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no datastore is named, expected/),
  });
  for (const env of [keys, { ...keys, TACKLEBOX_DATASTORE: `pglite:${join(folder, "other")}` }]) {
    const absent = await startCli(["rotate-key", "--datastore", `pglite:${typo}`], { env }).result;
    expect(absent).toMatchObject({ code: 2, stderr: expect.stringMatching(/typo: found no such folder/) });
    expect(existsSync(typo)).toBe(false);
  }

  const empty = await startCli(["rotate-key", "--datastore", `pglite:${folder}`], { env: keys }).result;
  expect(empty).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/found no datastore in that folder/),
  });
  expect(readdirSync(folder)).toEqual([]);

  const url = `pglite:${join(folder, "box")}`;
  await (await openDatastore(url, { key })).close();
  const alone = await startCli(["rotate-key", "--datastore", url], { env: { TACKLEBOX_KEY: key } }).result;
  expect(alone.code).toBe(2);
  expect(alone.stderr).toMatch(/no previous key is given, expected .* give it in TACKLEBOX_PREVIOUS_KEY or/);
});
