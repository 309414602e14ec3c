import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askingHook, failingHook, guessingHook, quickHook, waitingHook } from "../api/support/scripts.ts";
import { hasRedis, testRedisUrl } from "../support/test-datastores.ts";
import { spawnCli, startCli, type CliResult } from "./support/cli.ts";
import { startServer, type Served } from "./support/served.ts";

const loggingHook = {
  id: "logging",
  scriptContent: `export async function run(ctx) {
    ctx.log("first");
    console.debug("small");
    console.warn("second\\nline");
  }`,
};

/** A server on Redis, which commands may pass by and look at the datastore themselves. */
describe.skipIf(!hasRedis)("the commands about tasks", () => {
  let folder: string;
  let datastore: string;
  let server: Served;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tacklebox-served-"));
    datastore = await testRedisUrl();
    server = await startServer({ cwd: folder, args: ["--datastore", datastore] });
  });
  afterAll(async () => {
    server.child.kill("SIGKILL");
    await server.result;
    await rm(folder, { recursive: true });
  });

  const ways = ["server", "datastore"] as const;
  type Way = (typeof ways)[number];
  const placeOf = (way: Way): string[] =>
    way === "server" ? ["--server", server.url] : ["--datastore", datastore];
  /**
   * Against the server in this process, against the datastore in one of its own: both say the same. `answer` reads a file
   * of its working folder.
   */
  const command = (way: Way, ...args: string[]): Promise<CliResult> =>
    way === "server" && args[0] !== "answer"
      ? startCli([...args, ...placeOf(way)], { env: server.env }).result
      : spawnCli([...args, ...placeOf(way)], { cwd: folder, env: server.env }).result;
  const both = async (...args: string[]): Promise<CliResult> => {
    const [asked, read] = await Promise.all(ways.map((way) => command(way, ...args)));
    expect(read?.stdout).toBe(asked?.stdout);
    expect(read?.code).toBe(asked?.code);
    return asked as CliResult;
  };

  it("list, show and log say the same of the server and of its datastore", async () => {
    const id = await server.install([loggingHook, { ...quickHook, labels: { team: "media" } }], "listed");
    const { children } = await server.until(id, ({ status }) => status === "COMPLETED");
    const hooks = children.map((hook) => hook.id);

    const list = await both("tasks", "--app", "listed");
    expect(list.stdout).toMatch(
      new RegExp(`^Task +State +Done +Changed +What\n${id} +COMPLETED +100 % .* Install listed\n$`),
    );
    const hookList = await both("tasks", "--hooks", "--label", "team:media", "--json");
    expect(JSON.parse(hookList.stdout)).toMatchObject({ items: [{ id: hooks[1] }], nextCursor: null });
    expect((await both("tasks", "--app", "listed", "--active")).stdout).toBe("");

    const show = await both("show", id);
    expect(show.stdout).toMatch(new RegExp(`^Install listed ${id}\nCOMPLETED 100 %, install of listed`));
    expect(show.stdout).toMatch(new RegExp(`✓ .*\\(quick\\) COMPLETED ${hooks[1]}`));
    expect(show.stdout).toContain("✓ done (done)");
    const shortened = await both("show", hooks[0]?.slice(-8) ?? "", "--json");
    expect(JSON.parse(shortened.stdout)).toMatchObject({ id: hooks[0], hookId: "logging" });

    const logs = await both("logs", id);
    expect(logs.stdout.replaceAll(/^\S+ \S+ /gm, "")).toBe(
      "info  logging first\nwarn  logging second\n    line\ninfo  quick hello listed\n",
    );
    const rows = (await both("logs", hooks[0] ?? "", "--level", "warn", "--json")).stdout.trim().split("\n");
    expect(rows.map((row) => JSON.parse(row).message)).toEqual(["second\nline"]);
    expect((await both("logs", "-f", id, "--level", "debug")).stdout).toContain("debug logging small");
  });

  it.each(ways)("retry and skip decide about what waits, by the %s", async (way) => {
    const id = await server.install([waitingHook, failingHook], `decided-${way}`);
    const waits = await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const show = await command(way, "show", id);
    expect(show.stdout).toContain("! step (step), waits for retry or skip");
    expect(show.stdout).toContain("Try: 1");
    expect(show.stdout).toContain(`retry ${waits.children[0]?.id}`);

    // The operation's id stands for its hook that waits.
    const retried = await command(way, "retry", id);
    expect(retried).toMatchObject({ code: 0 });
    expect(retried.stdout).toMatch(new RegExp(`^${waits.children[0]?.id} .*retry of .*: accepted\n$`));
    const failed = await server.until(id, ({ children }) => children[1]?.status === "AWAITING_RETRY");
    const hook = failed.children[1]?.id ?? "";
    const shown = await command(way, "show", hook);
    expect(shown.stdout).toMatch(/✗ HOOK_FAIL no luck\n[^]*testapp\.json[^]*ctx\.fail\([^]*Status: 500/);
    expect(JSON.parse((await command(way, "skip", hook, "--json")).stdout)).toMatchObject({ id: hook });
    await server.until(id, ({ status }) => status === "COMPLETED");
  });

  it.each(ways)("answer gives what a hook asks for, by the %s", async (way) => {
    const id = await server.install([askingHook], `answered-${way}`);
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_INPUT");
    const [nobody, wrongName, wrongValue] = await Promise.all([
      command(way, "answer", id),
      command(way, "answer", id, "nam=x"),
      command(way, "answer", id, "name=x", "count=many", "secret=s"),
    ]);
    expect(nobody.code).toBe(6);
    expect(nobody.stderr).toMatch(/expected name=VALUE \(Name\?\), count=VALUE .*, secret=VALUE/);
    expect(wrongName.code).toBe(2);
    expect(wrongName.stderr).toMatch(
      /has no open question "nam", expected name, count, secret\. Did you mean/,
    );
    expect(wrongValue.code).toBe(2);
    expect(wrongValue.stderr).toMatch(/INPUT_INVALID .*many/);
    await writeFile(join(folder, "count.json"), "3");
    const good = await command(way, "answer", id, "name=Ann", "count=@count.json", "secret=s3cret");
    expect(good).toMatchObject({ code: 0 });
    expect(good.stdout + good.stderr).not.toContain("s3cret");
    await server.until(id, ({ status }) => status === "COMPLETED");
    expect((await command(way, "logs", id)).stdout).toContain("Ann 3");
    const late = await command(way, "answer", id, "name=Bea");
    expect(late.code).toBe(2);
    expect(late.stderr).toMatch(/ILLEGAL_TRANSITION .*"answer" is not possible while it is COMPLETED/);
  });

  it("retry --change asks for an input again, and what is left out stays", async () => {
    const id = await server.install([guessingHook], "guessed");
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_INPUT");
    await command("server", "answer", id, "user=Ann", "secret=wrong-one");
    const failed = await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const hook = failed.children[0]?.id ?? "";
    expect((await both("show", hook)).stdout).toContain(`retry ${hook} --change secret`);
    const unknown = await command("datastore", "retry", id, "--change", "sekret");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/INPUT_INVALID .*no input "sekret".* it declares user, secret\./);
    const retried = await command("server", "retry", id, "--change", "secret");
    expect(retried).toMatchObject({ code: 0 });
    expect(retried.stderr).toContain(`tacklebox answer ${hook}`);
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_INPUT");
    const session = startCli(["answer", id, "--server", server.url], { env: server.env, terminal: true });
    await session.says(/User\?[^]*Ann/);
    session.type("\r");
    await session.says(/Password\? \[unchanged\]/);
    session.type("sesame-7261\r");
    expect(await session.result).toMatchObject({ code: 0 });
    await server.until(id, ({ status }) => status === "COMPLETED");
    expect((await command("server", "logs", id)).stdout.match(/as Ann/g)).toHaveLength(2);
  });

  it("asks on a terminal, hides a password, and asks again after a wrong answer", async () => {
    const id = await server.install([askingHook], "asked");
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_INPUT");
    const session = startCli(["answer", id, "--server", server.url], { env: server.env, terminal: true });
    await session.says(/Name\?/);
    session.type("Ann\r");
    await session.says(/How many\?/);
    session.type("3\r");
    await session.says(/Password\?/);
    session.type("s3cret\r");
    const { code, stdout, stderr } = await session.result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain("answers to");
    expect(stdout + stderr).not.toContain("s3cret");
    await server.until(id, ({ status }) => status === "COMPLETED");
  });

  it.each(ways)("cancel ends a task, dismiss puts it away, by the %s", async (way) => {
    const app = `ended-${way}`;
    const id = await server.install([waitingHook], app);
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const early = await command(way, "dismiss", id);
    expect(early.code).toBe(2);
    expect(early.stderr).toMatch(/ILLEGAL_TRANSITION .*"dismiss" is not possible/);
    expect(await command(way, "cancel", id)).toMatchObject({ code: 0 });
    await server.until(id, ({ status }) => status === "CANCELLED");
    expect((await command(way, "logs", "--follow", id)).code).toBe(1);
    expect(await command(way, "dismiss", id)).toMatchObject({ code: 0 });
    await server.until(id, ({ dismissedAt }) => dismissedAt !== null);
    expect((await both("tasks", "--app", app)).stdout).toBe("");
    expect((await both("tasks", "--app", app, "--dismissed")).stdout).toContain(id);
  });

  it("rerun does what has ended once more, on a server, and nothing of what goes on", async () => {
    const going = await server.install([quickHook, waitingHook], "going");
    await server.until(going, (task) => task.children[1]?.status === "AWAITING_RETRY");
    const early = await command("server", "rerun", going);
    expect(early).toMatchObject({ code: 2, stdout: "" });
    expect(early.stderr).toMatch(/ILLEGAL_TRANSITION .*"rerun" is not possible/);
    await command("server", "cancel", going);
    const id = await server.install([quickHook], "again");
    const { children } = await server.until(id, ({ status }) => status === "COMPLETED");
    const again = await command("server", "rerun", children[0]?.id ?? "", "--json");
    const { id: second, retryOf } = JSON.parse(again.stdout) as { id: string; retryOf: string };
    expect(retryOf).toBe(children[0]?.id);
    await server.until(second, ({ status }) => status === "COMPLETED");
    const alone = await command("datastore", "rerun", id);
    expect(alone.stderr).toMatch(/NAS_UNREACHABLE This process has no NAS/);
    expect(alone.code).toBe(5);
  });

  it.each(ways)("logs follow a task until it ends, by the %s", async (way) => {
    const id = await server.install([waitingHook], `followed-${way}`);
    const waits = await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const followed = spawnCli(["logs", "-f", id, ...placeOf(way)], { cwd: folder, env: server.env });
    await followed.prints(/info {2}waiting before\n/);
    await command("server", "skip", waits.children[0]?.id ?? "");
    const { code, stdout, stderr } = await followed.result;
    expect(stdout.replaceAll(/^\S+ \S+ /gm, "")).toBe("info  waiting before\ninfo  waiting clicked skip\n");
    expect(stderr).toMatch(new RegExp(`Task ${id} has ended: COMPLETED\n$`));
    expect(code).toBe(0);
  });

  it.each(ways)("a follow that is interrupted ends with 130, by the %s", async (way) => {
    const id = await server.install([waitingHook], `interrupted-${way}`);
    await server.until(id, ({ children }) => children[0]?.status === "AWAITING_RETRY");
    const followed = spawnCli(["logs", "-f", id, ...placeOf(way)], { cwd: folder, env: server.env });
    await followed.prints(/before\n/);
    followed.child.kill("SIGINT");
    const { code, stderr } = await followed.result;
    expect(stderr).toMatch(/Interrupted; nothing is left running\.\n$/);
    expect(code).toBe(130);
  });

  it.each(ways)("tokens are made, listed and revoked, by the %s", async (way) => {
    const made = await command(way, "token", "create", `for ${way}`);
    const [token = "", tokenId = ""] = /^tbx_([a-z0-9]{12})_\S{43}(?=\n$)/.exec(made.stdout) ?? [];
    const env = { ...server.env, TACKLEBOX_TOKEN: token };
    const asNew = (...args: string[]) =>
      spawnCli([...args, "--server", server.url], { cwd: folder, env }).result;
    expect(await asNew("tasks")).toMatchObject({ code: 0 });
    expect((await both("token", "list")).stdout).toMatch(new RegExp(`^${tokenId} .* for ${way}$`, "m"));
    // The server itself revokes: what another process revokes it notices within seconds.
    expect(await command("server", "token", "revoke", tokenId)).toMatchObject({ code: 0 });
    const refused = await asNew("tasks");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/UNAUTHORIZED .*TACKLEBOX_TOKEN holds a token that is not known there/);
    expect((await command(way, "token", "revoke", tokenId)).stderr).toMatch(/TOKEN_UNKNOWN/);
  });

  it("says what is wrong with what it was given", async () => {
    const [unknown, nothing, state, label, limit, server2, both2] = await Promise.all([
      both("show", "tsk_nowhere"),
      both("token", "create"),
      both("tasks", "--status", "DONE"),
      both("tasks", "--label", "team"),
      both("tasks", "--limit", "1000"),
      spawnCli(["tasks", "--server", "127.0.0.1:8330"], { cwd: folder, env: server.env }).result,
      spawnCli(["tasks", "--server", server.url, "--datastore", datastore], { cwd: folder }).result,
    ]);
    for (const [result, message] of [
      [unknown, /TASK_UNKNOWN Task tsk_nowhere is not known/],
      [nothing, /USAGE token create: nothing was named, expected a name/],
      [state, /option '--status <state>' argument 'DONE' is invalid. Allowed choices are PENDING, /],
      [label, /USAGE tasks --label: found "team", expected name:value/],
      [limit, /USAGE tasks --limit: found 1000, expected at most 100/],
      [server2, /USAGE --server: found "127\.0\.0\.1:8330", expected the address of a server/],
      [both2, /USAGE --server, --datastore: both were found/],
    ] as const) {
      expect(result.stderr).toMatch(message);
      expect(result.code).toBe(2);
      expect(result.stdout).toBe("");
    }
  });

  it("says so when there is no server, or no token for it", async () => {
    const gone = await spawnCli(["show", "tsk_1", "--server", "http://127.0.0.1:2"], { cwd: folder }).result;
    expect(gone.stderr).toMatch(/SERVER_UNREACHABLE http:\/\/127\.0\.0\.1:2: no answer \(ECONNREFUSED\)/);
    expect(gone.code).toBe(5);
    const env = { TACKLEBOX_SERVER: server.url };
    const unsigned = await spawnCli(["tasks"], { cwd: folder, env }).result;
    expect(unsigned.stderr).toMatch(/UNAUTHORIZED .*TACKLEBOX_TOKEN is not set.*\(stop the server first/);
    expect(unsigned.code).toBe(2);
  });
});
