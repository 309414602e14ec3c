import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Bundle } from "../../src/compile/bundle.ts";
import { locateStack, rewriteStack } from "../../src/compile/locate.ts";
import { bundleOf, compileInlineText, createCatalog } from "./catalog.ts";

/** Stack of the error that the bundle's `setup` throws, as V8 writes it. */
async function stackOf(bundle: Bundle): Promise<string> {
  const { setup } = runInNewContext(bundle.code, {}, { filename: "hook.js" }) as { setup: () => unknown };
  try {
    await setup();
  } catch (error) {
    return String((error as Error).stack);
  }
  throw new Error("nothing was thrown");
}

async function fileBundle(files: Record<string, string>): Promise<Bundle> {
  const catalog = createCatalog(files);
  try {
    return bundleOf(await catalog.compile("myapp/hook.ts"));
  } finally {
    catalog.remove();
  }
}

const files = {
  "myapp/hook.ts": [
    'import { HookContext } from "../_lib/types";',
    'import { fail } from "../_lib/fail";',
    "// é 😀",
    "export async function setup(ctx: HookContext): Promise<void> {",
    "  await Promise.resolve();",
    '  const text: string = "😀"; fail(text);',
    "}",
  ].join("\r\n"),
  "_lib/fail.ts":
    "interface X { a: 1 }\n\nexport function fail(text: string): never {\n  throw new TypeError(`no ${text}`);\n}\n",
};

describe("a stack from the sandbox", () => {
  test("leads to the author's file, line and column, with the line itself", async () => {
    const bundle = await fileBundle(files);
    expect(locateStack(bundle, await stackOf(bundle), "hook.js")).toEqual({
      file: "_lib/fail.ts",
      line: 4,
      column: 9,
      snippet: "throw new TypeError(`no ${text}`);",
    });
  });

  test("is rewritten to the author's frames only, message kept", async () => {
    const bundle = await fileBundle(files);
    const stack = `${await stackOf(bundle)}\n    at guest (prelude.js:1:1)\n    at async Promise.all (index 0)\n    at hook.js:1:1`;
    expect(rewriteStack(bundle, stack, "hook.js")).toBe(
      ["TypeError: no 😀", "    at fail (_lib/fail.ts:4:9)", "    at setup (myapp/hook.ts:6:30)"].join("\n"),
    );
  });

  test("of an inline hook leads into the JSON, with the position in the text beside it", async () => {
    const text = 'export async function setup() {\n  // "é"\n  null!.x;\n}';
    const script = JSON.stringify({ version: 5, hooks: [{ scriptContent: text }] }, null, 1);
    const bundle = bundleOf(await compileInlineText(text, { script }));
    const stack = await stackOf(bundle);
    const location = locateStack(bundle, stack, "hook.js");
    expect(location).toMatchObject({
      file: "myapp.json",
      line: 5,
      inline: { pointer: "/hooks/0/scriptContent", line: 3, column: 9 },
      snippet: "null!.x;",
    });
    expect(script.split("\n")[4]?.slice((location?.column ?? 0) - 1)).toMatch(/^x;/);
    expect(rewriteStack(bundle, stack, "hook.js")).toContain(
      "    at setup (myapp.json#/hooks/0/scriptContent:3:9)",
    );
    const unplaced = bundleOf(await compileInlineText(text));
    expect(locateStack(unplaced, stack, "hook.js")).toMatchObject({ file: "myapp.json", line: 3, column: 9 });
  });

  test("of a require names the line of the call, not the compiler's own code", async () => {
    const bundle = bundleOf(await compileInlineText('export function setup() {\n  return require("fs");\n}'));
    expect(locateStack(bundle, await stackOf(bundle), "hook.js")).toMatchObject({
      line: 2,
      snippet: 'return require("fs");',
    });
  });

  test("reads frames without a name, async ones and those of constructors", async () => {
    const bundle = await fileBundle(files);
    const [line, column] = /hook\.js:(\d+):(\d+)/.exec(await stackOf(bundle))?.slice(1) ?? [];
    for (const frame of [
      "    at hook.js:L:C",
      "    at async hook.js:L:C",
      "    at async x.y (hook.js:L:C)",
      "    at new A (hook.js:L:C)",
      "at Object.<anonymous> (hook.js:L:C)",
    ]) {
      const stack = `Error\n${frame.replace("L", String(line)).replace("C", String(column))}`;
      expect(locateStack(bundle, stack, "hook.js"), frame).toMatchObject({ file: "_lib/fail.ts", line: 4 });
    }
  });

  test("that is hostile, foreign or broken leads nowhere and costs nothing", async () => {
    const bundle = await fileBundle(files);
    const stacks = [
      "",
      "Error: hook.js:2:3",
      "    at x (other.js:2:3)",
      "    at x (hook.js:0:0)",
      "    at x (hook.js:999999999:999999999)",
      "    at x (hook.js:2:9999999999999999999999)",
      "    at x (hook.js:-1:3)",
      "    at x (hook.js:2:3) and more",
      "    at eval (eval at x (hook.js:2:3), <anonymous>:1:1)",
      "    at x (xhook.js:2:30)",
      `    at ${"(".repeat(100_000)}hook.js:2:3)`,
      `    at ${"hook.js:".repeat(10_000)}`,
      "\n".repeat(1_000_000) + "    at x (hook.js:2:3)",
      `${`    at ${"x".repeat(900)} (other.js:1:1)\n`.repeat(100)}    at x (hook.js:2:3)`,
      "    at x (other.js:1:1)\n".repeat(100_000),
    ];
    const started = performance.now();
    for (const stack of stacks) {
      expect(locateStack(bundle, stack, "hook.js"), stack.slice(0, 60)).toBe(null);
      expect(rewriteStack(bundle, stack, "hook.js").length).toBeLessThanOrEqual(8192);
    }
    expect(performance.now() - started).toBeLessThan(1000);
    expect(rewriteStack(bundle, "m".repeat(100_000), "hook.js")).toHaveLength(1000);
  });

  test("of a bundle whose map is damaged leads nowhere", async () => {
    const bundle = await fileBundle(files);
    const stack = await stackOf(bundle);
    for (const sourceMap of [
      "",
      "{",
      "null",
      '{"version":3}',
      '{"version":3,"sources":[],"mappings":"!!!!"}',
      "[]",
    ]) {
      expect(locateStack({ ...bundle, sourceMap }, stack, "hook.js"), sourceMap).toBe(null);
    }
  });
});
