import { createApiServer } from "../../src/api/create-api-server.ts";
import { createSignInCodes } from "../../src/api/sign-in-codes.ts";
import { createTokenStore } from "../../src/api/tokens.ts";
import type { ApiServices } from "../../src/api/api-services.ts";
import { systemClock } from "../../src/clock.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import type { Provoked } from "./provoked-scripts.ts";

interface Asked {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** False: without a token. */
  signedIn?: boolean;
  /** How often it is asked. */
  times?: number;
}

/** What the API says of a request; the server has its guard and its routes, and one task that never changes. */
async function refusedByApi(asked: Asked): Promise<string | undefined> {
  const { documents } = createMemoryStores();
  const tokens = createTokenStore(documents, systemClock);
  const services = {
    feed: { refresh: async () => {}, snapshot: async () => ({ tag: "n3w", json: "{}", view: {} }) },
    // A request under no known key is read.
    tacklebox: { submit: async ({ read }: { read: () => Promise<object> }) => await read() },
    tokens,
    codes: createSignInCodes(systemClock),
    clock: systemClock,
    catalogRoot: "catalog-example",
  } as unknown as ApiServices;
  const server = await createApiServer({ ...services, maxFailures: 1, onTrouble: () => {} });
  try {
    const url = await server.listen({ host: "127.0.0.1", port: 0 });
    const { token } = await tokens.create("docs");
    const { method = "POST", path, headers, body, signedIn = true, times = 1 } = asked;
    const ask = (): Promise<Response> =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(signedIn ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
    for (let time = 1; time < times; time += 1) await ask();
    const { detail } = (await (await ask()).json()) as { detail: string };
    return detail.replaceAll(new URL(url).host, "127.0.0.1:8330").replace(/wait \d+ s/, "wait 60 s");
  } finally {
    await server.close();
  }
}

/** Messages of the HTTP API. */
export const provokedRequests: Provoked = {
  REQUEST_INVALID: () => refusedByApi({ path: "/v1/tokens", body: '{"nam":"backend"}' }),
  ROUTE_UNKNOWN: () => refusedByApi({ method: "GET", path: "/v1/task" }),
  MEDIA_TYPE: () =>
    refusedByApi({ path: "/v1/tokens", headers: { "content-type": "text/plain" }, body: "x" }),
  BODY_TOO_LARGE: () =>
    refusedByApi({ path: "/v1/tokens", body: JSON.stringify({ name: "x".repeat(2 ** 20) }) }),
  UNAUTHORIZED: () => refusedByApi({ method: "GET", path: "/v1/tasks", signedIn: false }),
  TOO_MANY_FAILURES: () => refusedByApi({ method: "GET", path: "/v1/tasks", signedIn: false, times: 3 }),
  HOST_REFUSED: async () => {
    const { requireHost } = await import("../../src/api/guard.ts");
    return await thrownBy(() => requireHost("nas.example:8330", []));
  },
  ORIGIN_REFUSED: () =>
    refusedByApi({ method: "GET", path: "/v1/tasks", headers: { origin: "https://other.example" } }),
  PRECONDITION_FAILED: () =>
    refusedByApi({ path: "/v1/tasks/tsk_0mhx2k3/skip", headers: { "if-match": '"0ld"' } }),
  CATALOG_SCRIPT_UNKNOWN: () =>
    refusedByApi({ path: "/v1/installs", body: '{"catalogScript":"plexx.json"}' }),
  TOKEN_UNKNOWN: () => refusedByApi({ method: "DELETE", path: "/v1/tokens/0123456789ab" }),
  SERVER_UNREACHABLE: async () => {
    const { createApiClient } = await import("../../src/client/create-api-client.ts");
    const client = createApiClient({ url: "http://127.0.0.1:2", token: () => null });
    return await thrownBy(() => client.GET("/v1/apps"));
  },
};

async function thrownBy(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
