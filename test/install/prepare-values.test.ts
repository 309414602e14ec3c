import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PreparedOperation } from "../../src/install/prepare-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { createRequest, install } from "../nas/support/nas-fixture.ts";
import { openInstall, type InstallFixture } from "./install-fixture.ts";
import { inline, prepareOn, question, scriptOf, storyOf, type Wanted } from "./prepare-fixture.ts";

let fixture: InstallFixture;

beforeEach(async () => {
  fixture = await openInstall();
});
afterEach(() => fixture.close());

const prepare = (script: JsonObject | string, wanted?: Wanted): Promise<PreparedOperation> =>
  prepareOn(fixture, script, wanted);

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
