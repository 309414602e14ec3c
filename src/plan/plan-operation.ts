import { TackleboxError } from "../errors.ts";
import type { HookDeclaration, HookEvent } from "../schema/install-script.ts";
import type { HookStep, Operation, Plan, PlanReason, PlanRequest, PlanStep, PlanWarning } from "./plan.ts";
import { isInRange, readVersion } from "./read-version.ts";

const eventsOf: Record<Operation, readonly HookEvent[]> = {
  install: ["onBeforeInstall", "onAfterInstall"],
  upgrade: ["onBeforeUpgrade", "onAfterUpgrade"],
};

const beforeEvents: readonly HookEvent[] = ["onBeforeInstall", "onBeforeUpgrade"];

/**
 * The steps of one install or upgrade: before hooks, the app step, after hooks, each in the order of the script.
 * Hooks that do not run are listed in their place with the reason.
 *
 * Throws `VERSION_UNUSABLE` when a condition needs a version that was given but cannot be read, and
 * `SEMVER_RANGE` for a range that validation would have refused.
 */
export function planOperation(request: PlanRequest): Plan {
  const { operation, script } = request;
  const fromVersion = operation === "upgrade" ? (request.fromVersion ?? null) : null;
  const toVersion = request.toVersion ?? null;
  const hooks = script.hooks ?? [];
  const warnings = warnOfUnknownSwitches(request.optIns ?? {}, hooks);
  const conditions = createConditionTest({ operation, fromVersion, toVersion }, warnings);
  const steps = hooks.map((hook, hookIndex): HookStep => {
    const { runs, reason } = decide(hook, request, conditions);
    return { kind: "hook", hookIndex, hookId: hook.id, event: hook.event, runs, reason };
  });
  const appStep: PlanStep = { kind: "app", method: operation === "install" ? "app.create" : "app.upgrade" };
  const before = steps.filter((step) => beforeEvents.includes(step.event));
  const after = steps.filter((step) => !beforeEvents.includes(step.event));
  return { operation, fromVersion, toVersion, steps: [...before, appStep, ...after], warnings };
}

interface Decision {
  runs: boolean;
  reason: PlanReason;
}

type ConditionTest = (hook: HookDeclaration) => Decision | null;

const decision = (runs: boolean, code: PlanReason["code"], text: string): Decision => ({
  runs,
  reason: { code, text },
});

function decide(hook: HookDeclaration, request: PlanRequest, testCondition: ConditionTest): Decision {
  const { operation } = request;
  const name = `Hook "${hook.id}"`;
  if (!eventsOf[operation].includes(hook.event)) {
    return decision(
      false,
      "other-operation",
      `${name} does not run: its event ${hook.event} does not belong to an ${operation}.`,
    );
  }
  if (hook.userOptional !== undefined && operation === "upgrade") {
    return decision(
      false,
      "user-optional-in-upgrade",
      `${name} does not run: hooks with userOptional are left out of upgrades.`,
    );
  }
  const optIn = hook.userOptional === undefined ? null : readOptIn(hook, request);
  if (optIn?.runs === false) return optIn;
  return (
    testCondition(hook) ??
    optIn ??
    decision(true, "event-matches", `${name} runs: its event is ${hook.event}.`)
  );
}

function readOptIn(hook: HookDeclaration, { optIns = {} }: PlanRequest): Decision {
  const chosen = Object.hasOwn(optIns, hook.id) ? optIns[hook.id] : undefined;
  const on = chosen ?? hook.userOptional?.default ?? true;
  const who = chosen === undefined ? "by default" : "by the user";
  return on
    ? decision(
        true,
        "opted-in",
        `Hook "${hook.id}" runs: its switch "${hook.userOptional?.label}" is on ${who}.`,
      )
    : decision(
        false,
        "opted-out",
        `Hook "${hook.id}" does not run: its switch "${hook.userOptional?.label}" is off ${who}.`,
      );
}

interface Versions {
  operation: Operation;
  fromVersion: string | null;
  toVersion: string | null;
}

/** Tests conditions; gives null for a hook without one. Versions are read only when a condition asks for them. */
function createConditionTest(versions: Versions, warnings: PlanWarning[]): ConditionTest {
  const read = new Map<string, string>();
  const readOnce = (field: "fromVersion" | "toVersion", given: string, hook: HookDeclaration): string => {
    const known = read.get(field);
    if (known !== undefined) return known;
    const reading = readVersion(given);
    if (reading === null) {
      throw new TackleboxError(
        "VERSION_UNUSABLE",
        `Plan of ${versions.operation}: ${field} ${JSON.stringify(given)} is not a version, but the condition of hook "${hook.id}" needs one; pass one such as "1.2.3".`,
      );
    }
    if (reading.coerced) {
      const text = `${field} ${JSON.stringify(given)} is not strict semver; conditions are tested with ${reading.version}.`;
      warnings.push({ code: "VERSION_COERCED", text });
    }
    read.set(field, reading.version);
    return reading.version;
  };
  return (hook) => {
    const tests = (["fromVersion", "toVersion"] as const).flatMap((field) => {
      const range = hook.condition?.[`${field}Range`];
      if (range === undefined) return [];
      const given = versions[field];
      const version = given === null ? null : readOnce(field, given, hook);
      return [{ field, range, version, matches: version !== null && isInRange(version, range, hook.id) }];
    });
    return tests.length === 0 ? null : toDecision(hook, tests);
  };
}

interface ConditionOutcome {
  field: "fromVersion" | "toVersion";
  range: string;
  version: string | null;
  matches: boolean;
}

function toDecision(hook: HookDeclaration, tests: ConditionOutcome[]): Decision {
  const failed = tests.filter((test) => test.version !== null && !test.matches);
  const unknown = tests.filter((test) => test.version === null);
  if (failed.length > 0) {
    return decision(
      false,
      "condition-not-met",
      `Hook "${hook.id}" does not run: ${failed.map((test) => tell(test, "is not in")).join(" and ")}.`,
    );
  }
  if (unknown.length > 0) {
    const missing = unknown.map(
      (test) => `its condition asks for ${test.field} in "${test.range}", and there is no ${test.field}`,
    );
    return decision(false, "version-unknown", `Hook "${hook.id}" does not run: ${missing.join(" and ")}.`);
  }
  return decision(
    true,
    "condition-met",
    `Hook "${hook.id}" runs: ${tests.map((test) => tell(test, "is in")).join(" and ")}.`,
  );
}

function tell({ field, range, version }: ConditionOutcome, verb: string): string {
  return `${field} ${version} ${verb} "${range}"`;
}

function warnOfUnknownSwitches(
  optIns: Record<string, boolean>,
  hooks: readonly HookDeclaration[],
): PlanWarning[] {
  return Object.keys(optIns)
    .filter((id) => !hooks.some((hook) => hook.id === id && hook.userOptional !== undefined))
    .map((id) => ({
      code: "OPT_IN_UNKNOWN",
      text: `The switch "${id}" is ignored: no hook of that id has userOptional; pass the id of one that has.`,
    }));
}
