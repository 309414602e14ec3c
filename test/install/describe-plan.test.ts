import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../src/compile/catalog-reader.ts";
import type { PlanDescription } from "../../src/install/describe-plan.ts";
import type { OperationRequest } from "../../src/install/prepare-operation.ts";
import type { JsonObject } from "../../src/json.ts";
import { openBox, type Box } from "../support/box.ts";
import { inline, input, question, scriptOf } from "./prepare-fixture.ts";

let box: Box;
beforeEach(async () => {
  box = await openBox({
    nas: { facts: { locations: { Media: "/mnt/media" } } },
    tacklebox: { allow: ["mirror.example"] },
  });
});
afterEach(async () => await box.close());

function planOf(script: JsonObject | string, more: Partial<OperationRequest> = {}): Promise<PlanDescription> {
  const text = typeof script === "string" ? script : JSON.stringify(script, null, 2);
  return box.tacklebox.describePlan({
    operation: "install",
    script: text,
    scriptFile: "shelf.json",
    ...more,
  });
}

const offer = {
  label: "Share it",
  description: "With everybody",
  link: { url: "https://e.example", label: "Terms" },
};
const script = scriptOf(
  [
    inline("before", { event: "onBeforeInstall" }),
    inline("setup", { inputs: [input("name")], userOptional: offer }),
    inline("later", { event: "onAfterUpgrade" }),
  ],
  {
    ensure_directories_exists: [{ path: "$LOCATION(Media)/shelf" }],
    installation_questions: [
      question("password", { type: "password", required: true }),
      question("token", { default: "$RANDOM_STRING(16)", required: true }),
      question("where", { default: "attic", installonly: true }),
    ],
    app_values: {
      secret: "pw=$QUESTION(password)",
      token: "$QUESTION(token)",
      made: "$RANDOM_STRING(20)",
      where: "$QUESTION(where)",
      path: "$LOCATION(Media)",
    },
  },
);

