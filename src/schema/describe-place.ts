import { isJsonObject, type JsonValue } from "../json.ts";
import { parsePointer } from "./positions.ts";

/**
 * A place in an install script in the author's own names, such as `hooks[2] "setup", inputs[0] "login", flow.pinUrl`;
 * "install script" for the whole.
 */
export function describePlace(script: JsonValue, pointer: string): string {
  let value: JsonValue | undefined = script;
  let place = "";
  let joint = "";
  for (const segment of parsePointer(pointer)) {
    if (Array.isArray(value)) {
      value = value[Number(segment)];
      const name = nameOf(value);
      place += `[${segment}]${name}`;
      joint = name === "" ? "." : ", ";
    } else {
      value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
      const plain = /^[\w$-]+$/.test(segment);
      place += plain ? joint + segment : `${joint && ", "}${showValue(segment)}`;
      joint = ".";
    }
  }
  return place || "install script";
}

/** A value as a message shows it: JSON, at most 60 characters, objects and lists only by kind. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isJsonObject(value)) return "an object";
  const json = JSON.stringify(typeof value === "string" ? value.slice(0, 60) : value);
  return typeof value === "string" && value.length > 60 ? `${json.slice(0, -1)}..."` : json;
}

function nameOf(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return "";
  const name = ["id", "key"].map((field) => (Object.hasOwn(value, field) ? value[field] : "")).find(Boolean);
  return typeof name === "string" ? ` ${showValue(name)}` : "";
}
