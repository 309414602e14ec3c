import { Type } from "typebox";

const problemError = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  severity: Type.Optional(Type.Enum(["error", "warning"] as const)),
  pointer: Type.Optional(Type.String()),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
  inputId: Type.Optional(Type.String()),
});

/** An error (RFC 9457). */
export const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "Where, what was found, what was expected, what to do." }),
    instance: Type.String(),
    code: Type.String({ description: "Stable; one of docs/reference/errors.md." }),
    errors: Type.Optional(Type.Array(problemError)),
    allowed: Type.Optional(Type.Array(Type.String(), { description: "What is possible in this state." })),
  },
  { $id: "Problem" },
);

const meanings: Record<number, string> = {
  400: "The request does not fit.",
  401: "There is no valid token.",
  403: "It comes from a page of another site.",
  404: "There is no such thing.",
  409: "Not possible in this state.",
  412: "It has changed since.",
  413: "Its body is too large.",
  415: "Its body is no JSON.",
  421: "Host is a name this server does not answer to.",
  422: "The script or an answer is refused.",
  429: "Too many wrong tokens came from there; Retry-After says how long to wait.",
  500: "A fault of the server.",
  503: "The NAS or the datastore is away.",
};

/** A JSON answer that is described among the components. */
export function answerWith(name: string, description: string): object {
  return { description, content: { "application/json": { schema: Type.Ref(`${name}#`) } } };
}

/** An answer without a body. */
export function bodiless(description: string): object {
  return Type.Null({ description });
}

/** The problem answers of a route. */
export function errors(...statuses: number[]): Record<number, object> {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: meanings[status] ?? "Refused.",
        content: { "application/problem+json": { schema: Type.Ref("Problem#") } },
      },
    ]),
  );
}

/** Where a route stands in the document, and what it is called in clients. */
export function tag(name: string, operationId: string, summary: string) {
  return { tags: [name], operationId, summary };
}
