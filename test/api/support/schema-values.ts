import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** A JSON Schema, as far as the OpenAPI document uses it. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  required?: string[];
  items?: JsonSchema;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

export interface SchemaValues {
  /** Finds what a `$ref` names. */
  resolve(ref: string): JsonSchema;
  /** Values that mean something to the server, by the name of the field they stand in. */
  known: Record<string, Arbitrary<unknown>>;
}

const deep = (depth: number): unknown => {
  let value: unknown = "deep";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** What nobody means well with, in whatever place. */
export const hostileValues: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\ufeff",
    "../../../etc/passwd",
    "__proto__",
    "constructor",
    "'; drop table jobs; --",
    "${jndi:ldap://127.0.0.1/a}",
    "x".repeat(100_000),
    "\u{1f4a3}".repeat(2000),
    "{".repeat(5000),
    -1,
    0.5,
    1e308,
    2 ** 53,
    -(2 ** 31) - 1,
    true,
    [],
    {},
    [null],
    Array.from({ length: 1000 }, () => ({})),
    deep(2000),
    JSON.parse(
      '{"__proto__": {"isAdmin": true}, "constructor": {"prototype": {}}, "toString": 1, "then": 2}',
    ),
    { toJSON: "x", length: -1, valueOf: null },
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 50 }),
);

/** Values that fit the schema; now and then, one in `rarity` at any depth, one that does not. */
export function schemaValues(schema: JsonSchema, options: SchemaValues, rarity = 10): Arbitrary<unknown> {
  return fc.oneof(
    { weight: rarity - 1, arbitrary: fittingValues(schema, options) },
    { weight: 1, arbitrary: hostileValues },
  );
}

function fittingValues(schema: JsonSchema, options: SchemaValues): Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fittingValues(options.resolve(schema.$ref), options);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.allOf;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => fittingValues(one, options)));
  switch (schema.type) {
    case "string":
      return texts(schema);
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(schemaValues(schema.items ?? {}, options), {
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case "object":
      return objects(schema, options);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts({ pattern, minLength = 0, maxLength = 40 }: JsonSchema): Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 40) });
}

function objects(schema: JsonSchema, options: SchemaValues): Arbitrary<unknown> {
  const { properties = {}, required = [], patternProperties = {} } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => {
      // Most requests get past their schema, however many fields they have.
      const values = schemaValues(field, options, 10 + 2 * Object.keys(properties).length);
      const known = options.known[name];
      return [name, known === undefined ? values : fc.oneof({ weight: 15, arbitrary: known }, values)];
    }),
  );
  const fitting = fc.record(fields, { requiredKeys: required });
  const [free = schema.additionalProperties] = Object.values(patternProperties);
  if (typeof free !== "object") return fitting;
  const names = fc.oneof(fc.string({ maxLength: 10 }), fc.constantFrom("__proto__", "toString", "", "\0"));
  const more = fc.dictionary(names, schemaValues(free, options), { maxKeys: 3 });
  return fc.tuple(fitting, more).map(([own, others]) => ({ ...others, ...(own as object) }));
}
