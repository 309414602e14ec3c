import { describe, expect, test } from "vitest";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import { findingsOf, goodHook, onlyProblemOf, problemsOf, scriptWithHook } from "./check.ts";
import { partsOfHooks, wholeHooks, wholeScripts } from "./contract-examples.ts";

describe("the contract's own examples", () => {
  test.each(Object.entries(wholeScripts))("accepts the whole script: %s", (_name, text) => {
    const { script, problems } = parseInstallScript(text);
    expect(problems).toEqual([]);
    expect(script).toEqual(JSON.parse(text));
  });

  test.each(Object.entries(wholeHooks))("accepts the whole hook: %s", (_name, text) => {
    expect(problemsOf(`{ "version": 5, "hooks": [${text}] }`)).toEqual([]);
  });

  test.each(Object.entries(partsOfHooks))("accepts the part in a whole hook: %s", (_name, text) => {
    expect(problemsOf(scriptWithHook(JSON.parse(text) as Record<string, unknown>))).toEqual([]);
  });

  test("names what the parts lack when they stand alone", () => {
    expect(findingsOf(`{ "version": 5, "hooks": [${partsOfHooks["user optional hook"]}] }`)).toEqual([
      "HOOK_SOURCE /hooks/0",
      "SCHEMA_REQUIRED /hooks/0/entrypoint",
    ]);
  });
});

describe("versions of the format", () => {
  test("accepts V4 without hooks and V5 without hooks", () => {
    expect(problemsOf({ version: 4, app_values: {} })).toEqual([]);
    expect(problemsOf({ version: 5 })).toEqual([]);
  });

  test("refuses hooks in V4, once, at the field's name", () => {
    const problem = onlyProblemOf('{\n  "version": 4,\n  "hooks": []\n}');
    expect(problem).toMatchObject({ code: "HOOKS_NEED_V5", pointer: "/hooks", line: 3, column: 3 });
    expect(problem.message).toBe(
      'hooks: found in a script with "version": 4; hooks belong to version 5; set "version" to 5, or remove "hooks".',
    );
  });

  test("names V6 and judges nothing else of such a file by the rules of V5", () => {
    const problem = onlyProblemOf({ version: 6, hooks: [{ title: "x", events: ["onAfterInstall"] }] });
    expect(problem).toMatchObject({
      code: "SCRIPT_VERSION",
      severity: "error",
      pointer: "/version",
      line: 2,
    });
    expect(problem.message).toContain("does not know V6 yet");
  });

  test("refuses versions that never were", () => {
    expect(onlyProblemOf({ version: 3 }).message).toBe(
      'version: found 3, expected 4 or 5; use "version": 5, or 4 for a script without hooks.',
    );
  });

  test("asks for a number when the version is a text, and still checks the rest", () => {
    const problems = problemsOf({ version: "5", custom: "yes" });
    expect(problems.map((problem) => problem.code)).toEqual(["SCRIPT_VERSION", "SCHEMA_TYPE"]);
    expect(problems[0]?.message).toBe(
      'version: found the text "5", expected a number; write 5 without quotes.',
    );
  });

  test("asks for the version when it is missing, at the object around it", () => {
    const problem = onlyProblemOf('\n  { "custom": false }');
    expect(problem).toMatchObject({ code: "SCHEMA_REQUIRED", pointer: "/version", line: 2, column: 3 });
    expect(problem.message).toContain('install script: "version" is missing; add it');
  });
});

