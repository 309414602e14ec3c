import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { bundleOf, createCatalog, evaluate, problemsOf, type TemporaryCatalog } from "./catalog.ts";

let catalog: TemporaryCatalog;
afterEach(() => catalog.remove());

const importing = (specifier: string, rest = ""): string =>
  `import value from "${specifier}"${rest};\nexport const setup = () => value;\n`;

describe("a file hook", () => {
  test("is one script that evaluates to the exports, with its relative imports inside", async () => {
    catalog = createCatalog({
      "myapp/hook.ts": [
        'import { HookContext } from "../_lib/hook_context";',
        'import { greet } from "../_lib/greet";',
        "export async function setup(ctx: HookContext): Promise<string> { return greet(ctx.host!); }",
        "export const version: number = 2;",
      ].join("\n"),
      "_lib/hook_context.ts": "export interface HookContext { host?: string }",
      "_lib/greet.ts":
        'import { tail } from "./tail.mjs";\nexport const greet = (name: string) => "hi " + name + tail;',
      "_lib/tail.mjs": 'export const tail = "!";',
    });
    const bundle = bundleOf(await catalog.compile("myapp/hook.ts"));
    const exports = evaluate(bundle);
    expect(await exports["setup"]?.({ host: "nas" })).toBe("hi nas!");
    expect(bundle.exports).toEqual(["setup", "version"]);
    expect(Object.getPrototypeOf(exports)).toBe(null);
    expect(bundle.sources.map(({ path }) => path)).toEqual([
      "_lib/greet.ts",
      "_lib/tail.mjs",
      "myapp/hook.ts",
    ]);
  });

  test("imports without an ending, written as .js, and folders by their index", async () => {
    catalog = createCatalog({
      "hook.ts": [
        'import a from "./a"; import b from "./b.js"; import c from "./c"; import d from "./d.mjs"; import e from "./data";',
        "export const setup = () => [a, b, c, d, e.e].join();",
      ].join("\n"),
      "a.js": "export default 'a.js'",
      "b.ts": "export default 'b.ts'",
      "c/index.ts": "export default 'c/index.ts'",
      "d.mts": "export default 'd.mts'",
      "data.json": '{"e": "data.json"}',
    });
    const bundle = bundleOf(await catalog.compile("hook.ts"));
    expect(evaluate(bundle)["setup"]?.()).toBe("a.js,b.ts,c/index.ts,d.mts,data.json");
  });

  test("takes JSON with comments and trailing commas, with and without an import attribute", async () => {
    const json = '{ // "x": 1,\n  "list": [1, 2, /* , ] */ ], "text": "// no, }",\n}\n';
    catalog = createCatalog({
      "hook.ts":
        'export const setup = () => [a.list.length, b.text, list.length];\nimport a from "./a.jsonc" with { type: "json" };\n' +
        'import b from "./b.json"; import { list } from "./b.json";',
      "a.jsonc": json,
      "b.json": json,
    });
    const bundle = bundleOf(await catalog.compile("hook.ts"));
    expect(evaluate(bundle)["setup"]?.()).toEqual([2, "// no, }", 2]);
    const map = JSON.parse(bundle.sourceMap) as { sourcesContent: string[] };
    expect(map.sourcesContent).toContain(json);
  });

  test("is not type-checked, and reads neither tsconfig.json nor references", async () => {
    catalog = createCatalog({
      "tsconfig.json": '{"compilerOptions": {"verbatimModuleSyntax": true, "paths": {"x": ["./y"]}}}',
      "hook.ts": [
        '/// <reference path="../../missing.d.ts" />',
        'import { HookContext, Other } from "../../nowhere";',
        'import type { T } from "/etc/passwd";',
        "//@ts-ignore",
        'const wrong: number = "text";',
        "export const setup = (ctx: HookContext & Other & T) => wrong;",
      ].join("\n"),
    });
    expect(evaluate(bundleOf(await catalog.compile("hook.ts")))["setup"]?.()).toBe("text");
  });

  test("is loaded once where files import each other in a circle", async () => {
    catalog = createCatalog({
      "hook.ts":
        'import { other } from "./other";\nexport const token = {};\nexport const setup = () => other() === token;',
      "other.ts": 'import { token } from "./hook";\nexport const other = () => token;',
    });
    expect(evaluate(bundleOf(await catalog.compile("hook.ts")))["setup"]?.()).toBe(true);
  });

  test("has what it imports by a plain string later on in the bundle too", async () => {
    catalog = createCatalog({
      "hook.ts": 'export const setup = async () => (await import("./late")).late;',
      "late.ts": "export const late = 7;",
    });
    expect(await evaluate(bundleOf(await catalog.compile("hook.ts")))["setup"]?.()).toBe(7);
  });

  test("keeps `using` as it is and compiles decorators, enums and parameter properties", async () => {
    catalog = createCatalog({
      "hook.ts": [
        "const log: string[] = [];",
        "const seen = (value: any, context: any) => { log.push(context.name); return value; };",
        "@seen class A { constructor(private x: number) {} get() { return this.x; } }",
        "enum E { One = 1 }",
        "export async function setup() {",
        "  { await using r = { [Symbol.dispose]() { log.push('disposed'); } }; }",
        "  return [...log, new A(E.One).get()].join();",
        "}",
      ].join("\n"),
    });
    const bundle = bundleOf(await catalog.compile("hook.ts"));
    expect(bundle.code).toContain("await using");
    expect(await evaluate(bundle)["setup"]?.()).toBe("A,disposed,1");
  });

  test("starts with a byte order mark or a hash-bang without harm", async () => {
    catalog = createCatalog({ "hook.ts": "\uFEFF#!/usr/bin/env node\nexport const setup = () => 1;" });
    expect(evaluate(bundleOf(await catalog.compile("hook.ts")))["setup"]?.()).toBe(1);
  });

  test("names its checksum as sha256sum does over its files", async () => {
    catalog = createCatalog({
      "b/hook.ts": 'import "../a.ts";\nexport const setup = 1;',
      "a.ts": "globalThis.x = 1;",
    });
    const bundle = bundleOf(await catalog.compile("b/hook.ts"));
    const run = (command: string): string =>
      execFileSync("sh", ["-c", command], { cwd: catalog.root, encoding: "utf8" });
    expect(`${bundle.sourceSha256}  -\n`).toBe(run("sha256sum a.ts b/hook.ts | sha256sum"));
    expect(bundle.sources.map(({ sha256, path }) => `${sha256}  ${path}\n`).join("")).toBe(
      run("sha256sum a.ts b/hook.ts"),
    );
  });

  test("compiles to the same bundle wherever the catalog lies, and names no path of the machine", async () => {
    const files = {
      "m/hook.ts":
        'import { x } from "../lib/x.js";\nimport j from "../j.json";\nexport const setup = () => [x, j];',
      "lib/x.js": "exports.x = require('./y');",
      "j.json": "[1]",
    };
    catalog = createCatalog(files);
    const first = await catalog.compile("m/hook.ts");
    const { outside } = catalog;
    catalog.remove();
    catalog = createCatalog(files);
    const second = await catalog.compile("m/hook.ts");
    expect(bundleOf(second)).toEqual(bundleOf(first));
    for (const place of [outside, catalog.outside, process.cwd()]) {
      expect(JSON.stringify([first, second])).not.toContain(place);
    }
  });
});

