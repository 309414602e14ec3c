import type { Operation, Step } from "./views.ts";

/**
 * The step whose details are shown: the one the user chose, else the one that needs somebody, else the one under way, else
 * the one that failed, else the last that ran.
 */
export function focusStep(task: Operation, chosen: string | undefined): number {
  const asked = chosen === undefined ? Number.NaN : Number(chosen);
  if (Number.isInteger(asked) && task.steps[asked] !== undefined) return asked;
  const first = (...statuses: Step["status"][]): number =>
    task.steps.findIndex(({ status }) => statuses.includes(status));
  const candidates = [
    first("AWAITING_INPUT", "AWAITING_RETRY"),
    first("IN_PROGRESS"),
    first("FAILED", "CANCELLED"),
    task.finishedAt === null ? first("PENDING") : -1,
    lastRun(task.steps),
  ];
  return candidates.find((index) => index >= 0) ?? 0;
}

/** A hook that ran has the most to show. */
function lastRun(steps: readonly Step[]): number {
  const hook = steps.findLastIndex(({ kind, status }) => kind === "hook" && status === "COMPLETED");
  return hook >= 0 ? hook : steps.findLastIndex(({ status }) => status === "COMPLETED");
}
