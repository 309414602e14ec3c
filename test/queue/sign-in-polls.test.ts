import type { Job } from "bullmq";
import { expect, it } from "vitest";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { createDesk } from "../../src/install/desk.ts";
import { resolveRetention } from "../../src/install/retention.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import type { SignIns } from "../../src/install/sign-ins.ts";
import { runSignInPoll, type SignInJob } from "../../src/queue/sign-in-polls.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { signInInput } from "../support/pin-sign-in.ts";

const taskId = "tsk_1";
const resultKey = "sign-in-result-0-0-login";

/** Polls once; the provider grants, and `meanwhile` happens before it has answered. What is left on the desk. */
async function grantAfter(meanwhile: "cancelled" | "nothing", keepAnswers = false): Promise<unknown> {
  const { documents, journals } = createMemoryStores();
  const clock = createManualClock();
  const desk = createDesk(documents, clock);
  const poll: SignIns["poll"] = async () => {
    if (meanwhile === "cancelled") {
      const journal = await openTaskJournal(journals, taskId, () => {});
      await journal.append([{ type: "task", at: 1, event: { type: "cancelled" } }]);
      if (!keepAnswers) await desk.wipeAnswers(taskId);
    }
    await desk.answer(taskId, resultKey, { ok: true, value: { authToken: "granted" } });
    return { kind: "done" };
  };
  const never = (): never => {
    throw new Error("not asked for here");
  };
  await putJson(documents, "hook-tasks", taskId, { id: taskId, hook: { id: "h", inputs: [signInInput] } });
  const data: SignInJob = { taskId, inputId: "login", round: 0, number: 0, intervalMs: null };
  const signIns: SignIns = { poll, begin: never, stop: never, close: never };
  const retention = resolveRetention(keepAnswers ? { answers: "keep" } : {});
  await runSignInPoll({ documents, journals, desk, signIns, retention }, { data } as Job<SignInJob>, "token");
  return await desk.answers(taskId, resultKey);
}

it("what a provider gives after the task has ended is wiped with its answers", async () => {
  expect(await grantAfter("cancelled")).toBeNull();
});

it("what it gives in time is kept for the hook, and afterwards too where answers are to be kept", async () => {
  expect(await grantAfter("nothing")).toMatchObject({ value: { authToken: "granted" } });
  expect(await grantAfter("cancelled", true)).toMatchObject({ value: { authToken: "granted" } });
});
