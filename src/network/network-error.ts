import { EffectError } from "../context/effect.ts";
import type { ErrorCode } from "../errors.ts";

/** Undici's codes for an answer that outgrew a cap. */
const tooLargeCodes = new Set(["UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_EXCEEDED_MAX_SIZE"]);

/** A request that was never sent, or stopped, by a rule or cap of ours; the message says which. */
export function networkError(code: ErrorCode, message: string): EffectError {
  return new EffectError(code, { name: "TypeError", message });
}

/** The time for the whole request is used up; looks like the rejection of `AbortSignal.timeout`. */
export function timeoutError(request: string, timeoutMs: number): EffectError {
  return new EffectError("NETWORK_TIMEOUT", {
    name: "TimeoutError",
    message: `${request}: no complete answer within ${timeoutMs} ms. Check the other side, or allow more time.`,
  });
}

/** The guest gave the request up, or the attempt ended; looks like Node's own `AbortError`. */
export function abortError(): EffectError {
  return new EffectError("NETWORK_FAILED", {
    name: "AbortError",
    message: "This operation was aborted",
    code: "ABORT_ERR",
  });
}

/** A redirect where the caller wanted none; looks as in Node. */
export function unexpectedRedirectError(): EffectError {
  const cause = { name: "Error", message: "unexpected redirect", code: "NETWORK_REDIRECTS" };
  return new EffectError("NETWORK_REDIRECTS", { name: "TypeError", message: "fetch failed", cause });
}

/**
 * Any failure on the wire as Node's own fetch shows it: `TypeError: fetch failed` with the system's or the
 * HTTP parser's error as its cause. No stack and no property beyond name, message and code is kept.
 */
export function toNetworkError(error: unknown, request: string): EffectError {
  if (error instanceof EffectError) return error;
  const cause = toCause(error);
  if (tooLargeCodes.has(cause.code)) {
    return networkError("NETWORK_TOO_LARGE", `${request}: the answer's headers are larger than allowed.`);
  }
  const code = cause.code === "UND_ERR_CONNECT_TIMEOUT" ? "NETWORK_TIMEOUT" : "NETWORK_FAILED";
  return new EffectError(code, { name: "TypeError", message: "fetch failed", cause });
}

/** What happened, in one line for logs: the cause when there is one. */
export function networkErrorText(error: EffectError): string {
  const { cause } = error.visible;
  return `${error.code}: ${cause === undefined ? error.message : cause.message}`;
}

function toCause(error: unknown): { name: string; message: string; code: string } {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { name, message, code } = (first ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : "unknown failure",
    code: typeof code === "string" ? code : "UNKNOWN",
  };
}
