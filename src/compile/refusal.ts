import type { ErrorCode } from "../errors.ts";

/** Why a source is not taken; it becomes a problem at the place that asked for it. */
export interface Refusal {
  code: ErrorCode;
  /** What was found, what was expected, what to do; the place is put before it. */
  message: string;
}

/** True for a refusal among results. */
export function isRefusal(value: object): value is Refusal {
  return "code" in value && "message" in value;
}

/** An author's text as messages quote it. */
export function shorten(text: string, length = 120): string {
  return text.length <= length ? text : `${text.slice(0, length)}...`;
}
