import type { StartMessage } from "../protocol.ts";
import { settleCall, settleHeld } from "./bridge.ts";
import { startClock } from "./clock-reading.ts";
import { createContext } from "./context.ts";
import type { GuestEntry } from "./entry-protocol.ts";
import { finishFailed, finishWell } from "./finish.ts";
import { createGuestError } from "./guest-error.ts";
import { setInputs } from "./inputs.ts";
import {
  evaluateGlobally,
  JsonParse,
  NativePromise,
  ObjectGetOwnPropertyDescriptor,
  PromiseThen,
  ReflectApply,
} from "./primordials.ts";
import { holdCompletions } from "./held.ts";
import { traceCalls } from "./trace.ts";

/** What `start` is told: the start message without the code. The seed stays outside. */
export type GuestStart = Pick<StartMessage, "fileName" | "entrypoint" | "context" | "now" | "trace">;

/** The two functions through which the sandbox process enters the guest. */
export function createGuestEntry(): GuestEntry {
  let started = false;
  return {
    start(startJson, code) {
      if (started) return;
      started = true;
      try {
        runHook(JsonParse(startJson) as GuestStart, code);
      } catch (error) {
        finishFailed(error);
      }
    },
    deliver(completionJson) {
      try {
        settleCall(completionJson);
      } catch (error) {
        finishFailed(error);
      }
    },
    hold: holdCompletions,
    deliverHeld() {
      try {
        return settleHeld();
      } catch (error) {
        finishFailed(error);
        return false;
      }
    },
  };
}

function runHook({ fileName, entrypoint, context, now, trace }: GuestStart, code: string): void {
  if (trace === true) traceCalls();
  startClock(now);
  setInputs(context.inputs);
  const hookContext = createContext(context);
  // An indirect eval runs in the global scope; the name makes stacks read as those of a script of its own.
  const exported = evaluateGlobally(`${code}\n//# sourceURL=${fileName}`);
  const run = requireEntrypoint(exported, entrypoint, fileName);
  finishWith(ReflectApply(run, undefined, [hookContext]));
}

/** Waits for the result of the entrypoint, as `await` would, whatever became of `Promise.prototype.then`. */
function finishWith(result: unknown): void {
  try {
    PromiseThen(result as Promise<unknown>, finishWell, finishFailed);
  } catch {
    // Not a promise: a thenable, or nothing to wait for.
    PromiseThen(new NativePromise((resolve) => resolve(result)), finishWell, finishFailed);
  }
}

type Entrypoint = (context: object) => unknown;

/**
 * Looks the entrypoint up among the own properties of the exports; the exports object itself is never awaited, so an
 * export named `then` is a function like any other.
 */
function requireEntrypoint(exported: unknown, entrypoint: string, fileName: string): Entrypoint {
  const isObject = (typeof exported === "object" && exported !== null) || typeof exported === "function";
  const property = isObject ? ObjectGetOwnPropertyDescriptor(exported, entrypoint) : undefined;
  const value: unknown =
    property?.get === undefined ? property?.value : ReflectApply(property.get, exported, []);
  if (typeof value === "function") return value as Entrypoint;
  const found = property === undefined ? "no export of that name was found" : `it is ${typeof value}`;
  throw createGuestError(
    {
      name: "Error",
      message: `entrypoint "${entrypoint}": ${found} in ${fileName}, a function was expected; export it, or correct "entrypoint".`,
      code: "HOOK_ENTRYPOINT",
    },
    null,
  );
}
