import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { describePlace } from "./describe-place.ts";
import { pointerSegment } from "./positions.ts";

/**
 * Parts of a script that may still have any shape: rules look at what is there and leave wrong types to the
 * schema, so that one run finds all problems.
 */
export interface ScriptPart {
  value: JsonObject;
  pointer: string;
  /** The part in the author's names, such as `hooks[2] "setup"`. */
  place: string;
}

/** The object at a field, when it is one. */
export function objectAt(script: JsonObject, parent: ScriptPart, name: string): ScriptPart | null {
  const value = fieldOf(parent.value, name);
  if (!isJsonObject(value)) return null;
  const pointer = parent.pointer + pointerSegment(name);
  return { value, pointer, place: describePlace(script, pointer) };
}

/** The objects in the list at a field; entries that are no objects are left out. */
export function objectsAt(script: JsonObject, parent: ScriptPart, name: string): ScriptPart[] {
  const list = fieldOf(parent.value, name);
  if (!Array.isArray(list)) return [];
  return list.flatMap((value, index) => {
    const pointer = parent.pointer + pointerSegment(name) + pointerSegment(index);
    return isJsonObject(value) ? [{ value, pointer, place: describePlace(script, pointer) }] : [];
  });
}

/** The script itself as a part. */
export function rootOf(script: JsonObject): ScriptPart {
  return { value: script, pointer: "", place: "install script" };
}

export function hooksOf(script: JsonObject): ScriptPart[] {
  return objectsAt(script, rootOf(script), "hooks");
}

export function inputsOf(script: JsonObject, hook: ScriptPart): ScriptPart[] {
  return objectsAt(script, hook, "inputs");
}

/** Every question of the file: those of the install dialog, then those of hook inputs. */
export function questionsOf(script: JsonObject): ScriptPart[] {
  const asked = hooksOf(script)
    .flatMap((hook) => inputsOf(script, hook))
    .filter((input) => input.value["type"] === "question")
    .flatMap((input) => objectAt(script, input, "question") ?? []);
  return [...objectsAt(script, rootOf(script), "installation_questions"), ...asked];
}

/** The text at a field, or null. */
export function textAt(part: ScriptPart, name: string): string | null {
  const value = fieldOf(part.value, name);
  return typeof value === "string" ? value : null;
}

function fieldOf(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
