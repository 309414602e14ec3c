import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileHook } from "../../src/compile/compile-hook.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import { waitKeyOf } from "../../src/install/parked-task.ts";
import { putJson } from "../../src/install/stored-json.ts";
import type { OAuthInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import { pinFlow, signInInput } from "../support/pin-sign-in.ts";
import { anError, attemptStarted, foldAll, hookRecord, task } from "../task/hook-task-fold.ts";
import { openHookBox, type HookBox } from "./hook-box.ts";

const login = { ...signInInput, flow: pinFlow } as OAuthInput;

let box: HookBox;
/** Sign-ins the provider was asked to begin. */
let begun: number;
/** It begins none while this holds; else each is approved at once. */
let isRefusing: boolean;

beforeEach(async () => {
  box = await openHookBox();
  begun = 0;
  isRefusing = true;
  box.fixture.provider.answer = ({ method }) => {
    if (method !== "POST") return { status: 200, body: { authToken: "token" } };
    begun += 1;
    return isRefusing
      ? { status: 400, body: {} }
      : { status: 201, body: { id: 1, code: "c", expiresIn: 60 } };
  };
});
afterEach(() => box.close());

async function begin(more: Partial<HookTaskRecord> = {}): Promise<HookTaskRecord> {
  const record = hookRecord({ inputs: [login] }, more);
  await putJson(box.runtime.documents, "hook-tasks", record.id, record);
  return record;
}

describe("Retry of a sign-in that was refused", () => {
  it("begins one more for each click, and waits again when that is refused too", async () => {
    const record = await begin();
    const refused = { status: "AWAITING_RETRY", attempt: 0, error: { code: "SIGN_IN_FAILED" } };
    expect(await box.goOn(record)).toMatchObject({ ...refused, manualRetries: 0 });
    for (const clicks of [1, 2, 3]) {
      await box.actions.retry(record.id);
      expect(await box.goOn(record)).toMatchObject({ ...refused, manualRetries: clicks });
      expect(begun).toBe(1 + clicks);
      // Woken for nothing, it does nothing.
      expect(await box.goOn(record)).toMatchObject({ manualRetries: clicks });
    }
    await box.actions.skip(record.id);
    expect(await box.goOn(record)).toMatchObject({ status: "SKIPPED" });
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
    await putBundle(box.runtime.documents, compiled.bundle, "tsk_operation");
    const record = await begin({ bundleSha256: compiled.bundle.sha256 });
    await box.goOn(record);
    isRefusing = false;
    await box.actions.retry(record.id);
    expect(await box.goOn(record)).toMatchObject({ status: "AWAITING_INPUT", attempt: 0 });
    await box.untilSignedIn();
    const failed = { status: "AWAITING_RETRY", error: { code: "HOOK_FAIL" } };
    expect(await box.goOn(record)).toMatchObject({ ...failed, attempt: 1 });
    await box.actions.retry(record.id);
    expect(await box.goOn(record)).toMatchObject({ ...failed, attempt: 2 });
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
