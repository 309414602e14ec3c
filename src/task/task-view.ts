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
  bundleSha256: string | null;
}

export interface CheckpointView {
  id: string;
  message: string;
  status: "pending" | "active" | "completed" | "skipped" | "failed" | "awaiting_retry";
  at: string | null;
}

export type TaskAction =
  | { name: "submit_input"; inputId: string }
  | { name: "retry" }
  | { name: "skip" }
  | { name: "cancel" };

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
}

export type TaskView = HookTaskView | OperationTaskView;
