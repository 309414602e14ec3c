import type { Bundle } from "../compile/bundle.ts";
import { TackleboxError, errorCodeOf, errorText } from "../errors.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { requireKnownFormat } from "../journal/journal-format.ts";
import type { NetworkPolicy } from "../network/network-client.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";
import type { TaskError } from "../task/task-event.ts";
import { getBundle } from "./bundle-store.ts";
import { policyFor } from "./hook-surroundings.ts";
import type { Runtime } from "./runtime.ts";
import { plainTaskError } from "./to-task-error.ts";

/** What an attempt needs besides its journal. */
export interface AttemptSurroundings {
  bundle: Bundle;
  policy: NetworkPolicy;
}

/** Looks it up, side by side. Throws `BUNDLE_CHANGED`; `JOURNAL_CORRUPT` when the bundle is gone. */
export async function lookAround(
  runtime: Runtime,
  record: HookTaskRecord,
  bundleSha256: string,
): Promise<AttemptSurroundings> {
  const [bundle, policy] = await Promise.all([
    getBundle(runtime.documents, bundleSha256),
    policyFor(runtime, record),
  ]);
  if (bundle !== null) return { bundle, policy };
  throw new TackleboxError(
    "JOURNAL_CORRUPT",
    `its bundle ${bundleSha256.slice(0, 12)} is no longer kept; retry it fresh, or start the operation again.`,
  );
}

/** The same for an attempt that has begun, unless it was looked up already. Throws also `JOURNAL_FORMAT`. */
export async function lookAroundAgain(
  runtime: Runtime,
  record: HookTaskRecord,
  start: Extract<JournalEntry, { type: "attempt-started" }>,
): Promise<AttemptSurroundings> {
  requireKnownFormat(record.id, start);
  return await lookAround(runtime, record, start.bundleSha256);
}

/**
 * What to show when this attempt can never be gone on with, so that only a Retry helps. What else was thrown (the
 * datastore is away) is thrown again.
 */
export function unrunnableError(error: unknown, hookId: string): TaskError {
  const code = errorCodeOf(error);
  if (code === "BUNDLE_CHANGED" || code === "JOURNAL_FORMAT" || code === "JOURNAL_CORRUPT") {
    return plainTaskError(code, `hook "${hookId}": ${errorText(error)}`);
  }
  throw error;
}
