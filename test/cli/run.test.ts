import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { cli, root, run, scriptOf, startCli, write } from "./support/cli.ts";

const catalog = join(root, "catalog-example");

describe("tacklebox run", () => {
  it("runs the hooks of an example app and reports them in one JSON object", async () => {
    const { code, report } = await run(join(catalog, "notes.json"));
    expect(code).toBe(0);
    expect(report).toEqual({
      status: "COMPLETED",
      hooks: [
        {
          id: "health-check",
          event: "onAfterInstall",
          status: "COMPLETED",
          attempts: 1,
          durationMs: expect.any(Number),
          checkpoints: [{ id: "ready", message: "Waiting for Notes", status: "completed" }],
          log: [{ message: "Notes is ready", level: "info", at: expect.any(String) }],
          requests: [
            {
              method: "GET",
              url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/health$/),
              status: 200,
              refused: null,
              failed: null,
            },
          ],
          error: null,
        },
      ],
    });
  });

  it("tells what happens as plain lines of talk, and nothing as data, without --json", async () => {
    const { code, stdout, stderr } = await cli("run", join(catalog, "notes.json"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain(
      "▸ Checking that Notes is up (health-check, onAfterInstall)\n  info  Notes is ready\n",
    );
    expect(stderr).toMatch(/ {2}✓ Waiting for Notes 99 %\n {2}✓ health-check completed in \d\.\d\d s\n$/);
    expect(stderr).not.toContain("\u001b");
  });

  it("exits 1 and shows the author's own line when a hook throws; later hooks stay pending", async () => {
    const script = scriptOf("  const missing = null;\n  missing.value;") as { hooks: object[] };
    const file = await write({
      ...script,
      hooks: [...script.hooks, { ...script.hooks[0], id: "later" }],
    });
    const { code, report } = await run(file);
    expect(code).toBe(1);
    expect(report.status).toBe("FAILED");
    expect(report.hooks.map(({ id, status, attempts }) => [id, status, attempts])).toEqual([
      ["hook", "FAILED", 1],
      ["later", "PENDING", 0],
    ]);
    expect(report.hooks[0]?.error).toMatchObject({
      code: "HOOK_THREW",
      source: { file, inline: { line: 3 }, snippet: "missing.value;" },
    });
    const { stderr } = await cli("run", file);
    expect(stderr).toMatch(/✗ HOOK_THREW Hook failed\n {4}hook "hook" at .*TypeError/);
    expect(stderr).toMatch(/app\.json:\d+:\d+ \| missing\.value;/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("exits 4 when a hook leaves its limits: --timeout counts for every hook", async () => {
    const { code, report } = await run(scriptOf("  while (true) {}"), "--timeout", "0.5");
    expect(code).toBe(4);
    expect(report.hooks[0]).toMatchObject({ status: "FAILED", error: { code: "HOOK_TIMEOUT" } });
  });

  it("goes on after an optional hook that failed", async () => {
    const { code, report } = await run(scriptOf("  throw new Error('no');", { optional: true }));
    expect(code).toBe(0);
    expect(report).toMatchObject({ status: "COMPLETED", hooks: [{ status: "SKIPPED" }] });
  });

  it("reports a refused host and lets --allow and --map-origin open it for a stand-in", async () => {
    const standIn = await serve((path) => `stand-in for ${path}`);
    const body = `  const response = await fetch("https://api.example/things").catch((error) => ctx.fail(error.message));
  ctx.log(await response.text());`;
    const refused = await run(scriptOf(body));
    expect(refused.code).toBe(1);
    expect(refused.report.hooks[0]?.requests[0]).toMatchObject({
      status: null,
      refused: expect.stringMatching(/^NETWORK_REFUSED: .*api\.example:443 is not among the addresses/),
    });
    const map = ["--map-origin", `https://api.example=${standIn}`];
    expect((await run(scriptOf(body), ...map)).code).toBe(1);
    const allowed = await run(scriptOf(body), ...map, "--allow", "api.example");
    expect(allowed.code).toBe(0);
    expect(allowed.report.hooks[0]?.log[0]?.message).toBe("stand-in for /things");
  });

  it("runs against an app that is already there with --host and --port, without installing anything", async () => {
    const app = new URL(await serve((path) => `given ${path}`));
    const body = "  ctx.log(ctx.baseUrl, await (await fetch(ctx.baseUrl + '/x')).text());";
    const { code, report } = await run(scriptOf(body), "--host", app.hostname, "--port", app.port);
    expect(code).toBe(0);
    expect(report.hooks[0]?.log[0]?.message).toBe(`http://${app.host} given /x`);
  });

  it("lets the hooks of an app already there reach no other port of that host", async () => {
    const app = new URL(await serve(() => "app"));
    const other = await serve(() => "other");
    const { report } = await run(scriptOf(`  await fetch("${other}");`), "--port", app.port);
    expect(report.hooks[0]).toMatchObject({
      status: "FAILED",
      requests: [{ refused: expect.stringContaining("NETWORK_REFUSED") }],
    });
  });

  it("upgrades with --from and --to: the old version is put in place without hooks first", async () => {
    const body = "  ctx.log(ctx.event, ctx.fromVersion, ctx.toVersion);";
    const hooks = (
      ["onBeforeInstall", "onAfterInstall", "onBeforeUpgrade", "onAfterUpgrade"] as const
    ).flatMap((event) => (scriptOf(body, { id: event, event }) as { hooks: object[] }).hooks);
    const { code, report } = await run({ version: 5, hooks }, "--from", "1.4.0", "--to", "2.0.0");
    expect(code).toBe(0);
    expect(report.hooks.map(({ log }) => log[0]?.message)).toEqual([
      "onBeforeUpgrade 1.4.0 2.0.0",
      "onAfterUpgrade 1.4.0 2.0.0",
    ]);
  });

  it("runs one hook with --hook, whatever its switch is by default, and hooks of one event with --event", async () => {
    const hooks = [
      ...hooksOf({ id: "a" }),
      ...hooksOf({ id: "b", userOptional: { label: "B", default: false } }),
      ...hooksOf({ id: "c", event: "onBeforeInstall" }),
    ];
    const ids = async (...args: string[]): Promise<string[]> =>
      (await run({ version: 5, hooks }, ...args)).report.hooks.map(({ id }) => id);
    expect(await ids()).toEqual(["c", "a"]);
    expect(await ids("--hook", "b")).toEqual(["b"]);
    expect(await ids("--event", "onBeforeInstall")).toEqual(["c"]);
    expect(await ids("--opt-in", "b")).toEqual(["c", "a", "b"]);
  });

  it("lets sleeps take no real time with --skip-waits, and the hook sees the time go by", async () => {
    const body =
      "  const before = Date.now();\n  await ctx.sleep(3_600_000);\n  ctx.log(Date.now() - before >= 3_600_000);";
    const { code, report } = await run(scriptOf(body), "--skip-waits");
    expect(code).toBe(0);
    expect(report.hooks[0]?.log[0]?.message).toBe("true");
  });

  it("uses the behaviour the catalog has for the simulated app, unless --no-simulated", async () => {
    const files = {
      "_simulated/app.ts":
        "export const app = ({ path }) => path === '/own' ? { status: 200, body: 'own' } : null;\n",
    };
    const file = await write(scriptOf("  ctx.log((await fetch(ctx.baseUrl + '/own')).status);"), files);
    expect((await run(file)).report.hooks[0]?.log[0]?.message).toBe("200");
    expect((await run(file, "--no-simulated")).report.hooks[0]?.log[0]?.message).toBe("404");
  });

  it("refuses a simulated behaviour that cannot be used", async () => {
    const two = await write(scriptOf(""), {
      "_simulated/app.ts": "export const a = () => null, b = () => null;",
    });
    expect((await cli("run", two)).stderr).toMatch(/app\.ts: 2 functions are exported, expected one/);
    const broken = await write(scriptOf(""), { "_simulated/app.ts": "throw new Error('at once');" });
    expect(await cli("run", broken)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be loaded \(at once\)/),
    });
  });

  it("reports what the hooks did before a step on the NAS failed", async () => {
    const script = scriptOf("  ctx.log('before');", { event: "onBeforeUpgrade" });
    const { code, report, stderr } = await run(script, "--from", "2.0.0", "--to", "1.0.0");
    expect(code).toBe(2);
    expect(report).toMatchObject({
      status: "FAILED",
      hooks: [{ status: "COMPLETED", log: [{ message: "before" }] }],
      error: { code: "APP_NO_UPGRADE" },
    });
    expect(stderr.match(/APP_NO_UPGRADE/g)).toHaveLength(1);
  });

  it("says that nothing runs, and why, when no hook is planned", async () => {
    const { code, stderr } = await cli("run", join(catalog, "legacy.json"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/No hook runs\. The script has none\./);
  });

  it("ends as cancelled with exit 130 when it is interrupted", async () => {
    const file = await write(scriptOf("  ctx.log('sleeping');\n  await ctx.sleep(600_000);"));
    const session = startCli(["run", file, "--json"]);
    await session.says(/sleeping/);
    session.interrupt();
    const { code, stdout, stderr } = await session.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: "CANCELLED", hooks: [{ status: "CANCELLED" }] });
    expect(stderr).toMatch(/Interrupted; nothing is left running\.\n$/);
  });

  it("says as data too why nothing was run, with --json", async () => {
    const { code, report } = await run({ version: 5, hooks: [{ id: "x" }] });
    expect(code).toBe(3);
    expect(report).toMatchObject({ status: "FAILED", hooks: [], error: { code: "HOOK_SOURCE" } });
  });
});

function hooksOf(declaration: Record<string, unknown>): object[] {
  return (scriptOf("", declaration) as { hooks: object[] }).hooks;
}

/** A server that answers each path; gives its origin. */
async function serve(answer: (path: string) => string): Promise<string> {
  const server: Server = createServer((request, response) => response.end(answer(request.url ?? "")));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => new Promise<void>((done) => server.close(() => done())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
