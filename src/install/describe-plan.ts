import { basename } from "node:path";
import { TackleboxError, errorCatalogue, type ErrorCode } from "../errors.ts";
import { mapTexts, type JsonObject } from "../json.ts";
import type { NasDriver } from "../nas/nas-driver.ts";
import type { Reach } from "../network/describe-reach.ts";
import { compareRequirements, type RequirementView } from "../plan/compare-requirements.ts";
import { planOperation } from "../plan/plan-operation.ts";
import type { Operation, Plan } from "../plan/plan.ts";
import type { InstallScript } from "../schema/install-script.ts";
import { parseInstallScript } from "../schema/parse-install-script.ts";
import type { Problem } from "../schema/problem.ts";
import { compileDeclared } from "./compile-declared.ts";
import type { AppChoices } from "./expand-script.ts";
import { reachOf, toUserOptionalView, type ReachSurroundings, type UserOptionalView } from "./hook-views.ts";
import type { NetworkSettings } from "./network-settings.ts";
import { toSteps, type OperationRequest, type PreparedOperation } from "./prepare-operation.ts";
import { toQuestionView, type QuestionView } from "./question-views.ts";
import { redactorOf } from "./redact-secrets.ts";
import { ScriptRejectedError } from "./script-rejected.ts";

/** What an operation would do, before anybody says yes: plain JSON, no secret in it. */
export interface PlanDescription {
  /** False: the script or a hook's code has errors; `problems` says which. */
  valid: boolean;
  /** Of the script, its hooks' code and the plan, errors and warnings. */
  problems: Problem[];
  /** Why the request as it is would be refused although the script is good: a name that is taken, an answer that is missing. */
  refusals: { code: ErrorCode; title: string; message: string }[];
  operation: Operation;
  appName: string;
  fromVersion: string | null;
  toVersion: string | null;
  steps: PlannedStepView[];
  /** What the install dialog asks; an upgrade asks for what is not known. */
  questions: QuestionView[];
  /** Hooks the user may leave out; `isOn` as the request has it. */
  userOptional: (UserOptionalView & { hookId: string; isOn: boolean })[];
  /** What each hook that runs may reach. */
  permissions: { hookId: string; mayReach: Reach[] }[];
  requirements: RequirementView[];
  /** The app's values as they would be given to the NAS, secrets masked; null while they cannot be told. */
  values: JsonObject | null;
  predictedSeconds: number | null;
}

export interface PlannedStepView {
  kind: "hook" | "app" | "directories" | "running";
  title: string;
  hookId: string | null;
  runs: boolean;
  /** Why a hook runs or does not. */
  reason: string | null;
  /** Of the hook's sources. */
  sha256: string | null;
}

export interface PlanSurroundings {
  nas: NasDriver;
  network: NetworkSettings;
  keptChoices(appName: string): Promise<AppChoices | null>;
  /** Everything `submit` would check and make; changes nothing. */
  prepare(request: OperationRequest): Promise<PreparedOperation>;
}

/**
 * Says what a request would do, as far as that can be told; changes nothing. A script that is not good is an answer too, with
 * its problems at their places. Rejects only when the NAS or the datastore cannot be reached.
 */
export async function describePlan(
  around: PlanSurroundings,
  request: OperationRequest,
): Promise<PlanDescription> {
  const appName = request.appName ?? basename(request.scriptFile, ".json");
  const { script, problems } = parseInstallScript(request.script, { file: request.scriptFile });
  if (script === null) return nothingPlanned(request, appName, problems);
  const [facts, apps] = await Promise.all([around.nas.facts(), around.nas.listApps()]);
  const nas: ReachSurroundings = { facts, apps, network: around.network };
  const versions = versionsOf(request, script, apps.find(({ name }) => name === appName)?.version);
  const planned = toPlan(request, script, versions);
  if (!("steps" in planned)) return { ...nothingPlanned(request, appName, problems), refusals: [planned] };
  const code = await compileRunning(request, script, planned);
  const outcome = code.problems.length > 0 ? null : await tryToPrepare(around, request);
  const rejected = outcome instanceof ScriptRejectedError ? outcome.problems : [];
  const prepared = outcome !== null && "record" in outcome ? outcome : null;
  const all = [...problems, ...warningsOf(planned), ...code.problems, ...code.warnings, ...rejected];
  return {
    ...nothingPlanned(request, appName, all),
    ...versions,
    refusals:
      outcome === null || prepared !== null || rejected.length > 0
        ? []
        : [refusalOf(outcome as TackleboxError)],
    steps: toStepViews(planned, { script, request, sha256: code.sha256 }),
    questions: await openQuestions(around, request, script, appName),
    userOptional: switchesOf(planned, script, request),
    permissions: runningHooks(planned, script).map(({ hook }) => ({
      hookId: hook.id,
      mayReach: reachOf(hook, { script, appName, around: nas }),
    })),
    requirements: compareRequirements(script, appName, nas),
    values: prepared === null ? null : maskedValues(prepared, script),
    predictedSeconds: prepared?.record.predictedSeconds ?? null,
  };
}

