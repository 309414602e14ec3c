import { TackleboxError, errorText } from "../errors.ts";

/** What a worker is told that lost its task to another one. */
export function fenced(taskId: string, expectedIndex: number): TackleboxError {
  return new TackleboxError(
    "JOURNAL_FENCED",
    `journal of task "${taskId}": entry ${expectedIndex} is already there, but it was expected to be free; ` +
      "another worker owns the task now, so stop working on it.",
  );
}

/** The refusal of a datastore that a later release has changed. */
export function newer(displayUrl: string, found: string, expected: string, cause?: unknown): TackleboxError {
  return new TackleboxError(
    "DATASTORE_NEWER",
    `datastore ${displayUrl}: ${found}, expected ${expected}; a later tacklebox wrote it, so start that one ` +
      "(or a still later one), or use another datastore.",
    { cause },
  );
}

/** The refusal of a datastore that cannot be used now; `advice` ends the sentence. */
export function unreachable(displayUrl: string, cause: unknown, advice?: string): TackleboxError {
  return new TackleboxError(
    "DATASTORE_UNREACHABLE",
    `datastore ${displayUrl}: ${causeText(cause)}, expected a server that answers; ` +
      (advice ?? "check that it runs and that the URL is right."),
    { cause },
  );
}

/** The refusal of a write for which a datastore has no room. */
export function full(
  displayUrl: string,
  found: string,
  { expected = "room for what is to be kept", advice, cause }: FullDetails,
): TackleboxError {
  return new TackleboxError(
    "DATASTORE_FULL",
    `datastore ${displayUrl}: ${found}, expected ${expected}; ${advice}`,
    {
      cause,
    },
  );
}

interface FullDetails {
  expected?: string;
  /** Ends the sentence. */
  advice: string;
  cause?: unknown;
}

/** The message of an error, also of Node's connection errors with several addresses, which have none of their own. */
export function causeText(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return [...new Set(error.errors.map((part) => errorText(part)))].join(" and ");
  }
  return errorText(error).trim().replace(/\.$/, "");
}
