import type { EffectOutcome } from "../journal/entry.ts";
import type { CompletionMessage, HeldCompletion } from "./protocol.ts";

/** An outcome as the guest is told it; its body goes beside it. */
export function toCompletion(seq: number, now: number, outcome: EffectOutcome): CompletionMessage {
  if (!outcome.ok) return { type: "completion", seq, now, ok: false, error: outcome.error };
  const { value, body } = outcome;
  return { type: "completion", seq, now, ok: true, value, hasBody: body !== undefined };
}

/** The same as one of many: without a result it is a fifth as long. */
export function toHeldCompletion(seq: number, now: number, outcome: EffectOutcome): HeldCompletion {
  const isBare = outcome.ok && outcome.value === null && outcome.body === undefined;
  return isBare ? [seq, now] : toCompletion(seq, now, outcome);
}
