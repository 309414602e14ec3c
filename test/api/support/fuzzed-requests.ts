import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { hostileValues, schemaValues, type JsonSchema, type SchemaValues } from "./schema-values.ts";
import type { RawRequest } from "./raw-request.ts";

/** The OpenAPI document, as far as requests are made from it. */
export interface ApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface DescribedOperation {
  operationId: string;
  parameters?: { in: "path" | "query" | "header"; name: string; schema: JsonSchema; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

export interface FuzzOptions {
  token: string;
  /** Values that mean something to the server, by the name of the field or parameter. */
  known: Record<string, Arbitrary<unknown>>;
}

/** Requests for each operation of the document, by operation id: most of them nearly right. */
export function fuzzedRequests(
  document: ApiDocument,
  options: FuzzOptions,
): [string, Arbitrary<RawRequest>][] {
  const values: SchemaValues = {
    resolve: (ref) => document.components.schemas[ref.split("/").at(-1) ?? ""] ?? {},
    known: options.known,
  };
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]): [string, Arbitrary<RawRequest>] => [
      operation.operationId,
      requestsOf({ method: method.toUpperCase(), template, operation }, values, options.token),
    ]),
  );
}

function requestsOf(
  { method, template, operation }: { method: string; template: string; operation: DescribedOperation },
  values: SchemaValues,
  token: string,
): Arbitrary<RawRequest> {
  const parameters = operation.parameters ?? [];
  const valuesOf = (parameter: (typeof parameters)[number]): Arbitrary<unknown> => {
    const known = values.known[parameter.name];
    const any = schemaValues(parameter.schema, values);
    return known === undefined ? any : fc.oneof({ weight: 6, arbitrary: known }, any);
  };
  const named = (place: string): Record<string, Arbitrary<unknown>> =>
    Object.fromEntries(parameters.filter((one) => one.in === place).map((one) => [one.name, valuesOf(one)]));
  const target = fc
    .tuple(fc.record(named("path")), queries(named("query")), wornPaths)
    .map(([inPath, query, wear]) => wear(fillIn(template, inPath)) + query);
  return fc
    .record({
      target,
      headers: headers(fc.record(named("header"), { requiredKeys: [] }), token),
      body: bodies(operation, values),
    })
    .map(({ target: to, headers: sent, body }) => ({
      method,
      target: to,
      headers: body === null ? sent : [["content-type", body.type] as [string, string], ...sent],
      body: body === null ? null : body.bytes,
    }));
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** Percent-encoded as UTF-8; what is no text at all (lone surrogates) as the bytes a careless client would send. */
const encoded = (value: unknown): string => {
  const text = textOf(value).slice(0, 4000);
  return text.isWellFormed() ? encodeURIComponent(text) : "%ed%a0%80";
};

function fillIn(template: string, inPath: Record<string, unknown>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encoded(inPath[name]));
}

/** What is done to a path; most often nothing. */
const wornPaths: Arbitrary<(path: string) => string> = fc.oneof(
  { weight: 20, arbitrary: fc.constant((path: string) => path) },
  fc.constantFrom(
    (path: string) => `${path}/`,
    (path: string) => path.replace("/v1", "/v1/../v1"),
    (path: string) => path.replace("/v1/", "//v1//"),
    (path: string) => `${path}%2f..%2f..%2fetc%2fpasswd`,
    (path: string) => `${path}%00`,
    (path: string) => `${path}%`,
    (path: string) => `${path}%c0%ae`,
    (path: string) => `${path};a=b`,
    (path: string) => path.toUpperCase(),
    (path: string) => `http://127.0.0.1:1${path}`,
    (path: string) => `${path}${"/a".repeat(1000)}`,
  ),
);

function queries(fields: Record<string, Arbitrary<unknown>>): Arbitrary<string> {
  const toQuery = (given: object): string =>
    Object.entries(given)
      .flatMap(([name, value]) =>
        [value].flat().map((each) => `${encodeURIComponent(name)}=${encoded(each)}`),
      )
      .join("&");
  const fitting = fc.record(fields, { requiredKeys: [] }).map(toQuery);
  const odd = fc.constantFrom(
    "limit=1&limit=2",
    "limit[]=1",
    "limit[a]=1",
    "__proto__=1",
    "__proto__[a]=1",
    "constructor[prototype][a]=1",
    "%",
    "%ff=%ff",
    "=",
    "&&&",
    "status=",
    `q=${"x".repeat(4000)}`,
    Array.from({ length: 2000 }, (_each, place) => `k${place}=`).join("&"),
  );
  return fc
    .oneof({ weight: 8, arbitrary: fitting }, { weight: 1, arbitrary: odd })
    .map((query) => (query === "" ? "" : `?${query}`));
}

