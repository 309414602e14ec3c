import { join } from "node:path";
import { expect } from "vitest";
import {
  createApiServer,
  type ApiServer,
  type ApiServerOptions,
} from "../../../src/api/create-api-server.ts";
import { createSignInCodes, type SignInCodes } from "../../../src/api/sign-in-codes.ts";
import { createTokenStore, type TokenStore } from "../../../src/api/tokens.ts";
import { systemClock } from "../../../src/clock.ts";
import { createTaskFeed, type TaskFeed, type TaskFeedOptions } from "../../../src/feed/task-feed.ts";
import type { Datastore } from "../../../src/datastore/datastore.ts";
import { openBox, type Box, type BoxOptions } from "../../support/box.ts";
import { createPglite, type TestDatastore } from "../../support/test-datastores.ts";
import { createAnswerCheck } from "./described-answers.ts";

/** A request to the API, and what came back, held to the OpenAPI document. */
export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Sent in place of the box's own token; null: none. */
  token?: string | null;
  signal?: AbortSignal;
}

/** A tacklebox with its API on a free port. */
export interface ApiBox extends Box {
  url: string;
  token: string;
  feed: TaskFeed;
  server: ApiServer;
  tokens: TokenStore;
  codes: SignInCodes;
  /** Sends a request and checks that the answer is one the OpenAPI document describes. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Answer<Body>>;
  /** The raw response, for streams. */
  open(path: string, options?: CallOptions & { method?: string }): Promise<Response>;
}

export interface ApiBoxOptions extends BoxOptions {
  /** Default: a PGlite of its own, removed when the box is closed. */
  store?: TestDatastore;
  server?: Partial<ApiServerOptions>;
  feed?: Partial<TaskFeedOptions>;
}

const exampleCatalog = join(import.meta.dirname, "../../../catalog-example");

export async function openApiBox({
  store: usersStore,
  server: more,
  feed: following,
  ...options
}: ApiBoxOptions = {}): Promise<ApiBox> {
  const store = usersStore ?? (await createPglite());
  const box = await openBox({ datastoreUrl: store.url, ...options });
  const { tacklebox, nas } = box;
  const datastore = box.datastore as Datastore;
  const onTrouble = (text: string): void => void box.troubles.push(text);
  const feed = await createTaskFeed({ datastore, reader: tacklebox, onTrouble, ...following });
  const tokens = createTokenStore(datastore.documents, systemClock);
  const codes = createSignInCodes(systemClock);
  const server = await createApiServer({
    tacklebox,
    datastore,
    nas,
    feed,
    tokens,
    codes,
    clock: systemClock,
    catalogRoot: exampleCatalog,
    onTrouble,
    ...more,
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  await tacklebox.start();
  const { token } = await tokens.create("test");
  const problemsOf = createAnswerCheck(await server.document());
  const open = async (path: string, call: CallOptions & { method?: string } = {}): Promise<Response> => {
    const bearer = call.token === undefined ? token : call.token;
    return await fetch(`${url}${path}`, {
      method: call.method ?? "GET",
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body === undefined
        ? {}
        : { body: typeof call.body === "string" ? call.body : JSON.stringify(call.body) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  };
  const call = async <Body>(method: string, path: string, given: CallOptions = {}): Promise<Answer<Body>> => {
    const response = await open(path, { ...given, method });
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const text = await response.text();
    const body: unknown = type.endsWith("json") && text !== "" ? JSON.parse(text) : text;
    const described = { method, path: path.split("?")[0] ?? path, status: response.status, type, body };
    expect(problemsOf(described)).toEqual([]);
    return { status: response.status, headers: response.headers, body: body as Body };
  };
  return {
    ...box,
    url,
    token,
    feed,
    server,
    tokens,
    codes,
    call,
    open,
    close: async () => {
      await server.close();
      await feed.close();
      await box.close();
      if (usersStore === undefined) await store.remove();
    },
  };
}
