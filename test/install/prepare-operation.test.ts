import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptRejectedError } from "../../src/install/script-rejected.ts";
import type { AppChoices } from "../../src/install/expand-script.ts";
import {
  prepareOperation,
  type OperationRequest,
  type PreparedOperation,
} from "../../src/install/prepare-operation.ts";
import { getAppChoices, storeOperation } from "../../src/install/store-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { createRequest, install } from "../nas/support/nas-fixture.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const inline = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  event: "onAfterInstall",
  entrypoint: "run",
  scriptContent: `export async function run(ctx) { ctx.log(${JSON.stringify(id)}); }`,
  ...more,
});
const scriptOf = (hooks: JsonObject[], more: JsonObject = {}): JsonObject => ({
  version: 5,
  script: { version: "1.2.0", changeLog: "" },
  requirements: { locations: ["Media"], specifications: [], permissions: [], ports: [8080, 9090] },
  hooks,
  ...more,
});
const question = (key: string, more: JsonObject = {}): JsonObject => ({
  question: `${key}?`,
  key,
  type: "text",
  ...more,
});
const input = (id: string, more: JsonObject = {}): JsonObject => ({
  type: "question",
  id,
  question: question(id, more),
});

interface Wanted extends Omit<Partial<OperationRequest>, "script"> {
  kept?: AppChoices;
}

function prepare(script: JsonObject | string, { kept, ...more }: Wanted = {}): Promise<PreparedOperation> {
  const request: OperationRequest = {
    operation: "install",
    script: typeof script === "string" ? script : JSON.stringify(script, null, 2),
    scriptFile: "shelf.json",
    ...more,
  };
  return prepareOperation(request, fixture.runtime.nas, 1000, async () => kept ?? null);
}

async function problemsOf(
  preparing: Promise<unknown>,
): Promise<{ code: string; pointer: string; message: string }[]> {
  const error = await preparing.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ScriptRejectedError);
  const { problems } = error as ScriptRejectedError;
  return problems
    .filter(({ severity }) => severity === "error")
    .map(({ code, pointer, message }) => ({ code, pointer, message }));
}

/** `kind` of each step, hooks by their id, those that do not run in brackets. */
const storyOf = ({ record }: PreparedOperation): string[] =>
  record.steps.map((step) => {
    if (step.kind !== "hook") return step.kind;
    return step.task === null ? `(${step.hookId})` : step.hookId;
  });

describe("a script that cannot run", () => {
  it("is refused with all its problems at once, at their places", async () => {
    const broken = scriptOf([inline("a", { event: "onInstall" }), inline("b", { entrypoint: 7 })]);
    const problems = await problemsOf(prepare(broken));
    expect(problems.map(({ pointer }) => pointer)).toEqual(["/hooks/0/event", "/hooks/1/entrypoint"]);
  });

  it("is refused with the problems of all its hooks' code at once", async () => {
    const broken = scriptOf([
      inline("a", { scriptContent: "export async function run( {" }),
      inline("b"),
      inline("c", { entrypoint: "ran" }),
    ]);
    const problems = await problemsOf(prepare(broken));
    expect(problems.map(({ code }) => code)).toEqual(["HOOK_SYNTAX", "HOOK_ENTRYPOINT"]);
    const error = await prepare(broken).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "HOOK_SYNTAX", message: expect.stringMatching(/\(and 1 more\)$/) });
  });

  it("is refused when it is not JSON", async () => {
    expect((await problemsOf(prepare("{"))).map(({ code }) => code)).toEqual(["JSON_SYNTAX"]);
  });

  it("changes nothing on the NAS and keeps nothing", async () => {
    await prepare("{").catch(() => {});
    expect(fixture.calls).toEqual([]);
    expect(await fixture.nas.listApps()).toEqual([]);
  });

  it("is no matter of hooks that do not run: they are not compiled", async () => {
    const script = scriptOf([
      inline("a"),
      inline("b", { event: "onAfterUpgrade", scriptContent: "export async function run( {" }),
    ]);
    expect(storyOf(await prepare(script))).toEqual(["app", "running", "a"]);
  });
});

