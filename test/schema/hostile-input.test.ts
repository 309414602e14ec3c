import { describe, expect, test } from "vitest";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import { createRandom, type SeededRandom } from "../support/random.ts";
import { findingsOf, goodFlow, goodHook, problemsOf } from "./check.ts";

/** Longest time any text may take; each of these takes well under a second on a slow machine. */
const patienceMs = 10_000;

describe("names that mean something to JavaScript", () => {
  test("refuses __proto__ anywhere and leaves every prototype as it was", () => {
    const text =
      '{ "version": 5, "__proto__": { "custom": true }, "app_values": { "a": { "__proto__": [] } } }';
    expect(findingsOf(text)).toEqual(["JSON_SYNTAX /__proto__", "JSON_SYNTAX /app_values/a/__proto__"]);
    expect(({} as { custom?: boolean }).custom).toBeUndefined();
  });

  test("takes names of Object.prototype as ordinary names", () => {
    const script = {
      version: 5,
      constructor: 1,
      toString: 2,
      app_values: { constructor: "x", hasOwnProperty: 1 },
    };
    expect(findingsOf(script)).toEqual(["FIELD_UNKNOWN /constructor", "FIELD_UNKNOWN /toString"]);
    expect(findingsOf({ version: 5, hooks: [{ ...goodHook, valueOf: 1 }] })).toEqual([
      "FIELD_UNKNOWN /hooks/0/valueOf",
    ]);
  });
});

describe("texts made to take long", () => {
  const huge = (piece: string, characters = 1_900_000): string =>
    piece.repeat(Math.floor(characters / piece.length));

  test.each([
    ["unknown macros", JSON.stringify({ version: 5, app_values: { a: huge("$LOCATIOX(") } })],
    ["dollar signs", JSON.stringify({ version: 5, app_values: { a: huge("$") } })],
    ["nested macros", JSON.stringify({ version: 5, app_values: { a: huge("$IF($IF(") } })],
    ["nested quotes", JSON.stringify({ version: 5, app_values: { a: huge("$IF('$HOST_PATH('", 100_000) } })],
    ["negations", JSON.stringify({ version: 5, app_values: { a: `$IF(${huge("!")}true, a)` } })],
    ["spaces", JSON.stringify({ version: 5, app_values: { a: `$IF(${huge(" ")}` } })],
    ["small macros", JSON.stringify({ version: 5, app_values: { a: huge("$location(") } })],
    [
      "braces in an address",
      JSON.stringify({
        version: 5,
        hooks: [
          {
            ...goodHook,
            inputs: [
              {
                type: "oauth",
                id: "a",
                name: "n",
                provider: "p",
                flow: { ...goodFlow, authUrl: `https://a.example/${huge("{")}` },
              },
            ],
          },
        ],
      }),
    ],
    ["a range", JSON.stringify({ version: 5, script: { updateCompatibility: huge("1 - ") } })],
    ["a range of spaces", JSON.stringify({ version: 5, script: { updateCompatibility: `>${huge(" ")}1` } })],
    ["a version", JSON.stringify({ version: 5, script: { version: huge("1.") } })],
    ["a path", JSON.stringify({ version: 5, hooks: [{ ...goodHook, script: huge("a/") }] })],
    [
      "a link",
      JSON.stringify({
        version: 5,
        hooks: [
          { ...goodHook, userOptional: { label: "x", link: { url: `https://${huge("a")}`, label: "x" } } },
        ],
      }),
    ],
    ["line breaks", `${huge("\r\n")}{`],
    ["commas", huge(",", 19_000)],
    ["fields written twice", `{ "version": 5, "app_values": { ${huge('"a":1,', 25_000)}"a": 1 } }`],
    [
      "unknown fields",
      `{ "version": 5, ${Array.from({ length: 4900 }, (_, index) => `"scripx${index}":1`).join(",")} }`,
    ],
    ["bad hooks", JSON.stringify({ version: 5, hooks: Array.from({ length: 6600 }, () => ({})) })],
    [
      "hooks of the same id",
      JSON.stringify({ version: 5, hooks: Array.from({ length: 1000 }, () => goodHook) }),
    ],
  ])("answers in time for %s", (_name, text) => {
    const before = performance.now();
    const { problems } = parseInstallScript(text);
    expect(performance.now() - before).toBeLessThan(patienceMs);
    expect(problems.length).toBeLessThanOrEqual(501);
    for (const { message } of problems) expect(message.length).toBeLessThan(3000);
  });

  test("says how many problems are left out, and keeps errors before warnings", () => {
    const fields = Array.from({ length: 600 }, (_, index) => [`unknown${index}`, 1] as const);
    const warned = problemsOf({ version: 5, ...Object.fromEntries(fields) });
    expect(warned).toHaveLength(501);
    expect(warned.at(-1)).toMatchObject({ severity: "warning" });
    expect(warned.at(-1)?.message).toBe(
      "100 more problems are not shown; mend these first, then check again.",
    );
    const refused = problemsOf({ version: 5, ...Object.fromEntries(fields), custom: "yes" });
    expect(refused.filter((problem) => problem.severity === "error").map(({ code }) => code)).toEqual([
      "SCHEMA_TYPE",
      "JSON_LIMIT",
    ]);
  });
});