/** Headers that a request may have; a value may hold whatever HTTP lets through. */
function headers(described: Arbitrary<object>, token: string): Arbitrary<[string, string][]> {
  const odd = fc.constantFrom<[string, string][]>(
    [["accept", "application/x-ndjson"]],
    [["accept", "text/html;q=0.9, */*;q=0.001"]],
    [["accept-encoding", "br;q=0, \t,,;;"]],
    [["if-none-match", '"a", W/"b",,, *']],
    [["if-none-match", '"'.repeat(5000)]],
    [["if-match", '"stale"']],
    [["if-match", "*"]],
    [["prefer", "wait=0"]],
    [["prefer", "wait=-1, wait=99999999999, respond-async"]],
    [["last-event-id", "0.0"]],
    [["last-event-id", "-1"]],
    [["last-event-id", `${"9".repeat(400)}-${"9".repeat(400)}`]],
    [["idempotency-key", "k".repeat(10_000)]],
    [["idempotency-key", ""]],
    [["range", "bytes=0-1"]],
    [["expect", "100-continue"]],
    [["expect", "a miracle"]],
    [["transfer-encoding", "chunked"]],
    [["content-length", "-1"]],
    [["upgrade", "websocket"]],
    [["x-forwarded-for", "127.0.0.1"]],
    [["x-http-method-override", "DELETE"]],
    [["origin", "null"]],
    [["host", "evil.example"]],
    [["host", ""]],
    [["host", "[::1"]],
    [["authorization", "Bearer"]],
    [["authorization", `Basic ${"A".repeat(200)}`]],
    [["authorization", `Bearer ${token}x`]],
    [["cookie", "a=b; ".repeat(500)]],
    [["x-large", "x".repeat(20_000)]],
    [["content-type", "application/json; charset=utf-16"]],
    [["content-encoding", "gzip"]],
    [["__proto__", "1"]],
    [["x-bad\u0001", "1"]],
  );
  const own: [string, string] = ["authorization", `Bearer ${token}`];
  return fc
    .tuple(described, fc.oneof({ weight: 4, arbitrary: fc.constant<[string, string][]>([]) }, odd))
    .map(([fitting, more]) => [
      ...Object.entries(fitting).map(([name, value]): [string, string] => [name, headerText(value)]),
      ...more,
      ...(more.some(([name]) => name === "authorization") ? [] : [own]),
    ]);
}

/** What can stand in a header at all. */
const headerText = (value: unknown): string =>
  textOf(value)
    .replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, "?")
    .slice(0, 4000);

interface Body {
  type: string;
  bytes: Buffer;
}

function bodies(operation: DescribedOperation, values: SchemaValues): Arbitrary<Body | null> {
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const json = (value: unknown): Body => ({
    type: "application/json",
    bytes: Buffer.from(JSON.stringify(value) ?? "", "utf8"),
  });
  const odd = fc.oneof(
    fc.constantFrom<Body>(
      { type: "application/json", bytes: Buffer.from("{") },
      { type: "application/json", bytes: Buffer.from("") },
      { type: "application/json", bytes: Buffer.from("\ufeff{}") },
      { type: "application/json", bytes: Buffer.from("nul") },
      { type: "application/json", bytes: Buffer.from('{"a":1,"a":2}') },
      {
        type: "application/json",
        bytes: Buffer.from('{"script":"\\ud800","answers":{"__proto__":{"a":1}}}'),
      },
      { type: "application/json", bytes: Buffer.from('{"__proto__":{"script":"{}"}}') },
      { type: "application/json", bytes: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]) },
      { type: "application/json", bytes: Buffer.from("[".repeat(100_000)) },
      { type: "application/json", bytes: Buffer.from(`{"a":1e${"9".repeat(1000)}}`) },
      { type: "application/json", bytes: Buffer.alloc(1024 * 1024 + 1, " ") },
      { type: "application/json;;;", bytes: Buffer.from("{}") },
      { type: "text/plain", bytes: Buffer.from("{}") },
      { type: "application/x-www-form-urlencoded", bytes: Buffer.from("script=a") },
      { type: "multipart/form-data", bytes: Buffer.from("--") },
      { type: "application/problem+json", bytes: Buffer.from("{}") },
      { type: "", bytes: Buffer.from("{}") },
    ),
    hostileValues.map(json),
  );
  if (schema === undefined) {
    return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: odd });
  }
  return fc.oneof(
    { weight: 16, arbitrary: schemaValues(schema, values).map(json) },
    { weight: 3, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}
