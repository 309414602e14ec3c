import type { NasJobRef } from "../nas/nas-driver.ts";
import type { TaskError } from "./task-event.ts";

/** Everything that can happen to an install or upgrade; `index` counts its steps from 0. */
export type OperationEvent =
  | { type: "step-started"; index: number }
  | { type: "step-progress"; index: number; percent: number; text: string }
  /** The step's task; the only one while it lasts. */
  | { type: "hook-started"; index: number; taskId: string }
  /** About to call the NAS; a crash after this is reconciled with the NAS before anything is called again. */
  | { type: "job-starting"; index: number }
  | { type: "job-started"; index: number; ref: NasJobRef }
  | {
      type: "step-ended";
      index: number;
      status: "COMPLETED" | "SKIPPED" | "FAILED" | "CANCELLED";
      error?: TaskError;
    }
  /** A step that failed on the NAS waits for the user's Retry or Skip. */
  | { type: "step-awaiting-retry"; index: number; error: TaskError }
  | { type: "step-retried"; index: number }
  | { type: "cancel-requested" }
  | { type: "operation-ended"; status: "COMPLETED" | "FAILED" | "CANCELLED"; error?: TaskError };
