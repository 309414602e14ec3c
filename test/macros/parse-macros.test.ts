import { describe, expect, test } from "vitest";
import { macrosIn } from "../../src/macros/macro-tree.ts";
import { macroNames, parseMacros } from "../../src/macros/parse-macros.ts";

const kindsOf = (text: string): string[] => {
  const { parts, problems } = parseMacros(text);
  expect(problems).toEqual([]);
  return [...macrosIn(parts)].map((macro) => macro.kind);
};

describe("what begins a macro", () => {
  test.each([
    [
      "$5",
      "$",
      "a$",
      "$$",
      "$HOME",
      "${HOME}",
      "$(date)",
      "$LOCATION",
      "$location(x)",
      "$Location(x)",
      "$_X(a)",
      "$1X(a)",
      "$SERVER_LAN_IPX",
      "$SERVER_LAN_IP_2",
      "$IF (true, a)",
    ],
  ])("plain text stays plain", (...texts) => {
    for (const text of texts)
      expect(parseMacros(text)).toEqual({ parts: [{ kind: "literal", text }], problems: [] });
  });

  test("an empty text has no parts", () => {
    expect(parseMacros("")).toEqual({ parts: [], problems: [] });
  });

  test("keeps the text around macros, and their places", () => {
    expect(parseMacros("a$$LOCATION(Media)/b")).toEqual({
      parts: [
        { kind: "literal", text: "a$" },
        { kind: "LOCATION", offset: 2, name: [{ kind: "literal", text: "Media" }] },
        { kind: "literal", text: "/b" },
      ],
      problems: [],
    });
  });

  test("knows every macro of the reference", () => {
    expect(macroNames.toSorted()).toEqual([
      "APP_INSTALLED",
      "GPU_CONFIG",
      "HOST_PATH",
      "IF",
      "LOCATION",
      "MEMORY",
      "MOUNTED_HOST_PATH",
      "QUESTION",
      "RANDOM_STRING",
      "SERVER_HOST_ID",
      "SERVER_LAN_IP",
    ]);
  });
});

describe("inner macros", () => {
  test.each([
    ["$HOST_PATH($LOCATION($QUESTION(where))/a)", ["HOST_PATH", "LOCATION", "QUESTION"]],
    ["$MOUNTED_HOST_PATH($LOCATION(A), /$QUESTION(b))", ["MOUNTED_HOST_PATH", "LOCATION", "QUESTION"]],
    ["$RANDOM_STRING($QUESTION(n))", ["RANDOM_STRING", "QUESTION"]],
    ["$MEMORY($QUESTION(p)%, $QUESTION(m))", ["MEMORY", "QUESTION", "QUESTION"]],
    [
      "$IF(!$QUESTION(a), $LOCATION(A), {x: ['$SERVER_LAN_IP', 5, $GPU_CONFIG()]})",
      ["IF", "QUESTION", "LOCATION", "SERVER_LAN_IP", "GPU_CONFIG"],
    ],
    [
      "$IF(['$QUESTION(a) == $QUESTION(b)', true], '$SERVER_HOST_ID', x, OR)",
      ["IF", "QUESTION", "QUESTION", "SERVER_HOST_ID"],
    ],
    [
      "$IF($APP_INSTALLED(a), $IF(true, $IF(false, $QUESTION(x))))",
      ["IF", "APP_INSTALLED", "IF", "IF", "QUESTION"],
    ],
  ])("are found in %s", (text, kinds) => {
    expect(kindsOf(text)).toEqual(kinds);
  });

  test("may be many when they are side by side", () => {
    expect(parseMacros("$LOCATION(A)".repeat(100)).problems).toEqual([]);
  });

  test("are read to a fixed depth, and deeper ones are refused rather than followed", () => {
    const nest = (depth: number): string => `${"$LOCATION(".repeat(depth)}x${")".repeat(depth)}`;
    expect(parseMacros(nest(32)).problems).toEqual([]);
    expect(parseMacros(nest(33)).problems).toEqual([
      {
        code: "MACRO_SYNTAX",
        offset: 329,
        message: "found macros nested more than 32 deep, the most that is read; simplify them",
      },
    ]);
  });
});

