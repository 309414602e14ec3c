import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  collectInputs,
  inputsHaveNews,
  inputsWaitKeyOf,
  questionsOf,
  type CollectedInputs,
} from "../../src/install/collect-inputs.ts";
import { giveAnswers, keepAsked } from "../../src/install/answer-rounds.ts";
import { sayWish, signInKeys } from "../../src/install/sign-in-requests.ts";
import { createSignIns } from "../../src/install/sign-ins.ts";
import { readHookState } from "../../src/install/task-journal.ts";
import type { HookInput, OAuthInput, Question, QuestionInput } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import { anError, hookRecord } from "../task/hook-task-fold.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

let fixture: InstallFixture;
/** Requests the sign-in provider has seen: `POST /pins`, `GET /pins/1` ... */
let requests: string[];
/** Status and body of the next polls; a pin nobody has approved by default. */
let poll: { status: number; body: object };

beforeEach(async () => {
  fixture = await openInstall();
  requests = [];
  poll = { status: 200, body: { authToken: null } };
  let pins = 0;
  fixture.provider.answer = ({ method, url }) => {
    requests.push(`${method} ${new URL(url).pathname}`);
    if (method !== "POST") return poll;
    pins += 1;
    return { status: 201, body: { id: pins, code: `code${pins}`, expiresIn: 60 } };
  };
});
afterEach(() => fixture.close());

const question = (id: string, more: Partial<Question> = {}): QuestionInput => ({
  type: "question",
  id,
  question: { question: `${id}?`, type: "text", key: id, ...more },
});
const login = (more: Partial<OAuthInput> = {}): OAuthInput => ({
  type: "oauth",
  id: "login",
  name: "Sign in",
  provider: "example",
  flow: {
    type: "pin",
    pinUrl: "https://sign.in/pins",
    authUrl: "https://sign.in/auth#?code={code}",
    pollUrl: "https://sign.in/pins/{pinId}",
    clientId: "client",
    tokenField: "authToken",
  },
  ...more,
});
const recordOf = (inputs: HookInput[], more: Partial<HookTaskRecord> = {}): HookTaskRecord =>
  hookRecord({ inputs }, more);

const firstTurn = { round: 0, number: 0, isWanted: true };
const resultKey = signInKeys("login", firstTurn).result;

/** What a worker does when the hook's turn comes. */
async function collect(record: HookTaskRecord): Promise<CollectedInputs> {
  const { runtime } = fixture;
  const state = await readHookState(runtime, record.id);
  return await collectInputs(runtime, record, state, (...events) => fixture.write(record.id, ...events));
}

const stateOf = (record: HookTaskRecord) => readHookState(fixture.runtime, record.id);
const hasNews = async (record: HookTaskRecord) =>
  inputsHaveNews(fixture.runtime, record, await stateOf(record));
/** Input states by id, as people see them. */
async function shownOf(record: HookTaskRecord): Promise<Record<string, string>> {
  const { inputs } = await stateOf(record);
  return Object.fromEntries(inputs.map(({ id, state }) => [id, state]));
}
/** Lets time pass until the sign-in has come to its end. */
async function untilWoken(times = 1): Promise<void> {
  while (fixture.woken.length < times) {
    await fixture.clock.untilSleeping(1);
    fixture.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a hook without inputs", () => {
  it("is ready at once", async () => {
    expect(await collect(recordOf([]))).toEqual({ kind: "ready", values: {} });
    expect(await collect(hookRecord())).toEqual({ kind: "ready", values: {} });
  });
});

