import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { FrameError, type Frame } from "./frames.ts";
import type { GuestFailure, GuestMessage } from "./protocol.ts";

/** A checked message; `body` belongs to the one message of the turn whose `hasBody` is true. */
export type ParsedSandboxMessage = { type: "ready" } | SandboxTurn;

export interface SandboxTurn {
  type: "turn";
  messages: GuestMessage[];
  done: boolean;
  unhandled: string | null;
  taken: number;
  body: Uint8Array;
}

const maxMessagesPerFrame = 10_000;

/** Longest stack text of a call's place. */
const maxPlaceChars = 4096;

/** Shape check of a frame from a sandbox; the content of `args` is checked by the effect. Throws `FrameError`. */
export function parseSandboxMessage(frame: Frame): ParsedSandboxMessage {
  let value: unknown;
  try {
    value = JSON.parse(frame.json);
  } catch {
    throw new FrameError("a message from the sandbox is not JSON.");
  }
  if (!isJsonObject(value)) throw new FrameError("a message from the sandbox is not an object.");
  if (value["type"] === "ready") return { type: "ready" };
  if (value["type"] !== "turn" || typeof value["done"] !== "boolean" || !Array.isArray(value["messages"])) {
    throw new FrameError("a message from the sandbox is of no known type.");
  }
  if (value["messages"].length > maxMessagesPerFrame)
    throw new FrameError("one frame holds too many messages.");
  const messages = value["messages"].map(parseGuestMessage);
  const bodies = messages.filter((message) => message.type === "call" && message.hasBody).length;
  if (bodies > 1) throw new FrameError("more than one message of a frame claims its body.");
  return {
    type: "turn",
    messages,
    done: value["done"],
    unhandled: unhandledOf(value),
    taken: takenOf(value),
    body: frame.body,
  };
}

const unhandledOf = (value: JsonObject): string | null =>
  typeof value["unhandled"] === "string" ? value["unhandled"].slice(0, 500) : null;

function takenOf({ taken = 0 }: JsonObject): number {
  if (typeof taken === "number" && Number.isSafeInteger(taken) && taken >= 0) return taken;
  throw new FrameError("a message from the sandbox has taken what is no number of completions.");
}

/** One message of a turn. Throws `FrameError`. */
export function parseGuestMessage(value: JsonValue): GuestMessage {
  if (Array.isArray(value)) return parsePlainCall(value);
  if (!isJsonObject(value)) throw new FrameError("a guest message is not an object.");
  switch (value["type"]) {
    case "call":
      return {
        type: "call",
        seq: requireSeq(value["seq"]),
        name: requireText(value["name"], "name", 64),
        args: value["args"] ?? null,
        reply: value["reply"] === true,
        hasBody: value["hasBody"] === true,
        ...(value["at"] === undefined ? {} : { at: requireText(value["at"], "at", maxPlaceChars) }),
      };
    case "abort":
      return { type: "abort", seq: requireSeq(value["seq"]) };
    case "finished":
      if (value["ok"] === true) return { type: "finished", ok: true };
      return { type: "finished", ok: false, error: parseFailure(value["error"]) };
    default:
      throw new FrameError("a guest message is of no known type.");
  }
}

function parsePlainCall([seq, name, args = null]: readonly JsonValue[]): GuestMessage {
  return {
    type: "call",
    seq: requireSeq(seq),
    name: requireText(name, "name", 64),
    args,
    reply: true,
    hasBody: false,
  };
}

function requireSeq(seq: JsonValue | undefined): number {
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) {
    throw new FrameError("a guest message has no sequence number.");
  }
  return seq;
}

function requireText(text: JsonValue | undefined, field: string, maxLength: number): string {
  if (typeof text !== "string" || text.length > maxLength)
    throw new FrameError(`a guest message has no ${field}.`);
  return text;
}

const textOr = (value: JsonValue | undefined, fallback: string, maxLength: number): string =>
  typeof value === "string" ? value.slice(0, maxLength) : fallback;

function parseFailure(value: JsonValue | undefined): GuestFailure {
  const error = isJsonObject(value) ? value : {};
  const rows = Array.isArray(error["context"]) ? error["context"].slice(0, 50) : [];
  return {
    name: textOr(error["name"], "Error", 200),
    message: textOr(error["message"], "", 8192),
    stack: textOr(error["stack"], "", 16_384),
    code: typeof error["code"] === "string" ? error["code"].slice(0, 100) : null,
    context: rows.filter(isJsonObject).map((row) => ({
      label: textOr(row["label"], "", 1024),
      value: textOr(row["value"], "", 1024),
    })),
  };
}
