import { describe, expect, test } from "vitest";
import { planOperation } from "../../src/plan/plan-operation.ts";
import type { Plan, PlanRequest } from "../../src/plan/plan.ts";
import type { HookDeclaration } from "../../src/schema/install-script.ts";

const hook = (id: string, fields: Partial<HookDeclaration> = {}): HookDeclaration => ({
  id,
  event: "onAfterInstall",
  scriptContent: "export async function run() {}",
  entrypoint: "run",
  ...fields,
});

const plan = (hooks: HookDeclaration[], request: Partial<PlanRequest> = {}): Plan =>
  planOperation({ operation: "install", script: { version: 5, hooks }, ...request });

/** Steps in short: `+id` runs, `-id` does not, `app.create`. */
const outline = (made: Plan): string =>
  made.steps
    .map((step) => (step.kind === "app" ? step.method : `${step.runs ? "+" : "-"}${step.hookId}`))
    .join(" ");

/** Why the only hook runs or not. */
const reasonOf = (made: Plan): { code: string; text: string } => {
  const reasons = made.steps.flatMap((step) => (step.kind === "hook" ? [step.reason] : []));
  expect(reasons).toHaveLength(1);
  return reasons[0] as { code: string; text: string };
};

const everyEvent = [
  hook("after-install"),
  hook("after-upgrade", { event: "onAfterUpgrade" }),
  hook("before-install", { event: "onBeforeInstall" }),
  hook("before-upgrade", { event: "onBeforeUpgrade" }),
  hook("after-install-2"),
  hook("before-install-2", { event: "onBeforeInstall" }),
];

describe("the order of steps", () => {
  test("an install runs its before hooks, app.create, its after hooks, each in array order", () => {
    expect(outline(plan(everyEvent))).toBe(
      "+before-install -before-upgrade +before-install-2 app.create +after-install -after-upgrade +after-install-2",
    );
  });

  test("an upgrade runs its before hooks, app.upgrade, its after hooks", () => {
    expect(outline(plan(everyEvent, { operation: "upgrade" }))).toBe(
      "-before-install +before-upgrade -before-install-2 app.upgrade -after-install +after-upgrade -after-install-2",
    );
  });

  test("each step names its place in the script, and the plan its versions", () => {
    const made = plan(everyEvent, { operation: "upgrade", fromVersion: "1.0.0", toVersion: "2.0.0" });
    expect(made).toMatchObject({
      operation: "upgrade",
      fromVersion: "1.0.0",
      toVersion: "2.0.0",
      warnings: [],
    });
    expect(made.steps[1]).toEqual({
      kind: "hook",
      hookIndex: 3,
      hookId: "before-upgrade",
      event: "onBeforeUpgrade",
      runs: true,
      reason: { code: "event-matches", text: 'Hook "before-upgrade" runs: its event is onBeforeUpgrade.' },
    });
  });

  test("a script without hooks is the app step alone", () => {
    expect(planOperation({ operation: "install", script: { version: 4 } })).toEqual({
      operation: "install",
      fromVersion: null,
      toVersion: null,
      steps: [{ kind: "app", method: "app.create" }],
      warnings: [],
    });
  });

  test("an install has no version before it, whatever is passed", () => {
    expect(plan([], { fromVersion: "1.0.0", toVersion: "2.0.0" })).toMatchObject({
      fromVersion: null,
      toVersion: "2.0.0",
    });
  });

  test("a hook of the other operation says so", () => {
    expect(reasonOf(plan([hook("a", { event: "onAfterUpgrade" })]))).toEqual({
      code: "other-operation",
      text: 'Hook "a" does not run: its event onAfterUpgrade does not belong to an install.',
    });
  });
});