describe("answers given beforehand", () => {
  it("are taken, each in its own type, and nobody is asked", async () => {
    const record = recordOf([question("name"), question("port", { type: "number" }), login()]);
    const given = { name: "Movies", port: "8080", login: "token" };
    await giveAnswers(fixture.runtime.desk, record.id, given);
    expect(await collect(record)).toEqual({
      kind: "ready",
      values: { name: "Movies", port: 8080, login: { authToken: "token" } },
    });
    expect(await fixture.journalOf(record.id)).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("are shown as provided where others are missing", async () => {
    const record = recordOf([question("name"), question("color")]);
    await giveAnswers(fixture.runtime.desk, record.id, { name: "Movies" });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await shownOf(record)).toEqual({ name: "provided", color: "waiting" });
    await keepAsked(fixture.runtime.desk, record.id, 0, { color: "red" });
    expect(await collect(record)).toEqual({ kind: "ready", values: { name: "Movies", color: "red" } });
  });
});

describe("questions", () => {
  it("are asked of the user, once, defaults and all", async () => {
    const record = recordOf([question("name", { default: "Movies" }), question("color", { required: true })]);
    expect(questionsOf(record).map(({ id }) => id)).toEqual(["name", "color"]);
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await stateOf(record)).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [
        { id: "name", state: "waiting", required: false, question: { default: "Movies" } },
        { id: "color", state: "waiting", required: true },
      ],
    });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await fixture.journalOf(record.id)).toHaveLength(1);
    expect(await hasNews(record)).toBe(false);
  });

  it("are answered by what the user said; what was left open takes its default", async () => {
    const record = recordOf([question("name", { default: "Movies" }), question("note")]);
    await collect(record);
    await keepAsked(fixture.runtime.desk, record.id, 0, {});
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "ready", values: { name: "Movies" } });
    expect(await shownOf(record)).toEqual({ name: "provided", note: "provided" });
  });

  it("are not asked again by a retry", async () => {
    const record = recordOf([question("name")]);
    await collect(record);
    await keepAsked(fixture.runtime.desk, record.id, 0, { name: "Shows" });
    await collect(record);
    await fixture.write(
      record.id,
      { type: "awaiting-retry", error: anError },
      { type: "retry-chosen", fresh: false },
    );
    expect(await collect(record)).toEqual({ kind: "ready", values: { name: "Shows" } });
  });

  it("take their defaults when nobody is there", async () => {
    const inputs = [question("name", { default: "Movies", required: true }), question("note")];
    const record = recordOf(inputs, { interactive: false });
    expect(await collect(record)).toEqual({ kind: "ready", values: { name: "Movies" } });
    expect(await fixture.journalOf(record.id)).toEqual([]);
    expect(await hasNews(record)).toBe(true);
  });

  it("that must be answered fail the hook when nobody is there, and show which", async () => {
    const record = recordOf([question("name", { required: true }), question("note")], { interactive: false });
    const collected = await collect(record);
    expect(collected).toMatchObject({ kind: "failed", error: { code: "INPUT_REQUIRED" } });
    expect(collected.kind === "failed" && collected.error.detail).toBe(
      'hook "setup": "name?" (name): no answer was given; this question must be answered.',
    );
    // Failing from there is a legal transition; failing from PENDING would not be.
    expect(await stateOf(record)).toMatchObject({ status: "AWAITING_INPUT" });
    expect(await shownOf(record)).toEqual({ name: "failed", note: "waiting" });
    expect(await hasNews(record)).toBe(false);
  });

  it("fail the hook when the answer given for them does not fit", async () => {
    const record = recordOf([question("port", { type: "number" })]);
    await giveAnswers(fixture.runtime.desk, record.id, { port: "many" });
    expect(await collect(record)).toMatchObject({ kind: "failed", error: { code: "INPUT_REQUIRED" } });
  });
});

