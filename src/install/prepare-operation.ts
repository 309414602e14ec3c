import { basename, resolve } from "node:path";
import type { Bundle } from "../compile/bundle.ts";
import { TackleboxError } from "../errors.ts";
import { AnswersRejectedError, problemInRequest } from "../inputs/answers-rejected.ts";
import { checkInput } from "../inputs/check-answer.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { NasDriver, NasFacts } from "../nas/nas-driver.ts";
import { planOperation } from "../plan/plan-operation.ts";
import type { HookStep, Operation, Plan } from "../plan/plan.ts";
import type { HookDeclaration, InstallScript } from "../schema/install-script.ts";
import { parseInstallScript } from "../schema/parse-install-script.ts";
import type { Problem } from "../schema/problem.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { OperationRecord, OperationStep } from "../task/operation-task.ts";
import { compileDeclared } from "./compile-declared.ts";
import { expandScript, type AppChoices } from "./expand-script.ts";
import { requireFittingLabels } from "./require-fitting-labels.ts";
import { requireIntegrity } from "./require-integrity.ts";
import { ScriptRejectedError } from "./script-rejected.ts";
import { newTaskId } from "./task-id.ts";

/** What a caller asks for: one script, one operation, and what the user chose. */
export interface OperationRequest {
  operation: Operation;
  /** Text of the install script. */
  script: string;
  /** Its name, as problems and the author's lines show it. */
  scriptFile: string;
  /** Folder that `script` paths are relative to; needed for file hooks. */
  catalogRoot?: string;
  /** Name of the app on the NAS; default: the script file's name without `.json`. */
  appName?: string;
  /** Name in the NAS's app catalog; default: the app's name, null for a custom app. */
  catalogApp?: string | null;
  train?: string;
  fromVersion?: string;
  /** Default: the script's `metadata.version`, else its `script.version`, else `latest`. */
  toVersion?: string;
  /** Switches of `userOptional` hooks, by hook id. */
  optIns?: Record<string, boolean>;
  /** Answers to `installation_questions`, by key; an upgrade takes those of the install where none are given. */
  answers?: JsonObject;
  /** Answers to hook inputs known beforehand, by input id. */
  inputs?: JsonObject;
  /** False: nobody is there to answer; a hook fails instead of waiting. Default true. */
  interactive?: boolean;
  /** Short names to find the operation by, e.g. `{"requestedBy": "store"}`; shown in its view. */
  labels?: Record<string, string>;
  /** Anything else to be kept with it. */
  annotations?: Record<string, string>;
  /** SHA-256 of hooks' sources (`sourceSha256`) that must be found, by hook id. Throws `HOOK_INTEGRITY` for others. */
  expectedSha256?: Record<string, string>;
  /** True: the catalog's lock file has no say, as while its author works on it. Default false. */
  ignoreLock?: boolean;
  /** Run only hooks of this event or id; what is left out counts as not planned. */
  only?: { event?: string; hookId?: string };
  /** Leave the app step out: the app is there already (`tacklebox run --host`). */
  hooksOnly?: boolean;
  /** Seconds each hook may be active, in place of its own `timeout`. */
  timeoutSeconds?: number;
}

/** An operation ready to be stored and begun: nothing has been changed yet. */
export interface PreparedOperation {
  record: OperationRecord;
  plan: Plan;
  /** Compiled hooks by SHA-256. */
  bundles: Bundle[];
  /** Answers given beforehand, by hook task id. */
  givenAnswers: Map<string, JsonObject>;
  /** To be kept for later operations on the app. */
  choices: AppChoices;
  warnings: Problem[];
}

/**
 * Validates, plans, compiles and expands, so that everything that can be wrong is found before anything is
 * installed. Throws `ScriptRejectedError`, or a `TackleboxError` of the request.
 */
