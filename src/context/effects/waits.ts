import type { JsonValue } from "../../json.ts";
import type { EffectDefinition, EffectTools } from "../effect.ts";
import { argumentError, describe, requireArgs } from "./argument.ts";

/** Longest wait in milliseconds: what a 32-bit timer can count, about 24.8 days. */
const longestWaitMs = 2_147_483_647;

/** Waits for what is left, however often the hook was brought back since the wait began. */
const waitOut = async (ms: number, tools: EffectTools): Promise<{ value: JsonValue; body: null }> => {
  const left = Math.min(ms, ms - tools.elapsedMs);
  if (left > 0) await tools.clock.sleep(left, tools.signal);
  return { value: null, body: null };
};

/** `ctx.sleep(ms)`. */
export const sleep: EffectDefinition<number> = {
  name: "sleep",
  nature: () => "repeatable",
  parseArgs: (value) => {
    const ms = requireArgs("sleep", value)["ms"];
    if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0) {
      throw argumentError("sleep", `ms is ${describe(ms)}; expected milliseconds, 0 or more.`);
    }
    return Math.min(ms, longestWaitMs);
  },
  isTimed: true,
  lastsMs: (ms) => ms,
  perform: (ms, _body, tools) => waitOut(ms, tools),
};

/** `setTimeout` and each tick of `setInterval`; delays a timer cannot count fire at once, as in Node. */
export const timer: EffectDefinition<number> = {
  name: "timer",
  nature: () => "repeatable",
  parseArgs: (value) => {
    const ms = requireArgs("setTimeout", value)["ms"];
    return typeof ms === "number" && ms >= 1 && ms <= longestWaitMs ? ms : 1;
  },
  isTimed: true,
  lastsMs: (ms) => ms,
  perform: (ms, _body, tools) => waitOut(ms, tools),
};