describe("a sign-in", () => {
  it("is begun and shown to the user, once", async () => {
    const record = recordOf([login()]);
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await stateOf(record)).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [{ id: "login", state: "waiting", authorization: { url: "https://sign.in/auth#?code=code1" } }],
    });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(requests).toEqual(["POST /pins"]);
    expect(await fixture.journalOf(record.id)).toHaveLength(2);
    expect(await hasNews(record)).toBe(false);
  });

  it("gives the hook its token once it is granted, and wakes the task", async () => {
    const record = recordOf([login()]);
    await collect(record);
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken();
    expect(fixture.woken).toEqual([record.id]);
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "ready", values: { login: { authToken: "secret" } } });
    const state = await stateOf(record);
    expect(state.inputs).toMatchObject([{ state: "provided", authorization: null }]);
    expect(JSON.stringify(await fixture.journalOf(record.id))).not.toContain("secret");
  });

  it.each([
    ["expired", { status: 404, body: {} }, "SIGN_IN_EXPIRED"],
    ["denied", { status: 403, body: {} }, "SIGN_IN_DENIED"],
  ])("that is %s fails the hook; Retry begins a fresh one", async (_how, answer, code) => {
    const record = recordOf([login()]);
    await collect(record);
    poll = answer;
    await untilWoken();
    expect(await hasNews(record)).toBe(true);
    const failed = await collect(record);
    expect(failed).toMatchObject({ kind: "failed", error: { code } });
    expect(failed.kind === "failed" && failed.error.detail).toMatch(/^hook "setup", input "login": /);

    await fixture.write(record.id, { type: "awaiting-retry", error: anError });
    expect(await collect(record)).toMatchObject({ kind: "failed" });
    await fixture.write(record.id, { type: "retry-chosen", fresh: false });
    poll = { status: 200, body: { authToken: null } };
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await stateOf(record)).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [{ state: "waiting", authorization: { url: "https://sign.in/auth#?code=code2" } }],
    });
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken(2);
    expect(await collect(record)).toMatchObject({
      kind: "ready",
      values: { login: { authToken: "secret" } },
    });
  });

  it("that cannot even begin fails the hook", async () => {
    const record = recordOf([login()]);
    fixture.provider.answer = () => ({ status: 400, body: {} });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toMatchObject({ kind: "failed", error: { code: "SIGN_IN_FAILED" } });
  });

  it("that need not be goes without when it does not come about", async () => {
    const record = recordOf([login({ required: false }), question("name", { default: "Movies" })]);
    await giveAnswers(fixture.runtime.desk, record.id, { name: "Shows" });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    poll = { status: 403, body: {} };
    await untilWoken();
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "ready", values: { name: "Shows" } });
  });

  it("that need not be is left out when nobody is there, and one that must be fails", async () => {
    const optional = recordOf([login({ required: false })], { id: "tsk_optional", interactive: false });
    expect(await collect(optional)).toEqual({ kind: "ready", values: {} });
    const required = recordOf([login()], { id: "tsk_required", interactive: false });
    expect(await collect(required)).toMatchObject({ kind: "failed", error: { code: "INPUT_REQUIRED" } });
    expect(requests).toEqual([]);
  });

  it("waits on while questions are answered, which are then shown as provided", async () => {
    const record = recordOf([login(), question("name")]);
    await collect(record);
    await keepAsked(fixture.runtime.desk, record.id, 0, { name: "Movies" });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await shownOf(record)).toEqual({ login: "waiting", name: "provided" });
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await fixture.journalOf(record.id)).toHaveLength(3);
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken();
    expect(await collect(record)).toMatchObject({ kind: "ready" });
  });

  it("is gone on with by another process, at the same link", async () => {
    const record = recordOf([login()]);
    await collect(record);
    await fixture.runtime.signIns.close();
    const { desk, clock, network } = fixture.runtime;
    const wake = async (taskId: string): Promise<void> => void fixture.woken.push(taskId);
    fixture.runtime.signIns = createSignIns({ desk, clock, network, wake, addPoll: null });
    await collect(record);
    expect(await fixture.journalOf(record.id)).toHaveLength(2);
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken();
    expect(requests).toEqual(["POST /pins", "GET /pins/1"]);
    expect(await collect(record)).toMatchObject({ kind: "ready" });
    await fixture.runtime.signIns.close();
  });

  it("that is begun anew shows another link, and nobody asks for the old one any more", async () => {
    const record = recordOf([login()]);
    await collect(record);
    await sayWish(fixture.runtime.desk, { taskId: record.id, inputId: "login", turn: firstTurn }, true);
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await stateOf(record)).toMatchObject({
      inputs: [{ authorization: { url: "https://sign.in/auth#?code=code2" } }],
    });
    expect(await hasNews(record)).toBe(false);
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken();
    expect(requests).toEqual(["POST /pins", "POST /pins", "GET /pins/2"]);
    expect(await collect(record)).toMatchObject({ kind: "ready" });
  });

  it("that is called off is shown no more, and counts for nothing when it is granted after all", async () => {
    const record = recordOf([login()]);
    await collect(record);
    const { desk } = fixture.runtime;
    await sayWish(desk, { taskId: record.id, inputId: "login", turn: firstTurn }, false);
    await desk.answer(record.id, resultKey, { ok: true, value: { authToken: "late" } });
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "waiting" });
    expect(await stateOf(record)).toMatchObject({
      status: "AWAITING_INPUT",
      inputs: [{ state: "waiting", authorization: null }],
    });
    expect(await hasNews(record)).toBe(false);
  });

  it("that need not be and is called off lets the hook go on without it", async () => {
    const record = recordOf([login({ required: false })]);
    await collect(record);
    await sayWish(fixture.runtime.desk, { taskId: record.id, inputId: "login", turn: firstTurn }, false);
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "ready", values: {} });
  });
});

