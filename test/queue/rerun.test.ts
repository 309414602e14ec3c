import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Retention } from "../../src/install/retention.ts";
import type { HookTaskView, OperationTaskView } from "../../src/task/task-view.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

const [subject] = testDatastores;

let box: Box;
let store: TestDatastore;

async function open(answers: Retention["answers"] = "wipe-at-end"): Promise<void> {
  store = (await subject?.create()) as TestDatastore;
  box = await openBox({ datastoreUrl: store.url, tacklebox: { retention: { answers } } });
  await box.tacklebox.start();
}

beforeEach(async () => await open());
afterEach(async () => {
  await box.close();
  await store.remove();
});

const saying = "export async function run(ctx) { ctx.log(ctx.event, ctx.toVersion, ctx.port > 0); }";
const asking = {
  id: "setup",
  description: "Setting up",
  scriptContent: "export async function run(ctx) { ctx.log(ctx.inputs.name); }",
  labels: { tier: "media" },
  inputs: [
    {
      type: "question",
      id: "name",
      question: { question: "Name?", type: "text", key: "name", required: true },
    },
  ],
};

async function installed(...hooks: Parameters<typeof installRequest>[0]): Promise<OperationTaskView> {
  const id = await box.tacklebox.submit(
    installRequest(hooks, { inputs: inputsOf(hooks), labels: { by: "store" } }),
  );
  return await box.untilOperation(id, "COMPLETED");
}

const inputsOf = (hooks: readonly object[]): { name: string } | Record<string, never> =>
  hooks.includes(asking) ? { name: "Movies" } : {};

const hookOf = async (operationId: string): Promise<HookTaskView> =>
  (await box.tacklebox.getHookTasks(operationId))[0] as HookTaskView;

const linesOf = async (taskId: string): Promise<string[]> =>
  (await box.tacklebox.getJournal(taskId)).flatMap((entry) =>
    entry.type === "effect-completed" && entry.event?.type === "log" ? [entry.event.message] : [],
  );

