import { afterEach, describe, expect, it } from "vitest";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { errorText } from "../../src/errors.ts";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { HookTaskView, OperationTaskView, TaskView } from "../../src/task/task-view.ts";
import { signInInput } from "../support/pin-sign-in.ts";
import { startRedis, type TestServer } from "../support/servers.ts";
import { hasRedis, testDatastoreOptions } from "../support/test-datastores.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { readEvents } from "./support/event-reader.ts";
import { installBody } from "./support/scripts.ts";

const password = "sesame-7261-opens";
const storePassword = "behind-the-store-5512";

const question = { type: "password", key: "pass", required: true, question: "Password?" };
/** Tells its secrets in every way a hook can, and fails with them. */
const telltale = {
  id: "telltale",
  inputs: [{ type: "question", id: "pass", question }, signInInput],
  scriptContent: `export async function run(ctx) {
    const pass = ctx.getInput("pass"), { authToken } = ctx.getInput("login");
    ctx.log("the secrets are", pass, authToken);
    console.error(pass + authToken);
    await ctx.registerCheckpoints([{ id: "told", message: pass }]);
    await ctx.emitCheckpoint("told", "told " + pass + " and " + authToken);
    await ctx.awaitCheckpointRetry("asked", new Error("no " + pass), [{ label: authToken, value: pass }]);
    ctx.fail("cannot go on with " + pass, [{ label: "token", value: authToken }]);
  }`,
};

describe.skipIf(!hasRedis)("an install that has secrets", () => {
  let server: TestServer | null = null;
  let standIn: SignInStandIn | null = null;
  let api: ApiBox | null = null;
  afterEach(async () => {
    await api?.close();
    await standIn?.close();
    await server?.stop();
  });

  it("tells none of them in an answer, an event, an error or a log", async () => {
    server = await startRedis(["--requirepass", storePassword]);
    standIn = await createSignInStandIn();
    const url = server.url.replace("redis://", `redis://:${storePassword}@`);
    const originMap = [{ from: "https://id.example", to: standIn.url }];
    const box = await openApiBox({ store: { url, remove: async () => {} }, tacklebox: { originMap } });
    api = box;
    const given: string[] = [];
    const get = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
      const answer = await box.open(path, { headers });
      given.push(JSON.stringify([...answer.headers]), await answer.text());
    };
    const post = async (path: string, body: unknown): Promise<unknown> => {
      const answer = await box.open(path, { method: "POST", body });
      const text = await answer.text();
      given.push(JSON.stringify([...answer.headers]), text);
      return JSON.parse(text) as unknown;
    };
    const all = readEvents(await box.open("/v1/events"));

    const { id } = (await post("/v1/installs", installBody([telltale]))) as OperationTaskView;
    const asking = await box.untilHook("telltale", "AWAITING_INPUT");
    const one = readEvents(await box.open(`/v1/tasks/${id}/events`));
    const inputs = `/v1/tasks/${asking.id}/inputs`;
    await post(inputs, { answers: { pass: { no: password } } });
    await post(inputs, { answers: { pass: password, other: password } });
    await post(inputs, { answers: { pass: password } });
    const linkOf = (view: TaskView): string =>
      view.kind === "hook"
        ? (view.inputs.find((input) => input.id === "login")?.authorization?.url ?? "")
        : "";
    const shown = await box.until((view): view is HookTaskView => linkOf(view) !== "");
    standIn.approve(/code=(\w+)/.exec(linkOf(shown))?.[1] ?? "");
    await box.until(
      (view): view is HookTaskView =>
        view.kind === "hook" && view.status === "AWAITING_RETRY" && view.checkpoints.length > 1,
    );
    await post(`/v1/tasks/${asking.id}/retry`, {});
    await box.until(
      (view): view is HookTaskView =>
        view.kind === "hook" && view.error?.detail.includes("cannot go on") === true,
    );
    await post(`/v1/tasks/${id}/cancel`, {});
    await box.untilOperation(id, "CANCELLED");

    for (const path of [
      `/v1/tasks/${id}?include=children,logs`,
      `/v1/tasks/${asking.id}?include=logs`,
      `/v1/tasks/${id}/logs?level=debug`,
      "/v1/tasks?kind=hook",
      "/v1/history",
      "/v1/tokens",
      "/v1/apps",
      "/v1/catalog",
      "/readyz",
      "/openapi.json",
    ])
      await get(path);
    await get("/v1/tasks", { authorization: `Bearer ${box.token}x` });
    await get(`/v1/tasks/tsk_none?include=${box.token}`);
    await all.until(({ data }) => data.includes("CANCELLED"));
    // An address where nobody is: what is said about that has it too, without its password.
    const nowhere = openDatastore(`redis://:${storePassword}@127.0.0.1:1`, testDatastoreOptions);
    given.push(await nowhere.then(() => "", errorText));
    const said = [
      ...given,
      ...[...all.seen, ...one.seen].map((event) => JSON.stringify(event)),
      ...box.troubles,
    ].join("\n");

    expect(said).toContain("told ");
    expect(said).toContain("cannot go on with ");
    const authToken = standIn.requests.length > 0 ? await tokenOf(standIn) : "";
    expect(authToken).not.toBe("");
    const [, tokenId = "", tokenSecret = ""] = box.token.split("_");
    expect(said).toContain(tokenId);
    for (const secret of [password, authToken, box.token, tokenSecret, storePassword])
      expect(said.includes(secret)).toBe(false);
  });
});

/** The token that the provider gave for the pin it was asked for first. */
async function tokenOf({ url, requests }: SignInStandIn): Promise<string> {
  const poll = requests.find(({ path }) => /^\/api\/v2\/pins\/\d+$/.test(path));
  const answer = await fetch(`${url}${poll?.path}`, {
    headers: { "x-plex-client-identifier": poll?.headers["x-plex-client-identifier"] ?? "" },
  });
  return ((await answer.json()) as { authToken: string }).authToken;
}
