import { putBundle } from "./bundle-store.ts";
import { giveAnswers } from "./answer-rounds.ts";
import type { AppChoices } from "./expand-script.ts";
import type { PreparedOperation } from "./prepare-operation.ts";
import type { Runtime } from "./runtime.ts";
import { getJson, putJson } from "./stored-json.ts";

/** What is kept of an operation before it is put into the queue. */
export type StorableOperation = Pick<PreparedOperation, "record" | "bundles" | "choices" | "givenAnswers">;

/**
 * Keeps everything an operation needs, so that any worker can begin it or go on with it. Its record is kept last: where
 * that is found, the rest is too.
 */
export async function storeOperation(
  runtime: Pick<Runtime, "documents" | "desk">,
  prepared: StorableOperation,
): Promise<void> {
  const { documents, desk } = runtime;
  const tasks = prepared.record.steps.flatMap((step) =>
    step.kind === "hook" && step.task !== null ? [step.task] : [],
  );
  await Promise.all([
    ...prepared.bundles.map((bundle) => putBundle(documents, bundle, prepared.record.id)),
    ...tasks.map((task) => putJson(documents, "hook-tasks", task.id, task)),
    ...[...prepared.givenAnswers].map(([taskId, answers]) => giveAnswers(desk, taskId, answers)),
    putJson(documents, "app-choices", prepared.record.appName, prepared.choices),
  ]);
  await putJson(documents, "operations", prepared.record.id, prepared.record);
}

/** What earlier operations settled for an app; null when there were none. */
export async function getAppChoices(runtime: Runtime, appName: string): Promise<AppChoices | null> {
  return await getJson<AppChoices>(runtime.documents, "app-choices", appName);
}
