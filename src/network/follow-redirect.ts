import type { NetworkRequest, NetworkResponse } from "./network-client.ts";

/** Where a redirect leads, or why it is not followed. */
export type RedirectStep =
  | { kind: "answer" }
  | { kind: "hop"; request: NetworkRequest }
  /** The caller asked for `redirect: "error"`. */
  | { kind: "unexpected" }
  | { kind: "refused"; reason: string };

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const bodyHeaders = new Set(["content-encoding", "content-language", "content-location", "content-type"]);
const secretHeaders = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * The request that follows an answer, by the rules of the Fetch standard (https://fetch.spec.whatwg.org/#http-redirect-fetch):
 * 303, and 301 or 302 of a POST, go on as GET. What the standard leaves to the caller is stricter here: credentials
 * never cross to another origin, and neither does a body.
 */
export function followRedirect(request: NetworkRequest, answer: NetworkResponse): RedirectStep {
  if (!redirectStatuses.has(answer.status) || request.redirect === "manual") return { kind: "answer" };
  const location = answer.headers.find(([name]) => name === "location")?.[1];
  if (location === undefined) return { kind: "answer" };
  if (request.redirect === "error") return { kind: "unexpected" };
  const from = new URL(request.url);
  const to = URL.parse(location, from);
  if (to === null) return { kind: "refused", reason: "the redirect's Location is not an address" };
  if (to.hash === "") to.hash = from.hash;
  const next = rewriteMethod({ ...request, url: to.href }, answer.status);
  if (to.origin === from.origin) return { kind: "hop", request: next };
  if (next.body !== null) {
    return {
      kind: "refused",
      reason:
        `the redirect leads to another origin (${to.origin}) and would carry the request body there; ` +
        "send the request to that origin itself",
    };
  }
  return { kind: "hop", request: { ...next, headers: withoutHeaders(next.headers, secretHeaders) } };
}

function rewriteMethod(request: NetworkRequest, status: number): NetworkRequest {
  const toGet =
    status === 303
      ? request.method !== "GET" && request.method !== "HEAD"
      : (status === 301 || status === 302) && request.method === "POST";
  if (!toGet) return request;
  return { ...request, method: "GET", body: null, headers: withoutHeaders(request.headers, bodyHeaders) };
}

function withoutHeaders(headers: NetworkRequest["headers"], names: Set<string>): NetworkRequest["headers"] {
  return headers.filter(([name]) => !names.has(name.toLowerCase()));
}
