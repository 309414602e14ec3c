import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { giveAnswers } from "../../src/install/answer-rounds.ts";
import { keptAnswers } from "../../src/install/collect-inputs.ts";
import type { JsonObject } from "../../src/json.ts";
import type { HookInput, OAuthInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { pinFlow, signInInput } from "../support/pin-sign-in.ts";
import { openHookBox, type HookBox } from "./hook-box.ts";

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
const nickname: HookInput = {
  type: "question",
  id: "nickname",
  question: { question: "Nickname?", type: "text", key: "nickname" },
};
const login = { ...signInInput, flow: pinFlow } as OAuthInput;

let box: HookBox;
/** Sign-ins the provider was asked to begin; each is approved with a token of its own. */
let begun: number;

beforeEach(async () => {
  box = await openHookBox();
  begun = 0;
  box.fixture.provider.answer = ({ method }) => {
    if (method !== "POST") return { status: 200, body: { authToken: `token ${begun}` } };
    begun += 1;
    return { status: 201, body: { id: begun, code: "c", expiresIn: 60 } };
  };
});
afterEach(() => box.close());

/** A hook that completes with the right answers, and tells which ones it had. */
async function begin(inputs: HookInput[], given: JsonObject, failing = "ctx.fail('no entry')") {
  const record = await box.keep(
    `const { name, password, login, nickname } = ctx.inputs;
    if (nickname !== undefined) ctx.log("also", nickname);
    ctx.log(name, password?.length, login?.authToken.at(-1));
    if (password !== "right" && login?.authToken !== "token 2") await ${failing};`,
    { inputs },
  );
  await giveAnswers(box.runtime.desk, record.id, given);
  return record;
}

/** What shows of it once the worker has nothing to do. */
async function viewAfter(record: HookTaskRecord): Promise<HookTaskView> {
  await box.goOn(record);
  return (await box.reader.getTask(record.id)) as HookTaskView;
}

describe("Retry with other answers", () => {
  const wrong = { name: "Anna", password: "wrong" };

  it("asks again first, with what may be shown of the earlier answers in its fields", async () => {
    const record = await begin([name, password], wrong);
    const failed = await viewAfter(record);
    expect(failed).toMatchObject({ status: "AWAITING_RETRY", error: { code: "HOOK_FAIL" } });
    expect(failed.actions).toEqual([
      { name: "retry" },
      { name: "change_input", inputId: "name", type: "question" },
      { name: "change_input", inputId: "password", type: "question" },
      { name: "skip" },
      { name: "cancel" },
    ]);

    await box.actions.retry(record.id, { changeInputs: ["password"] });
    const asking = await viewAfter(record);
    expect(asking).toMatchObject({ status: "AWAITING_INPUT", attempt: 1 });
    expect(asking.inputs).toMatchObject([
      { id: "name", state: "waiting", required: false, question: { default: "Anna" } },
      { id: "password", state: "waiting", required: false, question: { placeholder: "unchanged" } },
    ]);
    expect(JSON.stringify(asking)).not.toContain("wrong");

    // What is left out stays.
    await box.actions.answer(record.id, { password: "right" });
    expect(await viewAfter(record)).toMatchObject({ status: "COMPLETED", attempt: 2 });
    expect(await box.logOf(record)).toEqual(["Anna 5 undefined", "Anna 5 undefined"]);
  });

  it("can be done again and again; a plain Retry keeps the latest answers", async () => {
    const record = await begin([name, password], wrong);
    await viewAfter(record);
    for (const next of ["Berta", "Carla"]) {
      await box.actions.retry(record.id, { changeInputs: ["name"] });
      await viewAfter(record);
      await box.actions.answer(record.id, { name: next });
      expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_RETRY" });
    }
    await box.actions.retry(record.id);
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_RETRY", attempt: 4 });
    const names = (await box.logOf(record)).map((line) => line.split(" ")[0]);
    expect(names).toEqual(["Anna", "Berta", "Carla", "Carla"]);
    expect(await keptAnswers(box.runtime, record)).toEqual({ name: "Carla", password: "wrong" });
  });

  it("keeps an optional answer that is left out, and takes back one that is null", async () => {
    const record = await begin([name, password, nickname], { ...wrong, nickname: "Annie" });
    await viewAfter(record);
    for (const answers of [{}, { nickname: null }]) {
      await box.actions.retry(record.id, { changeInputs: ["nickname"] });
      await viewAfter(record);
      await box.actions.answer(record.id, answers);
      await viewAfter(record);
    }
    const also = (await box.logOf(record)).filter((line) => line.startsWith("also"));
    expect(also).toEqual(["also Annie", "also Annie"]);
    expect(await keptAnswers(box.runtime, record)).toEqual(wrong);
    await box.actions.retry(record.id, { changeInputs: ["name"] });
    await viewAfter(record);
    await expect(box.actions.answer(record.id, { name: null })).rejects.toThrow("must be answered");
  });

  it("checks the new answers as the first ones", async () => {
    const record = await begin([name, password], wrong);
    await viewAfter(record);
    await box.actions.retry(record.id, { changeInputs: ["name", "password"] });
    await viewAfter(record);
    await expect(box.actions.answer(record.id, { name: "" })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    await expect(box.actions.answer(record.id, { nobody: 1 })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    await box.actions.skip(record.id);
    expect(await viewAfter(record)).toMatchObject({ status: "SKIPPED" });
  });

  it("begins a sign-in anew and leaves the questions as they were", async () => {
    const record = await begin([name, login], { name: "Anna" });
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_INPUT" });
    await box.untilSignedIn();
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_RETRY" });
    // As often as it is only retried, it is the same sign-in.
    await box.actions.retry(record.id);
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_RETRY", attempt: 2 });
    expect(begun).toBe(1);

    await box.actions.retry(record.id, { changeInputs: ["login"] });
    const asking = await viewAfter(record);
    expect(asking).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [{ state: "provided" }, { state: "waiting" }],
    });
    await box.untilSignedIn();
    expect(await viewAfter(record)).toMatchObject({ status: "COMPLETED", attempt: 3 });
    expect(begun).toBe(2);
    expect(await box.logOf(record)).toEqual(["Anna undefined 1", "Anna undefined 1", "Anna undefined 2"]);
  });

  it("at a checkpoint ends the attempt that waits and begins at the first line", async () => {
    const record = await begin([name, password], wrong, "ctx.awaitCheckpointRetry('door', 'closed')");
    expect(await viewAfter(record)).toMatchObject({
      status: "AWAITING_RETRY",
      error: { checkpointId: "door" },
    });
    await box.actions.retry(record.id, { changeInputs: ["password"] });
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_INPUT" });
    await box.actions.answer(record.id, { password: "right" });
    expect(await viewAfter(record)).toMatchObject({ status: "COMPLETED", attempt: 2 });
  });

  it("is refused for an input the hook does not have, and the task waits on", async () => {
    const record = await begin([name, password], wrong);
    await viewAfter(record);
    await expect(box.actions.retry(record.id, { changeInputs: ["pasword"] })).rejects.toThrow(
      `Task ${record.id}: The hook has no input "pasword" that could be asked for again; it declares name, password.`,
    );
    expect(await viewAfter(record)).toMatchObject({ status: "AWAITING_RETRY" });
    const without = await begin([], {});
    await viewAfter(without);
    await expect(box.actions.retry(without.id, { changeInputs: ["name"] })).rejects.toThrow(
      "it declares none",
    );
  });
});
