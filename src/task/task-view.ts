import type { HookEvent } from "../schema/install-script.ts";
import type { TaskError, TaskInputView, TaskStatus } from "./task-event.ts";

/** What everyone outside sees of a hook task; folded from its journal, no secrets in it. */
export interface HookTaskView {
  kind: "hook";
  id: string;
  type: "APP_HOOK";
  status: TaskStatus;
  /** Rises by one with each change. */
  revision: number;
  parentId: string;
  hookId: string;
  event: HookEvent;
  appName: string;
  title: string;
  optional: boolean;
  attempt: number;
  maxAttempts: number;
  /** Integer percent; never falls within an attempt; 100 when COMPLETED or SKIPPED. */
  progress: number;
  checkpoints: CheckpointView[];
  inputs: TaskInputView[];
  error: TaskError | null;
  /** Active time over all attempts, in milliseconds; waiting for a person does not count. */
  durationMs: number;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
  actions: TaskAction[];
  /** Of the compiled code the latest attempt ran; null before the first. */
  bundleSha256: string | null;
  /** Of the sources it was compiled from (`sha256sum` can compute it); null before the first attempt. */
  sourceSha256: string | null;
  /** As the hook declares them. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The ended task this one does again. */
  retryOf: string | null;
  /** Seconds of active time it usually takes on this NAS; null when it never completed here. */
  predictedSeconds: number | null;
}

export interface CheckpointView {
  id: string;
  message: string;
  status: "pending" | "active" | "completed" | "skipped" | "failed" | "awaiting_retry";
  at: string | null;
}

export type TaskAction =
  | { name: "submit_input"; inputId: string }
  /** Begins the sign-in anew, or for the first time after it was called off. */
  | { name: "authorize"; inputId: string }
  | { name: "cancel_authorization"; inputId: string }
  | { name: "retry" }
  /** Retry, and this input is asked for again first. */
  | { name: "change_input"; inputId: string; type: "oauth" | "question" }
  | { name: "skip" }
  | { name: "cancel" }
  /** Of an ended one: the same once more, as a new task. */
  | { name: "rerun" }
  /** Of an ended operation. */
  | { name: "dismiss" };

/** An install or upgrade: the parent of its hook tasks. */
export interface OperationTaskView {
  kind: "operation";
  id: string;
  type: "APP_INSTALL" | "APP_UPGRADE";
  status: TaskStatus;
  outcome: "completed" | "completed_with_skips" | null;
  revision: number;
  appName: string;
  title: string;
  fromVersion: string | null;
  toVersion: string | null;
  progress: number;
  progressText: string | null;
  /** The plan's steps in order: hooks (with their task) and the app step. */
  steps: StepView[];
  error: TaskError | null;
  createdAt: string;
  startedAt: string | null;
  updatedAt: string;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
  actions: TaskAction[];
  /** As the request gave them. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The ended operation this one does again, or the ended hook's task whose hook it runs again. */
  retryOf: string | null;
  /** Since when an ended operation is put away from view; a mark, no state. */
  dismissedAt: string | null;
  /** Seconds it usually takes on this NAS, waits for people left out; null while that is not known of every step. */
  predictedSeconds: number | null;
}

export interface StepView {
  kind: "hook" | "app" | "directories" | "running";
  title: string;
  status: TaskStatus;
  progress: number;
  /** The hook's task once it exists. */
  taskId: string | null;
  hookId: string | null;
  /** Why a hook that is planned does not run. */
  reason: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export type TaskView = HookTaskView | OperationTaskView;