describe("a sign-in that is granted while the datastore is away", () => {
  it("is kept, and the task woken, once it is back", async () => {
    const { desk, clock, network } = fixture.runtime;
    const record = recordOf([login()]);
    let refusals = 2;
    const failTwice = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        refusals -= 1;
        if (refusals >= 0) throw new Error("datastore is away");
        refusals = 2;
        return call(...args);
      };
    };
    const wake = failTwice(async (taskId: string) => {
      fixture.woken.push(taskId);
    });
    const flakyAnswer = failTwice(desk.answer);
    const answer: typeof desk.answer = (taskId, key, value) =>
      (key === resultKey ? flakyAnswer : desk.answer)(taskId, key, value);
    const flaky = { ...desk, answer };
    fixture.runtime.signIns = createSignIns({ desk: flaky, clock, network, wake, addPoll: null });
    await collect(record);
    poll = { status: 200, body: { authToken: "secret" } };
    await untilWoken();
    expect(await collect(record)).toMatchObject({ kind: "ready" });
  });
});

describe("Skip while inputs are missing", () => {
  it("skips the hook and ends its sign-in", async () => {
    const record = recordOf([login(), question("name")]);
    await collect(record);
    await fixture.clock.untilSleeping(1);
    await fixture.runtime.desk.decide(record.id, inputsWaitKeyOf(await stateOf(record)), { action: "skip" });
    expect(await hasNews(record)).toBe(true);
    expect(await collect(record)).toEqual({ kind: "skipped" });
    expect(fixture.clock.sleepers()).toBe(0);
    expect(await fixture.runtime.desk.answers(record.id, resultKey)).toBeNull();
    expect(fixture.woken).toEqual([]);
  });
});

describe("closing", () => {
  it("ends all sign-ins without a result", async () => {
    const record = recordOf([login()]);
    await collect(record);
    await fixture.clock.untilSleeping(1);
    await fixture.runtime.signIns.close();
    expect(fixture.clock.sleepers()).toBe(0);
    expect(await fixture.runtime.desk.answers(record.id, resultKey)).toBeNull();
  });

  it("gives up a sign-in that has nothing to show yet", async () => {
    const { signIns } = fixture.runtime;
    fixture.provider.answer = () => ({ status: 503, body: {} });
    const begun = signIns.begin("task", login(), firstTurn);
    await fixture.clock.untilSleeping(1);
    const refused = expect(begun).rejects.toThrow("shutting down");
    await signIns.close();
    await refused;
    expect(fixture.clock.sleepers()).toBe(0);
  });
});
