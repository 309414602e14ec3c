import { Ajv } from "ajv";

/**
 * Checks a value against a JSON Schema; evaluated inside the isolate, when `getInput` gets a schema. Returns ""
 * or what does not fit.
 */
export function validateInput(schemaJson: string, valueJson: string): string {
  try {
    const ajv = new Ajv({ allErrors: true, strict: false, logger: false });
    const check = ajv.compile(JSON.parse(schemaJson) as object);
    return check(JSON.parse(valueJson)) ? "" : ajv.errorsText(check.errors, { dataVar: "input" });
  } catch (error) {
    return `the schema itself is not valid: ${(error as Error).message}`;
  }
}
