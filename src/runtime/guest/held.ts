import type { BareCompletion, CompletionsMessage, HeldCompletion } from "../protocol.ts";
import { ArrayIsArray, JsonParse } from "./primordials.ts";

/**
 * Completions that came together, held until each is handed over. Own fields of own elements are read only: the
 * text came from the host.
 */
let held: readonly HeldCompletion[] = [];
let index = -1;
/** What is known of the next one; it is asked for at each call. */
let next: HeldCompletion | null = null;
let nextSeq = 0;
let nextSucceeds = false;

/** @param completionsJson JSON text of a `CompletionsMessage`; what was held before is forgotten */
export function holdCompletions(completionsJson: string): void {
  held = (JsonParse(completionsJson) as CompletionsMessage).completions;
  index = -1;
  lookAtNext();
}

/** The next completion, when its call is among the first `callsMade`; null when there is none to hand over. */
export function takeHeld(callsMade: number): HeldCompletion | null {
  const completion = next;
  if (completion === null || nextSeq > callsMade) return null;
  lookAtNext();
  return completion;
}

/** True when the next one held says that call `seq`, which is only being made again, has succeeded. */
export function hasSucceeded(seq: number): boolean {
  return nextSucceeds && nextSeq === seq;
}

export function isBare(completion: HeldCompletion): completion is BareCompletion {
  return ArrayIsArray(completion);
}

function lookAtNext(): void {
  index += 1;
  next = index < held.length ? (held[index] as HeldCompletion) : null;
  if (next === null || typeof next === "number") {
    nextSeq = next ?? 0;
    nextSucceeds = false;
  } else if (isBare(next)) {
    nextSeq = next[0];
    nextSucceeds = true;
  } else {
    nextSeq = next.seq;
    nextSucceeds = next.ok;
  }
}
