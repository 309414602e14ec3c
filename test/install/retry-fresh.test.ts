import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OperationRequest } from "../../src/install/prepare-operation.ts";
import type { Problem } from "../../src/schema/problem.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";

const failing = "export async function run(ctx) { ctx.log('old'); ctx.fail('broken'); }";
const mended = "export async function run(ctx) { ctx.log('new'); await ctx.emitCheckpoint('done'); }";

describe("Retry fresh", () => {
  let catalogRoot = "";
  let box: Box;
  beforeEach(async () => {
    catalogRoot = await mkdtemp(join(tmpdir(), "tacklebox-fresh-"));
    box = await openBox();
  });
  afterEach(async () => {
    await box.close();
    await rm(catalogRoot, { recursive: true });
  });

  const requestOf = (hook: Record<string, unknown>, more: Partial<OperationRequest> = {}): OperationRequest =>
    installRequest([{ id: "setup", ...hook } as never], { catalogRoot, ...more });

  /** Keeps the script where Retry looks for it. */
  const publish = (request: OperationRequest): Promise<void> =>
    writeFile(join(catalogRoot, request.scriptFile), request.script);

  /** Begins, and waits until the hook does. */
  async function begin(
    request: OperationRequest,
  ): Promise<{ ended: Promise<string>; waiting: HookTaskView }> {
    const prepared = await box.tacklebox.prepare(request);
    const ended = box.tacklebox.runToEnd(prepared, new AbortController().signal);
    ended.catch(() => {});
    return { ended, waiting: await box.untilHook("setup", "AWAITING_RETRY") };
  }

  const untilAttempt = (attempt: number): Promise<HookTaskView> =>
    box.until(
      (view): view is HookTaskView =>
        view.kind === "hook" && view.attempt === attempt && view.status === "AWAITING_RETRY",
    );

  /** The bundle of each attempt, and the log lines. */
  async function historyOf(taskId: string): Promise<{ bundles: string[]; lines: string[] }> {
    const entries = await box.tacklebox.getJournal(taskId);
    return {
      bundles: entries.flatMap((entry) => (entry.type === "attempt-started" ? [entry.bundleSha256] : [])),
      lines: entries.flatMap((entry) =>
        entry.type === "effect-completed" && entry.event?.type === "log" ? [entry.event.message] : [],
      ),
    };
  }

  it("runs a hook's file as it is now, in a new attempt that names its new bundle", async () => {
    await writeFile(join(catalogRoot, "setup.ts"), failing);
    const request = requestOf({ script: "setup.ts", scriptContent: undefined });
    await publish(request);
    const { ended, waiting } = await begin(request);
    await writeFile(join(catalogRoot, "setup.ts"), mended);
    await box.tacklebox.retry(waiting.id, { fresh: true });
    expect(await ended).toBe("COMPLETED");
    const { bundles, lines } = await historyOf(waiting.id);
    expect(bundles[0]).toBe(waiting.bundleSha256);
    expect(bundles[1]).not.toBe(bundles[0]);
    expect(lines).toEqual(["old", "new"]);
    const view = await box.tacklebox.getTask(waiting.id);
    expect(view).toMatchObject({ attempt: 2, bundleSha256: bundles[1] });
    const digest = createHash("sha256").update(mended).digest("hex");
    const listed = createHash("sha256").update(`${digest}  setup.ts\n`).digest("hex");
    expect((view as HookTaskView).sourceSha256).toBe(listed);
    expect(waiting.sourceSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(waiting.sourceSha256).not.toBe(listed);
  });

  it("reads an inline hook again from its script's file, or takes the text that is given", async () => {
    const request = requestOf({ scriptContent: failing });
    const { ended, waiting } = await begin(request);
    await publish(requestOf({ scriptContent: failing.replace("old", "older") }));
    await box.tacklebox.retry(waiting.id, { fresh: true });
    const again = await untilAttempt(2);
    await box.tacklebox.retry(again.id, { fresh: true, script: requestOf({ scriptContent: mended }).script });
    expect(await ended).toBe("COMPLETED");
    expect((await historyOf(waiting.id)).lines).toEqual(["old", "older", "new"]);
  });

  it("keeps to the new bundle in the attempts after it, and to the old one when it is not asked for", async () => {
    const request = requestOf({ scriptContent: failing, retries: 1 });
    const { ended, waiting } = await begin(request);
    await publish(requestOf({ scriptContent: mended }));
    await box.tacklebox.retry(waiting.id);
    const third = await untilAttempt(3);
    await box.tacklebox.retry(third.id, {
      fresh: true,
      script: requestOf({ scriptContent: failing.replace("old", "other") }).script,
    });
    const fourth = await untilAttempt(4);
    await box.tacklebox.retry(fourth.id);
    await untilAttempt(5);
    await box.tacklebox.skip(waiting.id);
    await ended;
    expect((await historyOf(waiting.id)).lines).toEqual(["old", "old", "old", "other", "other"]);
  });

  it("never goes on with an old journal: a hook that waits at a checkpoint begins anew", async () => {
    const waits = (word: string): string =>
      `export async function run(ctx) { ctx.log("${word}"); ctx.log(await ctx.awaitCheckpointRetry("disk", new Error("full"))); }`;
    const request = requestOf({ scriptContent: waits("old") });
    const { ended, waiting } = await begin(request);
    await publish(requestOf({ scriptContent: mended }));
    await box.tacklebox.retry(waiting.id, { fresh: true });
    expect(await ended).toBe("COMPLETED");
    const { bundles, lines } = await historyOf(waiting.id);
    expect(lines).toEqual(["old", "new"]);
    expect(new Set(bundles).size).toBe(2);
    const entries = await box.tacklebox.getJournal(waiting.id);
    const events = entries.flatMap((entry) => (entry.type === "task" ? [entry.event] : []));
    expect(events.find(({ type }) => type === "attempt-failed")).toMatchObject({
      attempt: 1,
      error: { detail: "full", checkpointId: "disk" },
    });
  });

  it("changes nothing when the script is not good now, and shows every problem at its line", async () => {
    await writeFile(join(catalogRoot, "setup.ts"), failing);
    const request = requestOf({ script: "setup.ts", scriptContent: undefined });
    await publish(request);
    const { ended, waiting } = await begin(request);
    await writeFile(join(catalogRoot, "setup.ts"), "export async function run(ctx) {\n  const = 1;\n}");
    const refusal = (await box.tacklebox
      .retry(waiting.id, { fresh: true })
      .catch((error: unknown) => error)) as { problems: Problem[] };
    expect(refusal.problems).toMatchObject([{ code: "HOOK_SYNTAX", file: "setup.ts", line: 2 }]);
    expect(await box.tacklebox.getTask(waiting.id)).toEqual(waiting);
    await writeFile(join(catalogRoot, "setup.ts"), mended);
    await box.tacklebox.retry(waiting.id, { fresh: true });
    expect(await ended).toBe("COMPLETED");
  });

  it.each([
    [
      "its script is nowhere",
      undefined,
      /testapp\.json cannot be read at .*testapp\.json or .*testapp\.json, expected the install script; pass the script's text/,
    ],
    ["its script is no script", "{}", /install script/i],
    [
      "it is declared no more",
      requestOfOther("other", "run"),
      /declares the hooks other now, expected "setup"/,
    ],
    [
      "its entrypoint is another",
      requestOfOther("setup", "begin"),
      /has the entrypoint "begin" now, expected "run" as the task began/,
    ],
  ])("is refused when %s, and the task waits on", async (_what, script, message) => {
    const { ended, waiting } = await begin(requestOf({ scriptContent: failing }));
    const options = script === undefined ? { fresh: true } : { fresh: true, script };
    await expect(box.tacklebox.retry(waiting.id, options)).rejects.toThrow(message);
    expect(await box.tacklebox.getTask(waiting.id)).toEqual(waiting);
    await box.tacklebox.skip(waiting.id);
    expect(await ended).toBe("COMPLETED");
  });

  it("is what helps when other code lies under the hash a task began with", async () => {
    const { tacklebox } = box;
    const request = requestOf({ scriptContent: failing });
    const prepared = await tacklebox.prepare(request);
    const [bundle] = prepared.bundles;
    if (bundle === undefined) throw new Error("no bundle");
    const genuine = bundle.code;
    bundle.code = genuine.replace("old", "bad");
    const ended = tacklebox.runToEnd(prepared, new AbortController().signal);
    ended.catch(() => {});
    const waiting = await box.untilHook("setup", "AWAITING_RETRY");
    expect(waiting.error).toMatchObject({ code: "BUNDLE_CHANGED" });
    expect(waiting.error?.detail).toMatch(
      /^hook "setup": bundle \w{12}: code with hash \w{12} was found under that name/,
    );
    expect((await historyOf(waiting.id)).lines).toEqual([]);
    bundle.code = genuine;
    await tacklebox.retry(waiting.id, { fresh: true, script: request.script });
    const again = await untilAttempt(2);
    expect(again.error).toMatchObject({ code: "HOOK_FAIL" });
    await tacklebox.skip(again.id);
    await ended;
    expect((await historyOf(waiting.id)).lines).toEqual(["old"]);
  });
});

function requestOfOther(id: string, entrypoint: string): string {
  const scriptContent = `export async function ${entrypoint}() {}`;
  return installRequest([{ id, entrypoint, scriptContent }]).script;
}
