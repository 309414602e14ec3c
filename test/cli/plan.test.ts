import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { cli, folderOf, root } from "./support/cli.ts";

const mediabox = join(root, "catalog-example/mediabox.json");

async function planOf(...args: string[]): Promise<Plan> {
  const { code, stdout } = await cli("plan", mediabox, "--json", ...args);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Plan;
}

const running = ({ steps }: Plan): string[] =>
  steps.flatMap((step) => (step.kind === "app" ? [step.method] : step.runs ? [step.hookId] : []));

describe("tacklebox plan", () => {
  it("plans an install unless a version to upgrade from is given", async () => {
    expect(running(await planOf())).toEqual(["mediabox-preflight", "app.create", "mediabox-setup"]);
    const upgrade = await planOf("--upgrade", "--from", "1.4.0", "--to", "2.0.0");
    expect(running(upgrade)).toEqual(["mediabox-backup", "app.upgrade", "mediabox-rescan"]);
    expect(running(await planOf("--from", "2.0.0", "--to", "3.0.0"))).toContain(
      "mediabox-migrate-watchlists",
    );
  });

  it("follows the user's switches", async () => {
    expect(running(await planOf("--opt-out", "mediabox-setup"))).toEqual([
      "mediabox-preflight",
      "app.create",
    ]);
    const { code, stderr } = await cli("plan", mediabox, "--opt-in", "mediabox-preflight");
    expect(code).toBe(0);
    expect(stderr).toMatch(/OPT_IN_UNKNOWN The switch "mediabox-preflight" is ignored/);
  });

  it("says for people in order what runs, what does not, and why", async () => {
    const { stdout } = await cli("plan", mediabox, "--from", "1.4.0", "--to", "2.0.0");
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("Upgrade from 1.4.0 to 2.0.0");
    expect(lines).toContain('  1. run  mediabox-backup (onBeforeUpgrade) "Backing up the library database"');
    expect(lines).toContain("  2. app  app.upgrade on the NAS");
    expect(stdout).toContain('does not run: toVersion 2.0.0 is not in ">=3.0.0"');
  });

  it("shows the plan and exits 3 when a hook that would run cannot be compiled", async () => {
    const hook = { id: "h", event: "onAfterInstall", script: "h.ts", entrypoint: "main" };
    const folder = await folderOf({ "app.json": { version: 5, hooks: [hook] } });
    const { code, stdout, stderr } = await cli("plan", join(folder, "app.json"), "--catalog", folder);
    expect(code).toBe(3);
    expect(stdout).toMatch(/1\. app {2}app\.create[^]*2\. run {2}h/);
    expect(stderr).toMatch(/HOOK_FILE_MISSING/);
  });

  it.each([
    ["--upgrade without --from", ["--upgrade"], 2, /plan --upgrade: --from is missing/],
    [
      "a hook switched on and off",
      ["--opt-in", "a", "--opt-out", "a"],
      2,
      /named by --opt-in and by --opt-out/,
    ],
    ["a version that is none", ["--from", "new", "--to", "2.0.0"], 2, /VERSION_UNUSABLE/],
  ])("refuses %s", async (_what, args, exitCode, message) => {
    const { code, stdout, stderr } = await cli("plan", mediabox, ...args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("refuses a script that is invalid with exit 3", async () => {
    const folder = await folderOf({ "app.json": "{" });
    const { code, stderr } = await cli("plan", join(folder, "app.json"));
    expect(code).toBe(3);
    expect(stderr).toMatch(/JSON_SYNTAX[^]*The install script was refused/);
  });
});
