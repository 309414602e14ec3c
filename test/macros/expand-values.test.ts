import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/json.ts";
import { expandText, expandValues } from "../../src/macros/expand-values.ts";
import type { MacroFacts } from "../../src/macros/macro-facts.ts";
import { createRandom } from "../support/random.ts";

const facts: MacroFacts = {
  lanIp: "192.168.1.10",
  hostId: "host-7",
  memoryMb: 16_000,
  locations: { Media: "/mnt/tank/media", Photos: "/mnt/tank/photos/", Root: "/" },
  gpus: [],
  installedApps: ["plex", "Jellyfin"],
  answers: {
    name: "Bob",
    port: 8080,
    on: true,
    off: false,
    flag: "True",
    unflag: "false",
    empty: "",
    none: null,
    list: [1],
    zero: 0,
    key: "name",
  },
  randomString: (place, length) => `<${place} ${length}>`,
};

/** The value of a text that has none of its macros missing. */
const expand = (value: JsonValue, changed: Partial<MacroFacts> = {}): JsonValue => {
  const { value: expanded, problems } = expandValues(value, { ...facts, ...changed });
  expect(problems).toEqual([]);
  return expanded;
};

describe("the macro table", () => {
  test.each<[string, JsonValue]>([
    ["$LOCATION(Media)", "/mnt/tank/media"],
    ["$LOCATION( Media )/a", "/mnt/tank/media/a"],
    ["$LOCATION(Photos)/a", "/mnt/tank/photos/a"],
    ["$LOCATION(Root)", "/"],
    ["$QUESTION(name)", "Bob"],
    ['$QUESTION("name")', "Bob"],
    ["$QUESTION('name')", "Bob"],
    ["$QUESTION($QUESTION(key))", "Bob"],
    ["$QUESTION(port)", 8080],
    ["$QUESTION(on)", true],
    ["$QUESTION(list)", [1]],
    ["$QUESTION(none)", null],
    ["port $QUESTION(port), on $QUESTION(on), none $QUESTION(none).", "port 8080, on true, none ."],
    [
      "$HOST_PATH($LOCATION(Media)/a)",
      { type: "host_path", host_path_config: { acl_enable: false, path: "/mnt/tank/media/a" } },
    ],
    [
      "$HOST_PATH($LOCATION(Media)/a (b)/c)",
      { type: "host_path", host_path_config: { acl_enable: false, path: "/mnt/tank/media/a (b)/c" } },
    ],
    ["$HOST_PATH('/a, b')", { type: "host_path", host_path_config: { acl_enable: false, path: "/a, b" } }],
    [
      "$MOUNTED_HOST_PATH($LOCATION(Media), /data)",
      {
        type: "host_path",
        read_only: false,
        mount_path: "/data",
        host_path_config: { acl_enable: false, path: "/mnt/tank/media" },
      },
    ],
    ["$MEMORY(5%, 200)", 800],
    ["$MEMORY(5, 200)", 800],
    ["$MEMORY(1%, 200)", 200],
    ["$MEMORY(0.5%, 10.5)", 80],
    ["$MEMORY(0%, 10.5)", 11],
    ["$MEMORY(5%, 200)M", "800M"],
    ["http://$SERVER_LAN_IP:8096/$SERVER_HOST_ID", "http://192.168.1.10:8096/host-7"],
    ["$APP_INSTALLED(PLEX)", "true"],
    ["$APP_INSTALLED(jellyfin)", "true"],
    ["$APP_INSTALLED(emby)", "false"],
    ["$GPU_CONFIG()", { use_all_gpus: false }],
    ["costs 5$ in $HOME", "costs 5$ in $HOME"],
  ])("%s gives %j", (text, expected) => {
    expect(expand(text)).toEqual(expected);
  });

  test("memory is counted in whole megabytes", () => {
    expect(expand("$MEMORY(33%, 1)", { memoryMb: 1001 })).toBe(330);
  });

  test.each<[string, MacroFacts["gpus"], JsonValue]>([
    ["Intel", [{ vendor: "intel", pciSlot: "0", driverReady: true }], { use_all_gpus: true }],
    ["AMD", [{ vendor: "amd", pciSlot: "0", driverReady: false }], { use_all_gpus: true }],
    [
      "NVIDIA with its driver",
      [{ vendor: "nvidia", pciSlot: "0000:01:00.0", uuid: "GPU-1", driverReady: true }],
      { use_all_gpus: true, nvidia_gpu_selection: { "0000:01:00.0": { use_gpu: true, uuid: "GPU-1" } } },
    ],
    [
      "NVIDIA without its driver",
      [{ vendor: "nvidia", pciSlot: "1", uuid: "GPU-1", driverReady: false }],
      { use_all_gpus: false },
    ],
    [
      "NVIDIA without an id",
      [{ vendor: "nvidia", pciSlot: "1", driverReady: true }],
      { use_all_gpus: false },
    ],
    [
      "Intel and NVIDIA",
      [
        { vendor: "intel", pciSlot: "0", driverReady: true },
        { vendor: "nvidia", pciSlot: "1", uuid: "GPU-1", driverReady: true },
      ],
      { use_all_gpus: true, nvidia_gpu_selection: { "1": { use_gpu: true, uuid: "GPU-1" } } },
    ],
  ])("$GPU_CONFIG() with %s", (_name, gpus, expected) => {
    expect(expand("$GPU_CONFIG()", { gpus })).toEqual(expected);
  });

  test("a random string is asked for by its place, so that the caller can give the same one again", () => {
    const values = {
      a: "$RANDOM_STRING(16)",
      b: ["$RANDOM_STRING(8)-$RANDOM_STRING(4)"],
      "c/d": "$IF(false, $RANDOM_STRING(1), $RANDOM_STRING(2))",
    };
    expect(expand(values)).toEqual({
      a: "</app_values/a 16>",
      b: ["</app_values/b/0 8>-</app_values/b/0#1 4>"],
      "c/d": "</app_values/c~1d#1 2>",
    });
    expect(expandValues("$RANDOM_STRING(3)", facts, "/installation_questions/0/default").value).toBe(
      "</installation_questions/0/default 3>",
    );
  });
});

