import type { HistoryPage } from "../views.ts";

const names = ["app", "hook", "status", "event", "label"] as const;

/** The filters of the address as the API takes them. */
export function toHistoryQuery(query: Readonly<Record<string, string>>): string {
  const set = names.flatMap((name): [string, string][] => {
    const value = query[name] ?? "";
    const isWhole = name !== "label" || /^[^:]+:/.test(value);
    return value === "" || !isWhole ? [] : [[name, value]];
  });
  return new URLSearchParams(set).toString();
}

/** How long what is shown here is kept. */
export function retentionText({
  afterEndSeconds,
  maxOperations,
}: NonNullable<HistoryPage["retention"]>): string {
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
