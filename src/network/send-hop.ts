import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { AddressScope } from "./check-address.ts";
import { toSentHeaders } from "./check-request.ts";
import { createPinnedConnector, resolveTarget, type ResolveName } from "./connect-pinned.ts";
import { portOf } from "./decide-request.ts";
import type { NetworkLimits, NetworkPolicy, NetworkRequest, NetworkResponse } from "./network-client.ts";
import { readBody } from "./read-body.ts";

const connectTimeoutMs = 10_000;
const bodilessStatuses = new Set([204, 205, 304]);

export interface HopOptions {
  policy: NetworkPolicy;
  limits: NetworkLimits;
  resolve: ResolveName;
  ca?: string[];
}

export interface HopTarget {
  url: URL;
  scope: AddressScope;
}

/**
 * Sends one request over a connection of its own and reads the whole answer. A connection is never shared or kept:
 * each hop is checked on the very connection it uses, nothing stale is ever written to, and ending the hop ends its
 * socket.
 */
export async function sendHop(
  request: NetworkRequest,
  target: HopTarget,
  options: HopOptions,
  signal: AbortSignal,
): Promise<NetworkResponse> {
  const { url, scope } = target;
  const addresses = await resolveTarget(url.hostname, portOf(url), { ...options, scope });
  signal.throwIfAborted();
  const sockets: Socket[] = [];
  const client = new Client(url.origin, {
    connect: createPinnedConnector({
      addresses,
      connectTimeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      onSocket: (socket) => sockets.push(socket),
    }),
    maxHeaderSize: options.limits.maxHeaderBytes,
    // The deadline of the whole request is the only clock; these would be a second one.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    useMilo: false,
  });
  const end = (): void => {
    client.destroy().catch(() => undefined);
    for (const socket of sockets) socket.destroy();
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const answer = await client.request({
      path: url.pathname + url.search,
      method: request.method,
      headers: toSentHeaders(request.headers).flat(),
      body: request.body,
      reset: true,
      signal,
      responseHeaders: "raw",
    });
    return await toResponse(request, answer, options.limits);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

async function toResponse(
  request: NetworkRequest,
  answer: Dispatcher.ResponseData,
  limits: NetworkLimits,
): Promise<NetworkResponse> {
  const headers = toPairs(answer.headers as unknown as string[]);
  const isBodiless = request.method === "HEAD" || bodilessStatuses.has(answer.statusCode);
  const encoding = headers.filter(([name]) => name === "content-encoding").map(([, value]) => value);
  // An error that is raised while nobody reads the body any more must not end the process.
  answer.body.on("error", () => undefined);
  return {
    url: request.url,
    status: answer.statusCode,
    statusText: answer.statusText,
    headers,
    redirected: false,
    body: isBodiless ? null : await readBody(answer.body, encoding.join(","), limits.maxResponseBodyBytes),
  };
}

function toPairs(raw: string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    pairs.push([(raw[at] as string).toLowerCase(), raw[at + 1] as string]);
  }
  return pairs;
}
