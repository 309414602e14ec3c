import type { TaskEvent } from "./task-event.ts";
import { elapsedBetween, type Moment } from "../journal/moment.ts";

/** A timed wait over which an attempt was put away. */
export interface TimedRest {
  since: Moment;
  ms: number;
}

/** The rest that begins with this event; null when it was put away for a person alone. */
export function toTimedRest(
  { until, steady }: Extract<TaskEvent, { type: "attempt-paused" }>,
  at: number,
): TimedRest | null {
  if (until === undefined) return null;
  return { since: steady === undefined ? { at } : { at, steady }, ms: Math.max(0, until - at) };
}

/** Milliseconds of it that have passed: all of it at the most. */
export function restedMs(rest: TimedRest, now: Moment): number {
  return Math.min(rest.ms, elapsedBetween(rest.since, now));
}

/** Milliseconds left of it; never more than it was to last. */
export function restLeftMs(rest: TimedRest, now: Moment): number {
  return rest.ms - restedMs(rest, now);
}
