import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { buildUi } from "../../src/ui/build-ui.ts";

describe("the files of the activity center", () => {
  it("weigh less than 100 kB in all, compressed", async () => {
    const files = await buildUi();
    const sum = (sizes: number[]): number => sizes.reduce((all, size) => all + size, 0);
    expect(sum(files.map(({ gzip }) => gzip.length))).toBeLessThan(100_000);
    expect(sum(files.map(({ brotli }) => brotli.length))).toBeLessThan(100_000);
  });

  it("are the same compressed and not", async () => {
    for (const { body, gzip, brotli } of await buildUi()) {
      expect(gunzipSync(gzip).equals(body)).toBe(true);
      expect(brotliDecompressSync(brotli).equals(body)).toBe(true);
    }
  });

  it("have nothing inline that a strict content security policy would stop", async () => {
    const page = String((await buildUi()).find(({ path }) => path === "/")?.body);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/);
    expect([...page.matchAll(/<script[^>]*>([^<]*)</g)].map(([, inline]) => inline)).toEqual([""]);
  });

  it("are named by their content, so that they may be kept for good, all but the page itself", async () => {
    const files = await buildUi();
    const page = String(files.find(({ path }) => path === "/")?.body);
    for (const { path, immutable } of files) {
      if (path === "/") {
        expect(immutable).toBe(false);
        continue;
      }
      expect(path).toMatch(/^\/[a-z]+\.[0-9a-f]{12}\.(js|css|svg)$/);
      expect(immutable).toBe(true);
      expect(page).toContain(`"${path}"`);
    }
  });

  it("are made once for a process", async () => {
    const [first, second] = await Promise.all([buildUi(), buildUi()]);
    expect(second).toBe(first);
  });
});
