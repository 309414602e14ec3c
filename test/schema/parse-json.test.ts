import { describe, expect, test } from "vitest";
import { jsonLimits } from "../../src/schema/json-limits.ts";
import { parseJson } from "../../src/schema/parse-json.ts";
import { createRandom } from "../support/random.ts";
import { findingsOf, onlyProblemOf, problemsOf } from "./check.ts";

describe("strict JSON", () => {
  test.each([
    ["", 1, 1, "the file is empty; expected an install script"],
    ["  \n ", 1, 1, "the file is empty; expected an install script"],
    ["{\n  version: 5\n}", 2, 3, 'found "version", expected a value; write strings in double quotes'],
    ['{ "a" 1 }', 1, 7, 'found "1", expected a colon after the field name'],
    ['{ "a": 1 "b": 2 }', 1, 10, 'found "\\"b\\"", expected a comma between two entries'],
    ['{ "a": 1', 1, 9, "found the end of the file, expected } to close the object"],
    ["[1", 1, 3, "found the end of the file, expected ] to close the list"],
    ['{ "a": 1 } }', 1, 12, 'found "}", expected the end of the file'],
    ['{ "a": "b\n" }', 1, 8, 'found "\\"b", expected the string to end on its own line'],
    ['{ "a": 1. }', 1, 8, 'found "1.", expected more digits'],
    ['{ "a": "\\u12" }', 1, 8, 'found "\\"\\\\u12\\"", expected four hexadecimal digits'],
    ['{ "a": "\\x" }', 1, 8, 'found "\\"\\\\x\\"", expected one of'],
    ['{ "a": "\t" }', 1, 8, 'found "\\"\\t\\"", expected no control character inside a string'],
    ["{ 5: 1 }", 1, 3, 'found "5", expected a field name in double quotes'],
    ['{ "a": }', 1, 8, 'found "}", expected a value'],
    ["/* x", 1, 1, "found a comment; JSON has none; remove it."],
    ['{ "a": 1e999 }', 1, 8, "found a number too large to be kept"],
  ])("names the place and what was expected in %j", (text, line, column, message) => {
    const problem = problemsOf(text).find(({ code }) => code === "JSON_SYNTAX");
    expect(problem).toMatchObject({ severity: "error", code: "JSON_SYNTAX", line, column });
    expect(problem?.message).toContain(`Line ${line}, column ${column}: ${message}`);
  });

  test("tells one mistake in the syntax once, however confusing the rest becomes", () => {
    expect(findingsOf('{ "version": 5, "a": "b, "c": [1, 2], "d": { "e": "f" } }')).toEqual(["JSON_SYNTAX "]);
  });

  test("tells every comment and trailing comma, and the other problems of the file too", () => {
    const text = '{\n  // five\n  "version": 5,\n  "hooks": [ 7, ], /* end */\n  "custom": "yes",\n}';
    expect(problemsOf(text).map(({ code, line, column }) => `${line}:${column} ${code}`)).toEqual([
      "2:3 JSON_SYNTAX",
      "4:14 SCHEMA_TYPE",
      "4:15 JSON_SYNTAX",
      "4:20 JSON_SYNTAX",
      "5:13 SCHEMA_TYPE",
      "5:18 JSON_SYNTAX",
    ]);
  });

  test("is not led astray by a comma inside a comment", () => {
    const { problems } = parseJson('{ "a": // x,\n] }');
    expect(problems.map(({ code, line }) => `${line} ${code}`)).toEqual(["1 JSON_SYNTAX", "1 JSON_SYNTAX"]);
    expect(findingsOf('{ "a": // x,\n] }')).toContain("JSON_SYNTAX ");
  });

  test("refuses a field written twice in one object, at the second one's name", () => {
    const problem = onlyProblemOf(
      '{ "version": 5,\n  "app_values": { "a": { "x": 1 }, "b": { "x": 1, "x": 2 } } }',
    );
    expect(problem).toMatchObject({
      severity: "error",
      code: "JSON_DUPLICATE_KEY",
      pointer: "/app_values/b/x",
      line: 2,
      column: 51,
    });
    expect(problem.message).toContain(
      'the field "x" is written twice in the same object; only one can count',
    );
  });

  test("accepts exactly what JSON.parse accepts, but for names written twice", () => {
    const random = createRandom(1);
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-2.5",
      "true",
      "null",
      " ",
      "\n",
      '"\\u0041"',
      "0",
      "'",
      "\\",
      "//",
      "\t",
      "\u00a0",
      '"',
    ];
    let accepted = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const text = Array.from({ length: 1 + random.below(9) }, () => random.pick(pieces)).join("");
      let expected: unknown;
      let valid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        valid = false;
      }
      const { value, problems } = parseJson(text);
      if (problems.some((problem) => problem.code === "JSON_DUPLICATE_KEY")) continue;
      expect([text, problems.length === 0]).toEqual([text, valid]);
      if (!valid) continue;
      accepted += 1;
      expect(value).toEqual(expected);
    }
    expect(accepted).toBeGreaterThan(500);
  });
});

describe("limits", () => {
  const limitOf = (text: string): string => {
    const problem = onlyProblemOf(text);
    expect(problem.code).toBe("JSON_LIMIT");
    return problem.message;
  };

  test("refuses a text that is too long", () => {
    expect(limitOf(" ".repeat(jsonLimits.characters + 1))).toContain(
      "the file is longer than 2,097,152 characters, the most that is read",
    );
  });

  test("refuses nesting that is too deep, but not nesting at the limit", () => {
    const nest = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(limitOf(nest(jsonLimits.depth + 1))).toContain(
      "Line 1, column 65: objects and arrays are nested more than 64 deep",
    );
    expect(limitOf('{"a":'.repeat(100_000))).toContain("nested more than 64 deep");
    expect(parseJson(nest(jsonLimits.depth)).problems).toEqual([]);
  });

  test("refuses too many values", () => {
    expect(limitOf(`[${"1,".repeat(jsonLimits.tokens)}1]`)).toContain(
      "the file holds more than 20,000 values, names and signs",
    );
  });

  test("refuses a field name that is too long, but not a long value", () => {
    const long = "x".repeat(jsonLimits.nameCharacters + 1);
    expect(limitOf(`{ "version": 5, "app_values": { "${long}" : 1 } }`)).toContain(
      "Line 1, column 33: a field name is longer than 500",
    );
    expect(findingsOf({ version: 5, app_values: { a: long } })).toEqual([]);
  });
});
