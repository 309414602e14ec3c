import type { JsonValue } from "../json.ts";

/** Counts the log bytes of one attempt: the line that passes the cap becomes a marker, later ones are dropped. */
export interface LogBudget {
  take(args: JsonValue): "keep" | "last" | "drop";
  readonly marker: string;
}

export function createLogBudget(maxBytes: number): LogBudget {
  let left = maxBytes;
  return {
    marker: `the log has reached ${maxBytes} bytes; later lines of this attempt are dropped.`,
    take: (args) => {
      if (left <= 0) return "drop";
      left -= Buffer.byteLength(JSON.stringify(args));
      return left <= 0 ? "last" : "keep";
    },
  };
}