describe("$IF", () => {
  test.each<[string, JsonValue]>([
    ["$IF(true, a, b)", "a"],
    ["$IF(FALSE, a, b)", "b"],
    ["$IF(false, a)", ""],
    ["$IF(!true, a, b)", "b"],
    ["$IF(! !true, a, b)", "a"],
    ["$IF($QUESTION(on), a, b)", "a"],
    ["$IF($QUESTION(off), a, b)", "b"],
    ["$IF($QUESTION(flag), a, b)", "a"],
    ["$IF($QUESTION(unflag), a, b)", "b"],
    ["$IF($QUESTION(name), a, b)", "a"],
    ["$IF($QUESTION(empty), a, b)", "b"],
    ["$IF($QUESTION(none), a, b)", "b"],
    ["$IF($QUESTION(zero), a, b)", "b"],
    ["$IF($QUESTION(port), a, b)", "a"],
    ["$IF('$QUESTION(off)', a, b)", "b"],
    ["$IF($APP_INSTALLED(Plex), a, b)", "a"],
    ["$IF(!$APP_INSTALLED(plex), a, b)", "b"],
    ["$IF($QUESTION(name) == Bob, a, b)", "a"],
    ["$IF($QUESTION(name)=='Bob', a, b)", "a"],
    ["$IF('$QUESTION(name)' == \"Bob\", a, b)", "a"],
    ["$IF('$QUESTION(name) == \"Bob\"', a, b)", "a"],
    ["$IF('$QUESTION(name) == Bob', a, b)", "a"],
    ["$IF($QUESTION(name) === Bob, a, b)", "a"],
    ["$IF($QUESTION(name) == bob, a, b)", "b"],
    ["$IF($QUESTION(name) != Bob, a, b)", "b"],
    ["$IF($QUESTION(name) !== Ann, a, b)", "a"],
    ["$IF(!$QUESTION(name) == Bob, a, b)", "b"],
    ["$IF($QUESTION(port) == 8080, a, b)", "a"],
    ["$IF($QUESTION(flag) == true, a, b)", "a"],
    ["$IF($QUESTION(on) == True, a, b)", "a"],
    ["$IF($QUESTION(empty) == '', a, b)", "a"],
    ["$IF('$QUESTION(empty) == ', a, b)", "a"],
    ["$IF($QUESTION(name) == $QUESTION(name), a, b)", "a"],
    ["$IF(['true', '$QUESTION(on)'], a, b)", "a"],
    ["$IF(['true', 'false'], a, b)", "b"],
    ["$IF(['true', false], a, b, 'AND')", "b"],
    ["$IF(['true', 'false'], a, b, 'OR')", "a"],
    ["$IF([false, '$QUESTION(name) == \"Ann\"'], a, b, or)", "b"],
    ["$IF(true, a, b, OR)", "a"],
  ])("%s chooses %j", (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  test.each<[string, JsonValue]>([
    ["$IF(true, 'a, (b', x)", "a, (b"],
    ['$IF(true, "it\'s", x)', "it's"],
    ["$IF(true, 'it\\'s \\\\ \\n', x)", "it's \\ \\n"],
    ["$IF(true, a (b, c) d, x)", "a (b, c) d"],
    ["$IF(true, , x)", ""],
    ["$IF(true, 5, x)", 5],
    ["$IF(true, -1.5, x)", -1.5],
    ["$IF(true, '5', x)", "5"],
    ["$IF(true, 1.10, x)", "1.10"],
    ["$IF(true, 007, x)", "007"],
    ["$IF(true, true, x)", true],
    ["$IF(false, x, false)", false],
    ["$IF(true, null, x)", null],
    ["$IF(true, $QUESTION(port), x)", 8080],
    ["$IF(true, '$QUESTION(port)', x)", 8080],
    ["$IF(true, 'port $QUESTION(port)', x)", "port 8080"],
    [
      "$IF(true, $HOST_PATH(/a), x)",
      { type: "host_path", host_path_config: { acl_enable: false, path: "/a" } },
    ],
    [
      "$IF(true, '$HOST_PATH(/a)', '')",
      { type: "host_path", host_path_config: { acl_enable: false, path: "/a" } },
    ],
    ["$IF(true, '$IF(true, 'a', 'b')', 'c')", "a"],
    [
      "$IF(true, {\"a\": \"b, }\", 'c': [1, 'two', $QUESTION(on)], d-e: {f: $LOCATION(Media)/g},}, x)",
      { a: "b, }", c: [1, "two", true], "d-e": { f: "/mnt/tank/media/g" } },
    ],
    ["$IF(true, {}, x)", {}],
    ["$IF(true, [ ], x)", []],
    ["$IF(true, ['$IF(false, a)', '', b], x)", ["", "b"]],
    ["a$IF(true, b)c", "abc"],
    ["$IF(true, 5)5", "55"],
  ])("%s gives %j", (text, expected) => {
    expect(expand(text)).toEqual(expected);
  });

  test("asks for nothing that the branch not taken would need", () => {
    expect(expand("$IF(false, $QUESTION(nope), $IF(true, a, $LOCATION(Nope)))")).toBe("a");
    expect(expand("$IF(['false', '$QUESTION(nope)'], a, b)")).toBe("b");
  });

  test("drops an element of a list that comes out empty, and nothing else that is empty", () => {
    const values = {
      list: [
        "$IF(false, a)",
        "b",
        "",
        "$QUESTION(empty)",
        "$IF(false, a)$IF(false, b)",
        { env: "$IF(false, a)" },
        "$IF(false, a) ",
      ],
      field: "$IF(false, a)",
    };
    expect(expand(values)).toEqual({ list: ["b", "", "", { env: "" }, " "], field: "" });
  });
});

describe("values that hold no macros", () => {
  test("are kept as they are, names of fields included", () => {
    const values = { "$LOCATION(Media)": [1, true, null, "x", {}], toString: "y" };
    expect(expand(values)).toEqual(values);
  });
});

describe("answers are data", () => {
  test("an answer is never read for macros, commas or parentheses", () => {
    for (const evil of [
      "$LOCATION(Media)",
      "a, b",
      "')",
      "\\'",
      "$IF(true, a, b)",
      "x == y",
      "{a: 1}",
      "$",
      "true, x",
    ]) {
      const answers = { ...facts.answers, evil };
      expect(expand("$QUESTION(evil)", { answers })).toBe(evil);
      expect(expand("<$QUESTION(evil)>", { answers })).toBe(`<${evil}>`);
      expect(expand("$IF(true, '$QUESTION(evil)', b)", { answers })).toBe(evil);
      expect(expand("$IF($QUESTION(evil) == 'no', a, b)", { answers })).toBe("b");
      expect(expand("$HOST_PATH($LOCATION(Media)/$QUESTION(evil))", { answers })).toEqual({
        type: "host_path",
        host_path_config: { acl_enable: false, path: `/mnt/tank/media/${evil}` },
      });
    }
  });

  test("any answer passes through any macro unchanged", () => {
    const random = createRandom(7);
    const pieces = ["$", "(", ")", "'", '"', ",", "IF", "QUESTION", "{", "}", "\\", "==", " ", "a"];
    for (let round = 0; round < 2000; round += 1) {
      const evil = Array.from({ length: random.below(12) }, () => random.pick(pieces)).join("");
      const answers = { evil };
      const text = `[$QUESTION(evil)]$IF($QUESTION(evil) == "$QUESTION(evil)", '$QUESTION(evil)', wrong)`;
      expect(expandText(text, { ...facts, answers })).toEqual({ text: `[${evil}]${evil}`, problems: [] });
    }
  });

  test("a location named by an answer is looked up, not read", () => {
    const answers = { where: "Media", evil: "$QUESTION(where)" };
    expect(expand("$LOCATION($QUESTION(where))", { answers })).toBe("/mnt/tank/media");
    expect(expandValues("$LOCATION($QUESTION(evil))", { ...facts, answers }).problems).toHaveLength(1);
  });
});

describe("what has no value", () => {
  test.each([
    [
      "$LOCATION(Nope)/a",
      "MACRO_VALUE",
      '$LOCATION(Nope) has no path, expected a location that is configured on the NAS; configure "Nope" there.',
    ],
    [
      "$LOCATION(toString)",
      "MACRO_VALUE",
      '$LOCATION(toString) has no path, expected a location that is configured on the NAS; configure "toString" there.',
    ],
    [
      "$QUESTION(nope)",
      "MACRO_VALUE",
      '$QUESTION(nope) has no answer, expected one to the question with key "nope"; answer it, or give it a default.',
    ],
    [
      "$QUESTION(constructor)",
      "MACRO_VALUE",
      '$QUESTION(constructor) has no answer, expected one to the question with key "constructor"; answer it, or give it a default.',
    ],
    [
      "a$QUESTION(list)",
      "MACRO_VALUE",
      "$QUESTION gives a list inside other text, expected a text or number; let it be the whole value.",
    ],
    [
      "a$IF(true, $GPU_CONFIG())",
      "MACRO_VALUE",
      "$IF gives an object inside other text, expected a text or number; let it be the whole value.",
    ],
    [
      "$RANDOM_STRING($QUESTION(name))",
      "MACRO_VALUE",
      "$RANDOM_STRING has a length that is not a whole number from 1 to 1024; correct the answer.",
    ],
    [
      "$MEMORY($QUESTION(name)%, 1)",
      "MACRO_VALUE",
      "$MEMORY has an argument that is not a percentage and a number of megabytes; correct the answer.",
    ],
    [
      "$MEMORY(1%, $QUESTION(name))",
      "MACRO_VALUE",
      "$MEMORY has an argument that is not a percentage and a number of megabytes; correct the answer.",
    ],
    [
      "$NOPE(x)",
      "MACRO_UNKNOWN",
      "found $NOPE(...), which is no macro; expected one of the reference; correct the name.",
    ],
    [
      "$LOCATION(x",
      "MACRO_SYNTAX",
      "found $LOCATION( without its closing parenthesis; balance brackets and quotes.",
    ],
  ])("%s is told with its place and what to do", (text, code, message) => {
    expect(expandValues({ a: [text] }, facts).problems).toEqual([
      { code, pointer: "/app_values/a/0", message: `/app_values/a/0: ${message}` },
    ]);
    expect(expandText(text, facts).problems).toEqual([{ code, pointer: "", message: `text: ${message}` }]);
  });

  test("everything that is missing is told at once", () => {
    const { problems } = expandValues({ a: "$LOCATION(X)$QUESTION(y)", b: "$QUESTION(z)" }, facts);
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      "/app_values/a",
      "/app_values/a",
      "/app_values/b",
    ]);
  });
});

describe("a path of a directory", () => {
  test("is expanded to a text, at its own place", () => {
    expect(expandText("$LOCATION(Media)/$QUESTION(port)/", facts)).toEqual({
      text: "/mnt/tank/media/8080/",
      problems: [],
    });
    expect(expandText("$QUESTION(port)", facts)).toEqual({ text: "8080", problems: [] });
    expect(expandText("$LOCATION(X)", facts, "/ensure_directories_exists/0/path").problems[0]?.pointer).toBe(
      "/ensure_directories_exists/0/path",
    );
  });
});
