import type { Bundle } from "../compile/bundle.ts";
import { TackleboxError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { OperationRecord, OperationStep } from "../task/operation-task.ts";
import { getBundle } from "./bundle-store.ts";
import { keptAnswers } from "./collect-inputs.ts";
import { expectStepTimes } from "./step-times.ts";
import type { Runtime } from "./runtime.ts";
import { getAppChoices, type StorableOperation } from "./store-operation.ts";
import { newTaskId } from "./task-id.ts";
import { readHookState } from "./task-journal.ts";
import { illegal } from "./task-actions.ts";
import type { TaskReader } from "./task-reader.ts";

/*
 * A past execution once more, in its original context, as a new task that names the old one (`retryOf`).
 *
 * 1. The same code: the bundle the last attempt ran, whatever the catalog and its lock file hold now.
 * 2. The same event, versions, values and declared port; where the app is reached is looked up as ever.
 * 3. The same answers as far as they are still kept; what was wiped is asked for again. Somebody asked for it, so somebody
 *    is there: it is interactive, whatever the old one was.
 */

/** Throws `ILLEGAL_TRANSITION` for a task that goes on, `RERUN_REFUSED`, `APP_NAME_TAKEN`, `APP_UNKNOWN`. */
export async function prepareRerun(
  runtime: Runtime,
  reader: TaskReader,
  taskId: string,
): Promise<StorableOperation> {
  const view = await reader.getTask(taskId);
  if (!view.actions.some(({ name }) => name === "rerun")) throw illegal("rerun", view);
  return view.kind === "hook"
    ? await prepareHookRerun(runtime, reader, taskId)
    : await prepareOperationRerun(runtime, reader, taskId);
}

/** A hook's task as an operation of that one hook. */
async function prepareHookRerun(
  runtime: Runtime,
  reader: TaskReader,
  taskId: string,
): Promise<StorableOperation> {
  const old = await reader.requireHook(taskId);
  const operation = await reader.requireOperation(old.operationId);
  const step = operation.steps.find((one) => one.kind === "hook" && one.task?.id === taskId);
  const title = step?.title ?? old.hook.id;
  const steps: OperationStep[] = [
    {
      kind: "hook",
      title,
      hookId: old.hook.id,
      reason: `Hook "${old.hook.id}" runs: task ${taskId} is run again.`,
      task: old,
    },
  ];
  const only = { title: `Run again: ${title}`, values: {}, directories: [] };
  return await prepareAgain(runtime, { ...operation, ...only, steps, retryOf: taskId });
}

/** An install or upgrade with all its steps. */
async function prepareOperationRerun(
  runtime: Runtime,
  reader: TaskReader,
  operationId: string,
): Promise<StorableOperation> {
  const operation = await reader.requireOperation(operationId);
  if (operation.steps.some(({ kind }) => kind === "app")) await requireFittingApp(runtime, operation);
  return await prepareAgain(runtime, { ...operation, retryOf: operationId });
}

/** The NAS would say so too, but only after the before hooks have done their work. */
async function requireFittingApp({ nas }: Runtime, { operation, appName }: OperationRecord): Promise<void> {
  const isThere = (await nas.getApp(appName)) !== null;
  if (operation === "install" && isThere) {
    throw new TackleboxError(
      "APP_NAME_TAKEN",
      `App "${appName}" is installed now, expected none of that name; run its hooks again one by one, or remove the app first.`,
    );
  }
  if (operation === "upgrade" && !isThere) {
    throw new TackleboxError(
      "APP_UNKNOWN",
      `App "${appName}" is not installed any more, expected the app to be upgraded; install it first.`,
    );
  }
}

async function prepareAgain(runtime: Runtime, old: OperationRecord): Promise<StorableOperation> {
  const now = runtime.clock.now();
  const id = newTaskId(now);
  const bundles = new Map<string, Bundle>();
  const givenAnswers = new Map<string, JsonObject>();
  const steps: OperationStep[] = [];
  for (const step of old.steps) {
    if (step.kind !== "hook" || step.task === null) {
      steps.push(step);
      continue;
    }
    const bundle = await requireBundle(runtime, step.task);
    const { predictedSeconds: _then, ...task } = step.task;
    const again: HookTaskRecord = {
      ...task,
      id: newTaskId(now),
      operationId: id,
      bundleSha256: bundle.sha256,
      sourceSha256: bundle.sourceSha256,
      interactive: true,
      createdAt: now,
      retryOf: task.id,
    };
    bundles.set(bundle.sha256, bundle);
    givenAnswers.set(again.id, await keptAnswers(runtime, step.task));
    steps.push({ ...step, task: again });
  }
  const { predictedSeconds: _then, ...same } = old;
  const record: OperationRecord = { ...same, id, steps, interactive: true, createdAt: now };
  const choices = (await getAppChoices(runtime, old.appName)) ?? { answers: {}, randomStrings: {} };
  const again = { record, bundles: [...bundles.values()], givenAnswers, choices };
  return await expectStepTimes(runtime.documents, again);
}

/** What the last attempt ran, else what the task would have begun with. */
async function requireBundle({ documents, journals }: Runtime, task: HookTaskRecord): Promise<Bundle> {
  const sha256 = (await readHookState({ journals }, task.id)).bundleSha256 ?? task.bundleSha256;
  const bundle = await getBundle(documents, sha256);
  if (bundle !== null) return bundle;
  throw new TackleboxError(
    "RERUN_REFUSED",
    `Task ${task.id}, hook "${task.hook.id}": its bundle ${sha256.slice(0, 12)} is no longer kept, expected the code that ran; ` +
      "start the operation anew from its script.",
  );
}
