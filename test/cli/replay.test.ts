import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Recording } from "../../src/install/recording.ts";
import type { ReplayReport } from "../../src/install/replay-task.ts";
import { installRequest, openBox } from "../support/box.ts";
import { testDatastoreOptions } from "../support/test-datastore-options.ts";
import { cli, folderOf, root, startCli, temporaryFolder } from "./support/cli.ts";

const recordings = join(root, "test/replay/recordings/0.1.0");
const file = join(recordings, "mediabox-mediabox-setup.json");

describe("replay of a recording", () => {
  it("prints each effect with its result and the author's line, and exits 0", async () => {
    const { code, stdout, stderr } = await cli("replay", file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^Task tsk_\w+: hook "mediabox-setup" \(onAfterInstall\) of mediabox\nAttempt 1 of 1, /,
    );
    expect(stdout).toMatch(
      /\n *\d+ ✓ emitCheckpoint ready "Mediabox is up" 20 %\n +mediabox\/mediabox_hook\.ts:31:13 \| await ctx\.emitCheckpoint\("ready", "Mediabox is up", 20\);\n/,
    );
    expect(stdout).toMatch(/\n *\d+ ! POST http:\/\/[\d.:]+\/library\/sections\?name=\*\*\*.* → 503 /);
    expect(stdout).toMatch(/awaitCheckpointRetry \w+ "The database is busy" → "retry"/);
    expect(stdout).toMatch(/\n✓ The hook completes here\.\n$/);
  });

  it("stops at an entry and says on which line the hook stands", async () => {
    const { entries } = JSON.parse(await readFile(file, "utf8")) as Recording;
    const waits = entries.findIndex(
      (entry) => entry.type === "effect-started" && entry.name === "awaitCheckpointRetry",
    );
    const { code, stdout } = await cli("replay", file, "--to", String(waits + 1));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /■ The hook stands here; nothing is recorded of what came of:\n {2}awaitCheckpointRetry .*\(begun \d{4}-.*\)\n {4}mediabox\/mediabox_hook\.ts:\d+:\d+ \| const action = await ctx\.awaitCheckpointRetry/,
    );
  });

  it("prints one object with --json", async () => {
    const { code, stdout } = await cli("replay", file, "--json");
    const report = JSON.parse(stdout) as ReplayReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({ hookId: "mediabox-setup", end: "completed", attempt: 1, standing: [] });
    expect(report.steps[0]).toMatchObject({
      kind: "effect",
      name: "registerCheckpoints",
      source: { file: "mediabox/mediabox_hook.ts", line: 23 },
    });
  });

  it("shows why a hook failed, of the attempt chosen, and exits 0: it did as it had done", async () => {
    const { code, stdout } = await cli("replay", join(recordings, "sync-announce.json"), "--attempt", "1");
    expect(code).toBe(0);
    expect(stdout).toContain("Attempt 1 of 2");
    expect(stdout).toContain("✗ HOOK_FAIL The server could not be announced");
    expect(stdout).toMatch(/sync\/sync_hook\.ts:42:9 \| ctx\.fail\(/);
  });

  it("exits 1 when the hook does not repeat its steps, and names the line", async () => {
    const recording = JSON.parse(await readFile(file, "utf8")) as Recording;
    const changed = recording.entries.map((entry) =>
      "seq" in entry && entry.seq === 4 ? { ...entry, name: "sleep" } : entry,
    );
    const folder = await folderOf({ "changed.json": { ...recording, entries: changed } });
    const { code, stdout } = await cli("replay", join(folder, "changed.json"));
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ REPLAY_MISMATCH Hook did not repeat its steps\n.*call 4 was sleep when it was recorded and is fetch now/,
    );
    expect(stdout).toMatch(/mediabox\/mediabox_hook\.ts:48:22 \| const user = await fetch/);
  });

  it("is refused when its code is not the one that was recorded", async () => {
    const recording = JSON.parse(await readFile(file, "utf8")) as Recording;
    const bundle = { ...recording.bundle, code: `${recording.bundle.code} ` };
    const folder = await folderOf({ "other.json": { ...recording, bundle } });
    const { code, stdout, stderr } = await cli("replay", join(folder, "other.json"));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^error BUNDLE_CHANGED bundle \w{12}: code with hash \w{12} was found under that name/,
    );
  });

  it.each([
    ["{", 2, /RECORDING_INVALID .*x\.json: no JSON was found, expected a recording/],
    ["[]", 2, /RECORDING_INVALID .*x\.json: JSON of something else was found/],
    ['{"format":1,"bundle":{},"record":{},"entries":[]}', 2, /RECORDING_INVALID/],
    ['{"format":9}', 5, /JOURNAL_FORMAT .*x\.json: its journal has format 9, expected 1/],
  ])("refuses a file that is none: %s", async (text, code, message) => {
    const folder = await folderOf({ "x.json": text });
    const result = await cli("replay", join(folder, "x.json"));
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(message);
  });

  it.each([
    [["--to", "0"], /replay --to: "0" was found, expected a whole number from 1 on/],
    [["--attempt", "two"], /replay --attempt: "two" was found/],
    [["--attempt", "7"], /has one attempt, attempt 7 was expected; choose one from 1 to 1/],
    [["--to", "9999"], /--to 9999: attempt 1 has the entries \d+ to \d+; choose one of them/],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { code, stderr } = await cli("replay", file, ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("says which file it cannot read", async () => {
    const { code, stderr } = await cli("replay", "no-such-recording.json");
    expect(code).toBe(2);
    expect(stderr).toContain("FILE_UNREADABLE no-such-recording.json: nothing was found there");
  });
});

describe("replay of a task in a datastore", () => {
  const env = { TACKLEBOX_KEY: testDatastoreOptions.key };
  let folder = "";
  let url = "";
  let operationId = "";
  let hookId = "";
  let waitingId = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tacklebox-cli-"));
    url = `pglite:${join(folder, "tasks")}`;
    const box = await openBox({ datastoreUrl: url });
    await box.tacklebox.start();
    operationId = await box.tacklebox.submit(
      installRequest([
        {
          id: "early",
          event: "onBeforeInstall",
          scriptContent: 'export async function run(ctx) {\n  ctx.log("hello");\n}',
        },
        {
          id: "late",
          scriptContent: "export async function run() {}",
          inputs: [
            {
              type: "question",
              id: "q",
              question: { question: "Q", type: "text", key: "q", required: true },
            },
          ],
        },
      ]),
    );
    await box.untilHook("late", "AWAITING_INPUT");
    const [early, late] = await box.tacklebox.getHookTasks(operationId);
    hookId = early?.id ?? "";
    waitingId = late?.id ?? "";
    await box.close();
  });

  afterAll(() => rm(folder, { recursive: true }));

  const replay = (...args: string[]) => startCli(["replay", ...args], { env }).result;

  it("finds it by its id, where --datastore or TACKLEBOX_DATASTORE says", async () => {
    const { code, stdout } = await replay(hookId, "--datastore", url);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /✓ log info "hello"\n +testapp\.json:\d+:\d+ \| ctx\.log\("hello"\);\n\n✓ The hook completes/,
    );
    const again = await startCli(["replay", hookId], { env: { ...env, TACKLEBOX_DATASTORE: url } }).result;
    expect(again).toEqual({ code, stdout, stderr: expect.stringMatching(/^Datastore pglite:[^\n]*\n$/) });
  });

  it("names the hooks when it is given the whole operation", async () => {
    const { code, stderr } = await replay(operationId, "--datastore", url);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `that is the install of testapp, expected a hook task; name one of its hooks: ${hookId} (early), ${waitingId} (late).`,
    );
  });

  it("says that a hook has not begun", async () => {
    const { code, stderr } = await replay(waitingId, "--datastore", url);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'the journal of hook "late" has no attempt, at least one was expected; wait until the hook has begun.',
    );
  });

  it("does not find what is not there, and makes no datastore to look in", async () => {
    const missing = `pglite:${join(temporaryFolder(), "none")}`;
    for (const place of [url, missing]) {
      const { code, stderr } = await replay("tsk_none", "--datastore", place);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /error TASK_UNKNOWN replay tsk_none: no such task was found in pglite:.*--datastore/,
      );
    }
    await expect(readFile(missing.slice("pglite:".length))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
