import type { NasJobRef } from "../nas/nas-driver.ts";
import type { TaskError } from "./task-event.ts";

/** What the NAS knew of the app before it was called, so that older jobs and apps are not taken for the new ones. */
export interface NasBefore {
  /** Its newest job of that method for that app. */
  job: NasJobRef | null;
  /** The app's version; null when it was not installed. */
  version: string | null;
}

/** Everything that can happen to an install or upgrade; `index` counts its steps from 0. */
export type OperationEvent =
  | { type: "step-started"; index: number }
  | { type: "step-progress"; index: number; percent: number; text: string }
  /** The step's task; the only one while it lasts. */
  | { type: "hook-started"; index: number; taskId: string }
  /**
   * About to call the NAS, which knew `before` then; a crash after this is reconciled with the NAS before anything is
   * called again.
   */
  | { type: "job-starting"; index: number; before: NasBefore }
  | { type: "job-started"; index: number; ref: NasJobRef }
  | {
      type: "step-ended";
      index: number;
      status: "COMPLETED" | "SKIPPED" | "FAILED" | "CANCELLED";
      error?: TaskError;
      /** Of a hook that completed: how long it was at work, over all its attempts. */
      activeMs?: number;
    }
  /** A step that failed on the NAS waits for the user's Retry or Skip. */
  | { type: "step-awaiting-retry"; index: number; error: TaskError }
  /** The NAS is called again when its job is over; a job whose fate is not known is gone on with. */
  | { type: "step-retried"; index: number }
  | { type: "cancel-requested" }
  | { type: "operation-ended"; status: "COMPLETED" | "FAILED" | "CANCELLED"; error?: TaskError }
  /** Put away from view after its end; the only event that may come then. */
  | { type: "dismissed" };
