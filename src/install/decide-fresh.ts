import { TackleboxError } from "../errors.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { OperationRecord } from "../task/operation-task.ts";
import { replaceBundle } from "./bundle-store.ts";
import { compileAfresh } from "./compile-afresh.ts";
import type { Decision } from "./desk.ts";
import type { Runtime } from "./runtime.ts";
import { getJson } from "./stored-json.ts";

/**
 * The decision of a Retry fresh: the hook is compiled and kept first, so that a script that is not good changes nothing
 * and its problems reach whoever clicked. Throws `FRESH_REFUSED` and `ScriptRejectedError`.
 */
export async function decideFresh(
  { documents }: Pick<Runtime, "documents">,
  taskId: string,
  script?: string,
): Promise<Decision> {
  const record = await getJson<HookTaskRecord>(documents, "hook-tasks", taskId);
  const operation = record && (await getJson<OperationRecord>(documents, "operations", record.operationId));
  if (record === null || operation === null) {
    throw new TackleboxError(
      "FRESH_REFUSED",
      `Task ${taskId}: the step that waits is one of the NAS, expected a hook, which has code to be compiled; ` +
        "retry it without fresh.",
    );
  }
  const bundle = await compileAfresh(record, operation, script);
  await replaceBundle(documents, bundle, record.operationId);
  const { sha256: bundleSha256, sourceSha256 } = bundle;
  return { action: "retry", fresh: true, bundleSha256, sourceSha256 };
}
