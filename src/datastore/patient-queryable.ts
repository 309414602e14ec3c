import { setTimeout as delay } from "node:timers/promises";
import { sqlStateOf, type Queryable } from "./queryable.ts";
import { causeText, full, unreachable } from "./refusals.ts";

export interface PatientQueryableOptions {
  displayUrl: string;
  /** How long an outage may last before a query is given up, in milliseconds. */
  outageMs: number;
  /** Aborted when the datastore is closed. */
  closed: AbortSignal;
}

const firstPauseMs = 50;
const longestPauseMs = 2000;

/**
 * Repeats a query while the server is away or has no room, so that it pauses hooks and does not fail them. A
 * query whose answer was lost is sent again: use it for statements that may run twice only.
 */
export function createPatientQueryable(db: Queryable, options: PatientQueryableOptions): Queryable {
  return {
    query: async (sql, params) => {
      const giveUpAt = performance.now() + options.outageMs;
      let pauseMs = firstPauseMs;
      for (;;) {
        try {
          return await db.query(sql, params);
        } catch (error) {
          const isFull = sqlStateOf(error) === diskFull;
          if (!isFull && !isOutage(error)) throw error;
          if (options.closed.aborted || performance.now() + pauseMs > giveUpAt) {
            throw isFull ? outOfRoom(options.displayUrl, error) : unreachable(options.displayUrl, error);
          }
        }
        await delay(pauseMs, undefined, { signal: options.closed }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    },
  };
}

/** SQLSTATE of a disk without room. */
const diskFull = "53100";

function outOfRoom(displayUrl: string, error: unknown): Error {
  return full(displayUrl, causeText(error), {
    advice: "free space on the disk of the database; work goes on by itself.",
    cause: error,
  });
}

const outageCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** SQLSTATE: connection trouble, shutting down, starting up, too many connections, read-only after a failover. */
const outageState = /^(08|57P0|53300|25006)/;

/** Texts of `pg`, which gives these errors no code. */
const outageText =
  /connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|timeout expired/i;

/** True for an error that says the server is away, not that the query is wrong. */
function isOutage(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return outageState.test(state);
  if (error instanceof AggregateError) return error.errors.some((part) => isOutage(part));
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (typeof code === "string" && outageCodes.has(code)) return true;
  return error instanceof Error && outageText.test(error.message);
}
