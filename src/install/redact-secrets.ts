import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { HookInput } from "../schema/install-script.ts";

/** Shorter texts are not looked for: they would be found everywhere. */
const shortestSecret = 4;

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
    .flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
  const short = new Set(texts.filter((text) => text !== "" && text.length < shortestSecret));
  // The longest first: one secret may be part of another.
  const ordered = [...new Set(secrets)].toSorted((a, b) => b.length - a.length);
  return (text) =>
    short.has(text) ? redacted : ordered.reduce((shown, secret) => shown.replaceAll(secret, redacted), text);
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
