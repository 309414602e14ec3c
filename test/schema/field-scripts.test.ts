import { expect, test } from "vitest";
import { parseInstallScript } from "../../src/schema/parse-install-script.ts";
import { findingsOf, goodHook, problemsOf, scriptWithHook } from "./check.ts";

/* What real catalogs contain must not be refused; each test is one thing that was seen. */

const errorsOf = (script: unknown): string[] =>
  problemsOf(script)
    .filter((problem) => problem.severity === "error")
    .map((problem) => `${problem.code} ${problem.pointer}`);

test("knows the fields of the root that the store itself uses", () => {
  const script = {
    $schema: "./schema.json",
    version: 5,
    widgets: [],
    widgetsSchema: {},
    actions: [],
    actionsSchema: {},
  };
  expect(findingsOf(script)).toEqual([]);
});

test("only warns of network and resources at the root", () => {
  const script = { version: 5, network: { web_port: 80 }, resources: {} };
  expect(findingsOf(script)).toEqual(["FIELD_UNKNOWN /network", "FIELD_UNKNOWN /resources"]);
  expect(errorsOf(script)).toEqual([]);
});

test("accepts empty lists, and requirements without specifications", () => {
  const script = {
    version: 5,
    requirements: { locations: [], permissions: [], ports: [] },
    ensure_directories_exists: [],
    installation_questions: [],
    hooks: [],
  };
  expect(findingsOf(script)).toEqual([]);
});

test("accepts defaults that are not typed like their question, and an empty default of a required one", () => {
  const installation_questions = [
    { question: "A", type: "boolean", key: "a", default: "True" },
    { question: "B", type: "number", key: "b", default: "5", placeholder: "0" },
    { question: "C", type: "text", key: "c", default: "", required: true, installonly: true },
    { question: "D", type: "password", key: "d", default: "$RANDOM_STRING(16)" },
  ];
  expect(findingsOf({ version: 5, installation_questions })).toEqual([]);
});

test("accepts directories with a bare owner, a share, a trailing slash", () => {
  const ensure_directories_exists = [
    { path: "$LOCATION(Media)/a/", owner: "apps", network_share: true, snapshot: { id: "media" } },
    { path: "/mnt/b", network_share: { name: "b" } },
  ];
  expect(
    findingsOf({ version: 5, requirements: { locations: ["Media"] }, ensure_directories_exists }),
  ).toEqual([]);
});

test("accepts an icon that is a path in the catalog", () => {
  const metadata = {
    name: "A",
    description: "",
    icon: "icons/a.svg",
    version: "1",
    categories: ["x"],
    keywords: [],
    screenshots: [],
  };
  expect(findingsOf({ version: 5, custom: true, internal: true, metadata })).toEqual([]);
});

test("accepts optional beside userOptional, labels and annotations", () => {
  const fields = {
    optional: true,
    userOptional: { label: "x", default: false },
    labels: { a: "b" },
    annotations: { c: "d" },
  };
  expect(findingsOf(scriptWithHook(fields))).toEqual([]);
});

test("accepts line ends of Windows, a byte order mark, no final newline and text that is not ASCII", () => {
  const text = `\uFEFF{\r\n  "version": 5,\r\n  "hooks": [\r\n    { "id": "größe", "event": "never" }\r\n  ]\r\n}`;
  const { problems } = parseInstallScript(text);
  expect(problems.find((problem) => problem.pointer === "/hooks/0/event")).toMatchObject({
    line: 4,
    column: 31,
  });
  expect(findingsOf(`\uFEFF{ "version": 5 }`)).toEqual([]);
});

test("accepts the macros as real scripts write them", () => {
  const app_values = {
    a: "$LOCATION(ApplicationsPerformance)",
    b: '$QUESTION("key")',
    c: "$MOUNTED_HOST_PATH($LOCATION(Media)/Movies, /data/movies)",
    d: "$MEMORY(10%, 512)",
    e: "http://$SERVER_LAN_IP:8096/$SERVER_HOST_ID",
    f: [
      "$IF($APP_INSTALLED(plex), '$HOST_PATH($LOCATION(Media))', '')",
      "$IF(['$QUESTION(key)', '!$APP_INSTALLED(x)'], \"a\", \"b\", 'OR')",
    ],
    g: '$IF($QUESTION(key) == "yes", {"use_all_gpus": true}, {\'use_all_gpus\': false})',
    h: "$GPU_CONFIG()",
    i: "$RANDOM_STRING(32)",
  };
  const script = {
    version: 4,
    requirements: { locations: ["ApplicationsPerformance", "Media"] },
    installation_questions: [{ question: "Q", type: "text", key: "key" }],
    app_values,
  };
  expect(findingsOf(script)).toEqual([]);
});

test("accepts two hooks in one file that differ in everything but the event", () => {
  const hooks = [
    goodHook,
    {
      id: "other",
      event: goodHook.event,
      scriptContent: "export async function run() {}",
      entrypoint: "run",
    },
  ];
  expect(findingsOf({ version: 5, hooks })).toEqual([]);
});
