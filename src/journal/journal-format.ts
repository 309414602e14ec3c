import { TackleboxError } from "../errors.ts";
import { journalFormat, type JournalEntry } from "./entry.ts";

/** Refuses an attempt whose entries another version of tacklebox has written, with `JOURNAL_FORMAT`. */
export function requireKnownFormat(
  taskId: string,
  start: Extract<JournalEntry, { type: "attempt-started" }>,
): void {
  const found: unknown = start.format;
  if (found === journalFormat) return;
  const { attempt } = start;
  throw new TackleboxError(
    "JOURNAL_FORMAT",
    `Journal of task ${taskId}: attempt ${attempt} has format ${JSON.stringify(found) ?? "none"}, ` +
      `expected ${journalFormat}; use the tacklebox that wrote it, or retry the hook from the beginning.`,
  );
}