describe("mistakes", () => {
  const faultsOf = (text: string): [string, number, string][] =>
    parseMacros(text).problems.map(({ code, offset, message }) => [code, offset, message]);

  test.each([
    [
      "a $LOCATOIN(Media)",
      "MACRO_UNKNOWN",
      2,
      "found $LOCATOIN(...), which is no macro; expected one of the reference; correct the name (did you mean $LOCATION?)",
    ],
    [
      "$FOLDER(x)",
      "MACRO_UNKNOWN",
      0,
      "found $FOLDER(...), which is no macro; expected one of the reference; correct the name",
    ],
    [
      `$${"X".repeat(100)}(a)`,
      "MACRO_UNKNOWN",
      0,
      `found $${"X".repeat(60)}...(...), which is no macro; expected one of the reference; correct the name`,
    ],
    [
      "a $LOCATION(Media",
      "MACRO_SYNTAX",
      2,
      "found $LOCATION( without its closing parenthesis; balance brackets and quotes",
    ],
    [
      "$HOST_PATH($LOCATION(Media)/a (b)",
      "MACRO_SYNTAX",
      0,
      "found $HOST_PATH( without its closing parenthesis; balance brackets and quotes",
    ],
    [
      "$HOST_PATH($LOCATION(Media)",
      "MACRO_SYNTAX",
      0,
      "found $HOST_PATH( without its closing parenthesis; balance brackets and quotes",
    ],
    ["$QUESTION('a)", "MACRO_SYNTAX", 10, "found a ' that is not closed; add the closing '"],
    [
      "$QUESTION('a' b)",
      "MACRO_SYNTAX",
      14,
      "found text after a closing quote or bracket, expected a comma or a closing parenthesis; put the whole argument in quotes",
    ],
    [
      "$QUESTION('a'",
      "MACRO_SYNTAX",
      0,
      "found $QUESTION( without its closing parenthesis; balance brackets and quotes",
    ],
    [
      "$LOCATION()",
      "MACRO_SYNTAX",
      0,
      "found $LOCATION with 0 arguments, expected 1 argument; correct it, with quotes around a text that holds a comma",
    ],
    [
      "$HOST_PATH($LOCATION())",
      "MACRO_SYNTAX",
      11,
      "found $LOCATION with 0 arguments, expected 1 argument; correct it, with quotes around a text that holds a comma",
    ],
    [
      "$MOUNTED_HOST_PATH(a)",
      "MACRO_SYNTAX",
      0,
      "found $MOUNTED_HOST_PATH with 1 argument, expected 2 arguments; correct it, with quotes around a text that holds a comma",
    ],
    [
      "$GPU_CONFIG(x)",
      "MACRO_SYNTAX",
      0,
      "found $GPU_CONFIG with 1 argument, expected 0 arguments; correct it, with quotes around a text that holds a comma",
    ],
    [
      "$SERVER_LAN_IP()",
      "MACRO_SYNTAX",
      0,
      "found $SERVER_LAN_IP with parentheses, expected it without; remove them",
    ],
    ["$LOCATION('')", "MACRO_SYNTAX", 0, "found no name, expected one; write it"],
    ["$QUESTION('')", "MACRO_SYNTAX", 0, "found no key, expected one; write it"],
    ["$MOUNTED_HOST_PATH(a, '')", "MACRO_SYNTAX", 0, "found no path, expected one; write it"],
    [
      "$RANDOM_STRING(0)",
      "MACRO_SYNTAX",
      0,
      'found the length "0", expected a whole number from 1 to 1024; write for example $RANDOM_STRING(16)',
    ],
    [
      "$RANDOM_STRING(1025)",
      "MACRO_SYNTAX",
      0,
      'found the length "1025", expected a whole number from 1 to 1024; write for example $RANDOM_STRING(16)',
    ],
    [
      "$MEMORY(half, 200)",
      "MACRO_SYNTAX",
      0,
      'found "half", expected a percentage from 0% to 100%; write for example $MEMORY(5%, 200)',
    ],
    [
      "$MEMORY(101%, 200)",
      "MACRO_SYNTAX",
      0,
      'found "101%", expected a percentage from 0% to 100%; write for example $MEMORY(5%, 200)',
    ],
    [
      "$MEMORY(5%, 200MB)",
      "MACRO_SYNTAX",
      0,
      'found "200MB", expected a number of megabytes; write for example $MEMORY(5%, 200)',
    ],
    [
      "a$GPU_CONFIG()",
      "MACRO_SYNTAX",
      1,
      "found $GPU_CONFIG(...) inside other text, but it gives an object; let it be the whole value",
    ],
    [
      "$HOST_PATH($HOST_PATH(a))",
      "MACRO_SYNTAX",
      11,
      "found $HOST_PATH(...) inside other text, but it gives an object; let it be the whole value",
    ],
    [
      "$IF(true, a$HOST_PATH(b))",
      "MACRO_SYNTAX",
      11,
      "found $HOST_PATH(...) inside other text, but it gives an object; let it be the whole value",
    ],
    [
      "$IF(true)",
      "MACRO_SYNTAX",
      0,
      "found $IF with a condition only, expected a value after it; write $IF(condition, value)",
    ],
    [
      "$IF(true, a, b, AND, c)",
      "MACRO_SYNTAX",
      0,
      "found $IF with more than 4 arguments, expected condition, value, other value and AND or OR; put quotes around a text that holds a comma",
    ],
    [
      "$IF(true, a, b, XOR)",
      "MACRO_SYNTAX",
      0,
      "found a fourth argument of $IF that is neither AND nor OR; write one of the two",
    ],
    [
      "$IF()",
      "MACRO_SYNTAX",
      4,
      "found no condition, expected true, false, $QUESTION(key), $APP_INSTALLED(name), x == y or x != y; write one of these",
    ],
    [
      "$IF(maybe, a)",
      "MACRO_SYNTAX",
      4,
      'found the condition "maybe", expected true, false, $QUESTION(key), $APP_INSTALLED(name), x == y or x != y; write one of these',
    ],
    [
      "$IF([], a)",
      "MACRO_SYNTAX",
      5,
      "found no condition, expected true, false, $QUESTION(key), $APP_INSTALLED(name), x == y or x != y; write one of these",
    ],
    [
      "$IF(['true' false], a)",
      "MACRO_SYNTAX",
      4,
      "found a list of conditions that goes on after a closing quote; separate conditions by commas",
    ],
    [
      "$IF(['true'",
      "MACRO_SYNTAX",
      0,
      "found $IF( without its closing parenthesis; balance brackets and quotes",
    ],
    ["$IF(['true], a)", "MACRO_SYNTAX", 5, "found a ' that is not closed; add the closing '"],
    ["$IF('a' == 'b", "MACRO_SYNTAX", 11, "found a ' that is not closed; add the closing '"],
    [
      "$IF('a == b' == c, x)",
      "MACRO_SYNTAX",
      13,
      "found two comparisons in one condition; write a list of conditions in brackets",
    ],
    ["$IF('\"a\" b', x)", "MACRO_SYNTAX", 4, "found a ' that is not closed; add the closing '"],
    ["$IF(true, {a})", "MACRO_SYNTAX", 12, 'found no colon after the name "a"; write name: value'],
    [
      "$IF(true, {: 1})",
      "MACRO_SYNTAX",
      11,
      "found no field name that can be used; write it in quotes, without macros",
    ],
    [
      "$IF(true, {__proto__: 1})",
      "MACRO_SYNTAX",
      11,
      "found no field name that can be used; write it in quotes, without macros",
    ],
    [
      "$IF(true, {'$SERVER_LAN_IP': 1})",
      "MACRO_SYNTAX",
      11,
      "found no field name that can be used; write it in quotes, without macros",
    ],
    [
      "$IF(true, {a: 'b' c})",
      "MACRO_SYNTAX",
      18,
      "found text after a value, expected a comma or }; put quotes around the whole text",
    ],
    [
      "$IF(true, ['b' c])",
      "MACRO_SYNTAX",
      15,
      "found text after a value, expected a comma or ]; put quotes around the whole text",
    ],
    [
      "$IF(true, {a: 'b'",
      "MACRO_SYNTAX",
      0,
      "found $IF( without its closing parenthesis; balance brackets and quotes",
    ],
    [
      "$IF(true, {a: 1} x)",
      "MACRO_SYNTAX",
      17,
      "found text after a closing quote or bracket, expected a comma or a closing parenthesis; put the whole argument in quotes",
    ],
  ])("in %s is told once, with its place", (text, code, offset, message) => {
    expect(faultsOf(text)).toEqual([[code, offset, message]]);
  });

  test("of one text are all told, in its order, as far as it can be read", () => {
    const text = "$RANDOM_STRING(x) $NOPE(a) $LOCATION() $QUESTION(b";
    expect(faultsOf(text).map(([code, offset]) => [code, offset])).toEqual([
      ["MACRO_UNKNOWN", 18],
      ["MACRO_SYNTAX", 27],
      ["MACRO_SYNTAX", 39],
    ]);
    expect(faultsOf("$RANDOM_STRING(x) $NOPE(a)").map(([code, offset]) => [code, offset])).toEqual([
      ["MACRO_SYNTAX", 0],
      ["MACRO_UNKNOWN", 18],
    ]);
  });

  test("a fault of its own is not told as the author's", () => {
    const broken = {
      includes: () => true,
      get length(): number {
        throw new RangeError("broken");
      },
    };
    expect(() => parseMacros(broken as unknown as string)).toThrow(RangeError);
  });

  test("of one text are told up to twenty", () => {
    expect(parseMacros("$NOPE(x)".repeat(100)).problems).toHaveLength(20);
  });
});