describe("userOptional", () => {
  const asked = (fallback?: boolean): HookDeclaration =>
    hook("a", {
      userOptional: { label: "Set up", ...(fallback === undefined ? {} : { default: fallback }) },
    });

  test.each([
    [undefined, undefined, "opted-in", 'Hook "a" runs: its switch "Set up" is on by default.'],
    [true, undefined, "opted-in", 'Hook "a" runs: its switch "Set up" is on by default.'],
    [false, undefined, "opted-out", 'Hook "a" does not run: its switch "Set up" is off by default.'],
    [undefined, false, "opted-out", 'Hook "a" does not run: its switch "Set up" is off by the user.'],
    [false, true, "opted-in", 'Hook "a" runs: its switch "Set up" is on by the user.'],
  ])("with default %s and choice %s the hook is %s", (fallback, choice, code, text) => {
    const optIns: Record<string, boolean> = choice === undefined ? {} : { a: choice };
    const made = plan([asked(fallback)], { optIns });
    expect(reasonOf(made)).toEqual({ code, text });
    expect(outline(made)).toBe(`app.create ${code === "opted-in" ? "+" : "-"}a`);
    expect(made.warnings).toEqual([]);
  });

  test("leaves such hooks out of upgrades, also when the user opted in", () => {
    const made = plan([{ ...asked(), event: "onAfterUpgrade" }], {
      operation: "upgrade",
      optIns: { a: true },
    });
    expect(outline(made)).toBe("app.upgrade -a");
    expect(reasonOf(made)).toEqual({
      code: "user-optional-in-upgrade",
      text: 'Hook "a" does not run: hooks with userOptional are left out of upgrades.',
    });
  });

  test("warns of switches that name no such hook, and never leaves a hook out that has no switch", () => {
    const made = plan([hook("a"), hook("constructor")], { optIns: { a: false, nope: true } });
    expect(outline(made)).toBe("app.create +a +constructor");
    expect(made.warnings).toEqual([
      {
        code: "OPT_IN_UNKNOWN",
        text: 'The switch "a" is ignored: no hook of that id has userOptional; pass the id of one that has.',
      },
      {
        code: "OPT_IN_UNKNOWN",
        text: 'The switch "nope" is ignored: no hook of that id has userOptional; pass the id of one that has.',
      },
    ]);
  });

  test("takes no switch from Object.prototype", () => {
    const made = plan([hook("toString", { userOptional: { label: "x", default: false } })], { optIns: {} });
    expect(outline(made)).toBe("app.create -toString");
  });

  test("a condition counts besides the switch", () => {
    const both = { ...asked(), condition: { toVersionRange: ">= 2" } };
    expect(reasonOf(plan([both], { toVersion: "1.0.0" })).code).toBe("condition-not-met");
    expect(reasonOf(plan([both], { toVersion: "2.0.0" })).code).toBe("condition-met");
    expect(reasonOf(plan([both], { toVersion: "2.0.0", optIns: { a: false } })).code).toBe("opted-out");
  });
});

