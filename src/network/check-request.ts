import { networkError } from "./network-error.ts";
import type { NetworkLimits, NetworkRequest } from "./network-client.ts";

/** Methods a hook may use; CONNECT, TRACE and made-up ones are not among them. */
export const allowedMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Headers that belong to one connection or are worked out by the host; dropped, as browsers and Node do. */
const hostHeaders = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const defaultHeaders: readonly [name: string, value: string][] = [
  ["accept", "*/*"],
  ["accept-encoding", "gzip, deflate, br"],
  ["user-agent", "tacklebox"],
];

/** Checks method, body and headers of a request before anything else is done with it. */
export function checkRequest(request: NetworkRequest, limits: NetworkLimits): void {
  if (!(allowedMethods as readonly string[]).includes(request.method)) {
    throw networkError(
      "ARGUMENT_INVALID",
      `fetch: method ${JSON.stringify(request.method.slice(0, 40))} is not possible; use one of ${allowedMethods.join(", ")}.`,
    );
  }
  const bodyBytes = request.body?.byteLength ?? 0;
  if (bodyBytes > limits.maxRequestBodyBytes) {
    throw networkError(
      "NETWORK_TOO_LARGE",
      `fetch: the request body has ${bodyBytes} bytes; at most ${limits.maxRequestBodyBytes} are allowed. Send less.`,
    );
  }
  if (request.body !== null && (request.method === "GET" || request.method === "HEAD")) {
    throw networkError("ARGUMENT_INVALID", "Request with GET/HEAD method cannot have body.");
  }
  checkHeaders(request.headers, limits);
}

/** The headers to send: the caller's without those the host decides on, and what Node's fetch adds. */
export function toSentHeaders(headers: NetworkRequest["headers"]): NetworkRequest["headers"] {
  const kept = headers.filter(([name]) => !isHostHeader(name.toLowerCase()));
  const given = new Set(kept.map(([name]) => name.toLowerCase()));
  return [...defaultHeaders.filter(([name]) => !given.has(name)), ...kept];
}

function checkHeaders(headers: NetworkRequest["headers"], limits: NetworkLimits): void {
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      throw networkError(
        "ARGUMENT_INVALID",
        `fetch: ${JSON.stringify(name.slice(0, 80))} is not a header name; use letters, digits and dashes.`,
      );
    }
    // Control characters would let a value add headers or requests of its own.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw networkError(
        "ARGUMENT_INVALID",
        `fetch: the value of header "${name}" holds a line break or another character that headers cannot carry; remove it.`,
      );
    }
    bytes += name.length + value.length + 4;
  }
  if (bytes > limits.maxHeaderBytes) {
    throw networkError(
      "NETWORK_TOO_LARGE",
      `fetch: the request headers have ${bytes} bytes; at most ${limits.maxHeaderBytes} are allowed. Send less.`,
    );
  }
}

function isHostHeader(name: string): boolean {
  return hostHeaders.has(name) || name.startsWith("proxy-");
}