describe("what the problems say", () => {
  test("tells all mistakes of a file at once, in the order of the text", () => {
    const text = `{
  "version": 5,
  "colour": "red",
  "hooks": [
    { "id": "a", "event": "onAfterInstal", "script": "a.ts", "entrypoint": "run", "timeout": 0 },
    { "id": "a", "event": "onAfterInstall", "script": "../b.ts", "entrypoint": 5 }
  ]
}`;
    const problems = parseInstallScript(text, { file: "myapp.json" }).problems;
    expect(problems.map(({ line, column, code, file }) => `${file}:${line}:${column} ${code}`)).toEqual([
      "myapp.json:3:3 FIELD_UNKNOWN",
      "myapp.json:5:27 SCHEMA_VALUE",
      "myapp.json:5:94 SCHEMA_VALUE",
      "myapp.json:6:13 HOOK_ID_DUPLICATE",
      "myapp.json:6:55 HOOK_SCRIPT_PATH",
      "myapp.json:6:80 SCHEMA_TYPE",
    ]);
  });

  test("gives no script when there is an error, and one when there are only warnings", () => {
    expect(parseInstallScript('{ "version": 5, "custom": 1 }').script).toBeNull();
    expect(parseInstallScript('{ "version": 5, "colour": 1 }').script).toEqual({ version: 5, colour: 1 });
  });

  test.each([
    [
      { scriptContent: "x" },
      'hooks[0] "setup": both "script" and "scriptContent" are set; keep exactly one.',
    ],
    [
      { script: undefined },
      'hooks[0] "setup": neither "script" nor "scriptContent" is set; expected exactly one; add the path or the code of the hook.',
    ],
    [
      { event: 7 },
      'hooks[0] "setup", event: found 7, expected one of "onBeforeInstall", "onAfterInstall", "onBeforeUpgrade", "onAfterUpgrade".',
    ],
    [
      { event: "onafterinstall" },
      'hooks[0] "setup", event: found "onafterinstall", expected one of "onBeforeInstall", "onAfterInstall", "onBeforeUpgrade", "onAfterUpgrade". Did you mean "onAfterInstall"?',
    ],
    [
      { entrypoint: "" },
      'hooks[0] "setup", entrypoint: found an empty text, expected name of the exported async function to call.',
    ],
    [
      { entrypoint: undefined },
      'hooks[0] "setup": "entrypoint" is missing; add it (name of the exported async function to call).',
    ],
    [
      { entrypoint: null },
      'hooks[0] "setup", entrypoint: found null, expected a string (name of the exported async function to call).',
    ],
    [
      { inputs: {} },
      'hooks[0] "setup", inputs: found an object, expected a list (what the user is asked for before the hook runs).',
    ],
    [{ labels: { a: 1 } }, 'hooks[0] "setup", labels.a: found 1, expected a string.'],
  ])("says in the author's names what is wrong with %j", (fields, message) => {
    expect(onlyProblemOf(scriptWithHook(fields)).message).toBe(message);
  });

  test("reports a hook that is no object once", () => {
    expect(findingsOf({ version: 5, hooks: [7, null] })).toEqual([
      "SCHEMA_TYPE /hooks/0",
      "SCHEMA_TYPE /hooks/1",
    ]);
  });

  test("reports a value of the wrong type once, although more rules are broken by it", () => {
    expect(findingsOf(scriptWithHook({ timeout: "10", retries: 1.5, userOptional: "yes" }))).toEqual([
      "SCHEMA_TYPE /hooks/0/timeout",
      "SCHEMA_TYPE /hooks/0/retries",
      "SCHEMA_TYPE /hooks/0/userOptional",
    ]);
  });

  test.each([
    ["[]", "an empty list"],
    ["[1]", "a list"],
    ["null", "null"],
    ['"text"', '"text"'],
    ["5", "5"],
  ])("asks for an object when the root is %s", (text, shown) => {
    expect(onlyProblemOf(text)).toMatchObject({
      code: "SCHEMA_TYPE",
      pointer: "",
      line: 1,
      column: 1,
      message: `install script: found ${shown}, expected an object; begin with { "version": 5 }.`,
    });
  });
});

