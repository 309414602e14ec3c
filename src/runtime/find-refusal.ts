import type { CallMessage } from "./met-effect.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";

/**
 * Why a call ends the attempt; null when it may be met.
 * @param due the number it must have, and how many calls wait for an answer
 */
export function findRefusal(
  { seq }: CallMessage,
  due: { seq: number; pending: number },
  limits: SandboxLimits,
): { code: "HOOK_PROTOCOL" | "HOOK_CALL_LIMIT" | "HOOK_MESSAGE_LIMIT"; detail: string } | null {
  if (seq !== due.seq) {
    return { code: "HOOK_PROTOCOL", detail: `call ${seq} came where call ${due.seq} was due.` };
  }
  if (seq > limits.maxCalls) {
    return {
      code: "HOOK_CALL_LIMIT",
      detail: `it made more than ${limits.maxCalls} calls (log lines included).`,
    };
  }
  if (due.pending >= limits.maxPendingCalls) {
    const detail = `more than ${limits.maxPendingCalls} calls wait for an answer at once.`;
    return { code: "HOOK_MESSAGE_LIMIT", detail };
  }
  return null;
}
