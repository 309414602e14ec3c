import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProblemDocument } from "../../src/api/problem.ts";
import type { CatalogEntry } from "../../src/catalog/read-catalog.ts";
import type { PlanDescription } from "../../src/install/describe-plan.ts";
import { installRequest } from "../support/box.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { askingHook, installBody, quickHook } from "./support/scripts.ts";

describe("plans and the catalog over HTTP", () => {
  let api: ApiBox;
  beforeAll(async () => {
    api = await openApiBox();
  });
  afterAll(async () => await api.close());

  it("lists the catalog with its hooks, what each may reach, and 304 when nothing has changed", async () => {
    const { body, headers } = await api.call<{ items: CatalogEntry[] }>("GET", "/v1/catalog");
    const names = body.items.map(({ script }) => script);
    expect(names).toContain("mediabox.json");
    const mediabox = body.items.find(({ script }) => script === "mediabox.json");
    const setup = mediabox?.hooks.find(({ id }) => id === "mediabox-setup");
    expect(setup?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(setup?.mayReach.map(({ rule }) => rule)).toContain("sign-in");
    const known = { "if-none-match": headers.get("etag") ?? "" };
    expect((await api.call("GET", "/v1/catalog", { headers: known })).status).toBe(304);
  });

  it("gives one script with its text, and nothing outside of the catalog", async () => {
    const { body } = await api.call<{ text: string }>("GET", "/v1/catalog/notes.json");
    expect(JSON.parse(body.text)).toMatchObject({ version: 5 });
    const outside = mkdtempSync(join(tmpdir(), "tacklebox-api-"));
    writeFileSync(join(outside, "secret.json"), "{}");
    for (const name of ["none.json", "..%2Fpackage.json", encodeURIComponent(join(outside, "secret.json"))]) {
      const refused = await api.call<ProblemDocument>("GET", `/v1/catalog/${name}`);
      expect(refused).toMatchObject({ status: 404, body: { code: "CATALOG_SCRIPT_UNKNOWN" } });
    }
    rmSync(outside, { recursive: true });
  });

  it("tells what an install would do, and changes nothing", async () => {
    const { body } = await api.call<PlanDescription>("POST", "/v1/plans", {
      body: { catalogScript: "mediabox.json" },
    });
    expect(body).toMatchObject({ valid: true, operation: "install", appName: "mediabox" });
    expect(body.steps.map(({ kind }) => kind)).toContain("app");
    expect(body.permissions.map(({ hookId }) => hookId)).toContain("mediabox-setup");
    expect((await api.call("GET", "/v1/tasks")).body).toEqual({ items: [], nextCursor: null });
  });

  it("answers with the places of what is wrong, while somebody types", async () => {
    const script = '{\n  "version": 5,\n  "hooks": [{ "id": "a", "event": "onAfterInstal" }]\n}';
    const { status, body } = await api.call<PlanDescription>("POST", "/v1/plans", { body: { script } });
    expect([status, body.valid]).toEqual([200, false]);
    expect(body.problems.map(({ code, line }) => [code, line])).toContainEqual(["SCHEMA_VALUE", 3]);
    const broken = await api.call<PlanDescription>("POST", "/v1/plans", {
      body: { script: '{"version": 5,' },
    });
    expect(broken.body.problems).toMatchObject([{ code: "JSON_SYNTAX" }]);
  });

  it("names each answer of an install that does not do", async () => {
    const refusal = async (body: object): Promise<unknown> =>
      (await api.call<ProblemDocument>("POST", "/v1/installs", { body })).body.errors;
    const question = { key: "a/b", question: "Which port?", type: "number", required: true };
    const script = JSON.stringify({
      version: 5,
      script: { version: "1.0.0" },
      installation_questions: [question],
    });
    expect(await refusal({ script, answers: { "a/b": "many" } })).toMatchObject([
      { inputId: "a/b", pointer: "/answers/a~1b", code: "INPUT_INVALID" },
    ]);
    const inputs = { count: "many", other: 1 };
    expect(await refusal(installBody([askingHook], { inputs }))).toMatchObject([
      { inputId: "count", pointer: "/inputs/count", code: "INPUT_INVALID" },
      { inputId: "other", pointer: "/inputs/other", code: "INPUT_INVALID" },
    ]);
  });

  it("refuses an install with every problem at its place, and one whose checksum is another", async () => {
    const script = JSON.stringify({ version: 5, hooks: [{ id: "a" }, { id: "a" }] });
    const refused = await api.call<ProblemDocument>("POST", "/v1/installs", { body: { script } });
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.length).toBeGreaterThan(3);
    const expectedSha256 = { quick: "0".repeat(64) };
    const other = await api.call<ProblemDocument>("POST", "/v1/installs", {
      body: installBody([quickHook], { expectedSha256 }),
    });
    expect(other).toMatchObject({ status: 422, body: { code: "HOOK_INTEGRITY" } });
    expect((await api.call("GET", "/v1/tasks")).body).toEqual({ items: [], nextCursor: null });
  });

  it("takes a request that is sent again as the same, and refuses another under its key", async () => {
    const headers = { "idempotency-key": "click-1" };
    const body = installBody([askingHook], { labels: { team: "media" } });
    const [one, two] = await Promise.all([
      api.call<{ id: string }>("POST", "/v1/installs", { body, headers }),
      api.call<{ id: string }>("POST", "/v1/installs", { body, headers }),
    ]);
    expect(one.body.id).toBe(two.body.id);
    const other = installBody([quickHook], { appName: "other", port: 8081 });
    const reused = await api.call<ProblemDocument>("POST", "/v1/installs", { body: other, headers });
    expect(reused).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
    const listed = await api.call<{ items: { id: string }[] }>("GET", "/v1/tasks?label=team:media");
    expect(listed.body.items.map(({ id }) => id)).toEqual([one.body.id]);
  });
});

it("takes a request as the same also when the catalog's script has changed, or gone, since it was first sent", async () => {
  const catalogRoot = mkdtempSync(join(tmpdir(), "tacklebox-catalog-"));
  const file = join(catalogRoot, "testapp.json");
  const textOf = (hook: typeof quickHook): string => installRequest([hook]).script;
  writeFileSync(file, textOf(quickHook));
  const api = await openApiBox({ server: { catalogRoot } });
  try {
    const begin = async (key: string, more: object = {}) =>
      await api.call<{ id: string }>("POST", "/v1/installs", {
        body: { catalogScript: "testapp.json", ...more },
        headers: { "idempotency-key": key },
      });
    const first = await begin("click");
    expect(first.status).toBe(202);
    writeFileSync(file, textOf(askingHook));
    expect(await begin("click")).toMatchObject({ status: 202, body: { id: first.body.id } });
    rmSync(file);
    expect(await begin("click")).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(await begin("click", { appName: "other" })).toMatchObject({
      status: 422,
      body: { code: "IDEMPOTENCY_KEY_REUSED" },
    });
    expect(await begin("new")).toMatchObject({ status: 404, body: { code: "CATALOG_SCRIPT_UNKNOWN" } });
    await api.untilOperation(first.body.id, "COMPLETED");
  } finally {
    await api.close();
    rmSync(catalogRoot, { recursive: true });
  }
});
