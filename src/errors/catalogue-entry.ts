/**
 * What follows from an error, whatever its cause.
 * - `reject-script`: the script is refused; nothing was run.
 * - `fail-hook`: the attempt failed; retries, Retry and Skip apply.
 * - `sandbox-limit`: the attempt failed because it left its limits.
 * - `guest`: the hook sees it as a rejected promise and may go on.
 * - `request`: the caller asked for something that is not possible; nothing changed.
 * - `environment`: NAS, datastore or machine; waits or is retried, no attempt is used up.
 * - `internal`: a fault of tacklebox itself.
 */
export type Consequence =
  | "reject-script"
  | "fail-hook"
  | "sandbox-limit"
  | "guest"
  | "request"
  | "environment"
  | "internal"
  | "warning";

export interface CatalogueEntry {
  consequence: Consequence;
  /** What happened, in a few words; the heading people see. */
  title: string;
  /** What to do, one sentence. */
  advice: string;
}

export const entry = (consequence: Consequence, title: string, advice: string): CatalogueEntry => ({
  consequence,
  title,
  advice,
});
