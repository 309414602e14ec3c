import createClient, { type Client, type Middleware } from "openapi-fetch";
import { noAnswer, strangeAnswer, toApiError } from "./api-error.ts";
import type { paths } from "./api-types.ts";

export interface ApiClientOptions {
  /** Where the server is, such as `http://127.0.0.1:8330`; empty in a page that the server itself sent. */
  url: string;
  /** The bearer token at this moment; null: none. */
  token(): string | null;
  /** In place of the global one. */
  fetch?(request: Request): Promise<Response>;
}

/** The HTTP API with the types of its OpenAPI document: `client.GET("/v1/tasks/{id}", { params: { path: { id } } })`. */
export type ApiClient = Client<paths, "application/json">;

/** A client of one server. For browsers and Node alike. A call rejects with an `ApiError` only when there is no answer. */
export function createApiClient({ url, token, fetch }: ApiClientOptions): ApiClient {
  const client = createClient<paths, "application/json">({ baseUrl: url, ...(fetch && { fetch }) });
  const authorize: Middleware = {
    onRequest: ({ request }) => {
      const bearer = token();
      if (bearer !== null) request.headers.set("authorization", `Bearer ${bearer}`);
    },
    onError: ({ request, error }) => (request.signal.aborted ? undefined : noAnswer(request.url, error)),
  };
  client.use(authorize);
  return client;
}

/** The body of a good answer. Throws `ApiError` with the server's code for every other. */
export async function requireData<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw toApiError(response, error);
  if (data === undefined && response.status !== 204) throw strangeAnswer(response);
  return data as T;
}
