import { describe, expect, test } from "vitest";
import { findingsOf, goodHook, onlyProblemOf, problemsOf, scriptWithHook } from "./check.ts";

const question = { question: "Q", type: "text", key: "a" };

describe("unique names", () => {
  test("refuses a hook id that another hook has, naming both", () => {
    const other = { ...goodHook, script: "b.ts" };
    const problem = onlyProblemOf({ version: 5, hooks: [goodHook, other, { ...other, id: "third" }] });
    expect(problem).toMatchObject({ code: "HOOK_ID_DUPLICATE", pointer: "/hooks/1/id" });
    expect(problem.message).toBe(
      'hooks[1] "setup": id "setup" is already used by hooks[0] "setup"; expected a different one for each; rename one.',
    );
  });

  test("refuses an input id used twice in a hook, but not in two hooks", () => {
    const first = { type: "question", id: "name", question };
    const second = { ...first, question: { ...question, key: "b" } };
    expect(findingsOf(scriptWithHook({ inputs: [first, second] }))).toEqual([
      "INPUT_ID_DUPLICATE /hooks/0/inputs/1/id",
    ]);
    const hooks = [
      { ...goodHook, inputs: [first] },
      { ...goodHook, id: "other", inputs: [second] },
    ];
    expect(findingsOf({ version: 5, hooks })).toEqual([]);
  });

  test("refuses a question key used twice in the file, in the install dialog and in hook inputs", () => {
    const inputs = [{ type: "question", id: "name", question }];
    const script = {
      version: 5,
      installation_questions: [question, question],
      hooks: [{ ...goodHook, inputs }],
    };
    expect(findingsOf(script)).toEqual([
      "QUESTION_KEY_DUPLICATE /installation_questions/1/key",
      "QUESTION_KEY_DUPLICATE /hooks/0/inputs/0/question/key",
    ]);
  });

  test("leaves names that are no text to the schema", () => {
    const hooks = [
      { ...goodHook, id: 1 },
      { ...goodHook, id: 1 },
    ];
    expect(findingsOf({ version: 5, hooks })).toEqual(["SCHEMA_TYPE /hooks/0/id", "SCHEMA_TYPE /hooks/1/id"]);
  });
});

describe("script paths", () => {
  test.each(["a.ts", "./a.ts", "a/b.js", "a/../b.mts", "a/./b//c.mjs", "_lib/x.y.ts", "ä b.ts", "..a/b.ts"])(
    "accepts %s",
    (script) => expect(findingsOf(scriptWithHook({ script }))).toEqual([]),
  );

  test.each([
    ["", "is empty"],
    ["../a.ts", "leads out of the catalog"],
    ["a/../../b/a.ts", "leads out of the catalog"],
    ["/etc/a.ts", "is absolute"],
    ["a\\b.ts", "holds a backslash"],
    ["a\u0000.ts", "holds a control character"],
    ["a\n.ts", "holds a control character"],
    ["C:/a.ts", "is an address or names a drive"],
    ["https://a.example/a.ts", "is an address or names a drive"],
    ["node:fs", "is an address or names a drive"],
    ["a.py", "does not end in .ts, .js, .mts or .mjs"],
    ["a.ts/", "does not end in .ts, .js, .mts or .mjs"],
    [".ts", "does not end in .ts, .js, .mts or .mjs"],
    ["a/.ts", "does not end in .ts, .js, .mts or .mjs"],
    ["a.TS", "does not end in .ts, .js, .mts or .mjs"],
  ])("refuses %j because it %s", (script, fault) => {
    const problem = onlyProblemOf(scriptWithHook({ script }));
    expect(problem).toMatchObject({
      code: "HOOK_SCRIPT_PATH",
      pointer: "/hooks/0/script",
      severity: "error",
    });
    expect(problem.message).toBe(
      `hooks[0] "setup": script ${JSON.stringify(script)} ${fault}; expected the path of a .ts or .js file inside the catalog; write for example "myapp/myapp_hook.ts".`,
    );
  });
});

describe("links", () => {
  const withLink = (url: unknown): object =>
    scriptWithHook({ userOptional: { label: "x", link: { url, label: "Terms" } } });

  test.each(["https://a.example", "http://a.example/b?c=d#e", "https://münchen.example/"])(
    "accepts %s",
    (url) => {
      expect(findingsOf(withLink(url))).toEqual([]);
    },
  );

  test.each([
    "a.example",
    "/terms",
    "https:/a.example",
    "https:a.example",
    "ftp://a.example",
    "javascript:alert(1)",
    "https://",
    "https://a b",
    "https://a.example/ b",
    "https://a\\b",
    "https://[x",
    "",
  ])("refuses %j", (url) => {
    const problem = onlyProblemOf(withLink(url));
    expect(problem).toMatchObject({ code: "LINK_URL", pointer: "/hooks/0/userOptional/link/url" });
    expect(problem.message).toBe(
      `hooks[0] "setup", userOptional.link.url: found ${JSON.stringify(url)}, expected a full web address; write for example "https://example.com/terms".`,
    );
  });

  test("leaves an address that is no text to the schema", () => {
    expect(findingsOf(withLink(5))).toEqual(["SCHEMA_TYPE /hooks/0/userOptional/link/url"]);
  });
});