describe("a past execution once more", () => {
  it("of a hook is a new operation of that hook, with the same code, event and versions", async () => {
    const first = await installed({ id: "say", scriptContent: saying, labels: { tier: "media" } });
    const old = await hookOf(first.id);
    const id = await box.tacklebox.rerun(old.id);
    expect(id).not.toBe(first.id);
    const again = await box.untilOperation(id, "COMPLETED");
    expect(again).toMatchObject({
      title: "Run again: say",
      retryOf: old.id,
      labels: { by: "store" },
      toVersion: "1.0.0",
      steps: [{ kind: "hook", hookId: "say", status: "COMPLETED" }],
    });
    const hook = await hookOf(id);
    const { bundleSha256, sourceSha256, event, labels } = old;
    expect(hook).toMatchObject({ retryOf: old.id, bundleSha256, sourceSha256, event, labels, attempt: 1 });
    expect(await linesOf(hook.id)).toEqual(await linesOf(old.id));
    expect(await box.tacklebox.getTask(old.id)).toEqual(old);
    // It took the first one's time down.
    expect(hook.predictedSeconds).toEqual(expect.any(Number));
  });

  it("asks again for answers that were wiped, and uses those that are kept", async () => {
    const wiped = await hookOf((await installed(asking)).id);
    const id = await box.tacklebox.rerun(wiped.id);
    const waiting = await box.until(
      (view): view is HookTaskView =>
        view.kind === "hook" && view.parentId === id && view.status === "AWAITING_INPUT",
    );
    await box.tacklebox.answer(waiting.id, { name: "Shows" });
    await box.untilOperation(id, "COMPLETED");
    expect(await linesOf((await hookOf(id)).id)).toEqual(["Shows"]);
    await box.close();
    await store.remove();
    await open("keep");
    const kept = await hookOf((await installed(asking)).id);
    const same = await box.tacklebox.rerun(kept.id);
    await box.untilOperation(same, "COMPLETED");
    expect(await linesOf((await hookOf(same)).id)).toEqual(["Movies"]);
  });

  it("of an operation does all its steps again, each hook naming the one before", async () => {
    const first = await installed({ id: "say", scriptContent: saying });
    await expect(box.tacklebox.rerun(first.id)).rejects.toMatchObject({ code: "APP_NAME_TAKEN" });
    const request = installRequest([{ id: "up", event: "onAfterUpgrade", scriptContent: saying }], {
      operation: "upgrade",
      toVersion: "1.1.0",
    });
    const upgraded = await box.untilOperation(await box.tacklebox.submit(request), "COMPLETED");
    const cancelled = await box.tacklebox.submit({ ...request, appName: "testapp", toVersion: "1.2.0" });
    const done = await box.untilOperation(cancelled, "COMPLETED");
    const refused = await box.tacklebox.rerun(done.id);
    const again = await box.untilOperation(refused, "AWAITING_RETRY");
    expect(again).toMatchObject({
      retryOf: done.id,
      title: "Upgrade testapp",
      error: { code: "APP_NO_UPGRADE" },
    });
    expect(again.steps.map(({ kind, hookId }) => [kind, hookId])).toEqual(
      upgraded.steps.map(({ kind, hookId }) => [kind, hookId]),
    );
    const [task] = await box.tacklebox.getHookTasks(refused);
    expect(task?.retryOf).toBe((await hookOf(done.id)).id);
    await box.tacklebox.cancel(refused);
    await box.untilOperation(refused, "CANCELLED");
  });

  it("runs what a Retry fresh made of the hook", async () => {
    const failing = { id: "setup", scriptContent: "export async function run(ctx) { ctx.fail('no'); }" };
    const request = installRequest([failing]);
    const operationId = await box.tacklebox.submit(request);
    const waiting = await box.untilHook("setup", "AWAITING_RETRY");
    const mended = installRequest([{ ...failing, scriptContent: saying }]).script;
    await box.tacklebox.retry(waiting.id, { fresh: true, script: mended });
    await box.untilOperation(operationId, "COMPLETED");
    const id = await box.tacklebox.rerun(waiting.id);
    await box.untilOperation(id, "COMPLETED");
    const ran = (await box.tacklebox.getTask(waiting.id)) as HookTaskView;
    expect(ran.bundleSha256).not.toBe(waiting.bundleSha256);
    expect(await hookOf(id)).toMatchObject({
      bundleSha256: ran.bundleSha256,
      sourceSha256: ran.sourceSha256,
    });
  });

  it("is one operation under one key, and another without", async () => {
    const old = await hookOf((await installed({ id: "say", scriptContent: saying })).id);
    const click = { idempotencyKey: "click" };
    const [one, two] = await Promise.all([
      box.tacklebox.rerun(old.id, click),
      box.tacklebox.rerun(old.id, click),
    ]);
    expect(two).toBe(one);
    await box.untilOperation(one, "COMPLETED");
    expect(await box.tacklebox.rerun(old.id, click)).toBe(one);
    const other = await hookOf(one);
    await expect(box.tacklebox.rerun(other.id, click)).rejects.toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
    });
    const next = await box.tacklebox.rerun(old.id);
    expect(next).not.toBe(one);
    await box.untilOperation(next, "COMPLETED");
  });

  it("is refused while the task goes on, when its code is gone, and when nobody knows it", async () => {
    const id = await box.tacklebox.submit(
      installRequest([{ id: "wait", scriptContent: "export async function run(ctx) { ctx.fail('no'); }" }]),
    );
    const waiting = await box.untilHook("wait", "AWAITING_RETRY");
    for (const task of [waiting.id, id])
      await expect(box.tacklebox.rerun(task)).rejects.toMatchObject({
        code: "ILLEGAL_TRANSITION",
        message: expect.stringContaining('"rerun" is not possible while it is AWAITING_RETRY'),
      });
    await box.tacklebox.cancel(id);
    await box.untilOperation(id, "CANCELLED");
    await box.datastore?.documents.remove("bundles", waiting.bundleSha256 ?? "");
    await expect(box.tacklebox.rerun(waiting.id)).rejects.toMatchObject({ code: "RERUN_REFUSED" });
    await expect(box.tacklebox.rerun("tsk_none")).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
  });
});
