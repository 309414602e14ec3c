import type { EffectOutcome } from "../journal/entry.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { maskUrl } from "../network/mask-url.ts";
import type { GuestVisibleError } from "../runtime/protocol.ts";

/** A recorded result as it may be shown. */
export type ShownResult =
  | { ok: true; value: JsonValue; body: string | null }
  | { ok: false; error: GuestVisibleError };

const mask = "***";

/** Headers that carry secrets, whatever the app calls them. */
const secretHeader = /authori[sz]ation|cookie|token|secret|password|api-?key|^x-[\w-]*key$/i;

/** Texts in a JSON body that the app calls so; their beginning is kept. */
const secretField =
  /("[\w-]{0,40}(?:token|password|secret|api-?_?key)[\w-]{0,40}"\s{0,9}:\s{0,9})"(?:[^"\\]|\\.)*"/gi;

/** Longest body shown, in characters. */
const maxBodyChars = 16 * 1024;

/** A call's arguments as they may be shown: without what rides in addresses and headers. */
export function maskArguments(args: JsonValue): JsonValue {
  if (!isJsonObject(args)) return args;
  const shown = maskRequest(args);
  return isJsonObject(shown["options"]) ? { ...shown, options: maskRequest(shown["options"]) } : shown;
}

/** A result as it may be shown; a body as text. */
export function maskResult(outcome: EffectOutcome): ShownResult {
  if (!outcome.ok) return outcome;
  const value = isJsonObject(outcome.value) ? maskRequest(outcome.value) : outcome.value;
  return { ok: true, value, body: outcome.body === undefined ? null : bodyText(outcome.body) };
}

function maskRequest(fields: JsonObject): JsonObject {
  const { url, headers } = fields;
  return {
    ...fields,
    ...(typeof url === "string" ? { url: maskUrl(url) } : {}),
    ...(headers === undefined ? {} : { headers: maskHeaders(headers) }),
  };
}

function maskHeaders(headers: JsonValue): JsonValue {
  if (Array.isArray(headers)) {
    return headers.map((row) => (Array.isArray(row) && isSecret(row[0]) ? [row[0] ?? null, mask] : row));
  }
  if (!isJsonObject(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecret(name) ? mask : value]),
  );
}

const isSecret = (name: JsonValue | undefined): boolean =>
  typeof name === "string" && secretHeader.test(name);

function bodyText(base64: string): string {
  const text = new TextDecoder().decode(Buffer.from(base64, "base64")).replaceAll(secretField, `$1"${mask}"`);
  if (text.length <= maxBodyChars) return text;
  return `${text.slice(0, maxBodyChars)} … (${text.length - maxBodyChars} more characters)`;
}
