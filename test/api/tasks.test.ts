import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProblemDocument } from "../../src/api/problem.ts";
import type { HookTaskView, OperationTaskView } from "../../src/task/task-view.ts";
import { openGate } from "../cli/support/gate.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";
import { openApiBox, type ApiBox, type ApiBoxOptions } from "./support/api-box.ts";
import {
  askingHook,
  guessingHook,
  failingHook,
  installBody,
  quickHook,
  waitingHook,
} from "./support/scripts.ts";

describe.each(testDatastores.filter(({ available }) => available))("tasks over HTTP, on $kind", (subject) => {
  let box: ApiBox | null = null;
  let store: TestDatastore | null = null;
  const open = async (options: Omit<ApiBoxOptions, "store"> = {}): Promise<ApiBox> => {
    store = await subject.create();
    box = await openApiBox({ store, ...options });
    return box;
  };
  afterEach(async () => {
    await box?.close();
    await store?.remove();
    box = null;
    store = null;
  });

  const install = async ({ call }: ApiBox, body: object): Promise<OperationTaskView> => {
    const { status, headers, body: view } = await call<OperationTaskView>("POST", "/v1/installs", { body });
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(`/v1/tasks/${view.id}`);
    return view;
  };

  it("takes an install, shows it to its end, and says 304 to whoever has seen that", async () => {
    const api = await open();
    const accepted = await install(api, installBody([quickHook]));
    expect(accepted).toMatchObject({ kind: "operation", type: "APP_INSTALL", appName: "testapp" });
    await api.untilOperation(accepted.id, "COMPLETED");
    await api.feed.refresh(accepted.id);
    const path = `/v1/tasks/${accepted.id}?include=children`;
    const { body, headers } = await api.call<OperationTaskView & { children: HookTaskView[] }>("GET", path);
    expect(body).toMatchObject({ status: "COMPLETED", outcome: "completed", progress: 100 });
    expect(body.children).toMatchObject([{ hookId: "quick", status: "COMPLETED", parentId: accepted.id }]);
    const again = await api.call("GET", path, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  it("answers a long poll at the first change, and with 304 when there was none", async () => {
    // It stays live, so that nothing changes while it waits.
    const api = await open({ tacklebox: { parkAfterMs: 60_000 } });
    const { id } = await install(api, installBody([waitingHook]));
    const hook = await api.untilHook("waiting", "AWAITING_RETRY");
    await api.feed.refresh(hook.id);
    await api.feed.refresh(id);
    const seen = await api.call<OperationTaskView>("GET", `/v1/tasks/${id}`);
    expect(seen.body.status).toBe("AWAITING_RETRY");
    const headers = { "if-none-match": seen.headers.get("etag") ?? "", prefer: "wait=50" };
    const changed = api.call<OperationTaskView>("GET", `/v1/tasks/${id}`, { headers });
    await api.call("POST", `/v1/tasks/${hook.id}/retry`);
    const { status, body, headers: answered } = await changed;
    expect(status).toBe(200);
    expect(answered.get("preference-applied")).toBe("wait=50");
    expect(body.revision).toBeGreaterThan(seen.body.revision);
    await api.untilOperation(id, "COMPLETED");
    await api.feed.refresh(id);
    const end = await api.call("GET", `/v1/tasks/${id}`);
    const none = await api.call("GET", `/v1/tasks/${id}`, {
      headers: { "if-none-match": end.headers.get("etag") ?? "", prefer: "wait=1" },
    });
    expect(none.status).toBe(304);
  });

  it("answers a long poll that includes the log at its next line", async () => {
    const gate = await openGate();
    const api = await open({ tacklebox: { allow: [gate.address], restAfterMs: 3_600_000 } });
    const talking = `export async function run(ctx) {
      await fetch("http://${gate.address}/talking");
      ctx.log("nothing else has changed");
      await new Promise((resolve) => setTimeout(resolve, 240_000));
    }`;
    const { id } = await install(api, installBody([{ id: "talking", scriptContent: talking }]));
    await gate.came("talking");
    await api.feed.refresh(id);
    const path = `/v1/tasks/${id}?include=logs`;
    const seen = await api.call("GET", path);
    const headers = { "if-none-match": seen.headers.get("etag") ?? "", prefer: "wait=10" };
    const following = Promise.withResolvers<void>();
    const follow = api.feed.follow.bind(api.feed);
    vi.spyOn(api.feed, "follow").mockImplementation((onChange) => {
      following.resolve();
      return follow(onChange);
    });
    const changed = api.call<{ logs: { items: { message: string }[] } }>("GET", path, { headers });
    await following.promise;
    gate.open();
    const { status, body } = await changed;
    expect(status).toBe(200);
    expect(body.logs.items.map(({ message }) => message)).toContain("nothing else has changed");
  });

  it("does what the user may do, says what is possible when it is not, and minds If-Match", async () => {
    // It stays live, so that nothing changes while it waits.
    const api = await open({ tacklebox: { parkAfterMs: 60_000 } });
    const { id } = await install(api, installBody([waitingHook, { ...failingHook, id: "after" }]));
    const waiting = await api.untilHook("waiting", "AWAITING_RETRY");
    await api.feed.refresh(waiting.id);
    const seen = await api.call("GET", `/v1/tasks/${waiting.id}`);
    const stale = await api.call<ProblemDocument>("POST", `/v1/tasks/${waiting.id}/retry`, {
      headers: { "if-match": '"another"' },
    });
    expect(stale).toMatchObject({ status: 412, body: { code: "PRECONDITION_FAILED" } });
    const wrong = await api.call<ProblemDocument>("POST", `/v1/tasks/${waiting.id}/inputs`, {
      body: { answers: {} },
    });
    expect(wrong).toMatchObject({
      status: 409,
      body: { code: "ILLEGAL_TRANSITION", allowed: ["retry", "skip", "cancel"] },
    });
    const taken = await api.call("POST", `/v1/tasks/${waiting.id}/retry`, {
      headers: { "if-match": seen.headers.get("etag") ?? "" },
    });
    expect(taken.status).toBe(200);
    const failed = await api.untilHook("after", "AWAITING_RETRY");
    expect((await api.call("POST", `/v1/tasks/${failed.id}/skip`)).status).toBe(200);
    await api.untilOperation(id, "COMPLETED");
    const late = await api.call<ProblemDocument>("POST", `/v1/tasks/${id}/cancel`);
    expect(late).toMatchObject({
      status: 409,
      body: { code: "ILLEGAL_TRANSITION", allowed: ["rerun", "dismiss"] },
    });
    const log = await api.call<{ items: { message: string }[] }>("GET", `/v1/tasks/${id}/logs`);
    expect(log.body.items.map(({ message }) => message)).toEqual(["before", "clicked retry"]);
  });

  it("takes the tag of an answer with more beside the task for the task's own in If-Match", async () => {
    // It stays live, so that nothing changes while it waits.
    const api = await open({ tacklebox: { parkAfterMs: 60_000 } });
    const { id } = await install(api, installBody([waitingHook]));
    const waiting = await api.untilHook("waiting", "AWAITING_RETRY");
    await api.feed.refresh(waiting.id);
    const path = `/v1/tasks/${waiting.id}`;
    const alone = await api.call("GET", path);
    const [withLogs, ofOperation] = await Promise.all([
      api.call("GET", `${path}?include=logs`),
      api.call("GET", `/v1/tasks/${id}?include=children,logs`),
    ]);
    const tags = [alone, withLogs, ofOperation].map(({ headers }) => headers.get("etag") ?? "");
    expect(new Set(tags).size).toBe(3);
    const retry = async (tag: string | undefined) =>
      await api.call("POST", `${path}/retry`, { headers: { "if-match": tag ?? "" } });
    expect((await retry(tags[2])).status).toBe(412);
    expect((await retry(tags[1])).status).toBe(200);
    await api.untilOperation(id, "COMPLETED");
    expect((await retry(tags[1])).status).toBe(412);
  });

  it("checks answers all at once, names each input, and never shows what was answered", async () => {
    const api = await open();
    const { id } = await install(api, installBody([askingHook]));
    const asking = await api.untilHook("asking", "AWAITING_INPUT");
    const path = `/v1/tasks/${asking.id}/inputs`;
    const refused = await api.call<ProblemDocument>("POST", path, { body: { answers: { count: "many" } } });
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.map(({ inputId }) => inputId).toSorted()).toEqual([
      "count",
      "name",
      "secret",
    ]);
    const answers = { name: "Ada", count: 3, secret: "sesame-7261" };
    expect((await api.call("POST", path, { body: { answers } })).status).toBe(200);
    await api.untilOperation(id, "COMPLETED");
    const everything = await api.call("GET", `/v1/tasks/${id}?include=children,logs`);
    expect(JSON.stringify(everything.body)).toContain("Ada 3");
    expect(JSON.stringify(everything.body)).not.toContain("sesame-7261");
  });

  it("asks again at a Retry with changed inputs, shows the earlier answers, but no password", async () => {
    const api = await open();
    const { id } = await install(api, installBody([guessingHook]));
    const { id: hook } = await api.untilHook("guessing", "AWAITING_INPUT");
    const path = `/v1/tasks/${hook}`;
    const answer = async (answers: object) =>
      (await api.call("POST", `${path}/inputs`, { body: { answers } })).status;
    expect(await answer({ user: "Ada", secret: "tahini-9035" })).toBe(200);
    const failed = await api.untilHook("guessing", "AWAITING_RETRY");
    expect(failed.actions).toContainEqual({ name: "change_input", inputId: "secret", type: "question" });
    const unknown = await api.call<ProblemDocument>("POST", `${path}/retry`, {
      body: { changeInputs: ["sekret"] },
    });
    expect(unknown).toMatchObject({
      status: 422,
      body: { code: "INPUT_INVALID", errors: [{ inputId: "sekret" }] },
    });
    const retried = await api.call("POST", `${path}/retry`, { body: { changeInputs: ["secret"] } });
    expect(retried.status).toBe(200);
    const asking = await api.until(
      (view): view is HookTaskView =>
        view.kind === "hook" && view.status === "AWAITING_INPUT" && view.attempt === 1,
    );
    expect(asking.inputs.map(({ question }) => question?.default)).toEqual(["Ada", undefined]);
    expect(JSON.stringify(asking)).not.toContain("tahini-9035");
    expect(await answer({ secret: "sesame-7261" })).toBe(200);
    await api.untilOperation(id, "COMPLETED");
    const log = await api.call<{ items: { message: string }[] }>("GET", `/v1/tasks/${id}/logs`);
    expect(log.body.items.map(({ message }) => message)).toEqual(["as Ada", "as Ada"]);
  });

  it("cancels, and the app was never touched", async () => {
    const api = await open();
    const { id } = await install(api, installBody([{ ...failingHook, event: "onBeforeInstall" }]));
    await api.untilHook("failing", "AWAITING_RETRY");
    expect((await api.call("POST", `/v1/tasks/${id}/cancel`)).status).toBe(200);
    await api.untilOperation(id, "CANCELLED");
    expect((await api.call<{ items: unknown[] }>("GET", "/v1/apps")).body.items).toEqual([]);
  });

  it("lists tasks newest first, page by page, and by what they are", async () => {
    const api = await open();
    const ids: string[] = [];
    for (const [place, name] of ["one", "two", "three"].entries()) {
      const { id } = await install(
        api,
        installBody([quickHook], { appName: `app-${name}`, port: 8081 + place }),
      );
      await api.untilOperation(id, "COMPLETED");
      await api.feed.refresh(id);
      ids.unshift(id);
    }
    type Page = { items: OperationTaskView[]; nextCursor: string | null };
    const first = await api.call<Page>("GET", "/v1/tasks?limit=2");
    expect(first.body.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await api.call<Page>("GET", `/v1/tasks?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ id: ids[2] }], nextCursor: null });
    const idsOf = async (query: string): Promise<string[]> =>
      (await api.call<Page>("GET", `/v1/tasks?${query}`)).body.items.map(({ id }) => id);
    expect(await idsOf("app=app-two")).toEqual([ids[1]]);
    expect(await idsOf("q=THREE")).toEqual([ids[0]]);
    expect(await idsOf("active=true")).toEqual([]);
    expect(await idsOf("status=FAILED&status=COMPLETED")).toEqual(ids);
    expect(await idsOf("type=APP_UPGRADE")).toEqual([]);
    expect(await idsOf(`kind=hook&parent=${ids[1]}&event=onAfterInstall`)).toHaveLength(1);
    const known = await api.call("GET", "/v1/tasks?limit=2", {
      headers: { "if-none-match": first.headers.get("etag") ?? "" },
    });
    expect(known.status).toBe(304);
  });

  it("knows after a restart what there was before", async () => {
    const api = await open();
    const { id } = await install(api, installBody([quickHook]));
    await api.untilOperation(id, "COMPLETED");
    await api.close();
    box = await openApiBox({ store: store as TestDatastore });
    type Page = { items: OperationTaskView[] };
    expect((await box.call<Page>("GET", "/v1/tasks")).body.items).toMatchObject([
      { id, status: "COMPLETED" },
    ]);
    expect((await box.call("GET", "/v1/history?app=testapp")).body).toMatchObject({
      items: [{ parentId: id, status: "COMPLETED", bundleSha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      retention: { afterEndSeconds: 30 * 24 * 3600, maxOperations: 10_000, answers: "wipe-at-end" },
    });
    expect((await box.call<Page>("GET", "/v1/tasks?kind=hook")).body.items).toMatchObject([{ parentId: id }]);
  });

  it("runs a past execution again, once for each key, and says which one it was", async () => {
    const api = await open();
    const { id } = await install(api, installBody([quickHook]));
    await api.untilOperation(id, "COMPLETED");
    const [hook] = await api.tacklebox.getHookTasks(id);
    const headers = { "idempotency-key": "again" };
    const path = `/v1/tasks/${hook?.id}/rerun`;
    const again = await api.call<OperationTaskView>("POST", path, { headers });
    expect(again.status).toBe(202);
    expect((await api.call<OperationTaskView>("POST", path, { headers })).body.id).toBe(again.body.id);
    await api.untilOperation(again.body.id, "COMPLETED");
    const [rerun] = await api.tacklebox.getHookTasks(again.body.id);
    expect(rerun).toMatchObject({ retryOf: hook?.id, status: "COMPLETED", bundleSha256: hook?.bundleSha256 });
  });

  it("no longer lists what its retention has removed", async () => {
    const api = await open({ tacklebox: { retention: { afterEndMs: 0 } }, feed: { endedFreshMs: 0 } });
    const { id } = await install(api, installBody([quickHook]));
    await api.untilOperation(id, "COMPLETED");
    const lasting = await install(api, installBody([waitingHook], { appName: "lasting", port: 8081 }));
    let removed = 0;
    while (removed === 0) removed = await api.tacklebox.removeEnded();
    type Page = { items: OperationTaskView[] };
    const listed = await api.call<Page>("GET", "/v1/tasks");
    expect(listed.body.items.map((task) => task.id)).toEqual([lasting.id]);
    expect((await api.call("GET", `/v1/tasks/${id}`)).status).toBe(404);
  });

  it("gives the log page by page, and as lines", async () => {
    const api = await open();
    const chatty =
      "export async function run(ctx) { for (let i = 0; i < 5; i += 1) ctx.log('line ' + i); console.error('bad'); }";
    const { id } = await install(
      api,
      installBody([
        { id: "a", scriptContent: chatty },
        { id: "b", scriptContent: chatty },
      ]),
    );
    await api.untilOperation(id, "COMPLETED");
    type Log = { items: { message: string; hookId: string; cursor: string }[]; next: string };
    const all = await api.call<Log>("GET", `/v1/tasks/${id}/logs`);
    expect(all.body.items).toHaveLength(12);
    const first = await api.call<Log>("GET", `/v1/tasks/${id}/logs?limit=5`);
    const rest = await api.call<Log>("GET", `/v1/tasks/${id}/logs?after=${first.body.next}`);
    expect([...first.body.items, ...rest.body.items]).toEqual(all.body.items);
    const bad = await api.call<Log>("GET", `/v1/tasks/${id}/logs?level=error`);
    expect(bad.body.items.map(({ hookId, message }) => [hookId, message])).toEqual([
      ["a", "bad"],
      ["b", "bad"],
    ]);
    const lines = await (
      await api.open(`/v1/tasks/${id}/logs`, { headers: { accept: "application/x-ndjson, */*" } })
    ).text();
    expect(
      lines
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(all.body.items);
  });
});
