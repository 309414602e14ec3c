import { isJsonObject, type JsonValue } from "../json.ts";

/** What one attempt may leave behind in its task; counted again, call by call, on replay. */
export interface RecordBudget {
  /**
   * Asks for room for one call. `last`: the log is full now, the marker takes the line's place. `drop`: the line is
   * not kept. `refuse`: a checkpoint too many, the hook is told.
   */
  take(name: string, args: JsonValue): "keep" | "last" | "drop" | "refuse";
  /** The line that says that the log is full. */
  readonly marker: string;
}

export function createRecordBudget(limits: { maxLogBytes: number; maxCheckpoints: number }): RecordBudget {
  const checkpoints = new Set<string>();
  let logBytesLeft = limits.maxLogBytes;

  const takeLog = (args: JsonValue): "keep" | "last" | "drop" => {
    if (logBytesLeft <= 0) return "drop";
    logBytesLeft -= Buffer.byteLength(JSON.stringify(args));
    return logBytesLeft <= 0 ? "last" : "keep";
  };
  const takeCheckpoints = (args: JsonValue): "keep" | "refuse" => {
    const added = new Set(checkpointIds(args).filter((id) => !checkpoints.has(id)));
    if (checkpoints.size + added.size > limits.maxCheckpoints) return "refuse";
    for (const id of added) checkpoints.add(id);
    return "keep";
  };
  return {
    marker: `the log has reached ${limits.maxLogBytes} bytes; later lines of this attempt are dropped.`,
    take: (name, args) => (name === "log" ? takeLog(args) : takeCheckpoints(args)),
  };
}

/** The checkpoints a call names, whatever else its arguments are. */
function checkpointIds(args: JsonValue): string[] {
  if (!isJsonObject(args)) return [];
  const listed = Array.isArray(args["checkpoints"]) ? args["checkpoints"].filter(isJsonObject) : [args];
  return listed.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
}