export async function prepareOperation(
  request: OperationRequest,
  nas: NasDriver,
  now: number,
  keptChoices: (appName: string) => Promise<AppChoices | null> = async () => null,
): Promise<PreparedOperation> {
  requireFittingLabels(request);
  const { script, warnings } = requireScript(request);
  const appName = request.appName ?? basename(request.scriptFile, ".json");
  const facts = await nas.facts();
  requireFreeName(request, appName, facts);
  requireFittingInputs(request, script);
  const fromVersion =
    request.operation === "upgrade" ? await installedVersion(request, nas, appName) : undefined;
  const toVersion = request.toVersion ?? script.metadata?.version ?? script.script?.version ?? "latest";
  const plan = planRequest(request, script, { fromVersion, toVersion });
  const planned = plan.steps.filter(
    (step): step is HookStep => step.kind === "hook" && step.runs && isWanted(step, request),
  );
  const compiled = await compileAll(request, script, planned);
  const id = newTaskId(now);
  const base = {
    operationId: id,
    appName,
    operation: request.operation,
    fromVersion: fromVersion ?? null,
    toVersion,
  };
  const tasks = new Map(
    planned.map((step) => {
      const bundle = compiled.bundles.get(step.hookIndex) as Bundle;
      return [step.hookIndex, toTaskRecord({ ...base, script, step, bundle, request, now })];
    }),
  );
  const { scriptFile, operation, answers = {} } = request;
  const kept = await keptChoices(appName);
  const expanded = expandScript({ script, scriptFile, operation, facts, answers, kept });
  const { values, directories } = expanded;
  const { operationId: _id, ...about } = base;
  return {
    record: {
      id,
      ...about,
      catalogApp: script.custom === true ? null : (request.catalogApp ?? appName),
      values,
      directories,
      steps: toSteps(plan, tasks, script, request),
      ...wishesOf(request),
      createdAt: now,
    },
    plan,
    bundles: [...compiled.bundles.values()],
    choices: expanded.choices,
    givenAnswers: answersByTask(request.inputs, tasks),
    warnings: [...warnings, ...compiled.warnings],
  };
}