describe("conditions", () => {
  const migrate = (condition: HookDeclaration["condition"]): HookDeclaration =>
    hook("migrate", { event: "onBeforeUpgrade", ...(condition === undefined ? {} : { condition }) });
  const both = migrate({ fromVersionRange: "< 2.0.0", toVersionRange: ">= 2.0.0" });
  const upgrade = (from: string | undefined, to: string | undefined, declared = both): Plan =>
    plan([declared], {
      operation: "upgrade",
      ...(from === undefined ? {} : { fromVersion: from }),
      ...(to === undefined ? {} : { toVersion: to }),
    });

  test.each([
    [
      "1.9.0",
      "2.0.0",
      "+migrate app.upgrade",
      "condition-met",
      'runs: fromVersion 1.9.0 is in "< 2.0.0" and toVersion 2.0.0 is in ">= 2.0.0".',
    ],
    [
      "2.0.0",
      "2.1.0",
      "-migrate app.upgrade",
      "condition-not-met",
      'does not run: fromVersion 2.0.0 is not in "< 2.0.0".',
    ],
    [
      "1.0.0",
      "1.9.0",
      "-migrate app.upgrade",
      "condition-not-met",
      'does not run: toVersion 1.9.0 is not in ">= 2.0.0".',
    ],
    [
      "3.0.0",
      "1.9.0",
      "-migrate app.upgrade",
      "condition-not-met",
      'does not run: fromVersion 3.0.0 is not in "< 2.0.0" and toVersion 1.9.0 is not in ">= 2.0.0".',
    ],
    [
      undefined,
      "2.0.0",
      "-migrate app.upgrade",
      "version-unknown",
      'does not run: its condition asks for fromVersion in "< 2.0.0", and there is no fromVersion.',
    ],
    [
      undefined,
      "1.0.0",
      "-migrate app.upgrade",
      "condition-not-met",
      'does not run: toVersion 1.0.0 is not in ">= 2.0.0".',
    ],
    [
      undefined,
      undefined,
      "-migrate app.upgrade",
      "version-unknown",
      'does not run: its condition asks for fromVersion in "< 2.0.0", and there is no fromVersion and its condition asks for toVersion in ">= 2.0.0", and there is no toVersion.',
    ],
  ])("from %s to %s: %s", (from, to, ...expected) => {
    const made = upgrade(from, to);
    const [steps, code, text] = expected;
    expect(outline(made)).toBe(steps);
    expect(reasonOf(made)).toEqual({ code, text: `Hook "migrate" ${text}` });
  });

  test("one range is tested alone", () => {
    expect(outline(upgrade("1.0.0", undefined, migrate({ fromVersionRange: "1.x" })))).toBe(
      "+migrate app.upgrade",
    );
    expect(outline(upgrade(undefined, "1.0.0", migrate({ toVersionRange: "2.x" })))).toBe(
      "-migrate app.upgrade",
    );
  });

  test("an empty condition is none", () => {
    expect(reasonOf(upgrade("1.0.0", "2.0.0", migrate({}))).code).toBe("event-matches");
  });

  test("versions of packagers are coerced with one warning each, and only when a condition asks", () => {
    const made = plan([both, { ...both, id: "again" }], {
      operation: "upgrade",
      fromVersion: "v1.42.2-ls12",
      toVersion: "2.0",
    });
    expect(outline(made)).toBe("+migrate +again app.upgrade");
    expect(made.fromVersion).toBe("v1.42.2-ls12");
    expect(made.warnings).toEqual([
      {
        code: "VERSION_COERCED",
        text: 'fromVersion "v1.42.2-ls12" is not strict semver; conditions are tested with 1.42.2.',
      },
      {
        code: "VERSION_COERCED",
        text: 'toVersion "2.0" is not strict semver; conditions are tested with 2.0.0.',
      },
    ]);
    expect(upgrade("v1", "nightly", migrate(undefined)).warnings).toEqual([]);
  });

  test("a version that cannot be read is refused when a condition needs it, never guessed", () => {
    expect(() => upgrade("latest", "2.0.0")).toThrow(
      expect.objectContaining({
        code: "VERSION_UNUSABLE",
        message:
          'Plan of upgrade: fromVersion "latest" is not a version, but the condition of hook "migrate" needs one; pass one such as "1.2.3".',
      }),
    );
    expect(() => upgrade("1.0.0", "stable")).toThrow(expect.objectContaining({ code: "VERSION_UNUSABLE" }));
    expect(outline(upgrade("latest", "2.0.0", migrate({ toVersionRange: "2.x" })))).toBe(
      "+migrate app.upgrade",
    );
  });

  test("on install the target version can be tested, and there is no version before", () => {
    expect(
      reasonOf(plan([hook("a", { condition: { toVersionRange: ">= 2" } })], { toVersion: "2.1.0" })).code,
    ).toBe("condition-met");
    expect(
      reasonOf(
        plan([hook("a", { condition: { fromVersionRange: "< 2" } })], {
          toVersion: "2.1.0",
          fromVersion: "1.0.0",
        }),
      ),
    ).toEqual({
      code: "version-unknown",
      text: 'Hook "a" does not run: its condition asks for fromVersion in "< 2", and there is no fromVersion.',
    });
  });
});