function nothingPlanned(request: OperationRequest, appName: string, problems: Problem[]): PlanDescription {
  return {
    valid: !problems.some(({ severity }) => severity === "error"),
    problems,
    refusals: [],
    operation: request.operation,
    appName,
    fromVersion: null,
    toVersion: null,
    steps: [],
    questions: [],
    userOptional: [],
    permissions: [],
    requirements: [],
    values: null,
    predictedSeconds: null,
  };
}

function versionsOf(request: OperationRequest, script: InstallScript, installed: string | undefined) {
  const { operation, fromVersion, toVersion } = request;
  return {
    fromVersion: operation === "upgrade" ? (fromVersion ?? installed ?? null) : null,
    toVersion: toVersion ?? script.metadata?.version ?? script.script?.version ?? "latest",
  };
}

type Refusal = PlanDescription["refusals"][number];

function toPlan(
  { operation, optIns }: OperationRequest,
  script: InstallScript,
  { fromVersion, toVersion }: { fromVersion: string | null; toVersion: string },
): Plan | Refusal {
  try {
    return planOperation({
      operation,
      script,
      ...(fromVersion === null ? {} : { fromVersion }),
      ...(toVersion === "latest" ? {} : { toVersion }),
      ...(optIns === undefined ? {} : { optIns }),
    });
  } catch (error) {
    if (error instanceof TackleboxError) return refusalOf(error);
    throw error;
  }
}

/** What `submit` would come to; what is not the request's fault is thrown on. */
async function tryToPrepare(
  around: PlanSurroundings,
  request: OperationRequest,
): Promise<PreparedOperation | TackleboxError> {
  try {
    return await around.prepare(request);
  } catch (error) {
    const isAnswer =
      error instanceof TackleboxError &&
      (error.consequence === "request" || error.consequence === "reject-script");
    if (isAnswer) return error;
    throw error;
  }
}

async function compileRunning(request: OperationRequest, script: InstallScript, plan: Plan) {
  const sha256 = new Map<string, string>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  await Promise.all(
    runningHooks(plan, script).map(async ({ hook, index }) => {
      if (hook.scriptContent === undefined && request.catalogRoot === undefined) return;
      const outcome = await compileDeclared(request, hook, index);
      if (outcome.ok) sha256.set(hook.id, outcome.bundle.sourceSha256);
      if (outcome.ok) warnings.push(...outcome.warnings);
      else problems.push(...outcome.problems);
    }),
  );
  return { sha256, problems, warnings };
}

function runningHooks(plan: Plan, script: InstallScript) {
  return plan.steps.flatMap((step) => {
    const hook = step.kind === "hook" && step.runs ? script.hooks?.[step.hookIndex] : undefined;
    return hook === undefined || step.kind !== "hook" ? [] : [{ hook, index: step.hookIndex }];
  });
}

function toStepViews(
  plan: Plan,
  parts: { script: InstallScript; request: OperationRequest; sha256: ReadonlyMap<string, string> },
): PlannedStepView[] {
  const running = new Set(runningHooks(plan, parts.script).map(({ hook }) => hook.id));
  return toSteps(plan, new Map(), parts.script, parts.request).map((step) => {
    const { kind, title } = step;
    if (step.kind !== "hook") return { kind, title, hookId: null, runs: true, reason: null, sha256: null };
    const { hookId, reason } = step;
    return {
      kind,
      title,
      hookId,
      runs: running.has(hookId),
      reason,
      sha256: parts.sha256.get(hookId) ?? null,
    };
  });
}

async function openQuestions(
  around: PlanSurroundings,
  { operation }: OperationRequest,
  { installation_questions = [] }: InstallScript,
  appName: string,
): Promise<QuestionView[]> {
  if (operation === "install") return installation_questions.map(toQuestionView);
  const known = (await around.keptChoices(appName))?.answers ?? {};
  return installation_questions
    .filter(({ key, installonly }) => installonly !== true && !Object.hasOwn(known, key))
    .map(toQuestionView);
}

function switchesOf(plan: Plan, script: InstallScript, { optIns = {} }: OperationRequest) {
  if (plan.operation === "upgrade") return [];
  return plan.steps.flatMap((step) => {
    if (step.kind !== "hook" || step.reason.code === "other-operation") return [];
    const hook = script.hooks?.[step.hookIndex];
    const view = hook === undefined ? null : toUserOptionalView(hook);
    if (view === null) return [];
    const isOn = Object.hasOwn(optIns, step.hookId) ? optIns[step.hookId] === true : view.default;
    return [{ ...view, hookId: step.hookId, isOn }];
  });
}

function warningsOf({ warnings }: Plan): Problem[] {
  return warnings.map(({ code, text }) => ({
    severity: "warning",
    code,
    pointer: "",
    line: 1,
    column: 1,
    message: text,
  }));
}

function refusalOf({ code, message }: TackleboxError): Refusal {
  return { code, title: errorCatalogue[code].title, message };
}

/** Passwords that were given and texts that were made by chance are not shown, wherever they went. */
function maskedValues({ record, choices }: PreparedOperation, script: InstallScript): JsonObject {
  const passwords = (script.installation_questions ?? []).flatMap(({ type, key }) => {
    const answer = choices.answers[key];
    return type === "password" && typeof answer === "string" ? [answer] : [];
  });
  return mapTexts(record.values, redactorOf([...passwords, ...Object.values(choices.randomStrings)]));
}