/** What the record keeps of the request as it is. */
function wishesOf(request: OperationRequest) {
  const { train, scriptFile, catalogRoot, interactive, labels, annotations } = request;
  const { expectedSha256, ignoreLock } = request;
  return {
    train: train ?? "stable",
    source: {
      scriptFile,
      // Another process may look for it later, in another working folder.
      catalogRoot: catalogRoot === undefined ? null : resolve(catalogRoot),
      ...(expectedSha256 && { expectedSha256 }),
      ...(ignoreLock && { ignoreLock }),
    },
    interactive: interactive ?? true,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
}

function requireScript(request: OperationRequest): { script: InstallScript; warnings: Problem[] } {
  const { script, problems } = parseInstallScript(request.script, { file: request.scriptFile });
  if (script === null) throw new ScriptRejectedError(problems);
  return { script, warnings: problems };
}

function planRequest(
  { operation, optIns }: OperationRequest,
  script: InstallScript,
  { fromVersion, toVersion }: { fromVersion: string | undefined; toVersion: string },
): Plan {
  return planOperation({
    operation,
    script,
    ...(fromVersion === undefined ? {} : { fromVersion }),
    ...(toVersion === "latest" ? {} : { toVersion }),
    ...(optIns === undefined ? {} : { optIns }),
  });
}

/** The NAS would say so too, but only after the before hooks have done their work. */
function requireFreeName(request: OperationRequest, appName: string, { installedApps }: NasFacts): void {
  if (request.operation !== "install" || request.hooksOnly === true || !installedApps.includes(appName))
    return;
  throw new TackleboxError(
    "APP_NAME_TAKEN",
    `App "${appName}" is already installed on this NAS; upgrade it, or choose another name.`,
  );
}

/** Answers given beforehand are checked now: nobody is asked for them again later. */
function requireFittingInputs(request: OperationRequest, script: InstallScript): void {
  const declared = (script.hooks ?? []).flatMap((hook) =>
    (hook.inputs ?? []).map((input) => ({ hook, input })),
  );
  const given = Object.entries(request.inputs ?? {});
  const unfit = declared.flatMap(({ hook, input }) => {
    const answer = given.find(([id]) => id === input.id);
    const check = answer === undefined ? null : checkInput(input, answer[1]);
    if (check === null || check.ok) return [];
    const message = `hook "${hook.id}", input "${input.id}": ${check.message}`;
    return [problemInRequest("inputs", input.id, { ...check, message })];
  });
  const ids = [...new Set(declared.map(({ input }) => input.id))];
  const unknown = given.flatMap(([id]) => {
    if (ids.includes(id)) return [];
    const known = ids.length === 0 ? "no hook declares any" : `declared are ${ids.join(", ")}`;
    const message = `no hook declares an input "${id}"; ${known}. Correct the id, or leave it out.`;
    return [problemInRequest("inputs", id, { code: "INPUT_INVALID", message })];
  });
  const problems = [...unfit, ...unknown];
  if (problems.length > 0) throw new AnswersRejectedError(request.scriptFile, problems);
}

async function installedVersion(request: OperationRequest, nas: NasDriver, appName: string): Promise<string> {
  if (request.fromVersion !== undefined) return request.fromVersion;
  const app = await nas.getApp(appName);
  if (app !== null) return app.version;
  throw new TackleboxError(
    "APP_UNKNOWN",
    `App "${appName}" is not installed; install it first, or name the version it has.`,
  );
}

function isWanted(step: HookStep, { only }: OperationRequest): boolean {
  return (only?.event ?? step.event) === step.event && (only?.hookId ?? step.hookId) === step.hookId;
}

async function compileAll(
  request: OperationRequest,
  script: InstallScript,
  steps: readonly HookStep[],
): Promise<{ bundles: Map<number, Bundle>; warnings: Problem[] }> {
  const outcomes = await Promise.all(
    steps.map(async ({ hookIndex }) => {
      const hook = script.hooks?.[hookIndex] as HookDeclaration;
      return [hookIndex, await compileDeclared(request, hook, hookIndex)] as const;
    }),
  );
  const problems = outcomes.flatMap(([, outcome]) => (outcome.ok ? [] : outcome.problems));
  if (problems.length > 0) throw new ScriptRejectedError(problems);
  const good = outcomes.flatMap(([index, outcome]) => (outcome.ok ? [[index, outcome] as const] : []));
  const ids = (script.hooks ?? []).map((hook) => hook.id);
  const hooks = good.map(([index, { bundle }]) => ({ id: ids[index] as string, bundle }));
  requireIntegrity(request, hooks, ids);
  return {
    bundles: new Map(good.map(([index, outcome]) => [index, outcome.bundle])),
    warnings: good.flatMap(([, outcome]) => outcome.warnings),
  };
}

function toTaskRecord(parts: {
  operationId: string;
  appName: string;
  operation: Operation;
  fromVersion: string | null;
  toVersion: string;
  script: InstallScript;
  step: HookStep;
  bundle: Bundle;
  request: OperationRequest;
  now: number;
}): HookTaskRecord {
  const declared = parts.script.hooks?.[parts.step.hookIndex] as HookDeclaration;
  const { scriptContent: _source, ...hook } = declared;
  const { timeoutSeconds } = parts.request;
  return {
    id: newTaskId(parts.now),
    operationId: parts.operationId,
    appName: parts.appName,
    operation: parts.operation,
    fromVersion: parts.fromVersion,
    toVersion: parts.toVersion,
    hook: timeoutSeconds === undefined ? hook : { ...hook, timeout: timeoutSeconds },
    bundleSha256: parts.bundle.sha256,
    sourceSha256: parts.bundle.sourceSha256,
    declaredPort: parts.script.requirements?.ports?.[0] ?? null,
    interactive: parts.request.interactive ?? true,
    createdAt: parts.now,
  };
}

/** Steps of an operation as its record has them; `tasks` are those of hooks that run, by their place in the script. */
export function toSteps(
  plan: Plan,
  tasks: ReadonlyMap<number, HookTaskRecord>,
  script: InstallScript,
  request: OperationRequest,
): OperationStep[] {
  const steps = plan.steps.flatMap((step): OperationStep[] => {
    if (step.kind === "app") {
      if (request.hooksOnly === true) return [];
      const title = step.method === "app.create" ? "Create the app" : "Upgrade the app";
      return [
        { kind: "app", title, method: step.method },
        { kind: "running", title: "Wait until the app runs" },
      ];
    }
    if (step.reason.code === "other-operation" || !isWanted(step, request)) return [];
    const hook = script.hooks?.[step.hookIndex];
    const task = tasks.get(step.hookIndex) ?? null;
    return [
      {
        kind: "hook",
        title: hook?.description ?? step.hookId,
        hookId: step.hookId,
        reason: step.reason.text,
        task,
      },
    ];
  });
  const hasDirectories =
    request.operation === "install" && (script.ensure_directories_exists ?? []).length > 0;
  return hasDirectories && request.hooksOnly !== true
    ? [{ kind: "directories", title: "Make the app's folders" }, ...steps]
    : steps;
}

/** Each hook gets the answers to the inputs it declares, and no others. */
function answersByTask(
  given: JsonObject = {},
  tasks: ReadonlyMap<number, HookTaskRecord>,
): Map<string, JsonObject> {
  return new Map(
    [...tasks.values()].map((task) => {
      const ids = (task.hook.inputs ?? []).map((input) => input.id).filter((id) => Object.hasOwn(given, id));
      return [task.id, Object.fromEntries(ids.map((id) => [id, given[id] as JsonValue]))];
    }),
  );
}
