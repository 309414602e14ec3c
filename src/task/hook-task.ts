import type { HookDeclaration, HookInput } from "../schema/install-script.ts";
import type { TaskInputView } from "./task-event.ts";
import { activeMsOf, initialHookTaskState, isTerminal, isoTime, type HookTaskState } from "./task-state.ts";
import type { HookTaskView, TaskAction } from "./task-view.ts";

/** What a hook task is from its beginning on; kept in its queue job. Never changes. */
export interface HookTaskRecord {
  id: string;
  operationId: string;
  appName: string;
  operation: "install" | "upgrade";
  fromVersion: string | null;
  toVersion: string | null;
  /** The declaration without its source. */
  hook: Omit<HookDeclaration, "scriptContent">;
  bundleSha256: string;
  /** Of the sources; absent in records of older versions. */
  sourceSha256?: string;
  /** Port to use before the app exists: `requirements.ports[0]`. */
  declaredPort: number | null;
  /** False when nobody is there to answer or to retry: the hook fails instead of waiting. */
  interactive: boolean;
  createdAt: number;
  /** The ended hook task this one does again. */
  retryOf?: string;
  /** Seconds it usually takes here, as known at the beginning. */
  predictedSeconds?: number;
}

/** Seconds a hook may be active when it does not say. From the contract. */
export const defaultTimeoutSeconds = 300;

/** Hashes of what the next attempt runs: what the task began with, or what a Retry fresh compiled. */
export function codeToRun(
  record: HookTaskRecord,
  state: HookTaskState,
): { bundleSha256: string; sourceSha256?: string } {
  const sourceSha256 = state.freshSourceSha256 ?? record.sourceSha256;
  return {
    bundleSha256: state.freshBundleSha256 ?? record.bundleSha256,
    ...(sourceSha256 === undefined ? {} : { sourceSha256 }),
  };
}

/** What people and programs outside see. */
export function toHookTaskView(
  record: HookTaskRecord,
  state: HookTaskState = initialHookTaskState,
): HookTaskView {
  return {
    kind: "hook",
    id: record.id,
    type: "APP_HOOK",
    status: state.status,
    revision: state.revision,
    parentId: record.operationId,
    hookId: record.hook.id,
    event: record.hook.event,
    appName: record.appName,
    title: record.hook.description ?? record.hook.id,
    optional: record.hook.optional ?? false,
    attempt: state.attempt,
    maxAttempts: 1 + (record.hook.retries ?? 0),
    progress: state.progress,
    checkpoints: state.checkpoints,
    inputs: state.inputs,
    error: state.error,
    durationMs: Math.round(activeMsOf(state)),
    createdAt: isoTime(record.createdAt),
    startedAt: state.startedAt === null ? null : isoTime(state.startedAt),
    updatedAt: isoTime(state.updatedAt ?? record.createdAt),
    finishedAt: state.finishedAt === null ? null : isoTime(state.finishedAt),
    cancelRequestedAt: state.cancelRequestedAt === null ? null : isoTime(state.cancelRequestedAt),
    actions: actionsOf(state, record.hook.inputs),
    bundleSha256: state.bundleSha256,
    sourceSha256: state.sourceSha256,
    labels: record.hook.labels ?? {},
    annotations: record.hook.annotations ?? {},
    retryOf: record.retryOf ?? null,
    predictedSeconds: record.predictedSeconds ?? null,
  };
}

/** What the user may do now. The only place that knows. */
export function actionsOf(state: HookTaskState, declared: readonly HookInput[] = []): TaskAction[] {
  if (isTerminal(state.status)) return [{ name: "rerun" }];
  if (state.cancelRequestedAt !== null) return [];
  const cancel: TaskAction = { name: "cancel" };
  switch (state.status) {
    case "AWAITING_INPUT":
      return [
        ...state.inputs.filter((input) => input.state === "waiting").flatMap(actionsOfInput),
        { name: "skip" },
        cancel,
      ];
    case "AWAITING_RETRY":
      // Once Retry is chosen, only the next attempt is awaited.
      if (state.waiting === null) return [cancel];
      return [{ name: "retry" }, ...declared.map(changeOf), { name: "skip" }, cancel];
    default:
      return [cancel];
  }
}

const changeOf = ({ id: inputId, type }: HookInput): TaskAction => ({ name: "change_input", inputId, type });

function actionsOfInput({ id: inputId, type, authorization }: TaskInputView): TaskAction[] {
  if (type === "question") return [{ name: "submit_input", inputId }];
  const isUnderWay = authorization !== null && authorization !== undefined;
  return [
    { name: "authorize", inputId },
    ...(isUnderWay ? [{ name: "cancel_authorization", inputId } as const] : []),
  ];
}
