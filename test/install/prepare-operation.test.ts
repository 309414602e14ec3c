import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import { ScriptRejectedError } from "../../src/install/script-rejected.ts";
import { getAppChoices, storeOperation } from "../../src/install/store-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { inline, input, prepareOn, scriptOf, storyOf, type Wanted } from "./prepare-fixture.ts";

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const prepare = (script: JsonObject | string, wanted?: Wanted): Promise<PreparedOperation> =>
  prepareOn(fixture, script, wanted);

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

describe("labels and annotations of a request", () => {
  const script = scriptOf([]);

  it("are kept with the operation, and those of a hook with its task", async () => {
    const hook = { labels: { tier: "media" }, annotations: { note: "by hand" } };
    const request = { labels: { requestedBy: "store" }, annotations: { ticket: "7" } };
    const { record } = await prepare(scriptOf([inline("a", hook)]), request);
    expect(record).toMatchObject(request);
    const [step] = record.steps.filter(({ kind }) => kind === "hook");
    expect(step).toMatchObject({ task: { hook } });
  });

  it("are refused when they do not fit, all at once, before anything else is looked at", async () => {
    const labels = { "a:b": "x", priority: 3 as unknown as string };
    const annotations = ["x"] as unknown as Record<string, string>;
    const refused = prepareOn(fixture, "no script", { labels, annotations });
    await expect(refused).rejects.toMatchObject({
      code: "LABEL_INVALID",
      message: expect.stringMatching(
        /^labels "a:b" of the request: [^]*\nlabels "priority"[^]*found 3[^]*\nannotations of the request: found no object/,
      ),
    });
    await expect(prepare(script, { labels: {} })).resolves.toMatchObject({ record: { labels: {} } });
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
