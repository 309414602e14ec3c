import { postCall } from "./bridge.ts";
import { maxLogLineChars, maxMessageChars } from "./limits.ts";
import { JsonStringify, StringSlice } from "./primordials.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one line to the task's log; what is too long is cut, with a mark. */
export function postLog(level: LogLevel, message: string): void {
  let text = JsonStringify(cutLine(message, maxLogLineChars)) as string;
  // Control characters take six characters each as JSON.
  if (text.length > maxMessageChars - 1024)
    text = JsonStringify(cutLine(message, maxLogLineChars / 2)) as string;
  postCall("log", `{"level":"${level}","message":${text}}`);
}

function cutLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  return `${StringSlice(line, 0, limit)} ... (${line.length - limit} more characters cut)`;
}
