import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileHook } from "../../src/compile/compile-hook.ts";
import { advanceHookTask } from "../../src/install/advance-hook-task.ts";
import { giveAnswers } from "../../src/install/answer-rounds.ts";
import { putBundle } from "../../src/install/bundle-store.ts";
import { keptAnswers } from "../../src/install/collect-inputs.ts";
import { hasNews } from "../../src/install/parked-task.ts";
import type { Runtime } from "../../src/install/runtime.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { createTaskActions, type TaskActions } from "../../src/install/task-actions.ts";
import { createTaskReader } from "../../src/install/task-reader.ts";
import { readJournal } from "../../src/install/task-journal.ts";
import type { JsonObject } from "../../src/json.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool } from "../../src/runtime/sandbox-pool.ts";
import type { HookInput, OAuthInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { pinFlow, signInInput } from "../support/pin-sign-in.ts";
import { hookRecord } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

const name: HookInput = {
  type: "question",
  id: "name",
  question: { question: "Name?", type: "text", key: "name", required: true },
};
const password: HookInput = {
  type: "question",
  id: "password",
  question: {
    question: "Password?",
    type: "password",
    key: "password",
    required: true,
    placeholder: "8 letters",
  },
};
const login = { ...signInInput, flow: pinFlow } as OAuthInput;

let fixture: InstallFixture;
let runtime: Runtime;
let actions: TaskActions;
/** Sign-ins the provider was asked to begin; each is approved with a token of its own. */
let begun: number;

beforeEach(async () => {
  fixture = await openInstall();
  begun = 0;
  fixture.provider.answer = ({ method }) => {
    if (method !== "POST") return { status: 200, body: { authToken: `token ${begun}` } };
    begun += 1;
    return { status: 201, body: { id: begun, code: "c", expiresIn: 60 } };
  };
  const pool = createSandboxPool({ spares: 0, limits: resolveSandboxLimits() });
  runtime = { ...fixture.runtime, pool };
  actions = createTaskActions({ runtime, reader: createTaskReader(runtime), wake: async () => {} });
});
afterEach(async () => {
  await runtime.pool.close();
  await fixture.close();
});

/** A hook that completes with the right answers, and tells which ones it had. */
async function begin(inputs: HookInput[], given: JsonObject, failing = "ctx.fail('no entry')") {
  const compiled = await compileHook({
    source: {
      kind: "inline",
      text: `export async function run(ctx) {
        const { name, password, login } = ctx.inputs;
        ctx.log(name, password?.length, login?.authToken.at(-1));
        if (password !== "right" && login?.authToken !== "token 2") await ${failing};
      }`,
      pointer: "/hooks/0/scriptContent",
      scriptFile: "shelf.json",
    },
    entrypoint: "run",
  });
  if (!compiled.ok) throw new Error("it does not compile");
  await putBundle(runtime.documents, compiled.bundle, "tsk_operation");
  const record = hookRecord({ inputs }, { bundleSha256: compiled.bundle.sha256 });
  await putJson(runtime.documents, "hook-tasks", record.id, record);
  await giveAnswers(runtime.desk, record.id, given);
  return record;
}

/** What a worker does: on and on, until nothing new lies on the desk. */
async function goOn(record: HookTaskRecord): Promise<HookTaskView> {
  for (let round = 0; round < 10; round += 1) {
    const progress = await advanceHookTask(runtime, record, new AbortController().signal);
    if (progress.kind === "ended" || !(await hasNews(runtime, record))) break;
  }
  return (await createTaskReader(runtime).getTask(record.id)) as HookTaskView;
}

async function untilSignedIn(): Promise<void> {
  const before = fixture.woken.length;
  while (fixture.woken.length === before) {
    await fixture.clock.untilSleeping(1);
    fixture.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function logOf(record: HookTaskRecord): Promise<string[]> {
  const journal = await readJournal(runtime.journals, record.id);
  return journal.flatMap((entry) =>
    "event" in entry && entry.event?.type === "log" && entry.event.level === "info"
      ? [entry.event.message]
      : [],
  );
}

describe("Retry with other answers", () => {
  const wrong = { name: "Anna", password: "wrong" };

  it("asks again first, with what may be shown of the earlier answers in its fields", async () => {
    const record = await begin([name, password], wrong);
    const failed = await goOn(record);
    expect(failed).toMatchObject({ status: "AWAITING_RETRY", error: { code: "HOOK_FAIL" } });
    expect(failed.actions).toEqual([
      { name: "retry" },
      { name: "change_input", inputId: "name", type: "question" },
      { name: "change_input", inputId: "password", type: "question" },
      { name: "skip" },
      { name: "cancel" },
    ]);

    await actions.retry(record.id, { changeInputs: ["password"] });
    const asking = await goOn(record);
    expect(asking).toMatchObject({ status: "AWAITING_INPUT", attempt: 1 });
    expect(asking.inputs).toMatchObject([
      { id: "name", state: "waiting", required: false, question: { default: "Anna" } },
      { id: "password", state: "waiting", required: false, question: { placeholder: "unchanged" } },
    ]);
    expect(JSON.stringify(asking)).not.toContain("wrong");

    // What is left out stays.
    await actions.answer(record.id, { password: "right" });
    expect(await goOn(record)).toMatchObject({ status: "COMPLETED", attempt: 2 });
    expect(await logOf(record)).toEqual(["Anna 5 undefined", "Anna 5 undefined"]);
  });

  it("can be done again and again; a plain Retry keeps the latest answers", async () => {
    const record = await begin([name, password], wrong);
    await goOn(record);
    for (const next of ["Berta", "Carla"]) {
      await actions.retry(record.id, { changeInputs: ["name"] });
      await goOn(record);
      await actions.answer(record.id, { name: next });
      expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY" });
    }
    await actions.retry(record.id);
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY", attempt: 4 });
    const names = (await logOf(record)).map((line) => line.split(" ")[0]);
    expect(names).toEqual(["Anna", "Berta", "Carla", "Carla"]);
    expect(await keptAnswers(runtime, record)).toEqual({ name: "Carla", password: "wrong" });
  });

  it("checks the new answers as the first ones", async () => {
    const record = await begin([name, password], wrong);
    await goOn(record);
    await actions.retry(record.id, { changeInputs: ["name", "password"] });
    await goOn(record);
    await expect(actions.answer(record.id, { name: "" })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(actions.answer(record.id, { nobody: 1 })).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await actions.skip(record.id);
    expect(await goOn(record)).toMatchObject({ status: "SKIPPED" });
  });

  it("begins a sign-in anew and leaves the questions as they were", async () => {
    const record = await begin([name, login], { name: "Anna" });
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_INPUT" });
    await untilSignedIn();
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY" });
    // As often as it is only retried, it is the same sign-in.
    await actions.retry(record.id);
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY", attempt: 2 });
    expect(begun).toBe(1);

    await actions.retry(record.id, { changeInputs: ["login"] });
    const asking = await goOn(record);
    expect(asking).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [{ state: "provided" }, { state: "waiting" }],
    });
    await untilSignedIn();
    expect(await goOn(record)).toMatchObject({ status: "COMPLETED", attempt: 3 });
    expect(begun).toBe(2);
    expect(await logOf(record)).toEqual(["Anna undefined 1", "Anna undefined 1", "Anna undefined 2"]);
  });

  it("at a checkpoint ends the attempt that waits and begins at the first line", async () => {
    const record = await begin([name, password], wrong, "ctx.awaitCheckpointRetry('door', 'closed')");
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY", error: { checkpointId: "door" } });
    await actions.retry(record.id, { changeInputs: ["password"] });
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_INPUT" });
    await actions.answer(record.id, { password: "right" });
    expect(await goOn(record)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  it("is refused for an input the hook does not have, and the task waits on", async () => {
    const record = await begin([name, password], wrong);
    await goOn(record);
    await expect(actions.retry(record.id, { changeInputs: ["pasword"] })).rejects.toThrow(
      `Task ${record.id}: The hook has no input "pasword" that could be asked for again; it declares name, password.`,
    );
    expect(await goOn(record)).toMatchObject({ status: "AWAITING_RETRY" });
    const without = await begin([], {});
    await goOn(without);
    await expect(actions.retry(without.id, { changeInputs: ["name"] })).rejects.toThrow("it declares none");
  });
});
