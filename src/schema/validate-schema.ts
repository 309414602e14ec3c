import { Ajv, type ErrorObject } from "ajv";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { didYouMean } from "./closest-name.ts";
import { describePlace, showValue } from "./describe-place.ts";
import schema from "./install-script.schema.json" with { type: "json" };
import { pointerSegment } from "./positions.ts";
import type { ProblemDraft, Report } from "./problem-draft.ts";

const validate = new Ajv({
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  ownProperties: true,
  // Checking the schema itself and polishing the code made from it take twice as long as all the rest, at each start.
  validateSchema: false,
  code: { optimize: false },
}).compile(schema);

/** Errors looked at; a file with more is beyond repair and its author has enough to begin with. */
const mostErrors = 1000;

/** Checks a script against the published schema and reports one problem for each mistake. */
export function validateSchema(script: JsonObject, report: Report): void {
  if (validate(script)) return;
  for (const error of (validate.errors as ErrorObject[]).slice(0, mostErrors)) {
    if (!isEcho(error)) report(toDraft(error, script));
  }
}

/** Errors that only repeat another one: the branches of a oneOf, and the `if` around a `then`. */
function isEcho(error: ErrorObject): boolean {
  const notEvenAnObject = error.keyword === "oneOf" && !isJsonObject(error.data);
  return (
    notEvenAnObject ||
    error.keyword === "if" ||
    error.schemaPath.includes("/oneOf/") ||
    error.instancePath === "/version"
  );
}

function missingName(error: ErrorObject): string {
  return String(error.params["missingProperty"]);
}

function toDraft(error: ErrorObject, script: JsonObject): ProblemDraft {
  const pointer = error.instancePath;
  const place = describePlace(script, pointer);
  switch (error.keyword) {
    case "required":
      return toMissing(error, place);
    case "oneOf":
      return { code: "HOOK_SOURCE", pointer, message: `${place}: ${sourceFault(error.data)}` };
    case "false schema":
      return {
        code: "HOOKS_NEED_V5",
        pointer,
        at: "name",
        message: `hooks: found in a script with "version": 4; hooks belong to version 5; set "version" to 5, or remove "hooks".`,
      };
    case "type":
      return {
        code: "SCHEMA_TYPE",
        pointer,
        message: `${place}: found ${showValue(error.data as JsonValue)}, expected ${typeExpectation(error)}.`,
      };
    default:
      return toValueFault(error, place);
  }
}

function toMissing(error: ErrorObject, place: string): ProblemDraft {
  const name = missingName(error);
  const pointer = error.instancePath;
  if (pointer === "" && name === "metadata") {
    const message = `install script: "custom" is true, but "metadata" is missing; add "metadata" with name, description, icon and version.`;
    return { code: "METADATA_REQUIRED", pointer: pointer + pointerSegment(name), message };
  }
  const { properties } = error.parentSchema as { properties: Record<string, { description?: string }> };
  const meaning = properties[name]?.description;
  const message = `${place}: "${name}" is missing; add it${meaning === undefined ? "" : ` (${lowerFirst(meaning)})`}.`;
  return { code: "SCHEMA_REQUIRED", pointer: pointer + pointerSegment(name), message };
}

function sourceFault(hook: unknown): string {
  return Object.hasOwn(hook as object, "script")
    ? `both "script" and "scriptContent" are set; keep exactly one.`
    : `neither "script" nor "scriptContent" is set; expected exactly one; add the path or the code of the hook.`;
}

function toValueFault(error: ErrorObject, place: string): ProblemDraft {
  const found = error.data as JsonValue;
  const allowed = error.params["allowedValues"] as JsonValue[] | undefined;
  const expected = allowed === undefined ? expectation(error) : `one of ${allowed.map(showValue).join(", ")}`;
  const hint =
    allowed === undefined || typeof found !== "string" ? "" : didYouMean(found, allowed.map(String));
  const shown = found === "" ? "an empty text" : showValue(found);
  const message = `${place}: found ${shown}, expected ${expected}.${hint}`;
  return { code: "SCHEMA_VALUE", pointer: error.instancePath, message };
}

const namesOfTypes: Record<string, string> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function typeExpectation(error: ErrorObject): string {
  const types: string[] = [error.schema as string | string[]].flat();
  const names = types.map((type) => namesOfTypes[type]).join(" or ");
  const meaning = expectation(error);
  return meaning.startsWith(names) ? meaning : `${names} (${meaning})`;
}

/** What the schema says about the value, as part of a sentence. Every part of the schema that can fail has it. */
function expectation(error: ErrorObject): string {
  return lowerFirst(String((error.parentSchema as { description?: string }).description));
}

function lowerFirst(text: string): string {
  const first = /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
  return first.replace(/\.$/, "");
}