describe("versions", () => {
  test("refuses ranges that do not parse, wherever they stand", () => {
    const script = {
      version: 5,
      script: { version: "1.0.0", updateCompatibility: "newer" },
      hooks: [
        {
          ...goodHook,
          event: "onAfterUpgrade",
          condition: { fromVersionRange: "<< 2", toVersionRange: ">= two" },
        },
      ],
    };
    expect(findingsOf(script)).toEqual([
      "SEMVER_RANGE /script/updateCompatibility",
      "SEMVER_RANGE /hooks/0/condition/fromVersionRange",
      "SEMVER_RANGE /hooks/0/condition/toVersionRange",
    ]);
    expect(problemsOf(script)[1]?.message).toBe(
      'hooks[0] "setup", condition.fromVersionRange: found "<< 2", expected a semver range; write for example ">= 2.0.0 < 3".',
    );
  });

  test.each(["*", "", "^1.2", ">= 2.0.0 < 3 || 5.x", "~1", "1.2.3 - 2"])(
    "accepts the range %j",
    (fromVersionRange) => {
      expect(
        findingsOf(scriptWithHook({ event: "onAfterUpgrade", condition: { fromVersionRange } })),
      ).toEqual([]);
    },
  );

  test("refuses a range that is too long to be one", () => {
    const updateCompatibility = "^1 ".repeat(100);
    expect(onlyProblemOf({ version: 5, script: { updateCompatibility } }).message).toContain(
      "expected a semver range of at most 256 characters; write for example",
    );
  });

  test.each([
    ["1.1", "1.1.0"],
    ["2", "2.0.0"],
    ["first", "1.0.0"],
  ])("warns of the script version %j", (version, better) => {
    const problem = onlyProblemOf({ version: 5, script: { version } });
    expect(problem).toMatchObject({ severity: "warning", code: "FIELD_STYLE", pointer: "/script/version" });
    expect(problem.message).toContain(`write for example "${better}"`);
  });

  test("warns of hooks that can never run", () => {
    expect(
      onlyProblemOf(scriptWithHook({ event: "onAfterUpgrade", userOptional: { label: "x" } })),
    ).toMatchObject({
      severity: "warning",
      code: "HOOK_NEVER_RUNS",
      pointer: "/hooks/0/userOptional",
    });
    expect(onlyProblemOf(scriptWithHook({ condition: { fromVersionRange: "< 2" } }))).toMatchObject({
      severity: "warning",
      code: "HOOK_NEVER_RUNS",
      pointer: "/hooks/0/condition/fromVersionRange",
    });
    expect(findingsOf(scriptWithHook({ condition: { toVersionRange: "< 2" } }))).toEqual([]);
  });
});

describe("questions", () => {
  const withQuestion = (fields: object): object => ({
    version: 5,
    installation_questions: [{ ...question, ...fields }],
  });

  test("refuses a select without options, in the install dialog and in hook inputs", () => {
    const select = { ...question, type: "select" };
    expect(onlyProblemOf(withQuestion(select)).message).toBe(
      'installation_questions[0] "a": type is "select", but it has no "options"; expected at least one; add { "text": "...", "value": "..." }.',
    );
    expect(onlyProblemOf(withQuestion({ ...select, options: [] })).message).toContain(
      'has an empty list of "options"',
    );
    expect(findingsOf(scriptWithHook({ inputs: [{ type: "question", id: "i", question: select }] }))).toEqual(
      ["QUESTION_OPTIONS /hooks/0/inputs/0/question/options"],
    );
  });

  test("accepts a select with options of any kind of value, and leaves wrong types to the schema", () => {
    const options = [
      { text: "One", value: 1 },
      { text: "Two", value: "2" },
    ];
    expect(findingsOf(withQuestion({ type: "select", options }))).toEqual([]);
    expect(findingsOf(withQuestion({ type: "select", options: "one" }))).toEqual([
      "SCHEMA_TYPE /installation_questions/0/options",
    ]);
    expect(findingsOf(withQuestion({ type: "select", options: [{ text: "One" }] }))).toEqual([
      "SCHEMA_REQUIRED /installation_questions/0/options/0/value",
    ]);
  });
});

