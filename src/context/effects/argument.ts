import { isJsonObject, type JsonObject, type JsonValue } from "../../json.ts";
import { EffectError } from "../effect.ts";

/** A rejection that tells the hook's author which argument was wrong. */
export function argumentError(method: string, what: string): EffectError {
  return new EffectError("ARGUMENT_INVALID", { name: "TypeError", message: `ctx.${method}: ${what}` });
}

/** The arguments as an object; the guest always sends one. */
export function requireArgs(method: string, args: JsonValue): JsonObject {
  if (!isJsonObject(args)) throw argumentError(method, "the arguments are missing.");
  return args;
}

/** A text argument of at most `maxBytes` UTF-8 bytes. */
export function requireText(method: string, args: JsonObject, field: string, maxBytes: number): string {
  const value = args[field];
  if (typeof value !== "string") {
    throw argumentError(method, `${field} is ${describe(value)}; expected a string.`);
  }
  if (Buffer.byteLength(value) > maxBytes) {
    throw new EffectError("LIMIT_REACHED", {
      name: "RangeError",
      message: `ctx.${method}: ${field} is ${Buffer.byteLength(value)} bytes long; at most ${maxBytes} are kept. Shorten it.`,
    });
  }
  return value;
}

/** Like `requireText`, but the argument may be left out. */
export function optionalText(
  method: string,
  args: JsonObject,
  field: string,
  maxBytes: number,
): string | undefined {
  if (args[field] === undefined || args[field] === null) return undefined;
  return requireText(method, args, field, maxBytes);
}

/** What a wrong value is, in a few words. */
export function describe(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "missing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `${typeof value === "string" ? "the text" : `the ${typeof value}`} ${JSON.stringify(value).slice(0, 60)}`;
}
