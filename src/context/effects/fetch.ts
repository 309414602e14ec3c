import type { JsonValue } from "../../json.ts";
import { allowedMethods } from "../../network/check-request.ts";
import type { NetworkRequest, NetworkResponse } from "../../network/network-client.ts";
import { EffectError, type EffectDefinition, type EffectResult } from "../effect.ts";
import { describe, requireArgs } from "./argument.ts";

const maxUrlLength = 16 * 1024;
const maxHeaders = 200;
const redirectModes = ["follow", "error", "manual"] as const;

/** A request as the guest's `fetch` hands it over; its body comes beside it. */
export interface FetchArgs {
  url: string;
  method: string;
  headers: [name: string, value: string][];
  redirect: NetworkRequest["redirect"];
  hasBody: boolean;
}

/** `fetch`: one request under the hook's network policy. POST and PATCH are never sent twice. */
export const fetchEffect: EffectDefinition<FetchArgs> = {
  name: "fetch",
  nature: ({ method }) => (method === "POST" || method === "PATCH" ? "once" : "repeatable"),
  parseArgs: (value) => {
    const args = requireArgs("fetch", value);
    const method = parseMethod(args["method"]);
    const hasBody = args["hasBody"] ?? false;
    if (typeof hasBody !== "boolean")
      throw fetchError(`hasBody is ${describe(hasBody)}; expected true or false.`);
    if (hasBody && (method === "GET" || method === "HEAD")) {
      throw fetchError("Request with GET/HEAD method cannot have body.");
    }
    return {
      url: parseUrl(args["url"]),
      method,
      headers: parseHeaders(args["headers"]),
      redirect: parseRedirect(args["redirect"]),
      hasBody,
    };
  },
  perform: async ({ hasBody, ...request }, body, tools) => {
    try {
      return toResponseResult(
        await tools.network.request({ ...request, body: hasBody ? body : null }, tools.signal),
      );
    } catch (error) {
      if (error instanceof EffectError && error.code === "NETWORK_REFUSED") tools.note(error.message);
      throw error;
    }
  },
};

/** A response as the guest's `Response` is made from. */
export function toResponseResult(response: NetworkResponse): EffectResult {
  const { url, status, statusText, headers, redirected, body } = response;
  return { value: { url, status, statusText, headers, redirected }, body };
}

/** The method in capitals, when it is one that hooks may use; GET when there is none. */
export function parseMethod(value: JsonValue | undefined): string {
  const given = value ?? "GET";
  const method = typeof given === "string" ? given.toUpperCase() : "";
  if ((allowedMethods as readonly string[]).includes(method)) return method;
  throw fetchError(`method is ${describe(value)}; expected one of ${allowedMethods.join(", ")}.`);
}

function parseUrl(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw fetchError(`the address is ${describe(value)}; expected a string.`);
  if (value.length > maxUrlLength) {
    throw fetchError(`the address is ${value.length} characters long; at most ${maxUrlLength} are sent.`);
  }
  const url = URL.parse(value);
  if (url === null) {
    throw fetchError(
      `Failed to parse URL from ${value.slice(0, 80)}; write a full address such as ctx.baseUrl + "/path".`,
    );
  }
  return url.href;
}

function parseHeaders(value: JsonValue | undefined): [string, string][] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw fetchError(`headers are ${describe(value)}; expected name and value pairs.`);
  if (value.length > maxHeaders) {
    throw fetchError(`${value.length} headers were given; at most ${maxHeaders} are sent.`);
  }
  return value.map((pair, index) => {
    const [name, text, ...rest] = Array.isArray(pair) ? pair : [];
    if (typeof name === "string" && typeof text === "string" && rest.length === 0) return [name, text];
    throw fetchError(`headers[${index}] is ${describe(pair)}; expected a pair of name and value.`);
  });
}

function parseRedirect(value: JsonValue | undefined): NetworkRequest["redirect"] {
  const mode = redirectModes.find((known) => known === (value ?? "follow"));
  if (mode === undefined)
    throw fetchError(`redirect is ${describe(value)}; expected one of ${redirectModes.join(", ")}.`);
  return mode;
}

function fetchError(what: string): EffectError {
  return new EffectError("ARGUMENT_INVALID", { name: "TypeError", message: `fetch: ${what}` });
}
