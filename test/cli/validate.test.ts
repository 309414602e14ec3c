import { chmod, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { githubLine } from "../../src/cli/validate/problem-lines.ts";
import { cli, folderOf, root, scriptOf } from "./support/cli.ts";

const good = scriptOf("  ctx.log('hello');");
const twice = { ...good, hooks: [{ ...scriptHook(), script: "a.ts" }] };

function scriptHook(): Record<string, unknown> {
  return (good as { hooks: Record<string, unknown>[] }).hooks[0] as Record<string, unknown>;
}

interface Report {
  files: {
    file: string;
    valid: boolean;
    problems: {
      severity: string;
      code: string;
      file?: string;
      pointer: string;
      line: number;
      message: string;
    }[];
  }[];
}

describe("tacklebox validate", () => {
  it("accepts the example catalog", async () => {
    const { code, stdout, stderr } = await cli("validate", join(root, "catalog-example"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/^\d+ install scripts checked: all valid, 0 errors and 0 warnings\.\n$/);
  });

  it("prints problems with file, line and column as data, and the verdict as talk", async () => {
    const folder = await folderOf({ "app.json": twice });
    const { code, stdout, stderr } = await cli("validate", join(folder, "app.json"));
    expect(code).toBe(3);
    expect(stdout).toContain(`${join(folder, "app.json")}:4:5 error HOOK_SOURCE hooks[0] "hook"`);
    expect(stderr).toBe("1 install script checked: 1 refused, 1 error and 0 warnings.\n");
  });

  it("prints one JSON object with --json, also for good files", async () => {
    const folder = await folderOf({ "bad.json": twice, "good.json": good });
    const { code, stdout } = await cli("validate", "--json", folder);
    const { files } = JSON.parse(stdout) as Report;
    expect(code).toBe(3);
    expect(files.map(({ file, valid }) => [file, valid])).toEqual([
      [join(folder, "bad.json"), false],
      [join(folder, "good.json"), true],
    ]);
    expect(Object.keys(files[0]?.problems[0] ?? {})).toEqual([
      "severity",
      "code",
      "pointer",
      "line",
      "column",
      "message",
    ]);
  });

  it("finds install scripts below a folder and leaves other JSON, hidden and _ folders alone", async () => {
    const folder = await folderOf({
      "apps/one.json": good,
      "package.json": { name: "x", version: "5.0.0", hooks: {} },
      "data.json": [1, 2],
      ".git/two.json": twice,
      "_lib/three.json": twice,
      "node_modules/four.json": twice,
      "broken.json": '{ "version": 5, "hooks": [ }',
      "half.json": '{ "name": ',
    });
    await symlink(join(folder, "apps"), join(folder, "linked"));
    const { files } = JSON.parse((await cli("validate", "--json", folder)).stdout) as Report;
    expect(files.map(({ file }) => file)).toEqual([
      join(folder, "apps/one.json"),
      join(folder, "broken.json"),
    ]);
  });

  it("compiles every hook and places what is wrong in the hook's own file", async () => {
    const folder = await folderOf({
      "catalog/apps/app.json": {
        version: 5,
        hooks: [
          { id: "syntax", event: "onAfterUpgrade", script: "app/hook.ts", entrypoint: "main" },
          { id: "missing", event: "onAfterInstall", script: "app/nothing.ts", entrypoint: "main" },
          { id: "entrypoint", event: "onAfterInstall", script: "app/good.ts", entrypoint: "mian" },
        ],
      },
      "catalog/app/hook.ts": "export async function main() {\n  const x = ;\n}\n",
      "catalog/app/good.ts": "export async function main() {}\n",
    });
    const catalog = join(folder, "catalog");
    const { code, stdout } = await cli("validate", "--catalog", catalog, "--json", join(catalog, "apps"));
    const [checked] = (JSON.parse(stdout) as Report).files;
    expect(code).toBe(3);
    expect(
      checked?.problems.map((problem) => [problem.code, problem.file, problem.pointer, problem.line]),
    ).toEqual([
      ["HOOK_SYNTAX", join(catalog, "app/hook.ts"), "/hooks/0/script", 2],
      ["HOOK_FILE_MISSING", undefined, "/hooks/1/script", 13],
      [
        "HOOK_ENTRYPOINT",
        join(catalog, "app/good.ts"),
        expect.stringMatching(/^\/hooks\/2\//),
        expect.any(Number),
      ],
    ]);
  });

  it("takes the script's own folder for the catalog's unless --catalog names it", async () => {
    const folder = await folderOf({
      "app.json": {
        version: 5,
        hooks: [{ id: "h", event: "onAfterInstall", script: "app/h.ts", entrypoint: "main" }],
      },
      "app/h.ts": "export async function main() {}\n",
    });
    expect((await cli("validate", join(folder, "app.json"))).code).toBe(0);
    expect((await cli("validate", "--catalog", join(folder, "app"), join(folder, "app.json"))).code).toBe(3);
  });

  it("prints workflow commands with --format github", async () => {
    const folder = await folderOf({ "app.json": twice });
    const { code, stdout } = await cli("validate", "--format", "github", folder);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^::error file=[^,]*app\.json,line=4,col=5,title=HOOK_SOURCE::hooks\[0\] /);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  it("escapes what would end a workflow command early", () => {
    const problem = {
      severity: "warning",
      code: "FIELD_STYLE",
      pointer: "",
      line: 1,
      column: 2,
      message: "100 %: a,\r\n::error::b",
    } as const;
    expect(githubLine(problem, "a:b,c%.json")).toBe(
      "::warning file=a%3Ab%2Cc%25.json,line=1,col=2,title=FIELD_STYLE::100 %25: a,%0D%0A::error::b",
    );
  });

  it.each([
    [
      "a path that does not exist",
      ["nowhere.json"],
      /FILE_UNREADABLE nowhere\.json: nothing was found there/,
    ],
    ["no path", [], /missing required argument 'paths'/],
    ["an unknown option", [".", "--jsn"], /unknown option '--jsn'[\s\S]*--json/],
    ["two output formats", [".", "--json", "--format", "github"], /both --json and --format github/],
    ["an unknown format", [".", "--format", "xml"], /Allowed choices are text, json, github/],
    ["a catalog that is a file", [".", "--catalog", "package.json"], /package\.json: a file was found/],
  ])("refuses %s as a usage error", async (_what, args, message) => {
    const { code, stdout, stderr } = await cli("validate", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("says so when a folder holds no install script", async () => {
    const folder = await folderOf({ "package.json": { name: "x" } });
    const { code, stderr } = await cli("validate", folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no install script was found in this folder or below, expected/);
  });

  it.skipIf(process.getuid?.() === 0)("names a file that may not be read", async () => {
    const folder = await folderOf({ "app.json": good });
    await chmod(join(folder, "app.json"), 0);
    const { code, stderr } = await cli("validate", folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/app\.json: it may not be read by this user/);
  });

  it("shows control characters of a script's texts instead of sending them to the terminal", async () => {
    const folder = await folderOf({
      "app.json": { ...good, hooks: [{ ...scriptHook(), event: "\u001b[2Jhidden\u202e" }] },
    });
    const { stdout } = await cli("validate", folder);
    expect(stdout).toMatch(/hidden/);
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });
});
