import { Ajv } from "ajv";

/** What the OpenAPI document says, as far as it is asked here. */
interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, object> }> }>>;
}

/**
 * Holds answers to the OpenAPI document: gives what is wrong with one, in words; nothing when it is as described. Objects
 * may have no field that is not described.
 */
export function createAnswerCheck(
  document: object,
): (answer: { method: string; path: string; status: number; type: string; body: unknown }) => string[] {
  const closed = closeObjects(document) as Described & object;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closed, "openapi");
  return ({ method, path, status, type, body }) => {
    const template = Object.keys(closed.paths).find((one) => isPathOf(one, path));
    const operation = template === undefined ? undefined : closed.paths[template]?.[method.toLowerCase()];
    if (template === undefined || operation === undefined) return [`${method} ${path} is not described`];
    const described = operation.responses[String(status)];
    if (described === undefined) return [`${method} ${path}: ${status} is not described`];
    if (described.content === undefined) return body === "" ? [] : [`${status}: no body is described`];
    if (described.content[type] === undefined)
      return [`${method} ${path}: ${status} ${type} is not described`];
    const place = [
      "paths",
      template,
      method.toLowerCase(),
      "responses",
      String(status),
      "content",
      type,
      "schema",
    ];
    const validate = ajv.compile({ $ref: `openapi#/${place.map(escapeToken).join("/")}` });
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${method} ${path} ${status}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** Whether a path is one of those that a template of the document stands for. */
export function isPathOf(template: string, path: string): boolean {
  const parts = template.split("/");
  const given = path.split("/");
  return (
    parts.length === given.length &&
    parts.every((part, index) => part.startsWith("{") || part === given[index])
  );
}

function escapeToken(token: string): string {
  return encodeURIComponent(token.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** Answers must not hold more than is described. */
function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== "object" || value === null) return value;
  const closed = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closeObjects(part)]));
  const isOpen = "patternProperties" in closed || "additionalProperties" in closed;
  const isObject = closed["type"] === "object" && typeof closed["properties"] === "object";
  return isObject && !isOpen ? { ...closed, additionalProperties: false } : closed;
}
