import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createCatalogReader } from "../../src/compile/catalog-reader.ts";
import { defaultCompileLimits } from "../../src/compile/compile-limits.ts";
import { createCatalog, type TemporaryCatalog } from "./catalog.ts";

/** Swaps `good` and `bad` into the place of `shown`, over and over, until it is ended. */
const swapper = `
  const { renameSync } = require("node:fs");
  const [shown, good, bad] = process.argv.slice(1);
  process.stdout.write("swapping");
  for (;;) {
    renameSync(shown, good); renameSync(bad, shown);
    renameSync(shown, bad); renameSync(good, shown);
  }`;

let catalog: TemporaryCatalog;
beforeEach(() => {
  catalog = createCatalog({ "file.ts": "inside", "folder/x.ts": "inside" });
  mkdirSync(join(catalog.outside, "secrets"));
  writeFileSync(join(catalog.outside, "secrets/x.ts"), "secret");
});
afterEach(() => catalog.remove());

/** What 6000 reads of `path` give while a file or folder is swapped for a link that leads outside. */
async function readWhileSwapped(
  path: string,
  swapped: { shown: string; target: string },
): Promise<Set<string>> {
  const shown = join(catalog.root, swapped.shown);
  symlinkSync(swapped.target, `${shown}.bad`);
  const child = spawn(process.execPath, ["-e", swapper, shown, `${shown}.good`, `${shown}.bad`]);
  await once(child.stdout, "data");
  const seen = new Set<string>();
  const reader = createCatalogReader(catalog.root, defaultCompileLimits);
  for (let count = 0; count < 6000; count++) {
    const found = reader.read(path);
    seen.add(found === null ? "missing" : "text" in found ? found.text : found.code);
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  return seen;
}

describe("the catalog reader", () => {
  test("never reads outside while a file is swapped for a link", async () => {
    const seen = await readWhileSwapped("file.ts", { shown: "file.ts", target: "../secrets/x.ts" });
    expect(seen).toContain("inside");
    expect(seen).toContain("HOOK_FILE_OUTSIDE");
    expect(seen).not.toContain("secret");
  });

  test("never reads outside while a folder on the way is swapped for a link", async () => {
    const seen = await readWhileSwapped("folder/x.ts", { shown: "folder", target: "../secrets" });
    expect(seen).toContain("inside");
    expect(seen).toContain("HOOK_FILE_OUTSIDE");
    expect(seen).not.toContain("secret");
  });

  test("tells the SHA-256 of a file's bytes and the path behind links", () => {
    symlinkSync("folder", join(catalog.root, "alias"));
    const reader = createCatalogReader(catalog.root, defaultCompileLimits);
    expect(reader.read("./alias/../alias/x.ts")).toEqual({
      path: "folder/x.ts",
      text: "inside",
      bytes: 6,
      // printf inside | sha256sum
      sha256: "106b086224a4d945eae25f7be3805a931a873270326dd868b0e41f71ee9fff72",
    });
  });
});
