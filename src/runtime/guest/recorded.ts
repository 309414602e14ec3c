import type { RecordedCompletion, RecordedMessage } from "../protocol.ts";
import { JsonParse } from "./primordials.ts";

/**
 * What the journal knows of this hook's calls, held until it is handed over. Own fields of own elements are read only: the
 * text came from the host.
 */
let held: readonly RecordedCompletion[] = [];
let next = 0;

/** @param recordedJson JSON text of a `RecordedMessage`; what was held before is forgotten */
export function holdRecorded(recordedJson: string): void {
  held = (JsonParse(recordedJson) as RecordedMessage).completions;
  next = 0;
}

/** The next completion, when its call is among the first `callsMade`; null when there is none to hand over. */
export function takeRecorded(callsMade: number): RecordedCompletion | null {
  const completion = peek();
  if (completion === null || completion.seq > callsMade) return null;
  next += 1;
  return completion;
}

/** True when the journal's next word is that call `seq` has succeeded. */
export function hasSucceeded(seq: number): boolean {
  const completion = peek();
  return completion !== null && completion.seq === seq && completion.type === "completion" && completion.ok;
}

function peek(): RecordedCompletion | null {
  return next < held.length ? (held[next] as RecordedCompletion) : null;
}
