import {
  ArrayBufferByteLength,
  DataViewByteLength,
  NativeDate,
  NumberIsFinite,
  ObjectGetOwnPropertyDescriptor,
  ObjectToString,
  StringSlice,
  unbind,
} from "./primordials.ts";

const dateTime = unbind(NativeDate.prototype.getTime);
const dateText = unbind(NativeDate.prototype.toISOString);
const regExpText = unbind(RegExp.prototype.toString);
const mapForEach = unbind(Map.prototype.forEach);
const setForEach = unbind(Set.prototype.forEach);
const maxEntries = 100;

/** One formatting: what is being shown (for cycles) and how much room is left. */
export interface Formatting {
  path: { value: object; parent: Formatting["path"] } | null;
  depth: number;
  room: { chars: number };
  /** Text of a value inside the one at hand. */
  nested(value: unknown, at: Formatting): string;
}

/** Values whose content is not in their properties; null for those whose is. */
export function formatSpecial(value: object, at: Formatting): string | null {
  switch (ObjectToString(value)) {
    case "[object Error]":
    case "[object DOMException]":
      return formatError(value, at);
    case "[object Date]":
      return attempt(() => (NumberIsFinite(dateTime(value)) ? dateText(value) : "Invalid Date"));
    case "[object RegExp]":
      return attempt(() => regExpText(value));
    case "[object Map]":
      return attempt(() => formatMap(value as Map<unknown, unknown>, at));
    case "[object Set]":
      return attempt(() => formatSet(value as Set<unknown>, at));
    case "[object ArrayBuffer]":
      return attempt(() => `ArrayBuffer(${ArrayBufferByteLength(value)} bytes)`);
    case "[object DataView]":
      return attempt(() => `DataView(${DataViewByteLength(value)} bytes)`);
    case "[object Promise]":
      return "Promise";
    default:
      return null;
  }
}

/** An error is shown by its stack; V8 keeps that as an own property. */
function formatError(value: object, at: Formatting): string | null {
  const property = ObjectGetOwnPropertyDescriptor(value, "stack");
  if (property === undefined) return null;
  const stack = (value as { stack?: unknown }).stack;
  if (typeof stack !== "string") return null;
  const cause = ObjectGetOwnPropertyDescriptor(value, "cause");
  const shown = at.depth === 1 ? stack : `[${firstLine(stack)}]`;
  return cause === undefined ? shown : `${shown} { [cause]: ${at.nested(cause.value, at)} }`;
}

function firstLine(text: string): string {
  let end = 0;
  while (end < text.length && text[end] !== "\n") end += 1;
  return StringSlice(text, 0, end);
}

function formatMap(map: Map<unknown, unknown>, at: Formatting): string {
  let text = "";
  let count = 0;
  mapForEach(map, (value, key) => {
    count += 1;
    if (count > maxEntries || at.room.chars <= 0) return;
    text += `${text === "" ? "" : ", "}${at.nested(key, at)} => ${at.nested(value, at)}`;
  });
  return `Map(${count}) {${text === "" ? "" : ` ${text} `}}`;
}

function formatSet(set: Set<unknown>, at: Formatting): string {
  let text = "";
  let count = 0;
  setForEach(set, (value) => {
    count += 1;
    if (count > maxEntries || at.room.chars <= 0) return;
    text += `${text === "" ? "" : ", "}${at.nested(value, at)}`;
  });
  return `Set(${count}) {${text === "" ? "" : ` ${text} `}}`;
}

function attempt(format: () => string): string | null {
  try {
    return format();
  } catch {
    return null;
  }
}
