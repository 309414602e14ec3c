import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { HookInput } from "../schema/install-script.ts";

/** Shorter texts are not looked for: they would be found everywhere. */
const shortestSecret = 4;

/** The same for what is left of one in Base64. */
const shortestBase64 = 8;

/** What stands in place of a secret. */
const redacted = "•••";

/**
 * Replaces the secrets among a hook's inputs - what sign-ins gave, answers to password questions - wherever they
 * turn up in what is kept to be shown: log lines, checkpoints, errors.
 */
export function createRedactor(inputs: readonly HookInput[], values: JsonObject): (text: string) => string {
  return redactorOf(
    inputs
      .filter((input) => input.type === "oauth" || input.question.type === "password")
      .flatMap((input) => textsIn(values[input.id] ?? null)),
  );
}

/** Replaces these texts; those too short to be told from others only where they stand alone. */
export function redactorOf(texts: readonly string[]): (text: string) => string {
  const secrets = texts
    .filter((text) => text.length >= shortestSecret)
    .flatMap((text) => [text, ...encodingsOf(text)]);
  const short = new Set(texts.filter((text) => text !== "" && text.length < shortestSecret));
  // The longest first: one secret may be part of another.
  const ordered = [...new Set(secrets)].toSorted((a, b) => b.length - a.length);
  return (text) =>
    short.has(text) ? redacted : ordered.reduce((shown, secret) => shown.replaceAll(secret, redacted), text);
}

/** How a text stands in an address, a form, JSON, and in Base64 wherever it begins there. */
function encodingsOf(text: string): string[] {
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  return [encodeURIComponent(text), form, JSON.stringify(text).slice(1, -1), ...base64Of(text)];
}

/**
 * Base64 takes three bytes at a time, so what a text becomes depends on how many stand before it. Letters that are made of
 * its neighbours too are left out; what is left of a short text would be found everywhere.
 */
function base64Of(text: string): string[] {
  return [0, 1, 2]
    .map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
      const own = bytes.length - (bytes.length % 3);
      return bytes
        .subarray(0, own)
        .toString("base64")
        .slice(before === 0 ? 0 : 4);
    })
    .filter((encoded) => encoded.length >= shortestBase64);
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
