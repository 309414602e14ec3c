import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";

/** `fetch` to a server without a port: whoever is in this process asks it as others ask over the network. */
export function createInProcessFetch(app: FastifyInstance): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search, host } = new URL(request.url);
    const payload = request.body === null ? undefined : await request.text();
    const answer = await app.inject({
      method: request.method as "GET",
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(request.headers), host },
      payloadAsStream: true,
      signal: request.signal,
      ...(payload === undefined ? {} : { payload }),
    });
    const { statusCode: status } = answer;
    const hasBody = status !== 204 && status !== 304;
    const body = hasBody ? (Readable.toWeb(answer.stream()) as ReadableStream<Uint8Array>) : null;
    return new Response(body, { status, headers: toHeaders(answer.headers) });
  };
}

function toHeaders(given: Record<string, string | number | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}