describe("a file hook is refused, with its place, when it", () => {
  test("is missing, a folder, no script, or not a file at all", async () => {
    catalog = createCatalog({ "data.json": "1", "folder/x.ts": "", "style.css": "" });
    execFileSync("sh", ["-c", "mkfifo pipe.ts"], { cwd: catalog.root });
    symlinkSync("loop.ts", join(catalog.root, "loop.ts"));
    symlinkSync("gone.ts", join(catalog.root, "dangling.ts"));
    for (const path of [
      "no.ts",
      "folder",
      "folder/",
      "data.json",
      "style.css",
      "pipe.ts",
      "loop.ts",
      "dangling.ts",
      "data.json/x.ts",
      "",
    ]) {
      const [problem, ...more] = problemsOf(await catalog.compile(path));
      expect(problem, path).toMatchObject({
        code: "HOOK_FILE_MISSING",
        pointer: "/hooks/0/script",
        line: 1,
        column: 1,
      });
      expect(problem?.message).toMatch(/^hooks\[0\]\.script: /);
      expect(more).toEqual([]);
    }
  });

  test("lies in a catalog that does not exist", async () => {
    catalog = createCatalog({ "hook.ts": "export const setup = 1;" });
    renameSync(catalog.root, join(catalog.outside, "moved"));
    expect(problemsOf(await catalog.compile("hook.ts"))[0]?.code).toBe("HOOK_FILE_MISSING");
  });

  test("lies outside, by its path or by a link of a file or of a folder", async () => {
    catalog = createCatalog({ "hook.ts": "export const setup = 1;" });
    writeFileSync(join(catalog.outside, "secret.ts"), "export const setup = 'secret';");
    symlinkSync("../secret.ts", join(catalog.root, "link.ts"));
    symlinkSync("..", join(catalog.root, "up"));
    for (const path of [
      "../secret.ts",
      "a/../../secret.ts",
      "link.ts",
      "up/secret.ts",
      "/etc/hostname",
      join(catalog.root, "hook.ts"),
    ]) {
      const outcome = await catalog.compile(path);
      expect(problemsOf(outcome)[0]?.code, path).toBe("HOOK_FILE_OUTSIDE");
      expect(JSON.stringify(outcome)).not.toContain("'secret'");
    }
  });

  test("imports something outside, by path or by link", async () => {
    catalog = createCatalog({ "myapp/hook.ts": "" });
    writeFileSync(join(catalog.outside, "secret.json"), '"secret"');
    symlinkSync("../../secret.json", join(catalog.root, "myapp/link.json"));
    symlinkSync("/etc", join(catalog.root, "etc"));
    for (const specifier of ["../../secret.json", "./link.json", "../etc/hostname", "../../secret"]) {
      catalog.write("myapp/hook.ts", `// é\n${importing(specifier)}`);
      expect(problemsOf(await catalog.compile("myapp/hook.ts")), specifier).toMatchObject([
        { code: "HOOK_FILE_OUTSIDE", file: "myapp/hook.ts", line: 2, column: 19, pointer: "/hooks/0/script" },
      ]);
    }
  });

  test("imports a package, a module of Node, an absolute path or a URL", async () => {
    catalog = createCatalog({ "node_modules/left-pad/index.js": "module.exports = 1", "hook.ts": "" });
    const kinds = {
      "left-pad": "a package",
      "@scope/x": "a package",
      "#internal": "a package",
      fs: "a package",
      "node:fs": "a module of Node",
      "/etc/hostname": "an absolute path",
      "https://example.com/x.js": "a URL",
      "//example.com/x.js": "an absolute path",
      "file:///etc/hostname": "a URL",
      "data:text/javascript,export default 1": "a URL",
    };
    for (const [specifier, kind] of Object.entries(kinds)) {
      catalog.write("hook.ts", importing(specifier));
      const [problem] = problemsOf(await catalog.compile("hook.ts"));
      expect(problem, specifier).toMatchObject({ code: "HOOK_IMPORT", file: "hook.ts", line: 1, column: 19 });
      expect(problem?.message).toContain(`"${specifier}" is ${kind};`);
    }
  });

  test("imports a file that is missing or cannot be opened, of an unknown kind, or with a foreign attribute", async () => {
    catalog = createCatalog({
      "hook.ts": "",
      "data.json": "1",
      "page.html": "<p>",
      "x.ts": "export default 1",
    });
    symlinkSync("loop.ts", join(catalog.root, "loop.ts"));
    const cases: [string, string, string][] = [
      ["./missing", "", "HOOK_FILE_MISSING"],
      ["./missing.json", "", "HOOK_FILE_MISSING"],
      [".", "", "HOOK_FILE_MISSING"],
      ["./loop.ts", "", "HOOK_FILE_MISSING"],
      ["./page.html", "", "HOOK_IMPORT"],
      ["./data.json", ' with { type: "text" }', "HOOK_IMPORT"],
      ["./x.ts", ' with { type: "json" }', "HOOK_IMPORT"],
      ["./data.json", ' with { other: "json" }', "HOOK_IMPORT"],
      ["./back\\\\slash", "", "HOOK_IMPORT"],
      ["./nul\\0", "", "HOOK_IMPORT"],
    ];
    for (const [specifier, attributes, code] of cases) {
      catalog.write("hook.ts", importing(specifier, attributes));
      expect(problemsOf(await catalog.compile("hook.ts"))[0], specifier).toMatchObject({
        code,
        file: "hook.ts",
        line: 1,
      });
    }
  });

  test("imports by a path that is put together while it runs", async () => {
    catalog = createCatalog({ "a.json": "1", "hook.ts": "" });
    for (const call of ["import(`./${n}.json`)", 'import("./" + n + ".json")', "require(`./${n}.json`)"]) {
      catalog.write("hook.ts", `export const setup = (n: string) =>\n  ${call};`);
      const outcome = await catalog.compile("hook.ts");
      expect(problemsOf(outcome), call).toMatchObject([{ code: "HOOK_IMPORT", file: "hook.ts", line: 2 }]);
    }
    catalog.write("hook.ts", "export const setup = (n: string) => import(n);");
    expect(bundleOf(await catalog.compile("hook.ts")).code).toContain("import(n)");
  });

  test("imports a name that the other file does not export", async () => {
    catalog = createCatalog({
      "hook.js": 'import { b } from "./a.js";\nexport const setup = () => b;',
      "a.js": "export const a = 1",
    });
    const [problem] = problemsOf(await catalog.compile("hook.js"));
    expect(problem).toMatchObject({ code: "HOOK_IMPORT", file: "hook.js", line: 1, column: 10 });
    expect(problem?.message).toContain('"a.js"');
    expect(problem?.message).not.toContain("catalog:");
  });

  test("has a mistake in any of its files, each told at its own line and column", async () => {
    catalog = createCatalog({
      "hook.ts": 'import "./lib/a";\nimport "./lib/b.jsonc";\nexport const setup = 1;',
      "lib/a.ts": "// ok\r\nconst ä = '😀'; let = ;\r\n",
      "lib/b.jsonc": '{\n  // comment\n  "a": nope\n}',
    });
    const problems = problemsOf(await catalog.compile("hook.ts"));
    expect(problems).toMatchObject([
      {
        code: "HOOK_SYNTAX",
        severity: "error",
        file: "lib/a.ts",
        line: 2,
        column: 23,
        pointer: "/hooks/0/script",
      },
      { code: "HOOK_SYNTAX", severity: "error", file: "lib/b.jsonc", line: 3, column: 8 },
    ]);
    expect(problems[0]?.message).toMatch(/^lib\/a\.ts: .*correct the code at this place\.$/);
  });

  test("is not UTF-8, too large, too deep, too much or too many", async () => {
    const one = "export const setup = 1;\n";
    catalog = createCatalog({ "hook.ts": "" });
    const codeFor = async (text: string | Uint8Array, limits = {}): Promise<unknown> => {
      catalog.write("hook.ts", text);
      const [problem] = problemsOf(await catalog.compile("hook.ts", { cache: null, limits }));
      return [problem?.code, problem?.file];
    };
    expect(await codeFor(Buffer.from([0xff, 0xfe, 0x41]))).toEqual(["HOOK_SYNTAX", "hook.ts"]);
    expect(await codeFor(one + "/".repeat(256 * 1024))).toEqual(["HOOK_SOURCE_TOO_LARGE", "hook.ts"]);
    expect(await codeFor("[".repeat(1001))).toEqual(["HOOK_SOURCE_TOO_LARGE", "hook.ts"]);
    expect(await codeFor(one, { codeLength: 10 })).toEqual(["HOOK_SOURCE_TOO_LARGE", undefined]);
    catalog.write("a.ts", `export default ${"1".repeat(1000)}`);
    expect(await codeFor(importing("./a"), { totalBytes: 1000 })).toEqual([
      "HOOK_SOURCE_TOO_LARGE",
      "hook.ts",
    ]);
    expect(await codeFor(importing("./a"), { files: 1 })).toEqual(["HOOK_SOURCE_TOO_LARGE", "hook.ts"]);
    const imports = `import "./a"; import "./a.ts"; import "./a.js";\n${one}`;
    expect(await codeFor(`${imports}require("x");`, { imports: 3 })).toEqual([
      "HOOK_SOURCE_TOO_LARGE",
      "hook.ts",
    ]);
    catalog.write("hook.ts", imports);
    const limits = { imports: 3, files: 2, totalBytes: 1200 };
    expect((await catalog.compile("hook.ts", { cache: null, limits })).ok).toBe(true);
    catalog.write("hook.ts", `${one}${"(".repeat(999)}${")".repeat(999)}// ((([[[`.replace("()", "(1)"));
    expect((await catalog.compile("hook.ts")).ok).toBe(true);
  });

  test("does not export the entrypoint", async () => {
    catalog = createCatalog({
      "hook.ts": "export const afterInstall = 1, x = 2;",
      "empty.ts": "function setup() {}",
      "cjs.ts": "exports.setup = () => 1;",
    });
    const messageFor = async (path: string): Promise<string | undefined> => {
      const [problem] = problemsOf(await catalog.compile(path, { cache: null }, "afterinstall"));
      expect(problem).toMatchObject({
        code: "HOOK_ENTRYPOINT",
        pointer: "/hooks/0/entrypoint",
        file: path,
        line: 1,
        column: 1,
      });
      return problem?.message;
    };
    expect(await messageFor("hook.ts")).toBe(
      'hooks[0].entrypoint: "afterinstall" is not exported by hook.ts, which exports "afterInstall", "x"; ' +
        'name one of these, or export the function. Did you mean "afterInstall"?',
    );
    expect(await messageFor("empty.ts")).toContain("which exports nothing");
    expect(await messageFor("cjs.ts")).toContain("assigns to module.exports or exports");
  });
});

describe("links inside the catalog", () => {
  test("are followed, and one file behind two names is one module", async () => {
    catalog = createCatalog({
      "hook.ts":
        'import { a } from "./real/a";\nimport { a as b } from "./alias/a";\nexport const setup = () => a === b;',
      "real/a.ts": "export const a = {};",
    });
    symlinkSync("real", join(catalog.root, "alias"));
    const bundle = bundleOf(await catalog.compile("hook.ts"));
    expect(evaluate(bundle)["setup"]?.()).toBe(true);
    expect(bundle.sources.map(({ path }) => path)).toEqual(["hook.ts", "real/a.ts"]);
  });

  test("lead to the catalog when its root is a link itself", async () => {
    catalog = createCatalog({ "hook.ts": 'import "./sub/x";\nexport const setup = 1;', "sub/x.ts": "" });
    renameSync(catalog.root, join(catalog.outside, "versions"));
    symlinkSync("versions", catalog.root);
    mkdirSync(join(catalog.outside, "catalog2"));
    expect(bundleOf(await catalog.compile("hook.ts")).exports).toEqual(["setup"]);
    expect(problemsOf(await catalog.compile("../catalog2/x.ts"))[0]?.code).toBe("HOOK_FILE_OUTSIDE");
  });
});
