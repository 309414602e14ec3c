import type { HookContext } from "../../context/hook-context.ts";
import type { GuestContextData } from "../protocol.ts";
import { callEffect } from "./bridge.ts";
import { toDetailRows } from "./details.ts";
import { messageOf } from "./failure.ts";
import { formatLine } from "./format-line.ts";
import { captureCallSite, createGuestError, nameCode, type Callee } from "./guest-error.ts";
import { Headers } from "./headers.ts";
import { readInput } from "./inputs.ts";
import { maxFailureChars } from "./limits.ts";
import { postLog } from "./log.ts";
import {
  ErrorCaptureStackTrace,
  JsonStringify,
  NativePromise,
  StringSlice,
  ignoreRejection,
} from "./primordials.ts";
import { createResponse, type Response } from "./response.ts";

/** The hook's `ctx`: a plain object whose methods work detached and may be replaced. */
export function createContext(data: GuestContextData): object {
  const context: Record<keyof HookContext, unknown> = {
    resourceType: data.resourceType,
    resourceId: data.resourceId,
    event: data.event,
    fromVersion: data.fromVersion,
    toVersion: data.toVersion,
    host: data.host,
    port: data.port,
    baseUrl: data.baseUrl,
    inputs: data.inputs,
    ...checkpointMethods(),
    ...waitMethods(),
    log: (...values: unknown[]): void => postLog("info", formatLine(values)),
    fail,
    getInput: function getInput(inputId: unknown, schema?: unknown): unknown {
      return readInput(inputId, schema, getInput);
    },
  };
  return context;
}

type CheckpointMethods = Pick<
  HookContext,
  "registerCheckpoints" | "emitCheckpoint" | "updateCheckpointMessage" | "skipCheckpoint"
>;

function checkpointMethods(): Record<keyof CheckpointMethods, unknown> {
  return {
    registerCheckpoints: function registerCheckpoints(checkpoints: unknown): Promise<void> {
      return effect("registerCheckpoints", { toJSON, checkpoints }, registerCheckpoints, noValue);
    },
    emitCheckpoint: function emitCheckpoint(id: unknown, message: unknown, progress: unknown): Promise<void> {
      return effect("emitCheckpoint", { toJSON, id, message, progress }, emitCheckpoint, noValue);
    },
    updateCheckpointMessage: function updateCheckpointMessage(id: unknown, message: unknown): Promise<void> {
      return effect("updateCheckpointMessage", { toJSON, id, message }, updateCheckpointMessage, noValue);
    },
    skipCheckpoint: function skipCheckpoint(id: unknown, message: unknown): Promise<void> {
      return effect("skipCheckpoint", { toJSON, id, message }, skipCheckpoint, noValue);
    },
  };
}

function waitMethods(): Record<"sleep" | "waitForApp" | "awaitCheckpointRetry", unknown> {
  return {
    sleep: function sleep(ms: unknown): Promise<void> {
      return effect("sleep", { toJSON, ms }, sleep, noValue);
    },
    waitForApp: function waitForApp(path: unknown, options?: unknown): Promise<Response> {
      return effect(
        "waitForApp",
        () => ({ toJSON, path, options: plainOptions(options) }),
        waitForApp,
        createResponse,
      );
    },
    awaitCheckpointRetry: function awaitCheckpointRetry(
      checkpointId: unknown,
      error: unknown,
      context?: unknown,
    ): Promise<string> {
      const read = (completion: { value: unknown }): string => completion.value as string;
      return effect(
        "awaitCheckpointRetry",
        () => ({
          toJSON,
          checkpointId,
          error: StringSlice(messageOf(error), 0, maxFailureChars),
          context: toDetailRows(context),
        }),
        awaitCheckpointRetry,
        read,
      );
    },
  };
}

function fail(message: unknown, context?: unknown): never {
  const error = new Error(messageOf(message));
  error.name = "HookFailError";
  ErrorCaptureStackTrace(error, fail);
  nameCode(error, "HOOK_FAIL", toDetailRows(context));
  throw error;
}

/**
 * A field of all arguments, left out of their JSON: a hook can give every object a `toJSON`, and this one is found first. An
 * object without a prototype would be as safe and take V8 several times as long.
 */
const toJSON = undefined;

/** Makes JSON text of the arguments and calls. What cannot be JSON rejects with `ARGUMENT_INVALID`. */
function effect<T>(
  name: string,
  args: object | (() => object),
  callee: Callee,
  read: Parameters<typeof callEffect<T>>[3],
): Promise<T> {
  let argsJson: string | undefined;
  try {
    const made = typeof args === "function" ? (args as () => object)() : args;
    argsJson = JsonStringify(made);
  } catch (error) {
    return refuse(
      `ctx.${name}: its arguments cannot be made into JSON (${messageOf(error)}); pass plain values.`,
      callee,
    );
  }
  if (argsJson === undefined) {
    return refuse(`ctx.${name}: its arguments cannot be made into JSON; pass plain values.`, callee);
  }
  return callEffect(name, argsJson, callee, read);
}

function refuse(message: string, callee: Callee): Promise<never> {
  const promise = NativePromise.reject(
    createGuestError({ name: "TypeError", message, code: "ARGUMENT_INVALID" }, captureCallSite(callee)),
  );
  ignoreRejection(promise);
  return promise;
}

/** Options with the headers as a plain record, in whatever form they were given. */
function plainOptions(options: unknown): unknown {
  if (typeof options !== "object" || options === null) return options;
  const { headers } = options as { headers?: unknown };
  if (!(headers instanceof Headers) && !Array.isArray(headers)) return options;
  return { ...options, headers: Object.fromEntries(new Headers(headers as Headers)) };
}

function noValue(): void {}
