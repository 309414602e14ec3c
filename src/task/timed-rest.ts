import type { TaskEvent } from "./task-event.ts";
import { elapsedBetween, type Moment } from "../journal/moment.ts";

/** A timed wait over which an attempt was put away. */
export interface TimedRest {
  since: Moment;
  ms: number;
}

/** What an attempt was put away for: a time, or a person's decision alone. */
export type Rest = TimedRest | "until-decision";

/** What is written down of a rest that begins now; null: until a person decides. */
export function beginRest(
  restMs: number | null,
  { at, steady }: Moment,
): Partial<Extract<TaskEvent, { type: "attempt-paused" }>> {
  if (restMs === null) return { untilDecision: true };
  return { until: at + Math.ceil(restMs), ...(steady && { steady }) };
}

/** The rest that begins with this event; null when there was none, and the attempt was handed over at its line. */
export function toRest(event: Extract<TaskEvent, { type: "attempt-paused" }>, at: number): Rest | null {
  return event.untilDecision === true ? "until-decision" : toTimedRest(event, at);
}

/** The same of a timed rest; null also when it was put away for a person alone. */
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
