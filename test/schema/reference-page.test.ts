import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { macroNames } from "../../src/macros/parse-macros.ts";
import schema from "../../src/schema/install-script.schema.json" with { type: "json" };
import { jsonLimits } from "../../src/schema/json-limits.ts";
import { knownLocations } from "../../src/schema/rules/requirements.ts";
import { problemsOf } from "./check.ts";

const page = readFileSync(new URL("../../docs/reference/install-script.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map((found) => found[1] as string);

/** Every name the page prints as code outside its examples. */
const prose = page.replaceAll(/^```.*?^```$/gms, "");
const named = new Set(
  [...prose.matchAll(/`([^`]+)`/g)].flatMap((found) => (found[1] as string).match(/[\w$]+/g) ?? []),
);

const fieldNames = (node: unknown): string[] => {
  if (typeof node !== "object" || node === null) return [];
  const own = "properties" in node ? Object.keys(node.properties as object) : [];
  return [...own, ...Object.values(node).flatMap(fieldNames)];
};

describe("the reference page", () => {
  test("prints examples that have nothing wrong with them", () => {
    expect(examples).toHaveLength(2);
    for (const example of examples) expect(problemsOf(example)).toEqual([]);
  });

  test("names every field of the schema", () => {
    const fields = new Set(fieldNames(schema));
    expect(fields.size).toBeGreaterThan(60);
    expect([...fields].filter((field) => !named.has(field))).toEqual([]);
  });

  test("names every macro, location and limit", () => {
    expect(macroNames.filter((name) => !named.has(`$${name}`) && !named.has(name))).toEqual([]);
    expect(knownLocations.filter((name) => !named.has(name))).toEqual([]);
    expect(page.replaceAll(/\s+/g, " ")).toContain(
      `At most ${jsonLimits.characters.toLocaleString("en-US")} characters, ${jsonLimits.depth} levels of nesting, ${jsonLimits.tokens.toLocaleString("en-US")} values, names and signs, ${jsonLimits.nameCharacters} characters in a field name`,
    );
  });
});