describe("texts made by chance", () => {
  const base = {
    version: 5,
    script: { version: "1.0.0", updateCompatibility: ">= 1" },
    requirements: { locations: ["Media"], specifications: ["1CORE"], ports: [80] },
    ensure_directories_exists: [{ path: "$LOCATION(Media)/a", owner: { user: "apps" } }],
    installation_questions: [
      { question: "Q", type: "select", key: "k", options: [{ text: "a", value: "b" }] },
    ],
    app_values: {
      a: "$IF(['$QUESTION(k) == \"b\"', '!$APP_INSTALLED(x)'], $HOST_PATH($LOCATION(Media)), {a: [1, 'x']}, 'OR')",
    },
    hooks: [
      {
        ...goodHook,
        condition: { toVersionRange: "> 1" },
        userOptional: { label: "l", link: { url: "https://a.example", label: "x" } },
        inputs: [
          { type: "oauth", id: "i", name: "n", provider: "p", flow: { ...goodFlow, headers: { A: "b" } } },
        ],
      },
    ],
    metadata: { name: "n", description: "d", icon: "i", version: "v" },
  };
  const replacements = [
    null,
    0,
    -1,
    1.5,
    "",
    "$",
    "$IF(",
    "__proto__",
    [],
    {},
    [[]],
    [null],
    { id: {} },
    true,
    "\u0000",
    { type: "oauth" },
  ];

  const mutate = (value: unknown, random: SeededRandom): unknown => {
    if (random.below(12) === 0) return random.pick(replacements);
    if (Array.isArray(value)) return value.map((item) => mutate(item, random));
    if (typeof value !== "object" || value === null) return value;
    const kept = Object.entries(value).filter(() => random.below(15) !== 0);
    return Object.fromEntries(
      kept.map(([name, item]) => [random.below(25) === 0 ? `${name}x` : name, mutate(item, random)]),
    );
  };

  test("never throws on a script whose values were changed, and a script without errors is what the text says", () => {
    expect(findingsOf(base)).toEqual([]);
    let accepted = 0;
    for (let seed = 1; seed <= 1000; seed += 1) {
      const text = JSON.stringify(mutate(base, createRandom(seed)));
      const { script, problems } = parseInstallScript(text);
      expect([seed, script === null]).toEqual([
        seed,
        problems.some((problem) => problem.severity === "error"),
      ]);
      if (script !== null) expect(script).toEqual(JSON.parse(text));
      if (script !== null) accepted += 1;
      const lines = text.split("\n").length;
      for (const problem of problems)
        expect([seed, problem.line <= lines && problem.column <= text.length + 1]).toEqual([seed, true]);
    }
    expect(accepted).toBeGreaterThan(3);
    expect(accepted).toBeLessThan(2000);
  });

  test("never throws on a text whose characters were changed", () => {
    const text = JSON.stringify(base, null, 1);
    const pieces = [
      "",
      '"',
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\\",
      "\\u",
      "$",
      "(",
      ")",
      "'",
      "/*",
      "//",
      "\n",
      "\u0000",
      "\uD800",
      "9e99",
      "!=",
    ];
    for (let seed = 1; seed <= 1000; seed += 1) {
      const random = createRandom(seed);
      let changed = text;
      for (let change = 0; change <= random.below(4); change += 1) {
        const at = random.below(changed.length);
        changed = changed.slice(0, at) + random.pick(pieces) + changed.slice(at + random.below(3));
      }
      const { script, problems } = parseInstallScript(changed);
      expect([seed, script === null]).toEqual([
        seed,
        problems.some((problem) => problem.severity === "error"),
      ]);
    }
  });
});
