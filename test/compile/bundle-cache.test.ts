import { symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createBundleCache, type CachedBundle } from "../../src/compile/bundle-cache.ts";
import {
  bundleOf,
  compileInlineText,
  createCatalog,
  evaluate,
  problemsOf,
  type TemporaryCatalog,
} from "./catalog.ts";

const cached = (length: number): CachedBundle => ({
  bundle: {
    format: 1,
    sha256: "",
    sourceSha256: "",
    code: "x".repeat(length),
    sourceMap: "",
    exports: [],
    sources: [],
    inline: null,
  },
  warnings: [],
  reads: [],
  commonJs: false,
});

describe("the bundle cache", () => {
  test("drops what was used longest ago once its space is used up", () => {
    const cache = createBundleCache({ maxBytes: 9000 });
    cache.set("a", cached(1000));
    cache.set("b", cached(1000));
    cache.set("c", cached(1000));
    expect(cache.get("a")).toBeDefined();
    cache.set("d", cached(1000));
    expect(["a", "b", "c", "d"].filter((key) => cache.get(key) !== undefined)).toEqual(["a", "c", "d"]);
    expect(cache.bytes).toBe(3 * 2512);
  });

  test("counts an entry that is replaced once, and keeps nothing larger than itself", () => {
    const cache = createBundleCache({ maxBytes: 9000 });
    cache.set("a", cached(1000));
    cache.set("a", cached(2000));
    expect(cache.bytes).toBe(4512);
    cache.set("b", cached(10_000));
    expect([cache.get("a"), cache.get("b"), cache.bytes]).toEqual([undefined, undefined, 0]);
  });
});

describe("compiling again", () => {
  let catalog: TemporaryCatalog;
  afterEach(() => catalog?.remove());
  const files = {
    "hook.ts":
      'import { value } from "./lib/value";\nimport d from "./d.json";\nexport const setup = () => [value, d].join();',
    "lib/value.ts": "export const value = 1;",
    "d.json": "1",
  };

  test("gives the very bundle that was kept, for text and for files", async () => {
    const cache = createBundleCache();
    catalog = createCatalog(files);
    const file = bundleOf(await catalog.compile("hook.ts", { cache }));
    expect(bundleOf(await catalog.compile("hook.ts", { cache }))).toBe(file);
    const inline = bundleOf(await compileInlineText("export const setup = 1;", { cache }));
    expect(bundleOf(await compileInlineText("export const setup = 1;", { cache }))).toBe(inline);
    expect(bundleOf(await compileInlineText("export const setup = 2;", { cache }))).not.toBe(inline);
    expect(bundleOf(await compileInlineText("export const setup = 1;"))).not.toBe(inline);
  });

  test("uses one cache for the process unless told otherwise", async () => {
    catalog = createCatalog(files);
    const first = bundleOf(await catalog.compile("hook.ts", {}));
    expect(bundleOf(await catalog.compile("hook.ts", {}))).toBe(first);
  });

  test("notices a change in any file, a new file that comes first, and a link that moved", async () => {
    const cache = createBundleCache();
    catalog = createCatalog({
      ...files,
      "one.ts": "export const value = 'one';",
      "two.ts": "export const value = 'two';",
    });
    const value = async (): Promise<unknown> =>
      evaluate(bundleOf(await catalog.compile("hook.ts", { cache })))["setup"]?.();
    expect(await value()).toBe("1,1");
    catalog.write("lib/value.ts", "export const value = 2;");
    expect(await value()).toBe("2,1");
    catalog.write("d.json", "3");
    expect(await value()).toBe("2,3");
    catalog.write("lib/value", "not code");
    expect(problemsOf(await catalog.compile("hook.ts", { cache }))[0]?.code).toBe("HOOK_IMPORT");
    unlinkSync(join(catalog.root, "lib/value"));
    expect(await value()).toBe("2,3");
    unlinkSync(join(catalog.root, "lib/value.ts"));
    symlinkSync("../one.ts", join(catalog.root, "lib/value.ts"));
    expect(await value()).toBe("one,3");
    unlinkSync(join(catalog.root, "lib/value.ts"));
    symlinkSync("../two.ts", join(catalog.root, "lib/value.ts"));
    expect(await value()).toBe("two,3");
    unlinkSync(join(catalog.root, "lib/value.ts"));
    symlinkSync("/etc/hostname", join(catalog.root, "lib/value.ts"));
    expect(problemsOf(await catalog.compile("hook.ts", { cache }))[0]?.code).toBe("HOOK_FILE_OUTSIDE");
  });

  test("names the file it comes from, also when a link moved to another of the same content", async () => {
    const cache = createBundleCache();
    catalog = createCatalog({ "hook.ts": 'export * from "./link";', "one.ts": "export const setup = 1;" });
    catalog.write("two.ts", "export const setup = 1;");
    for (const target of ["one.ts", "two.ts"]) {
      symlinkSync(target, join(catalog.root, "link.ts"));
      const { sources } = bundleOf(await catalog.compile("hook.ts", { cache }));
      expect(sources.map(({ path }) => path)).toEqual(["hook.ts", target]);
      unlinkSync(join(catalog.root, "link.ts"));
    }
  });

  test("checks the entrypoint each time, and does not keep refusals", async () => {
    const cache = createBundleCache();
    const text = "export const setup = 1, other = 2;";
    expect((await compileInlineText(text, { cache })).ok).toBe(true);
    expect((await compileInlineText(text, { cache, entrypoint: "other" })).ok).toBe(true);
    expect(problemsOf(await compileInlineText(text, { cache, entrypoint: "third" }))[0]?.code).toBe(
      "HOOK_ENTRYPOINT",
    );
    catalog = createCatalog({ "hook.ts": "export const setup = ;" });
    expect((await catalog.compile("hook.ts", { cache })).ok).toBe(false);
    catalog.write("hook.ts", "export const setup = 1;");
    expect((await catalog.compile("hook.ts", { cache })).ok).toBe(true);
  });

  test("places problems of the same text in the install script it stands in now", async () => {
    const cache = createBundleCache();
    const text = 'export const setup = () => require("fs");';
    const lineOf = async (script: string): Promise<number | undefined> => {
      const outcome = await compileInlineText(text, { cache, script });
      return outcome.ok ? outcome.warnings[0]?.line : undefined;
    };
    expect(await lineOf(JSON.stringify({ hooks: [{ scriptContent: text }] }))).toBe(1);
    expect(await lineOf(JSON.stringify({ hooks: [{ scriptContent: text }] }, null, 2))).toBe(4);
  });
});
