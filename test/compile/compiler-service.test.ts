import { createRequire } from "node:module";
import { build, stop } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stopCompiler, warmCompiler } from "../../src/compile/esbuild-service.ts";
import { bundleOf, compileInlineText, createCatalog, problemsOf } from "./catalog.ts";

const good = "export const setup = () => 1;";

beforeAll(warmCompiler);
afterAll(stopCompiler);

/** 60 string enums, each twice the one before: 2^64 characters when folded. */
const doubling = Array.from({ length: 60 }, (_, index) => `a${index + 1}=a${index}+a${index}`).join(",");

const bombs: Record<string, string> = {
  "string enums that double": `export enum A{a0="xxxxxxxxxxxxxxxx",${doubling}}`,
  "templates that double": `export enum A{a0="xxxxxxxxxxxxxxxx",${doubling.replaceAll(/a(\d+)\+a\d+/g, "`${a$1}${a$1}`")}}`,
  "unary operators without end": `export const setup = ${"!".repeat(250_000)}1`,
};

describe("a compiler bomb", () => {
  for (const [name, text] of Object.entries(bombs)) {
    test(`of ${name} is refused, and the next hook compiles`, { timeout: 60_000 }, async () => {
      const [problem, ...more] = problemsOf(await compileInlineText(text));
      expect(problem).toMatchObject({
        code: "COMPILE_FAILED",
        pointer: "/hooks/0/scriptContent",
        severity: "error",
      });
      expect(problem?.message).toContain("ran out of memory or stack");
      expect(more).toEqual([]);
      expect((await compileInlineText(good)).ok).toBe(true);
    });
  }

  test("of brackets does not reach the compiler", async () => {
    for (const text of [
      "{".repeat(195_000),
      "[".repeat(250_000),
      "(".repeat(250_000),
      "a=>{".repeat(60_000),
    ]) {
      expect(problemsOf(await compileInlineText(text))[0]?.code).toBe("HOOK_SOURCE_TOO_LARGE");
    }
  });

  test("of time is ended, and the next hook compiles", async () => {
    const slow = `export const setup=(a${",b".repeat(125_000)})`;
    const [problem] = problemsOf(await compileInlineText(slow, { limits: { timeoutMs: 300 } }));
    expect(problem).toMatchObject({ code: "COMPILE_FAILED" });
    expect(problem?.message).toContain("within 0.3 s");
    expect((await compileInlineText(good)).ok).toBe(true);
  });

  test("does not fail the hooks that are compiled beside it", { timeout: 60_000 }, async () => {
    const texts = [
      ...Object.values(bombs),
      ...Array.from({ length: 12 }, (_, index) => `${good}// ${index}`),
    ];
    const outcomes = await Promise.all(texts.map((text) => compileInlineText(text)));
    expect(outcomes.map(({ ok }) => ok)).toEqual(texts.map((text) => text.startsWith(good)));
  });
});

describe("the compiler", () => {
  test("searches no folder for an import path with gaps", async () => {
    const catalog = createCatalog({
      "hook.ts": "export const setup = (n: string) => import(`./${n}.json`);",
      "a.json": '"inside"',
    });
    try {
      for (const prefix of [
        "./",
        "../",
        "../../../../../../../../../../../../",
        "../../../../../../../etc/",
      ]) {
        for (const rest of ["${n}.json", "${n}/x.json", "${n}"]) {
          const text = `export const setup = (n) => import(\`${prefix}${rest}\`) ?? require("${prefix}" + n);`;
          catalog.write("hook.ts", text);
          const started = performance.now();
          for (const outcome of [await compileInlineText(text), await catalog.compile("hook.ts")]) {
            expect(new Set(problemsOf(outcome).map(({ code }) => code))).toEqual(new Set(["HOOK_IMPORT"]));
          }
          expect(performance.now() - started).toBeLessThan(2000);
        }
      }
    } finally {
      catalog.remove();
    }
  });

  test("keeps its limits to itself: others in the process use esbuild as they please", async () => {
    const catalog = createCatalog({ "a.json": '"inside"' });
    try {
      const contents = "export const setup = (n) => import(`./${n}.json`);";
      const stdin = { contents, resolveDir: catalog.root };
      const built = await build({ stdin, bundle: true, write: false, logLevel: "silent" });
      expect(built.outputFiles[0]?.text).toContain("inside");
      expect(problemsOf(await compileInlineText(contents))[0]?.code).toBe("HOOK_IMPORT");
      await stopCompiler();
      expect((await build({ stdin, bundle: true, write: false, logLevel: "silent" })).errors).toEqual([]);
    } finally {
      await stop();
      catalog.remove();
    }
    expect(createRequire(import.meta.url)("esbuild")).toHaveProperty("build", build);
    expect(process.env["ESBUILD_BINARY_PATH"]).toBe(undefined);
  });

  test("starts again after it was stopped", async () => {
    await stopCompiler();
    expect(bundleOf(await compileInlineText(good)).exports).toEqual(["setup"]);
  });

  test("says so when it cannot be started", async () => {
    const binary = process.env["TACKLEBOX_ESBUILD_BINARY"];
    await stopCompiler();
    process.env["TACKLEBOX_ESBUILD_BINARY"] = "/bin/false";
    try {
      const [problem] = problemsOf(await compileInlineText(good));
      expect(problem).toMatchObject({ code: "COMPILE_FAILED" });
      expect(problem?.message).toContain("the compiler does not start");
    } finally {
      process.env["TACKLEBOX_ESBUILD_BINARY"] = binary;
    }
    expect((await compileInlineText(good)).ok).toBe(true);
  });
});
