import { describe, expect, test } from "vitest";
import { bundleOf, compileInlineText, evaluate, problemsOf } from "./catalog.ts";

/** An install script with one inline hook, as an author would write it. */
const scriptWith = (text: string, entrypoint = "setup"): string =>
  JSON.stringify({ version: 5, hooks: [{ id: "é", scriptContent: text, entrypoint }] }, null, 2);

/** The text of `script` from a 1-based line and column on. */
function textAt(script: string, at: { line: number; column: number } | undefined): string | undefined {
  return at && script.split("\n")[at.line - 1]?.slice(at.column - 1);
}

describe("an inline hook", () => {
  test("is one script that evaluates to its exports", async () => {
    const bundle = bundleOf(
      await compileInlineText(
        "export async function setup(ctx: { n: number }) { return ctx.n + 1; }\nexport { setup as default };",
      ),
    );
    expect(await evaluate(bundle)["setup"]?.({ n: 1 })).toBe(2);
    expect(bundle.exports).toEqual(["default", "setup"]);
    expect(bundle.sources).toEqual([
      { path: "myapp.json#/hooks/0/scriptContent", sha256: expect.stringMatching(/^[\da-f]{64}$/) },
    ]);
    expect(JSON.parse(bundle.sourceMap)).toMatchObject({
      version: 3,
      sources: ["myapp.json#/hooks/0/scriptContent"],
    });
    expect(bundle.inline).toEqual({
      scriptFile: "myapp.json",
      pointer: "/hooks/0/scriptContent",
      literal: null,
    });
  });

  test("gives the same bundle for the same text, whatever it is called", async () => {
    const one = bundleOf(await compileInlineText("export default class {}\nexport const setup = 1;"));
    const two = bundleOf(
      await compileInlineText("export default class {}\nexport const setup = 1;", { script: "{}" }),
    );
    const three = bundleOf(await compileInlineText("export default class {}\nexport const setup = 2;"));
    expect(two).toEqual(one);
    expect(three.sha256).not.toBe(one.sha256);
    expect(three.sourceSha256).not.toBe(one.sourceSha256);
  });

  test("keeps export names that are no identifiers, and names of Object.prototype", async () => {
    const text =
      'const a = 1; export { a as "x-\\n\\"y", a as \'export{\', a as __proto__, a as constructor, a as é, a as then };';
    const exports = evaluate(bundleOf(await compileInlineText(text, { entrypoint: "__proto__" })));
    expect(Object.keys(exports).toSorted()).toEqual([
      "__proto__",
      "constructor",
      "export{",
      "then",
      'x-\n"y',
      "é",
    ]);
    expect(Object.values(exports)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("may hold require and process, with a warning at the line that will fail", async () => {
    const outcome = await compileInlineText(
      'export const setup = () => {\n  return process.env.X ?? require("fs");\n};',
    );
    const setup = evaluate(bundleOf(outcome), { process: { env: {} } })["setup"];
    expect(() => setup?.()).toThrow('"fs"');
    expect(outcome).toMatchObject({
      warnings: [{ code: "HOOK_DOUBTFUL", severity: "warning", line: 2, column: 35 }],
    });
  });

  test("is warned of import.meta and of comparisons that are never true", async () => {
    const outcome = await compileInlineText("export const setup = (x) => x === NaN || import.meta.url;");
    expect(evaluate(bundleOf(outcome))["setup"]?.(1)).toBe(undefined);
    expect(outcome.ok && outcome.warnings.map(({ code, column }) => [code, column])).toEqual([
      ["HOOK_DOUBTFUL", 31],
      ["HOOK_DOUBTFUL", 42],
    ]);
  });

  test("follows no source map of its own: its lines are those of the text", async () => {
    const map = { version: 3, sources: ["/etc/passwd"], sourcesContent: ["root"], mappings: "AAAA,SAEO" };
    const data = Buffer.from(JSON.stringify(map)).toString("base64");
    const text = `export const setup = 1;\n//# sourceMappingURL=data:application/json;base64,${data}`;
    const bundle = bundleOf(await compileInlineText(text));
    const plain = bundleOf(
      await compileInlineText(text.replace("//# sourceMappingURL", "//# nothing.........")),
    );
    expect(JSON.parse(bundle.sourceMap)).toEqual({ ...JSON.parse(plain.sourceMap), sourcesContent: [text] });
  });

  test("erases imports that are only types, and refuses any other at its place", async () => {
    const erased =
      'import { HookContext } from "../_lib/hook_context";\nimport type { X } from "/etc/x";\nexport const setup = (ctx: HookContext & X) => 1;';
    expect((await compileInlineText(erased)).ok).toBe(true);
    const text =
      'import fs from "node:fs";\nexport * from "./x";\nexport const setup = async () => [fs, await import("y"), import(`./${fs}.json`)];';
    expect(problemsOf(await compileInlineText(text))).toMatchObject([
      { code: "HOOK_IMPORT", file: "myapp.json", line: 1, column: 16, pointer: "/hooks/0/scriptContent" },
      { code: "HOOK_IMPORT", line: 2, column: 15 },
      { code: "HOOK_IMPORT", line: 3, column: 52 },
      { code: "HOOK_IMPORT", line: 3, column: 65 },
    ]);
  });

  test("may not wait while it is loaded", async () => {
    const [problem] = problemsOf(await compileInlineText("export const setup = 1;\nawait fetch('x');"));
    expect(problem).toMatchObject({ code: "HOOK_SYNTAX", line: 2, column: 1 });
    expect(problem?.message).toContain("await outside of an async function");
  });

  test("is refused when it is too large or too deep", async () => {
    for (const text of ["/".repeat(256 * 1024 + 1), "é".repeat(128 * 1024 + 1), "(".repeat(1001)]) {
      const script = scriptWith(text);
      const [problem, ...more] = problemsOf(await compileInlineText(text, { script }));
      expect(problem).toMatchObject({ code: "HOOK_SOURCE_TOO_LARGE", file: "myapp.json" });
      expect(textAt(script, problem)?.slice(0, 5)).toBe(text.slice(0, 5));
      expect(more).toEqual([]);
    }
  });

  test("is told its first 50 problems or warnings, and soon", async () => {
    const lines = (line: (index: number) => string, count: number): string =>
      Array.from({ length: count }, (_, index) => line(index)).join("\n");
    const started = performance.now();
    const bad = lines((index) => `import a${index} from "x${index}"; a${index}();`, 2000);
    expect(problemsOf(await compileInlineText(bad))).toHaveLength(50);
    const doubtful = `export const setup = 1;${lines((index) => `require("x${index}");`, 900)}`;
    expect(await compileInlineText(doubtful)).toMatchObject({ ok: true, warnings: { length: 50 } });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("quotes no more than a part of an author's text in a message", async () => {
    const long = "x".repeat(100_000);
    for (const text of [
      `import a from "${long}";export const setup = a`,
      `export const ${long} = 1`,
      `export const setup = 1 ${long}`,
    ]) {
      const [problem] = problemsOf(await compileInlineText(text));
      expect(problem?.message.length).toBeLessThan(700);
    }
  });
});

describe("positions of inline text in the JSON", () => {
  test("count CRLF, tabs, quotes, backslashes and characters outside ASCII as the JSON writes them", async () => {
    const cases = [
      'const a = 1;\r\n// é 😀 \u2028 new line\r\n\t"\\n"; let b = ]here;',
      'const s = "\\"quoted\\"";/* \u0007\b */ ]here;',
      "]here",
      "\n\n\n  ]here\n",
      "`${1}\r\n`;\r]here",
    ];
    for (const text of cases) {
      for (const script of [
        scriptWith(text),
        scriptWith(text).replaceAll("é", "\\u00e9").replaceAll("😀", "\\ud83d\\ude00"),
      ]) {
        const [problem] = problemsOf(await compileInlineText(text, { script }));
        expect(textAt(script, problem), text).toMatch(/^\]here/);
        expect(problem?.file).toBe("myapp.json");
      }
    }
  });

  test("are the text's own while the install script is not at hand, and in the JSON once it is", async () => {
    const text = "export const setup = 1;\nconst x = ;";
    const script = `{ "hooks": [\n  { "scriptContent": ${JSON.stringify(text)} } ] }`;
    expect(problemsOf(await compileInlineText(text))).toMatchObject([{ line: 2, column: 11 }]);
    const [problem] = problemsOf(await compileInlineText(text, { script }));
    expect(problem).toMatchObject({ line: 2, column: 23 + text.length });
    expect(problem?.message).toMatch(/^hooks\[0\]\.scriptContent, line 2: /);
  });

  test("of a missing entrypoint are those of the entrypoint field", async () => {
    const text = "export const afterInstall = 1;";
    const script = scriptWith(text, "afterinstall");
    const [problem] = problemsOf(await compileInlineText(text, { script, entrypoint: "afterinstall" }));
    expect(problem).toMatchObject({
      code: "HOOK_ENTRYPOINT",
      pointer: "/hooks/0/entrypoint",
      file: "myapp.json",
    });
    expect(textAt(script, problem)).toMatch(/^"afterinstall"/);
    expect(problem?.message).toContain('Did you mean "afterInstall"?');
    const [unplaced] = problemsOf(await compileInlineText(text, { entrypoint: "x" }));
    expect(unplaced).toMatchObject({ line: 1, column: 1, file: "myapp.json" });
  });
});
