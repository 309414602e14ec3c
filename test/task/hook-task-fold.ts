import { journalFormat, type JournalEntry } from "../../src/journal/entry.ts";
import type { HookDeclaration } from "../../src/schema/install-script.ts";
import type { HookTaskRecord } from "../../src/task/hook-task.ts";
import type { TaskError, TaskEvent, TaskInputView } from "../../src/task/task-event.ts";
import { foldEntry, initialHookTaskState, type HookTaskState } from "../../src/task/task-state.ts";

/** The state after these entries. */
export function foldAll(
  entries: readonly JournalEntry[],
  state: HookTaskState = initialHookTaskState,
): HookTaskState {
  return entries.reduce(foldEntry, state);
}

export const task = (event: TaskEvent, at = 1000): JournalEntry => ({ type: "task", at, event });

export const attemptStarted = (
  attempt = 1,
  at = 1000,
): Extract<JournalEntry, { type: "attempt-started" }> => ({
  type: "attempt-started",
  format: journalFormat,
  attempt,
  at,
  now: at,
  seed: "00",
  bundleSha256: `bundle-${attempt}`,
  context: { resourceType: "app", resourceId: "shelf", event: "onAfterInstall", baseUrl: "", inputs: {} },
});

/** A `record` effect that shows in the task. */
export const shown = (event: TaskEvent, seq = 1, at = 1000): JournalEntry => ({
  type: "effect-completed",
  seq,
  name: "effect",
  argsHash: "hash",
  at,
  outcome: { ok: true, value: null },
  event,
});

/** `awaitCheckpointRetry` begins to wait. */
export const awaiting = (id: string, seq: number, at = 1000): JournalEntry => ({
  type: "effect-started",
  seq,
  name: "awaitCheckpointRetry",
  argsHash: "hash",
  at,
  event: { type: "checkpoint-awaiting", id, error: { ...anError, title: `${id} failed`, checkpointId: id } },
});

export const answered = (id: string, seq: number, decision: "retry" | "skip" = "retry"): JournalEntry =>
  shown({ type: "checkpoint-answered", id, decision }, seq);

export const anError: TaskError = {
  code: "HOOK_THREW",
  title: "Hook failed",
  detail: 'hook "setup": it threw.',
  context: [],
  source: null,
  checkpointId: null,
};

export const registered = (...ids: string[]): JournalEntry =>
  shown({ type: "checkpoints-registered", checkpoints: ids.map((id) => ({ id, message: `doing ${id}` })) });

export const anInput = (id: string, type: TaskInputView["type"] = "question"): TaskInputView => ({
  id,
  type,
  title: id,
  description: null,
  state: "waiting",
  required: true,
});

export function hookRecord(
  hook: Partial<HookDeclaration> = {},
  overrides: Partial<HookTaskRecord> = {},
): HookTaskRecord {
  return {
    id: "tsk_hook",
    operationId: "tsk_operation",
    appName: "shelf",
    operation: "install",
    fromVersion: null,
    toVersion: "1.0.0",
    hook: { id: "setup", event: "onAfterInstall", entrypoint: "run", ...hook },
    bundleSha256: "bundle-1",
    declaredPort: null,
    interactive: true,
    createdAt: 500,
    ...overrides,
  };
}
