import { isJsonObject, type JsonValue } from "../../json.ts";
import type { TaskEvent } from "../../task/task-event.ts";
import { EffectError, type EffectDefinition } from "../effect.ts";
import { argumentError, describe, optionalText, requireArgs, requireText } from "./argument.ts";

/** Effects that only change what people see of the task; done as soon as they are written. */
export type RecordEffect = EffectDefinition<TaskEvent>;

export const registerCheckpoints: RecordEffect = {
  name: "registerCheckpoints",
  nature: () => "record",
  parseArgs: (value, limits) => {
    const list = requireArgs("registerCheckpoints", value)["checkpoints"];
    if (!Array.isArray(list)) {
      throw argumentError(
        "registerCheckpoints",
        `${describe(list)} was given; expected an array of { id, message }.`,
      );
    }
    if (list.length > limits.maxCheckpoints) {
      throw new EffectError("LIMIT_REACHED", {
        name: "RangeError",
        message: `ctx.registerCheckpoints: ${list.length} checkpoints were given; at most ${limits.maxCheckpoints} are kept.`,
      });
    }
    const checkpoints = list.map((entry: JsonValue, index) => {
      if (!isJsonObject(entry)) {
        throw argumentError(
          "registerCheckpoints",
          `checkpoints[${index}] is ${describe(entry)}; expected { id, message }.`,
        );
      }
      const id = requireText("registerCheckpoints", entry, "id", limits.maxCheckpointTextBytes);
      return {
        id,
        message: optionalText("registerCheckpoints", entry, "message", limits.maxCheckpointTextBytes) ?? id,
      };
    });
    return { type: "checkpoints-registered", checkpoints };
  },
};

export const emitCheckpoint: RecordEffect = {
  name: "emitCheckpoint",
  nature: () => "record",
  parseArgs: (value, limits) => {
    const args = requireArgs("emitCheckpoint", value);
    const message = optionalText("emitCheckpoint", args, "message", limits.maxCheckpointTextBytes);
    const progress = args["progress"];
    if (progress !== undefined && progress !== null && typeof progress !== "number") {
      throw argumentError(
        "emitCheckpoint",
        `progress is ${describe(progress)}; expected a number from 0 to 100.`,
      );
    }
    return {
      type: "checkpoint-completed",
      id: requireText("emitCheckpoint", args, "id", limits.maxCheckpointTextBytes),
      ...(message === undefined ? {} : { message }),
      ...(typeof progress === "number" ? { progress: Math.min(100, Math.max(0, Math.trunc(progress))) } : {}),
    };
  },
};

export const updateCheckpointMessage: RecordEffect = {
  name: "updateCheckpointMessage",
  nature: () => "record",
  parseArgs: (value, limits) => {
    const args = requireArgs("updateCheckpointMessage", value);
    return {
      type: "checkpoint-message",
      id: requireText("updateCheckpointMessage", args, "id", limits.maxCheckpointTextBytes),
      message: requireText("updateCheckpointMessage", args, "message", limits.maxCheckpointTextBytes),
    };
  },
};

export const skipCheckpoint: RecordEffect = {
  name: "skipCheckpoint",
  nature: () => "record",
  parseArgs: (value, limits) => {
    const args = requireArgs("skipCheckpoint", value);
    const message = optionalText("skipCheckpoint", args, "message", limits.maxCheckpointTextBytes);
    return {
      type: "checkpoint-skipped",
      id: requireText("skipCheckpoint", args, "id", limits.maxCheckpointTextBytes),
      ...(message === undefined ? {} : { message }),
    };
  },
};