describe("the steps", () => {
  it("are folders, before hooks, the app, its start and after hooks, in this order", async () => {
    const script = scriptOf(
      [inline("after"), inline("before", { event: "onBeforeInstall", description: "Checking" })],
      { ensure_directories_exists: [{ path: "$LOCATION(Media)/shelf" }] },
    );
    const prepared = await prepare(script);
    expect(storyOf(prepared)).toEqual(["directories", "before", "app", "running", "after"]);
    expect(prepared.record.steps.map(({ title }) => title)).toEqual([
      "Make the app's folders",
      "Checking",
      "Create the app",
      "Wait until the app runs",
      "after",
    ]);
  });

  it("list hooks that are switched off, with the reason, and none of the other operation", async () => {
    const userOptional = { label: "Set it up", default: false };
    const script = scriptOf([
      inline("off", { userOptional }),
      inline("upgrade", { event: "onAfterUpgrade" }),
    ]);
    const prepared = await prepare(script);
    expect(storyOf(prepared)).toEqual(["app", "running", "(off)"]);
    expect(prepared.record.steps[2]).toMatchObject({
      reason: 'Hook "off" does not run: its switch "Set it up" is off by default.',
    });
    expect(prepared.bundles).toEqual([]);
    expect(storyOf(await prepare(script, { optIns: { off: true } }))).toEqual(["app", "running", "off"]);
  });

  it("are only those asked for when one hook or one event is asked for", async () => {
    const script = scriptOf([inline("a"), inline("b"), inline("c", { event: "onBeforeInstall" })]);
    expect(storyOf(await prepare(script, { only: { hookId: "b" } }))).toEqual(["app", "running", "b"]);
    expect(storyOf(await prepare(script, { only: { event: "onBeforeInstall" } }))).toEqual([
      "c",
      "app",
      "running",
    ]);
  });

  it("leave the app and its folders out when it is there already", async () => {
    const script = scriptOf([inline("a")], { ensure_directories_exists: [{ path: "/mnt/tank/media/x" }] });
    expect(storyOf(await prepare(script, { hooksOnly: true }))).toEqual(["a"]);
  });
});

