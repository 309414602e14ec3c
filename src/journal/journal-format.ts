import { TackleboxError } from "../errors.ts";
import { journalFormat, type JournalEntry, type KnownFormat } from "./entry.ts";

const knownFormats: readonly unknown[] = [1, journalFormat] satisfies KnownFormat[];

/** True for the format of this version and for those it still reads. */
export function isKnownFormat(format: unknown): format is KnownFormat {
  return knownFormats.includes(format);
}

/** The formats that are read, for messages. */
export const knownFormatsText = knownFormats.join(" or ");

/** Refuses an attempt whose entries a version of tacklebox has written that this one cannot read, with `JOURNAL_FORMAT`. */
export function requireKnownFormat(
  taskId: string,
  start: Extract<JournalEntry, { type: "attempt-started" }>,
): void {
  const found: unknown = start.format;
  if (isKnownFormat(found)) return;
  const { attempt } = start;
  throw new TackleboxError(
    "JOURNAL_FORMAT",
    `Journal of task ${taskId}: attempt ${attempt} has format ${JSON.stringify(found) ?? "none"}, ` +
      `expected ${knownFormatsText}; use the tacklebox that wrote it, or retry the hook from the beginning.`,
  );
}
