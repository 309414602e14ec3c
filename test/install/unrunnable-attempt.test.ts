import { afterEach, expect, it } from "vitest";
import { compileHook } from "../../src/compile/compile-hook.ts";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import { readHookState, openTaskJournal } from "../../src/install/task-journal.ts";
import type { EffectCompletedEntry, JournalEntry } from "../../src/journal/entry.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { attemptStarted, hookRecord, shown } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

let fixture: InstallFixture | null = null;
afterEach(async () => {
  await fixture?.close();
  fixture = null;
});

/** Goes on with a task that was left in the middle of this attempt. */
async function goOnWith(start: JournalEntry, interactive: boolean) {
  const opened = await openInstall();
  fixture = opened;
  const { runtime } = opened;
  const record = hookRecord({ retries: 5 }, { interactive });
  await (await openTaskJournal(runtime.journals, record.id, () => {})).append([start]);
  const progress = await advanceHookTask(runtime, record, new AbortController().signal);
  return { progress, state: await readHookState(runtime, record.id) };
}

it("an attempt of another journal format is not gone on with; the task waits for Retry with the reason", async () => {
  const { progress, state } = await goOnWith({ ...attemptStarted(), format: 3 as 1 }, true);
  expect(progress).toEqual({ kind: "parked", restMs: null });
  expect(state).toMatchObject({ status: "AWAITING_RETRY", attempt: 1, attemptOpen: false });
  expect(state.error).toMatchObject({
    code: "JOURNAL_FORMAT",
    detail: expect.stringMatching(
      /^hook "setup": Journal of task tsk_hook: attempt 1 has format 3, expected 1 or 2;/,
    ),
  });
});

it("an attempt whose bundle is gone ends at once, whatever retries are left: the next would find none either", async () => {
  const waiting = await goOnWith(attemptStarted(), true);
  expect(waiting.state.error).toMatchObject({
    code: "JOURNAL_CORRUPT",
    detail:
      'hook "setup": its bundle bundle-1 is no longer kept; retry it fresh, or start the operation again.',
  });
  await fixture?.close();
  const failed = await goOnWith(attemptStarted(), false);
  expect(failed).toMatchObject({
    progress: { kind: "ended", status: "FAILED" },
    state: { error: { code: "JOURNAL_CORRUPT" } },
  });
});

it("an attempt that does not repeat its steps ends for good; only the user's Retry begins another", async () => {
  const opened = await openInstall();
  fixture = opened;
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  try {
    const text = "export async function run(ctx) { await ctx.emitCheckpoint('a'); }";
    const compiled = await compileHook({
      source: { kind: "inline", text, pointer: "/hooks/0/scriptContent", scriptFile: "shelf.json" },
      entrypoint: "run",
    });
    if (!compiled.ok) throw new Error("it does not compile");
    const { bundle } = compiled;
    const runtime = { ...opened.runtime, pool };
    await putBundle(runtime.documents, bundle, "tsk_operation");
    const record = hookRecord({ retries: 5 }, { bundleSha256: bundle.sha256 });
    const { event: _event, ...recorded } = shown({
      type: "log",
      level: "info",
      message: "",
    }) as EffectCompletedEntry;
    await (
      await openTaskJournal(runtime.journals, record.id, () => {})
    ).append([{ ...attemptStarted(), seed: "00".repeat(32), bundleSha256: bundle.sha256 }, recorded]);
    const progress = await advanceHookTask(runtime, record, new AbortController().signal);
    expect(progress.kind).toBe("parked");
    expect(await readHookState(runtime, record.id)).toMatchObject({
      status: "AWAITING_RETRY",
      attempt: 1,
      error: { code: "REPLAY_MISMATCH" },
    });
  } finally {
    await pool.close();
  }
});
