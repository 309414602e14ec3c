import { Ajv } from "ajv";
import draft07 from "ajv/dist/refs/json-schema-draft-07.json" with { type: "json" };
import { expect, test } from "vitest";
import schema from "../../src/schema/install-script.schema.json" with { type: "json" };
import { hookEvents } from "../../src/schema/install-script.ts";
import { wholeScripts } from "./contract-examples.ts";

const parts = (node: unknown, place = "#"): [string, Record<string, unknown>][] => {
  if (typeof node !== "object" || node === null) return [];
  const inner = Object.entries(node).flatMap(([name, child]) => parts(child, `${place}/${name}`));
  return Array.isArray(node) ? inner : [[place, node as Record<string, unknown>], ...inner];
};

test("is valid draft-07, which editors know", () => {
  expect(schema.$schema).toBe(draft07.$id);
  expect(new Ajv().validateSchema(schema)).toBe(true);
});

test("describes every field and every part that can refuse a value, for editors and for messages", () => {
  const fields = parts(schema).filter(
    ([place]) => /\/properties\/[^/]+$/.test(place) && !place.includes("/if/"),
  );
  expect(fields.length).toBeGreaterThan(60);
  const silent = fields.filter(([, field]) => typeof field["description"] !== "string" && !("$ref" in field));
  expect(silent.map(([place]) => place)).toEqual([]);
  const refusing = parts(schema).filter(([, part]) =>
    ["type", "enum", "pattern"].some(
      (keyword) => typeof part[keyword] === "string" || Array.isArray(part[keyword]),
    ),
  );
  const wordless = refusing.filter(
    ([place, part]) => typeof part["description"] !== "string" && !/(questionInput|oauthInput)$/.test(place),
  );
  expect(wordless.map(([place]) => place)).toEqual([]);
});

test("knows the same events as the types", () => {
  expect(schema.definitions.hook.properties.event.enum).toEqual(hookEvents);
});

test("by itself accepts the contract's examples and refuses what it can see is wrong", () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
  for (const text of Object.values(wholeScripts)) expect(validate(JSON.parse(text))).toBe(true);
  expect(validate({ version: 6 })).toBe(false);
  expect(validate({ version: 4, hooks: [] })).toBe(false);
  expect(validate({ version: 5, hooks: [{ id: "a", event: "onAfterInstall", entrypoint: "a" }] })).toBe(
    false,
  );
  expect(validate({ version: 5, custom: true })).toBe(false);
});
