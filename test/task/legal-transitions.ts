import type { TaskStatus } from "../../src/task/task-event.ts";

/** The table of states, word for word; a state may also stay as it is. */
export const legal: Record<TaskStatus, readonly TaskStatus[]> = {
  PENDING: ["AWAITING_INPUT", "IN_PROGRESS", "SKIPPED", "CANCELLED"],
  AWAITING_INPUT: ["IN_PROGRESS", "AWAITING_RETRY", "SKIPPED", "FAILED", "CANCELLED"],
  IN_PROGRESS: ["COMPLETED", "AWAITING_RETRY", "SKIPPED", "FAILED", "CANCELLED"],
  AWAITING_RETRY: ["IN_PROGRESS", "AWAITING_INPUT", "SKIPPED", "FAILED", "CANCELLED"],
  COMPLETED: [],
  SKIPPED: [],
  FAILED: [],
  CANCELLED: [],
};
