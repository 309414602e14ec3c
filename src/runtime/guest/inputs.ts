import type { JsonObject } from "../../json.ts";
import { captureCallSite, createGuestError } from "./guest-error.ts";
import { formatValue } from "./format-value.ts";
import { host } from "./host.ts";
import {
  evaluateGlobally,
  JsonParse,
  JsonStringify,
  ObjectCreate,
  ObjectHasOwn,
  ObjectKeys,
} from "./primordials.ts";

type Validate = (schemaJson: string, valueJson: string) => string;

/** Answers as JSON text, so that a hook that changes what it got does not change what it gets next. */
let answers: Record<string, string> = ObjectCreate(null) as Record<string, string>;
let validator: Validate | null = null;

/** Takes in the answers of the user. */
export function setInputs(inputs: JsonObject): void {
  answers = ObjectCreate(null) as Record<string, string>;
  for (const id of ObjectKeys(inputs)) answers[id] = JsonStringify(inputs[id]) as string;
}

/**
 * The answer to a declared input.
 * @param callee the function the hook called, for the error's stack
 * @throws `INPUT_MISSING`, `INPUT_SCHEMA`, `ARGUMENT_INVALID`
 */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- as captureCallSite takes it
export function readInput(inputId: unknown, schema: unknown, callee: Function): unknown {
  const id = typeof inputId === "string" ? inputId : formatValue(inputId);
  const valueJson = ObjectHasOwn(answers, id) ? answers[id] : undefined;
  if (valueJson === undefined) {
    const known = ObjectKeys(answers);
    throw inputError(
      "INPUT_MISSING",
      `getInput("${id}"): no such input was answered; ${known.length === 0 ? "this hook has no answers" : `there are answers for: ${known.join(", ")}`}. Declare it under the hook's inputs, or catch this error.`,
      callee,
    );
  }
  if (schema !== undefined && schema !== null) checkSchema(id, valueJson, schema, callee);
  return JsonParse(valueJson);
}

// oxlint-disable-next-line typescript/no-unsafe-function-type -- as captureCallSite takes it
function checkSchema(id: string, valueJson: string, schema: unknown, callee: Function): void {
  const schemaJson =
    typeof schema === "object" || typeof schema === "boolean" ? JsonStringify(schema) : undefined;
  if (schemaJson === undefined) {
    throw inputError(
      "ARGUMENT_INVALID",
      `getInput("${id}"): the schema is ${formatValue(schema)}; pass a JSON Schema object.`,
      callee,
    );
  }
  validator ??= evaluateGlobally(host.loadValidator()) as Validate;
  const problem = validator(schemaJson, valueJson);
  if (problem !== "") {
    throw inputError(
      "INPUT_SCHEMA",
      `getInput("${id}"): ${problem}; correct the schema or the answer.`,
      callee,
    );
  }
}

// oxlint-disable-next-line typescript/no-unsafe-function-type -- as captureCallSite takes it
function inputError(code: string, message: string, callee: Function): Error {
  return createGuestError({ name: "Error", message, code }, captureCallSite(callee));
}