describe("a plan told beforehand", () => {
  it("has the steps, questions, switches, permissions and values, and changes nothing", async () => {
    const plan = await planOf(script, { answers: { password: "correct horse" } });
    expect(plan).toMatchObject({ valid: true, refusals: [], appName: "shelf", toVersion: "1.2.0" });
    expect(plan.steps.map(({ kind, hookId, runs }) => [kind, hookId, runs])).toEqual([
      ["directories", null, true],
      ["hook", "before", true],
      ["app", null, true],
      ["running", null, true],
      ["hook", "setup", true],
    ]);
    expect(plan.steps[1]).toMatchObject({
      title: "before",
      reason: expect.stringContaining('Hook "before" runs'),
      sha256: sha256Hex(inline("before")["scriptContent"] as string),
    });
    expect(plan.questions).toMatchObject([
      { key: "password", required: true, default: null, isDefaultComputed: false },
      { key: "token", required: false, default: null, isDefaultComputed: true },
      { key: "where", required: false, default: "attic", installOnly: true },
    ]);
    expect(plan.userOptional).toEqual([{ ...offer, hookId: "setup", default: true, isOn: true }]);
    expect(
      plan.permissions.map(({ hookId, mayReach }) => [hookId, mayReach.map(({ rule }) => rule)]),
    ).toEqual([
      ["before", ["app", "other-app", "admin"]],
      ["setup", ["app", "other-app", "admin"]],
    ]);
    expect(plan.requirements.map(({ kind, what, isMet }) => [kind, what, isMet])).toEqual([
      ["location", "Media", true],
      ["port", "8080", true],
      ["port", "9090", true],
    ]);
    expect(plan.values).toMatchObject({ where: "attic", path: "/mnt/media" });
    expect(JSON.stringify(plan)).not.toContain("correct horse");
    expect(plan.values).toMatchObject({ secret: "pw=•••", token: "•••", made: "•••" });
    expect(box.seen).toEqual([]);
    expect(await box.nas.listApps()).toEqual([]);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it("follows the switches of the request", async () => {
    const plan = await planOf(script, { optIns: { setup: false }, answers: { password: "x" } });
    expect(plan.userOptional).toMatchObject([{ hookId: "setup", isOn: false }]);
    expect(plan.steps.at(-1)).toMatchObject({ hookId: "setup", runs: false, sha256: null });
    expect(plan.permissions.map(({ hookId }) => hookId)).toEqual(["before"]);
    // A password too short to be told from other text is masked where it stands alone.
    expect(plan.values).toMatchObject({ secret: "pw=x" });
  });

  it("still says all of it while an answer is missing, and what submit would be refused with", async () => {
    const plan = await planOf(script);
    expect(plan).toMatchObject({
      valid: true,
      refusals: [
        {
          code: "INPUT_INVALID",
          title: "Answer not accepted",
          message: expect.stringContaining('"password"'),
        },
      ],
      values: null,
    });
    expect(plan.steps).toHaveLength(5);
    expect(plan.questions).toHaveLength(3);
  });

  it("shows the problems of a script that is not good, at their places", async () => {
    const plan = await planOf('{ "version": 5,\n  "hooks": [{}] }');
    expect(plan.valid).toBe(false);
    expect(plan.problems[0]).toMatchObject({ severity: "error", file: "shelf.json", line: 2 });
    expect(plan).toMatchObject({ steps: [], questions: [], values: null, appName: "shelf" });
    expect(await planOf("not json")).toMatchObject({ valid: false, problems: [{ code: "JSON_SYNTAX" }] });
  });

  it("shows the problems of a hook's code at their lines, and what is known all the same", async () => {
    const broken = inline("broken", { scriptContent: "export async function run() {\n  let = ;\n}" });
    const plan = await planOf(scriptOf([broken, inline("good")]));
    expect(plan.valid).toBe(false);
    expect(plan.problems).toMatchObject([{ code: "HOOK_SYNTAX", pointer: "/hooks/0/scriptContent" }]);
    expect(plan.steps.map(({ hookId, sha256 }) => [hookId, sha256 !== null]).slice(2)).toEqual([
      ["broken", false],
      ["good", true],
    ]);
    expect(plan.refusals).toEqual([]);
  });

  it("says that a file hook needs a catalog, that a version cannot be read, that a switch is unknown", async () => {
    const { scriptContent: _source, ...hook } = inline("a", { script: "shelf/hook.ts" });
    const lost = await planOf(scriptOf([hook]));
    expect(lost).toMatchObject({ valid: true, refusals: [{ code: "USAGE" }] });
    const conditional = scriptOf([inline("a", { condition: { toVersionRange: ">= 2" } })]);
    const odd = await planOf(conditional, { toVersion: "newest" });
    expect(odd).toMatchObject({ refusals: [{ code: "VERSION_UNUSABLE" }], steps: [] });
    const unknown = await planOf(scriptOf([]), { optIns: { nobody: true } });
    expect(unknown).toMatchObject({
      valid: true,
      problems: [{ severity: "warning", code: "OPT_IN_UNKNOWN" }],
    });
  });

  it("of an upgrade begins at the version that is installed and asks only what is not known", async () => {
    const request = {
      script: JSON.stringify(script),
      scriptFile: "shelf.json",
      answers: { password: "correct horse" },
    };
    const installed = await box.tacklebox.prepare({
      ...request,
      operation: "install",
      inputs: { name: "x" },
    });
    const upgraded = await box.tacklebox.runToEnd(installed, new AbortController().signal);
    expect(upgraded).toBe("COMPLETED");
    expect(await planOf(script, { answers: request.answers })).toMatchObject({
      refusals: [{ code: "APP_NAME_TAKEN" }],
      requirements: expect.arrayContaining([expect.objectContaining({ what: "8080", isMet: true })]),
    });
    const asking = {
      ...script,
      installation_questions: [...(script["installation_questions"] as JsonObject[]), question("new")],
    };
    const plan = await planOf(asking, { operation: "upgrade", toVersion: "1.3.0" });
    expect(plan).toMatchObject({
      valid: true,
      refusals: [],
      fromVersion: "1.2.0",
      toVersion: "1.3.0",
      userOptional: [],
    });
    expect(plan.questions.map(({ key }) => key)).toEqual(["new"]);
    expect(plan.steps.map(({ hookId }) => hookId)).toEqual([null, null, "later"]);
    const nothing = await planOf(script, { operation: "upgrade", appName: "other" });
    expect(nothing).toMatchObject({ fromVersion: null, refusals: [{ code: "APP_UNKNOWN" }] });
  });

  it("has no answer when the NAS cannot be reached", async () => {
    await box.close();
    await expect(planOf(script)).rejects.toMatchObject({ code: "NAS_UNREACHABLE" });
    box = await openBox();
  });
});
