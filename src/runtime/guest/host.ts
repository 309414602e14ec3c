import type { HostFunctionError, HostFunctions } from "./host-functions.ts";
import { nodeError } from "./guest-error.ts";
import { JsonParse, ObjectSetPrototypeOf, StringCharCodeAt, StringSlice } from "./primordials.ts";

type HostFunction = (name: string, ...args: unknown[]) => unknown;

const failureMark = 0x21;
let callHost: HostFunction = () => undefined;

/** Gives the guest its only way out. Called once, with a function hook code has never seen. */
export function connectHost(hostFunction: HostFunction): void {
  callHost = hostFunction;
}

/**
 * The host's functions as the guest calls them; failures become errors of this isolate. Callers pass primitives and
 * buffers of their own only.
 */
export const host: HostFunctions = {
  post: (messageJson, body) => void finish(callHost("post", messageJson, body)),
  takeBody: (seq, kind) => finish(callHost("takeBody", seq, kind)) as string | ArrayBuffer,
  parseUrl: (url, base) => finish(callHost("parseUrl", url, base)) as string,
  changeUrl: (href, part, value) => finish(callHost("changeUrl", href, part, value)) as string,
  encodingName: (label) => finish(callHost("encodingName", label)) as string,
  decodeText: (label, fatal, ignoreBom, bytes) =>
    finish(callHost("decodeText", label, fatal, ignoreBom, bytes)) as string,
  encodeText: (text) => finish(callHost("encodeText", text)) as ArrayBuffer,
  decodeBase64: (text) => finish(callHost("decodeBase64", text)) as string,
  encodeBase64: (text) => finish(callHost("encodeBase64", text)) as string,
  digest: (algorithm, bytes) => finish(callHost("digest", algorithm, bytes)) as ArrayBuffer,
  hmac: (algorithm, key, bytes) => finish(callHost("hmac", algorithm, key, bytes)) as ArrayBuffer,
  randomBytes: (count) => finish(callHost("randomBytes", count)) as ArrayBuffer,
  loadValidator: () => finish(callHost("loadValidator")) as string,
};

function finish(result: unknown): unknown {
  if (typeof result !== "string") return result;
  const text = StringSlice(result, 1);
  if (StringCharCodeAt(result, 0) !== failureMark) return text;
  const failure = ObjectSetPrototypeOf(JsonParse(text) as HostFunctionError, null);
  throw nodeError(failure.name, failure.message, failure.code);
}
