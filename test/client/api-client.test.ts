import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiClient, requireData, type ApiClient } from "../../src/client/create-api-client.ts";
import { followEvents, type ServerEvent } from "../../src/client/follow-events.ts";
import { openApiBox, type ApiBox } from "../api/support/api-box.ts";
import { installBody, quickHook } from "../api/support/scripts.ts";
import { serveEvents } from "./support/event-server.ts";

describe("the client of the HTTP API", () => {
  let api: ApiBox;
  let client: ApiClient;
  beforeAll(async () => {
    api = await openApiBox();
    client = createApiClient({ url: api.url, token: () => api.token });
  });
  afterAll(async () => await api.close());

  it("begins an install, follows it to its end, and reads its log", async () => {
    const body = installBody([quickHook]) as { script: string };
    const { id } = await requireData(client.POST("/v1/installs", { body }));
    const told: ServerEvent[] = [];
    const stopping = new AbortController();
    await followEvents({
      url: api.url,
      path: `/v1/tasks/${id}/events`,
      token: () => api.token,
      signal: stopping.signal,
      onEvent: (event) => {
        told.push(event);
        if (event.type === "task.updated" && event.task.finishedAt !== null) stopping.abort();
      },
    });
    expect(told.at(-1)).toMatchObject({ type: "task.updated", task: { id, status: "COMPLETED" } });
    const log = await requireData(client.GET("/v1/tasks/{id}/logs", { params: { path: { id } } }));
    expect(log.items.map(({ message }) => message)).toEqual(["hello testapp"]);
    const query = { status: ["COMPLETED" as const], app: "testapp" };
    const { items } = await requireData(client.GET("/v1/tasks", { params: { query } }));
    expect(items.map((task) => task.id)).toEqual([id]);
  });

  it("gives a refusal with the server's code and words", async () => {
    const asked = client.POST("/v1/tasks/{id}/skip", { params: { path: { id: "tsk_none" } } });
    await expect(requireData(asked)).rejects.toMatchObject({
      name: "ApiError",
      code: "TASK_UNKNOWN",
      status: 404,
      message: expect.stringMatching(/tsk_none is not known/),
    });
  });

  it("gives an answer without a body for what it is", async () => {
    const { id } = await requireData(client.POST("/v1/tokens", { body: { name: "for a while" } }));
    const revoked = client.DELETE("/v1/tokens/{id}", { params: { path: { id } } });
    expect(await requireData(revoked)).toBeUndefined();
  });

  it("says so when nobody answers", async () => {
    const nobody = createApiClient({ url: "http://127.0.0.1:2", token: () => null });
    await expect(requireData(nobody.GET("/v1/tasks"))).rejects.toMatchObject({
      code: "SERVER_UNREACHABLE",
      status: 0,
      message: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:2: no answer \(ECONNREFUSED\), expected a tacklebox server/,
      ),
    });
  });

  it("says so when somebody else answers", async () => {
    const { url } = await serveEvents((_request, response) => void response.writeHead(404).end("<html>"));
    const other = createApiClient({ url, token: () => null });
    await expect(requireData(other.GET("/v1/tasks"))).rejects.toMatchObject({
      code: "SERVER_UNREACHABLE",
      status: 404,
      message: expect.stringMatching(/found an answer \(status 404\) that is none of tacklebox/),
    });
  });

  it("ends a call that nobody waits for", async () => {
    const { url } = await serveEvents(() => {});
    const stopping = new AbortController();
    const slow = createApiClient({ url, token: () => null });
    const asked = requireData(slow.GET("/v1/tasks", { signal: stopping.signal }));
    stopping.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });
});
