import type { HeldCompletion, CompletionsMessage } from "../protocol.ts";
import { JsonParse } from "./primordials.ts";

/**
 * Completions that came together, held until each is handed over. Own fields of own elements are read only: the
 * text came from the host.
 */
let held: readonly HeldCompletion[] = [];
let next = 0;

/** @param completionsJson JSON text of a `CompletionsMessage`; what was held before is forgotten */
export function holdCompletions(completionsJson: string): void {
  held = (JsonParse(completionsJson) as CompletionsMessage).completions;
  next = 0;
}

/** The next completion, when its call is among the first `callsMade`; null when there is none to hand over. */
export function takeHeld(callsMade: number): HeldCompletion | null {
  const completion = peek();
  if (completion === null || completion.seq > callsMade) return null;
  next += 1;
  return completion;
}

/** True when the next one held says that call `seq`, which is only being made again, has succeeded. */
export function hasSucceeded(seq: number): boolean {
  const completion = peek();
  return completion !== null && completion.seq === seq && completion.type === "completion" && completion.ok;
}

function peek(): HeldCompletion | null {
  return next < held.length ? (held[next] as HeldCompletion) : null;
}