describe("the record of an operation", () => {
  it("says what, which version and from where", async () => {
    const { record } = await prepare(scriptOf([]));
    expect(record).toMatchObject({
      operation: "install",
      appName: "shelf",
      catalogApp: "shelf",
      train: "stable",
      fromVersion: null,
      toVersion: "1.2.0",
      interactive: true,
      createdAt: 1000,
    });
    const other = await prepare(scriptOf([]), {
      appName: "my-shelf",
      catalogApp: "shelf",
      train: "community",
      toVersion: "3.0.0",
      interactive: false,
    });
    expect(other.record).toMatchObject({
      appName: "my-shelf",
      catalogApp: "shelf",
      train: "community",
      toVersion: "3.0.0",
      interactive: false,
    });
  });

  it("takes the version of a custom app from its metadata, and no catalog app", async () => {
    const metadata = { name: "Shelf", description: "d", icon: "https://a.example/i.svg", version: "9.0.0" };
    const { record } = await prepare(scriptOf([], { custom: true, metadata }));
    expect(record).toMatchObject({ catalogApp: null, toVersion: "9.0.0" });
    const { script: _version, ...unversioned } = scriptOf([]);
    expect((await prepare(unversioned)).record.toVersion).toBe("latest");
  });

  it("holds no source of a hook, nor do its tasks", async () => {
    const { record, bundles } = await prepare(scriptOf([inline("a", { timeout: 7 })]));
    expect(JSON.stringify(record)).not.toContain("scriptContent");
    expect(JSON.stringify(record)).not.toContain("ctx.log");
    const [, , step] = record.steps;
    expect(step?.kind === "hook" && step.task).toMatchObject({
      operationId: record.id,
      appName: "shelf",
      hook: { id: "a", event: "onAfterInstall", entrypoint: "run", timeout: 7 },
      bundleSha256: bundles[0]?.sha256,
      declaredPort: 8080,
      interactive: true,
      createdAt: 1000,
    });
  });

  it("gives hooks another timeout when asked to", async () => {
    const { record } = await prepare(scriptOf([inline("a", { timeout: 7 })]), { timeoutSeconds: 99 });
    expect(record.steps[2]).toMatchObject({ task: { hook: { timeout: 99 } } });
  });

  it("has ids of letters and digits that are never the same twice", async () => {
    const script = scriptOf([inline("a"), inline("b")]);
    const both = await Promise.all([prepare(script), prepare(script)]);
    const ids = both.flatMap(({ record }) => [
      record.id,
      ...record.steps.flatMap((step) => (step.kind === "hook" && step.task !== null ? [step.task.id] : [])),
    ]);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(id).toMatch(/^tsk_[a-z0-9]+$/);
  });

  it("can be kept and found again by any worker", async () => {
    const prepared = await prepare(scriptOf([inline("a", { inputs: [input("name")] })]), {
      inputs: { name: "Movies" },
    });
    await storeOperation(fixture.runtime, prepared);
    const { documents, desk } = fixture.runtime;
    const stored = async (collection: string, key: string): Promise<unknown> =>
      JSON.parse(new TextDecoder().decode((await documents.get(collection, key)) ?? new Uint8Array()));
    expect(await stored("operations", prepared.record.id)).toEqual(prepared.record);
    const step = prepared.record.steps.find(({ kind }) => kind === "hook");
    const task = step?.kind === "hook" ? step.task : null;
    expect(await stored("hook-tasks", task?.id ?? "")).toEqual(task);
    expect(await stored("bundles", task?.bundleSha256 ?? "")).toEqual(prepared.bundles[0]);
    expect(await desk.answers(task?.id ?? "", "given")).toEqual({ name: "Movies" });
    expect(await getAppChoices(fixture.runtime, "shelf")).toEqual(prepared.choices);
    expect(await getAppChoices(fixture.runtime, "other")).toBeNull();
  });
});

describe("file hooks", () => {
  let catalog: string;
  beforeEach(async () => {
    catalog = await mkdtemp(path.join(tmpdir(), "tacklebox-catalog-"));
    await mkdir(path.join(catalog, "shelf"));
    await writeFile(
      path.join(catalog, "shelf", "hook.ts"),
      "export async function run(ctx: unknown) { void ctx; }",
    );
  });
  afterEach(() => rm(catalog, { recursive: true }));
  const script = scriptOf([{ id: "a", event: "onAfterInstall", entrypoint: "run", script: "shelf/hook.ts" }]);

  it("are found in the catalog", async () => {
    const { bundles } = await prepare(script, { catalogRoot: catalog });
    expect(bundles).toMatchObject([{ exports: ["run"], sources: [{ path: "shelf/hook.ts" }] }]);
  });

  it("need a catalog", async () => {
    await expect(prepare(script)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(
        'hooks[0] "a": "script" names a file of a catalog, but no catalog was given',
      ),
    });
  });

  it("that are missing are a problem of the script, at its own field", async () => {
    await rm(path.join(catalog, "shelf", "hook.ts"));
    const [problem] = await problemsOf(prepare(script, { catalogRoot: catalog }));
    expect(problem).toMatchObject({ code: "HOOK_FILE_MISSING", pointer: "/hooks/0/script" });
  });
});