describe("the schema's own bounds", () => {
  test.each([
    [{ timeout: 0.5 }, []],
    [{ timeout: 86400 }, []],
    [{ timeout: 86401 }, ["SCHEMA_VALUE /hooks/0/timeout"]],
    [{ timeout: -1 }, ["SCHEMA_VALUE /hooks/0/timeout"]],
    [{ retries: 0 }, []],
    [{ retries: 100 }, []],
    [{ retries: 101 }, ["SCHEMA_VALUE /hooks/0/retries"]],
    [{ retries: -1 }, ["SCHEMA_VALUE /hooks/0/retries"]],
    [{ id: "" }, ["SCHEMA_VALUE /hooks/0/id"]],
    [{ labels: { team: "media" }, annotations: {} }, []],
  ])("bounds of hooks: %j gives %j", (fields, findings) => {
    expect(findingsOf(scriptWithHook(fields))).toEqual(findings);
  });

  test.each([
    [[1], []],
    [[65535], []],
    [[0], ["SCHEMA_VALUE /requirements/ports/0"]],
    [[65536], ["SCHEMA_VALUE /requirements/ports/0"]],
    [[80.5], ["SCHEMA_TYPE /requirements/ports/0"]],
  ])("bounds of ports: %j gives %j", (ports, findings) => {
    expect(findingsOf({ version: 5, requirements: { ports } })).toEqual(findings);
  });

  test("asks for metadata when custom is true, and for all four of its fields", () => {
    expect(onlyProblemOf({ version: 5, custom: true })).toMatchObject({
      code: "METADATA_REQUIRED",
      pointer: "/metadata",
      message:
        'install script: "custom" is true, but "metadata" is missing; add "metadata" with name, description, icon and version.',
    });
    expect(findingsOf({ version: 5, custom: true, metadata: {} })).toEqual(
      ["name", "description", "icon", "version"].map((name) => `SCHEMA_REQUIRED /metadata/${name}`),
    );
    expect(findingsOf({ version: 5, custom: false })).toEqual([]);
  });
});

describe("unknown fields", () => {
  test("warns of each in every object whose fields are known, with the name that was probably meant", () => {
    const script = {
      version: 5,
      scripts: {},
      requirements: { location: [] },
      hooks: [
        {
          ...goodHook,
          entryPoint: "x",
          condition: { fromVersion: "1" },
          userOptional: { label: "x", link: { url: "https://a.example", label: "x", href: "" } },
        },
      ],
    };
    expect(problemsOf(script).map(({ severity, pointer, message }) => [severity, pointer, message])).toEqual([
      [
        "warning",
        "/scripts",
        'install script: unknown field "scripts" is ignored; remove it, or correct its spelling. Did you mean "script"?',
      ],
      [
        "warning",
        "/requirements/location",
        'requirements: unknown field "location" is ignored; remove it, or correct its spelling. Did you mean "locations"?',
      ],
      [
        "warning",
        "/hooks/0/entryPoint",
        'hooks[0] "setup": unknown field "entryPoint" is ignored; remove it, or correct its spelling. Did you mean "entrypoint"?',
      ],
      [
        "warning",
        "/hooks/0/condition/fromVersion",
        'hooks[0] "setup", condition: unknown field "fromVersion" is ignored; remove it, or correct its spelling.',
      ],
      [
        "warning",
        "/hooks/0/userOptional/link/href",
        'hooks[0] "setup", userOptional.link: unknown field "href" is ignored; remove it, or correct its spelling.',
      ],
    ]);
  });

  test("knows the fields of an input by its type", () => {
    const question = { question: "Q", type: "text", key: "k", colour: 1 };
    const inputs = [
      { type: "question", id: "a", question, provider: "x" },
      { type: "oauth", id: "b", name: "n", provider: "p", flow: undefined, question: {} },
    ];
    expect(findingsOf(scriptWithHook({ inputs }))).toEqual([
      "FIELD_UNKNOWN /hooks/0/inputs/0/question/colour",
      "FIELD_UNKNOWN /hooks/0/inputs/0/provider",
      "SCHEMA_REQUIRED /hooks/0/inputs/1/flow",
      "FIELD_UNKNOWN /hooks/0/inputs/1/question",
    ]);
  });

  test("asks for the question of a question input, and leaves one of the wrong type to the schema", () => {
    const [missing, wrong] = problemsOf(
      scriptWithHook({
        inputs: [
          { type: "question", id: "a" },
          { type: "question", id: "b", question: 5 },
        ],
      }),
    );
    expect(missing?.message).toBe('hooks[0] "setup", inputs[0] "a": "question" is missing; add it.');
    expect(wrong).toMatchObject({ code: "SCHEMA_TYPE", pointer: "/hooks/0/inputs/1/question" });
  });

  test("says where misplaced fields of the root belong", () => {
    expect(onlyProblemOf({ version: 5, network: {} }).message).toBe(
      'install script: "network" is not a field of the root and is ignored; move it into "app_values".',
    );
  });
});
