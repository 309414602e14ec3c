import type { GuestFailure } from "../protocol.ts";
import { guestFileName } from "./entry-protocol.ts";
import { formatValue } from "./format-value.ts";
import { errorFacts } from "./guest-error.ts";
import { maxFailureChars } from "./limits.ts";
import { ObjectSetPrototypeOf, StringIndexOf, StringSlice } from "./primordials.ts";

const maxCauses = 5;

/**
 * Makes text of whatever a hook threw. Never throws itself; a getter or trap that never returns is stopped from
 * outside, with the process.
 */
export function toFailure(thrown: unknown): GuestFailure {
  const facts = errorFacts(thrown);
  const failure: GuestFailure = {
    name: nameOf(thrown),
    message: cut(messageOf(thrown)),
    stack: cut(stackOf(thrown)),
    code: facts?.code ?? null,
    context: facts?.context ?? ObjectSetPrototypeOf([], null),
  };
  return ObjectSetPrototypeOf(failure, null);
}

/** The message of an error, or the text of any other value. */
export function messageOf(thrown: unknown): string {
  if (!isObject(thrown)) return typeof thrown === "string" ? thrown : formatValue(thrown);
  const message = readText(thrown, "message");
  if (message !== null && message !== "") return message;
  return message === "" && isErrorLike(thrown) ? nameOf(thrown) : formatValue(thrown);
}

function nameOf(thrown: unknown): string {
  const name = isObject(thrown) ? readText(thrown, "name") : null;
  return name === null || name === "" ? "Error" : cut(name, 200);
}

function stackOf(thrown: unknown): string {
  let text = "";
  let current = thrown;
  for (let depth = 0; depth <= maxCauses && isObject(current); depth += 1) {
    const stack = readText(current, "stack");
    if (depth > 0) text += `${text === "" ? "" : "\n"}Caused by: ${stack ?? messageOf(current)}`;
    else text = stack ?? "";
    current = readCause(current);
  }
  if (current !== undefined && current !== thrown && !isObject(current)) {
    text += `\nCaused by: ${messageOf(current)}`;
  }
  return withoutGuestFrames(cut(text, 4 * maxFailureChars));
}

function readCause(error: object): unknown {
  try {
    return (error as { cause?: unknown }).cause;
  } catch {
    return undefined;
  }
}

function readText(value: object, name: "message" | "name" | "stack"): string | null {
  try {
    const text = (value as Record<string, unknown>)[name];
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}

function isErrorLike(value: object): boolean {
  return readText(value, "stack") !== null;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Leaves out the lines of a stack that name the runtime's own code. */
function withoutGuestFrames(stack: string): string {
  let kept = "";
  let at = 0;
  while (at < stack.length) {
    const found = StringIndexOf(stack, "\n", at);
    const end = found < 0 ? stack.length : found;
    const line = StringSlice(stack, at, end);
    const isFrame = StringIndexOf(line, "    at ") === 0;
    const isOurs = StringIndexOf(line, guestFileName) >= 0 || line === "    at eval (<anonymous>)";
    if (!(isFrame && isOurs)) kept += kept === "" ? line : `\n${line}`;
    at = end + 1;
  }
  return kept;
}

function cut(text: string, limit: number = maxFailureChars): string {
  return text.length <= limit ? text : `${StringSlice(text, 0, limit - 20)} ... (cut)`;
}