describe("installation questions", () => {
  const script = scriptOf([], {
    installation_questions: [
      question("name", { required: true }),
      question("port", { type: "number", default: 80 }),
      question("note"),
    ],
    app_values: { name: "$QUESTION(name)", port: "$QUESTION(port)", note: "<$QUESTION(note)>" },
  });

  it("fill the values, with defaults and nothing for what is left open", async () => {
    const { record } = await prepare(script, { answers: { name: "Movies" } });
    expect(record.values).toEqual({ name: "Movies", port: 80, note: "<>" });
  });

  it("that are answered wrongly are all told at once, before anything is installed", async () => {
    await expect(prepare(script, { answers: { port: "many" } })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(
        /^shelf\.json, installation_questions: "name": .*no answer.* "port": .*number/,
      ),
    });
  });

  it("never expand macros in what the user wrote", async () => {
    const { record } = await prepare(script, {
      answers: { name: "$HOST_PATH($LOCATION(Media))", note: "$IF(a,b,c)" },
    });
    expect(record.values).toMatchObject({ name: "$HOST_PATH($LOCATION(Media))", note: "<$IF(a,b,c)>" });
  });

  it("may draw their default, one text for all its uses", async () => {
    const drawn = scriptOf([], {
      installation_questions: [question("password", { type: "password", default: "$RANDOM_STRING(16)" })],
      app_values: { db: "$QUESTION(password)", app: "$QUESTION(password)" },
    });
    const { record } = await prepare(drawn);
    expect(record.values["db"]).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(record.values["app"]).toBe(record.values["db"]);
    expect((await prepare(drawn, { answers: { password: "mine" } })).record.values["db"]).toBe("mine");
  });

  it("refuse a default whose macro has no value", async () => {
    const odd = scriptOf([], { installation_questions: [question("a", { default: "$LOCATION(Photos)/x" })] });
    fixture.runtime.nas.facts = async () => ({ ...(await fixture.nas.facts()), locations: {} });
    await expect(prepare(odd)).rejects.toMatchObject({ code: "MACRO_VALUE" });
  });
});

describe("values and folders", () => {
  it("have their macros expanded with what the NAS says", async () => {
    const script = scriptOf([], {
      app_values: { path: "$LOCATION(Media)/shelf", list: ["$SERVER_LAN_IP"] },
      ensure_directories_exists: [
        { path: "$LOCATION(Media)/shelf", owner: "apps", snapshot: { id: "media" } },
        { path: "$LOCATION(Media)/other", owner: { user: "www", group: "www" } },
      ],
    });
    const { record } = await prepare(script);
    expect(record.values).toEqual({ path: "/mnt/tank/media/shelf", list: ["127.0.0.1"] });
    expect(record.directories).toEqual([
      { path: "/mnt/tank/media/shelf", owner: { user: "apps" }, snapshotId: "media" },
      { path: "/mnt/tank/media/other", owner: { user: "www", group: "www" } },
    ]);
  });

  it.each<[string, JsonObject]>([
    ["values", { app_values: { path: "$LOCATION(Media)/x" } }],
    ["folders", { ensure_directories_exists: [{ path: "$LOCATION(Media)/x" }] }],
  ])("are refused when a location they need is not configured: %s", async (_what, more) => {
    fixture.runtime.nas.facts = async () => ({ ...(await fixture.nas.facts()), locations: {} });
    await expect(prepare(scriptOf([], more))).rejects.toMatchObject({
      code: "MACRO_VALUE",
      message: expect.stringContaining("shelf.json: "),
    });
  });
});

