import type { LogLevel } from "../../task/task-event.ts";
import { requireArgs } from "./argument.ts";
import type { RecordEffect } from "./checkpoints.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** `ctx.log` and `console.*`. A line that is too long is cut with a marker, never refused. */
export const log: RecordEffect = {
  name: "log",
  nature: () => "record",
  isSilent: true,
  parseArgs: (value, limits) => {
    const args = requireArgs("log", value);
    const level = levels.find((known) => known === args["level"]) ?? "info";
    const message =
      typeof args["message"] === "string" ? args["message"] : JSON.stringify(args["message"] ?? null);
    return { type: "log", level, message: cutLine(message, limits.maxLogLineBytes) };
  },
};

/** At most `maxBytes` of UTF-8, with a marker that says how much is gone. */
export function cutLine(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const kept = Buffer.from(text)
    .subarray(0, maxBytes)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
  return `${kept} … [${bytes - maxBytes} bytes cut]`;
}
