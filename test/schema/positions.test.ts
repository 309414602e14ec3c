import { parseTree } from "jsonc-parser";
import { expect, test } from "vitest";
import {
  createPositions,
  parsePointer,
  pointerSegment,
  positionInLiteral,
  positionInString,
  stringLiteralAt,
} from "../../src/schema/positions.ts";

const text = '{\r\n  "a": [1, { "b/c~d": "x" }],\n\t"s": "é\\n\\u0041\\"😀z",\r  "s2": "plain"\n}';
const positions = createPositions(text, parseTree(text));

test("finds values in lines that end in CRLF, LF or CR", () => {
  expect(positions.at("")).toEqual({ line: 1, column: 1 });
  expect(positions.at("/a")).toEqual({ line: 2, column: 8 });
  expect(positions.at("/a/1/b~1c~0d")).toEqual({ line: 2, column: 23 });
  expect(positions.at("/s")).toEqual({ line: 3, column: 7 });
  expect(positions.at("/s2")).toEqual({ line: 4, column: 9 });
});

test("points at the object or list around what is missing", () => {
  expect(positions.at("/a/7")).toEqual(positions.at("/a"));
  expect(positions.at("/a/1/nope/deeper")).toEqual(positions.at("/a/1"));
  expect(positions.at("/a/0/below-a-number")).toEqual(positions.at("/a/0"));
  expect(positions.at("/nope")).toEqual({ line: 1, column: 1 });
});

test("points at names of fields", () => {
  expect(positions.keyAt("/a")).toEqual({ line: 2, column: 3 });
  expect(positions.keyAt("/a/1/b~1c~0d")).toEqual({ line: 2, column: 14 });
  expect(positions.keyAt("/a/1")).toEqual(positions.at("/a/1"));
  expect(positions.keyAt("/nope")).toEqual({ line: 1, column: 1 });
});

test("of two fields with one name the last counts", () => {
  const twice = '{ "a": 1,\n  "a": 2 }';
  expect(createPositions(twice, parseTree(twice)).at("/a")).toEqual({ line: 2, column: 8 });
});

test("without a tree everything is at the start", () => {
  const empty = createPositions("\n\n", undefined);
  expect(empty.at("/a")).toEqual({ line: 1, column: 1 });
  expect(empty.keyAt("/a")).toEqual({ line: 1, column: 1 });
  expect(empty.literalAt("")).toBeNull();
  expect(empty.atOffset(2)).toEqual({ line: 3, column: 1 });
});

test("maps each character of a decoded string to the place where it is written", () => {
  const decoded = (JSON.parse(text.replaceAll(/[\r\n\t]/g, " ")) as { s: string }).s;
  const line = text.split(/\r\n|\n|\r/)[2] as string;
  const written = ["é", "\\n", "\\u0041", '\\"', "\uD83D", "\uDE00", "z", '"'];
  expect(decoded).toHaveLength(written.length - 1);
  for (const [offset, piece] of written.entries()) {
    const place = positions.inString("/s", offset);
    expect(place.line).toBe(3);
    expect(line.slice(place.column - 1)).toSatisfy((rest: string) => rest.startsWith(piece));
  }
  expect(positions.inString("/s", 999)).toEqual(positions.inString("/s", decoded.length));
  expect(positions.inString("/a/0", 3)).toEqual(positions.at("/a/0"));
});

test("gives a string as it is written, for code that has only that to map by", () => {
  expect(positions.literalAt("/s")).toEqual({ line: 3, column: 7, raw: '"é\\n\\u0041\\"😀z"' });
  expect(positions.literalAt("/a")).toBeNull();
  expect(positions.literalAt("/s/0")).toBeNull();
  expect(positionInLiteral({ line: 3, column: 7, raw: '"a\\tb"' }, 2)).toEqual({ line: 3, column: 11 });
});

test("works on the text of a whole script, a byte order mark not counted", () => {
  const script = '\uFEFF{ "hooks": [{ "scriptContent": "a\\nb" }] }';
  expect(positionInString(script, "/hooks/0/scriptContent", 2)).toEqual({ line: 1, column: 36 });
  expect(script.slice(36, 37)).toBe("b");
  expect(stringLiteralAt(script, "/hooks/0/scriptContent")).toEqual({ line: 1, column: 32, raw: '"a\\nb"' });
  expect(stringLiteralAt(script, "/hooks")).toBeNull();
  expect(stringLiteralAt("[".repeat(100_000), "/0")).toBeNull();
});

test("writes and reads pointers so that each is the other's inverse", () => {
  for (const name of ["a", "", "a/b", "~", "~1", "/~0/"])
    expect(parsePointer(pointerSegment(name))).toEqual([name]);
  expect(parsePointer("")).toEqual([]);
  expect(pointerSegment(3)).toBe("/3");
});
