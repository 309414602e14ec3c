import { hookEvents } from "../../../schema/install-script.ts";
import type { History } from "../views.ts";

/** The states in which a hook's execution has ended. */
export const endedStatuses = ["COMPLETED", "SKIPPED", "FAILED", "CANCELLED"] as const;

/** The filters of the address as the API takes them. */
export function toHistoryQuery(query: Readonly<Record<string, string>>) {
  const { app = "", hook = "", label = "" } = query;
  const status = endedStatuses.find((one) => one === query["status"]);
  const event = hookEvents.find((one) => one === query["event"]);
  return {
    ...(app === "" ? {} : { app }),
    ...(hook === "" ? {} : { hook }),
    ...(status === undefined ? {} : { status: [status] }),
    ...(event === undefined ? {} : { event }),
    ...(/^[^:]+:/.test(label) ? { label: [label] } : {}),
  };
}

/** How long what is shown here is kept. */
export function retentionText({ afterEndSeconds, maxOperations }: History["retention"]): string {
  const parts = [
    ...(afterEndSeconds === null ? [] : [`for ${daysText(afterEndSeconds)} after they ended`]),
    ...(maxOperations === null ? [] : [`up to ${maxOperations} operations`]),
  ];
  return parts.length === 0 ? "Executions are kept for good." : `Executions are kept ${parts.join(", ")}.`;
}

function daysText(seconds: number): string {
  const days = seconds / 86_400;
  if (days >= 1) return `${Math.round(days * 10) / 10} days`;
  const hours = seconds / 3600;
  return hours >= 1 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(seconds / 60)} minutes`;
}
