import type { JsonValue } from "../../json.ts";
import type { EffectDefinition, EffectLimits } from "../effect.ts";
import { optionalText, requireArgs, requireText } from "./argument.ts";
import { cutLine } from "./log.ts";

export interface CheckpointRetryArgs {
  checkpointId: string;
  error: string;
  context: { label: string; value: string }[];
}

/** `ctx.awaitCheckpointRetry`: the attempt waits for a person; the runtime answers it, nothing is performed. */
export const awaitCheckpointRetry: EffectDefinition<CheckpointRetryArgs> = {
  name: "awaitCheckpointRetry",
  nature: () => "park",
  parseArgs: (value, limits) => {
    const args = requireArgs("awaitCheckpointRetry", value);
    return {
      checkpointId: requireText("awaitCheckpointRetry", args, "checkpointId", limits.maxCheckpointTextBytes),
      error: cutLine(
        optionalText("awaitCheckpointRetry", args, "error", 1024 * 1024) ?? "",
        limits.maxDetailBytes * 8,
      ),
      context: parseDetails(args["context"], limits),
    };
  },
};

/** Diagnostic rows; what is not a row is left out, what is too long is cut. */
function parseDetails(
  value: JsonValue | undefined,
  limits: EffectLimits,
): { label: string; value: string }[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limits.maxDetailRows).flatMap((row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return [];
    return [
      {
        label: cutLine(toText(row["label"] ?? ""), limits.maxDetailBytes),
        value: cutLine(toText(row["value"] ?? null), limits.maxDetailBytes),
      },
    ];
  });
}

function toText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
