import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileHook } from "../../src/compile/compile-hook.ts";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import { hasNews, waitKeyOf } from "../../src/install/parked-task.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { createTaskActions, type TaskActions } from "../../src/install/task-actions.ts";
import { readHookState } from "../../src/install/task-journal.ts";
import { createTaskReader } from "../../src/install/task-reader.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../src/runtime/sandbox-pool.ts";
import type { OAuthInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { HookTaskState } from "../../src/task/task-state.ts";
import { pinFlow, signInInput } from "../support/pin-sign-in.ts";
import { anError, attemptStarted, foldAll, hookRecord, task } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

const login = { ...signInInput, flow: pinFlow } as OAuthInput;

let fixture: InstallFixture;
let runtime: Runtime;
let actions: TaskActions;
/** Sign-ins the provider was asked to begin. */
let begun: number;
/** It begins none while this holds; else each is approved at once. */
let isRefusing: boolean;

beforeEach(async () => {
  fixture = await openInstall();
  begun = 0;
  isRefusing = true;
  fixture.provider.answer = ({ method }) => {
    if (method !== "POST") return { status: 200, body: { authToken: "token" } };
    begun += 1;
    return isRefusing
      ? { status: 400, body: {} }
      : { status: 201, body: { id: 1, code: "c", expiresIn: 60 } };
  };
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  runtime = { ...fixture.runtime, pool };
  actions = createTaskActions({ runtime, reader: createTaskReader(runtime), wake: async () => {} });
});
afterEach(async () => {
  await runtime.pool.close();
  await fixture.close();
});

async function begin(more: Partial<HookTaskRecord> = {}): Promise<HookTaskRecord> {
  const record = hookRecord({ inputs: [login] }, more);
  await putJson(runtime.documents, "hook-tasks", record.id, record);
  return record;
}

/** What a worker does: on and on, until nothing new lies on the desk. */
async function goOn(record: HookTaskRecord): Promise<HookTaskState> {
  for (let round = 0; round < 10; round += 1) {
    const progress = await advanceHookTask(runtime, record, new AbortController().signal);
    if (progress.kind === "ended" || !(await hasNews(runtime, record)))
      return await readHookState(runtime, record.id);
  }
  throw new Error("it goes on without end, and nobody has clicked");
}

describe("Retry of a sign-in that was refused", () => {
  it("begins one more for each click, and waits again when that is refused too", async () => {
    const record = await begin();
    const refused = { status: "AWAITING_RETRY", attempt: 0, error: { code: "SIGN_IN_FAILED" } };
    expect(await goOn(record)).toMatchObject({ ...refused, manualRetries: 0 });
    for (const clicks of [1, 2, 3]) {
      await actions.retry(record.id);
      expect(await goOn(record)).toMatchObject({ ...refused, manualRetries: clicks });
      expect(begun).toBe(1 + clicks);
      // Woken for nothing, it does nothing.
      expect(await goOn(record)).toMatchObject({ manualRetries: clicks });
    }
    await actions.skip(record.id);
    expect(await goOn(record)).toMatchObject({ status: "SKIPPED" });
    expect(begun).toBe(4);
  });

  it("is no attempt of the hook: one without `retries` that fails then waits for the user at once", async () => {
    const compiled = await compileHook({
      source: {
        kind: "inline",
        text: "export async function run(ctx) { ctx.fail('broken'); }",
        pointer: "/hooks/0/scriptContent",
        scriptFile: "shelf.json",
      },
      entrypoint: "run",
    });
    if (!compiled.ok) throw new Error("it does not compile");
    await putBundle(runtime.documents, compiled.bundle, "tsk_operation");
    const record = await begin({ bundleSha256: compiled.bundle.sha256 });
    await goOn(record);
    isRefusing = false;
    await actions.retry(record.id);
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_INPUT", attempt: 0 });
    while (fixture.woken.length === 0) {
      await fixture.clock.untilSleeping(1);
      fixture.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const failed = { status: "AWAITING_RETRY", error: { code: "HOOK_FAIL" } };
    expect(await goOn(record)).toMatchObject({ ...failed, attempt: 1 });
    await actions.retry(record.id);
    expect(await goOn(record)).toMatchObject({ ...failed, attempt: 2 });
  });
});

describe("the key of a wait", () => {
  const failed = task({ type: "awaiting-retry", error: anError });
  const retry = task({ type: "retry-chosen", fresh: false });

  it("is another one for each failure of the same attempt", () => {
    const keys = [[failed], [failed, retry, failed], [failed, retry, failed, retry, failed]].map((entries) =>
      waitKeyOf(foldAll(entries)),
    );
    expect(keys).toEqual(["attempt-0", "attempt-0-retry-1", "attempt-0-retry-2"]);
  });

  it("is that of the attempt alone when it failed for the first time, as older versions kept it", () => {
    expect(waitKeyOf(foldAll([failed, retry, attemptStarted(1), failed]))).toBe("attempt-1");
    expect(waitKeyOf(foldAll([failed, retry]))).toBeNull();
  });
});