describe("answers to hook inputs given beforehand", () => {
  const script = scriptOf([
    inline("a", { inputs: [input("name"), input("port", { type: "number" })] }),
    inline("b", { inputs: [input("name", { key: "b-name" })] }),
    inline("c"),
  ]);

  it("go to the hooks that declare them, and to no other", async () => {
    const { record, givenAnswers } = await prepare(script, { inputs: { name: "Movies", port: 80 } });
    const byHook = record.steps.flatMap((step) =>
      step.kind === "hook" && step.task !== null ? [[step.hookId, givenAnswers.get(step.task.id)]] : [],
    );
    expect(byHook).toEqual([
      ["a", { name: "Movies", port: 80 }],
      ["b", { name: "Movies" }],
      ["c", {}],
    ]);
  });

  it("are refused when they do not fit or nobody asks for them, all at once", async () => {
    await expect(prepare(script, { inputs: { port: "many", nme: "Movies" } })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringMatching(
        /hook "a", input "port": .*a number[^]*no hook declares an input "nme"; declared are name, port\./,
      ),
    });
    await expect(prepare(scriptOf([]), { inputs: { x: 1 } })).rejects.toThrow("no hook declares any");
  });
});

describe("an app that is there", () => {
  beforeEach(async () => {
    await install(fixture.nas, fixture.clock, createRequest("shelf", { version: "1.0.0" }));
  });

  it("is not installed again: that is refused before any hook has run", async () => {
    await expect(prepare(scriptOf([]))).rejects.toMatchObject({ code: "APP_NAME_TAKEN" });
    expect(storyOf(await prepare(scriptOf([inline("a")]), { hooksOnly: true }))).toEqual(["a"]);
  });

  it("is upgraded from the version it has, or the one that is named", async () => {
    const { record } = await prepare(scriptOf([]), { operation: "upgrade" });
    expect(record).toMatchObject({ fromVersion: "1.0.0", toVersion: "1.2.0" });
    const named = await prepare(scriptOf([]), { operation: "upgrade", fromVersion: "0.5.0" });
    expect(named.record.fromVersion).toBe("0.5.0");
    await expect(prepare(scriptOf([]), { operation: "upgrade", appName: "other" })).rejects.toMatchObject({
      code: "APP_UNKNOWN",
    });
  });

  it("has the hooks of an upgrade whose conditions are met, and no optional ones", async () => {
    const upgrade = { event: "onBeforeUpgrade" };
    const script = scriptOf(
      [
        inline("below-1", { ...upgrade, condition: { fromVersionRange: "< 1.0.0" } }),
        inline("from-1", { ...upgrade, condition: { fromVersionRange: "^1", toVersionRange: ">= 1.2.0" } }),
        inline("optional", { ...upgrade, userOptional: { label: "Clean up" } }),
        inline("install"),
      ],
      { ensure_directories_exists: [{ path: "/mnt/tank/media/x" }] },
    );
    const prepared = await prepare(script, { operation: "upgrade" });
    expect(storyOf(prepared)).toEqual(["(below-1)", "from-1", "(optional)", "app", "running"]);
    expect(prepared.record.directories).toEqual([]);
    expect(prepared.record.steps[3]).toMatchObject({ method: "app.upgrade", title: "Upgrade the app" });
  });

  it("keeps its random strings and answers over an upgrade; new answers count before kept ones", async () => {
    const script = scriptOf([], {
      installation_questions: [question("name", { required: true }), question("color", { default: "red" })],
      app_values: { password: "$RANDOM_STRING(12)", name: "$QUESTION(name)", color: "$QUESTION(color)" },
    });
    const first = await prepare(script, { appName: "new", answers: { name: "Movies" } });
    const kept = first.choices;
    const upgrade = { operation: "upgrade", kept } as const;
    expect((await prepare(script, upgrade)).record.values).toEqual(first.record.values);
    const changed = await prepare(script, { ...upgrade, answers: { color: "blue" } });
    expect(changed.record.values).toEqual({ ...first.record.values, color: "blue" });
    expect(
      (await prepare(script, { operation: "install", appName: "new", kept, answers: { name: "x" } })).record
        .values,
    ).toEqual({ ...first.record.values, name: "x" });
    const again = await prepare(script, { appName: "new", answers: { name: "Movies" } });
    expect(again.record.values["password"]).not.toBe(first.record.values["password"]);
  });
});