describe("requirements and directories", () => {
  test.each(["1CORE", "500MBRAM", "1GBRAM", "200MB", "10GB", "GPU"])(
    "accepts the specification %s",
    (text) => {
      expect(findingsOf({ version: 5, requirements: { specifications: [text] } })).toEqual([]);
    },
  );

  test("warns of a specification in small letters and refuses one it cannot read", () => {
    expect(onlyProblemOf({ version: 5, requirements: { specifications: ["1gbram"] } })).toMatchObject({
      severity: "warning",
      code: "FIELD_STYLE",
      message: 'requirements.specifications[0]: found "1gbram", expected capital letters; write "1GBRAM".',
    });
    expect(findingsOf({ version: 5, requirements: { specifications: ["lots", "1.5GB", 4] } })).toEqual([
      "SCHEMA_VALUE /requirements/specifications/0",
      "SCHEMA_VALUE /requirements/specifications/1",
      "SCHEMA_TYPE /requirements/specifications/2",
    ]);
  });

  test("warns of names of locations and permissions nobody uses", () => {
    const requirements = {
      locations: ["Media", "media", "", "Backups"],
      permissions: ["READ_WRITE_LOCATION"],
    };
    expect(
      problemsOf({ version: 5, requirements }).map(({ severity, message }) => [severity, message]),
    ).toEqual([
      [
        "warning",
        'requirements.locations[1]: "media" is not a name in use; expected one of the reference; check its spelling. Did you mean "Media"?',
      ],
      [
        "error",
        'requirements.locations[2]: found an empty text, expected the name of a location, such as "Media".',
      ],
      [
        "warning",
        'requirements.permissions[0]: "READ_WRITE_LOCATION" is not a name in use; expected one of the reference; check its spelling. Did you mean "READ_WRITE_LOCATIONS"?',
      ],
    ]);
  });

  test("refuses directories that step upwards", () => {
    const directories = [{ path: "/mnt/a/../b" }, { path: "/mnt/a..b/" }];
    const problem = onlyProblemOf({ version: 5, ensure_directories_exists: directories });
    expect(problem).toMatchObject({ code: "SCHEMA_VALUE", pointer: "/ensure_directories_exists/0/path" });
    expect(problem.message).toBe(
      'ensure_directories_exists[0].path: "/mnt/a/../b" holds ".."; expected a path without ".."; write the folder that is meant.',
    );
  });

  test("accepts an owner as a name or with a group, and refuses one without a user", () => {
    const directory = (owner: unknown): object => ({
      version: 5,
      ensure_directories_exists: [{ path: "/mnt/a", owner }],
    });
    expect(findingsOf(directory("apps"))).toEqual([]);
    expect(findingsOf(directory({ user: "apps", group: "apps" }))).toEqual([]);
    expect(findingsOf(directory({ group: "apps" }))).toEqual([
      "SCHEMA_REQUIRED /ensure_directories_exists/0/owner/user",
    ]);
    expect(onlyProblemOf(directory(568)).message).toBe(
      'ensure_directories_exists[0].owner: found 568, expected a string or an object (owner: a user name, or an object {"user", "group"}).',
    );
  });
});

describe("labels and annotations", () => {
  const name = "a".repeat(100);

  test.each([
    { labels: { tier: "media", "app.example.com/part-of": "", [name]: "x".repeat(200) } },
    { annotations: { runbook: "line\nline", note: "x".repeat(4096) } },
    { labels: {}, annotations: Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`a${at}`, ""])) },
  ])("may be this", (fields) => expect(findingsOf(scriptWithHook(fields))).toEqual([]));

  test.each([
    ["a:b", "text", 'found the name "a:b", expected 1 to 100 letters'],
    ["", "text", "found the name"],
    ["_tier", "text", "found the name"],
    [`${name}a`, "text", "found the name"],
    ["tier", "x".repeat(201), "found a text of 201 characters, expected at most 200"],
    ["tier", "one\ntwo", "expected one line of text"],
  ])("refuses a label %j", (label, text, message) => {
    const labels: unknown = JSON.parse(`{${JSON.stringify(label)}: ${JSON.stringify(text)}}`);
    const problem = onlyProblemOf(scriptWithHook({ labels }));
    expect(problem).toMatchObject({ code: "SCHEMA_VALUE", pointer: `/hooks/0/labels/${label}` });
    expect(problem.message).toContain('hooks[0] "setup", labels');
    expect(problem.message).toContain(message);
  });

  test("refuses too many, and an annotation that is too long, at their places", () => {
    const labels = Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`a${at}`, ""]));
    expect(findingsOf(scriptWithHook({ labels, annotations: { note: "x".repeat(4097) } }))).toEqual([
      "SCHEMA_VALUE /hooks/0/labels",
      "SCHEMA_VALUE /hooks/0/annotations/note",
    ]);
  });

  test("leaves values that are no texts to the schema", () => {
    expect(findingsOf(scriptWithHook({ labels: { tier: 1 }, annotations: [] }))).toEqual([
      "SCHEMA_TYPE /hooks/0/labels/tier",
      "SCHEMA_TYPE /hooks/0/annotations",
    ]);
  });
});
