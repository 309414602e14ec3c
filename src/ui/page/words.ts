import type { TaskStatus } from "../../task/task-event.ts";
import type { CheckpointView } from "../../task/task-view.ts";
import type { HookEvent } from "../../schema/install-script.ts";
import type { Operation } from "./views.ts";

/** How a state looks: one of a few tones, each with an icon of its own. */
export type Tone = "idle" | "busy" | "waiting" | "done" | "skipped" | "failed" | "cancelled";

export const toneOf: Readonly<Record<TaskStatus, Tone>> = {
  PENDING: "idle",
  AWAITING_INPUT: "waiting",
  IN_PROGRESS: "busy",
  AWAITING_RETRY: "waiting",
  COMPLETED: "done",
  SKIPPED: "skipped",
  FAILED: "failed",
  CANCELLED: "cancelled",
};

export const statusWords: Readonly<Record<TaskStatus, string>> = {
  PENDING: "Waiting for its turn",
  AWAITING_INPUT: "Needs your input",
  IN_PROGRESS: "In progress",
  AWAITING_RETRY: "Needs your decision",
  COMPLETED: "Done",
  SKIPPED: "Skipped",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

export const checkpointTones: Readonly<Record<CheckpointView["status"], Tone>> = {
  pending: "idle",
  active: "busy",
  completed: "done",
  skipped: "skipped",
  failed: "failed",
  awaiting_retry: "waiting",
};

export const checkpointWords: Readonly<Record<CheckpointView["status"], string>> = {
  pending: "to come",
  active: "under way",
  completed: "done",
  skipped: "skipped",
  failed: "failed",
  awaiting_retry: "failed, waits for Retry or Skip",
};

export const eventWords: Readonly<Record<HookEvent, string>> = {
  onBeforeInstall: "before the install",
  onAfterInstall: "after the install",
  onBeforeUpgrade: "before the upgrade",
  onAfterUpgrade: "after the upgrade",
};

/** The state in a few words, as precise as the view allows. */
export function describeStatus(task: Operation): string {
  if (task.cancelRequestedAt !== null && task.finishedAt === null) return "Cancelling";
  if (task.outcome === "completed_with_skips") return "Done, with parts skipped";
  return statusWords[task.status];
}

/** What a list row says below its title: what is going on now. */
export function describeDoing(task: Operation): string {
  const at = task.steps.find(({ status }) => status !== "COMPLETED" && status !== "SKIPPED");
  if (task.finishedAt !== null) {
    return task.error?.title ?? versionText(task);
  }
  if (at === undefined) return task.progressText ?? "";
  return at.kind === "app" && task.progressText !== null && task.progressText !== ""
    ? `${at.title}: ${task.progressText}`
    : at.title;
}

export function versionText({ fromVersion, toVersion }: Operation): string {
  if (toVersion === null) return "";
  return fromVersion === null ? `Version ${toVersion}` : `${fromVersion} to ${toVersion}`;
}
