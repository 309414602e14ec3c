import type { ErrorCode } from "../../errors.ts";

/** What a call to a remote NAS is. */
export interface NasCall {
  method: string;
  args: unknown[];
}

/** How the answer to it ends. */
export type NasEnd = { result: unknown } | { error: { code: ErrorCode | null; message: string } };

/** One line of the answer. */
export type NasLine =
  | { told: unknown }
  /** A sign of life. */
  | { alive: true }
  | NasEnd;

/** Where a NAS is offered to other processes, and what they show to be let in. */
export interface NasAddress {
  url: string;
  secret: string;
}
