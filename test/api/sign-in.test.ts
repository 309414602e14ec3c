import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProblemDocument } from "../../src/api/problem.ts";
import { createSignInStandIn, type SignInStandIn } from "../../src/nas/simulated/sign-in-stand-in.ts";
import type { HookTaskView, TaskView } from "../../src/task/task-view.ts";
import { signInCode, signInInput, signInLink } from "../support/pin-sign-in.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { installBody } from "./support/scripts.ts";

describe("sign-ins over HTTP", () => {
  let standIn: SignInStandIn;
  let api: ApiBox;
  beforeAll(async () => {
    standIn = await createSignInStandIn();
    const originMap = [{ from: "https://id.example", to: standIn.url }];
    api = await openApiBox({ tacklebox: { originMap } });
  });
  afterAll(async () => {
    await api.close();
    await standIn.close();
  });

  it("are called off, and begun anew with another link", async () => {
    const hook = {
      id: "signs-in",
      inputs: [signInInput],
      scriptContent: "export async function run(ctx) { ctx.log('got', ctx.getInput('login').authToken); }",
    };
    const { body: task } = await api.call<TaskView>("POST", "/v1/installs", { body: installBody([hook]) });
    const shown = await api.until((view): view is HookTaskView => signInLink(view) !== "");
    const path = `/v1/tasks/${shown.id}/inputs/login/authorization`;
    expect((await api.call("DELETE", path)).status).toBe(200);
    await api.until((view): view is HookTaskView => view.id === shown.id && signInLink(view) === "");
    const none = await api.call<ProblemDocument>("POST", path.replace("login", "other"));
    expect(none).toMatchObject({ status: 409, body: { code: "ILLEGAL_TRANSITION" } });
    expect((await api.call("POST", path)).status).toBe(200);
    const fresh = await api.until(
      (view): view is HookTaskView => signInLink(view) !== "" && signInLink(view) !== signInLink(shown),
    );
    expect(standIn.approve(signInCode(signInLink(fresh)))).toBe(true);
    await api.untilOperation(task.id, "COMPLETED");
    const all = await api.call("GET", `/v1/tasks/${task.id}?include=children,logs`);
    expect(JSON.stringify(all.body)).toContain("got");
    expect(all.body).toMatchObject({ children: [{ inputs: [{ state: "provided", authorization: null }] }] });
  });
});
