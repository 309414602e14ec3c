import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProblemDocument } from "../../src/api/problem.ts";
import type { TokenView } from "../../src/api/tokens.ts";
import { openApiBox, type ApiBox } from "./support/api-box.ts";
import { readEvents } from "./support/event-reader.ts";
import { installBody, quickHook } from "./support/scripts.ts";

describe("who may use the API", () => {
  let api: ApiBox;
  beforeAll(async () => {
    api = await openApiBox({ server: { allowedHosts: ["nas.example"], maxFailures: 5 } });
  });
  afterAll(async () => await api.close());

  /** `fetch` sets Host and Origin itself. */
  const raw = (
    headers: Record<string, string>,
    path = "/v1/tasks",
  ): Promise<{ status: number; body: ProblemDocument }> =>
    new Promise((resolve, reject) => {
      const all = { authorization: `Bearer ${api.token}`, ...headers };
      httpRequest(`${api.url}${path}`, { headers: all }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as ProblemDocument });
        });
      })
        .on("error", reject)
        .end();
    });

  it("answers a request without a token with what is needed", async () => {
    const { status, headers, body } = await api.call<ProblemDocument>("GET", "/v1/tasks", { token: null });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(body).toMatchObject({ code: "UNAUTHORIZED", status: 401, instance: "/v1/tasks" });
  });

  it("needs no token for its state and its description", async () => {
    expect((await api.call("GET", "/healthz", { token: null })).body).toEqual({ status: "ok" });
    const ready = await api.call("GET", "/readyz", { token: null });
    expect(ready.body).toMatchObject({
      status: "ok",
      datastore: { kind: "pglite", status: "ok" },
      nas: { status: "ok" },
    });
    expect((await api.open("/openapi.json", { token: null })).status).toBe(200);
  });

  it("refuses a name that was pointed at this machine, and takes those that were allowed", async () => {
    expect(await raw({ host: "evil.example:80" })).toMatchObject({
      status: 421,
      body: { code: "HOST_REFUSED" },
    });
    expect(await raw({ host: "127.0.0.1.evil.example" })).toMatchObject({ status: 421 });
    for (const host of ["localhost:1", "[::1]:80", "192.168.1.5", "nas.example"]) {
      expect((await raw({ host })).status).toBe(200);
    }
  });

  it("refuses what a page of another site sends", async () => {
    const host = new URL(api.url).host;
    for (const origin of [
      "https://evil.example",
      "null",
      `http://${host}.evil.example`,
      "http://127.0.0.1:1",
    ]) {
      expect(await raw({ origin })).toMatchObject({ status: 403, body: { code: "ORIGIN_REFUSED" } });
    }
    expect((await raw({ origin: `http://${host}` })).status).toBe(200);
  });

  it("sends headers that keep a browser safe", async () => {
    const { headers } = await api.call("GET", "/healthz");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("signs a browser in by a code that is good once", async () => {
    const code = api.codes.create();
    const { status, body } = await api.call<TokenView & { token: string }>("POST", "/v1/sessions", {
      body: { code },
      token: null,
    });
    expect(status).toBe(201);
    expect((await api.call("GET", "/v1/tasks", { token: body.token })).status).toBe(200);
    const again = await api.call<ProblemDocument>("POST", "/v1/sessions", { body: { code }, token: null });
    expect(again).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } });
  });

  it("makes, lists and revokes tokens, and keeps none of them in clear", async () => {
    const made = await api.call<TokenView & { token: string }>("POST", "/v1/tokens", {
      body: { name: "backend" },
    });
    expect(made.body.token).toMatch(/^tbx_/);
    const listed = await api.call<{ items: TokenView[] }>("GET", "/v1/tokens");
    expect(listed.body.items.map(({ id, name }) => [id, name])).toContainEqual([made.body.id, "backend"]);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.token);
    expect((await api.call("GET", "/v1/tasks", { token: made.body.token })).status).toBe(200);
    const events = readEvents(await api.open("/v1/events", { token: made.body.token }));
    await events.until(({ event }) => event === "hello");
    expect((await api.call("DELETE", `/v1/tokens/${made.body.id}`)).status).toBe(204);
    // Whoever listens with it is let go.
    await events.ended;
    expect((await api.call("GET", "/v1/tasks", { token: made.body.token })).status).toBe(401);
    expect((await api.call("DELETE", `/v1/tokens/${made.body.id}`)).status).toBe(404);
  });

  it("tells who tries tokens to wait, and lets the right one through all the same", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const wrong = await api.open("/v1/tasks", { token: `tbx_aaaaaaaaaaaa_${"A".repeat(42)}${index % 10}` });
      statuses.push(wrong.status);
      if (wrong.status === 429) expect(Number(wrong.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses).not.toContain(200);
    expect((await api.call("GET", "/v1/tasks")).status).toBe(200);
  });

  it("answers what it cannot read with a problem, and nothing of itself", async () => {
    const body = { script: installBody([quickHook])["script"], unknown: true };
    const refused: [string, string, object, number, string][] = [
      ["POST", "/v1/installs", { body: "{" }, 400, "REQUEST_INVALID"],
      ["POST", "/v1/installs", { body }, 400, "REQUEST_INVALID"],
      ["POST", "/v1/installs", { body: {} }, 400, "REQUEST_INVALID"],
      [
        "POST",
        "/v1/installs",
        { body: { script: "{}", catalogScript: "notes.json" } },
        400,
        "REQUEST_INVALID",
      ],
      ["POST", "/v1/installs", { body: { script: "{}" } }, 422, "SCHEMA_REQUIRED"],
      ["POST", "/v1/installs", { body: { catalogScript: "../package.json" } }, 404, "CATALOG_SCRIPT_UNKNOWN"],
      ["GET", "/v1/tasks?limit=0", {}, 400, "REQUEST_INVALID"],
      ["GET", "/v1/tasks?cursor=%00", {}, 400, "REQUEST_INVALID"],
      ["GET", "/v1/tasks/tsk_unknown", {}, 404, "TASK_UNKNOWN"],
      ["POST", "/v1/tasks/tsk_unknown/retry", {}, 404, "TASK_UNKNOWN"],
    ];
    for (const [method, path, options, status, code] of refused) {
      const answer = await api.call<ProblemDocument>(method, path, options);
      expect([path, answer.status, answer.body.code]).toEqual([path, status, code]);
      expect(answer.body.detail).not.toMatch(/\n\s+at /);
    }
    const other = await api.open("/v1/installs", {
      headers: { "content-type": "text/plain" },
      body: "x",
      method: "POST",
    });
    expect(other.status).toBe(415);
    const large = await api.open("/v1/tokens", {
      body: { name: "x".repeat(2_000_000) },
      method: "POST",
    });
    expect(large.status).toBe(413);
    expect((await api.open("/v1/nothing")).status).toBe(404);
  });
});
