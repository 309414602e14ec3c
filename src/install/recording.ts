import type { Bundle } from "../compile/bundle.ts";
import { TackleboxError } from "../errors.ts";
import type { JournalEntry, KnownFormat } from "../journal/entry.ts";
import { isKnownFormat, knownFormatsText } from "../journal/journal-format.ts";
import { isJsonObject } from "../json.ts";
import type { HookTaskRecord } from "../task/hook-task.ts";

/** Everything a replay needs of one hook task, in one value. It holds the hook's answers and tokens as they were. */
export interface Recording {
  /** That of the journal. */
  format: KnownFormat;
  /** The bundle of its attempts. */
  bundle: Bundle;
  record: HookTaskRecord;
  entries: JournalEntry[];
}

/** Reads a recording's file. Throws `RECORDING_INVALID`, `JOURNAL_FORMAT`. `file` is its name in messages. */
export function parseRecording(text: string, file: string): Recording {
  const value = parse(text, file);
  const { format, bundle, record, entries } = value;
  if (format !== undefined && !isKnownFormat(format)) {
    throw new TackleboxError(
      "JOURNAL_FORMAT",
      `${file}: its journal has format ${JSON.stringify(format)}, expected ${knownFormatsText}; use the tacklebox that wrote it.`,
    );
  }
  const isRecording =
    isKnownFormat(format) &&
    isJsonObject(bundle) &&
    typeof bundle["code"] === "string" &&
    isJsonObject(record) &&
    isJsonObject(record["hook"]) &&
    Array.isArray(entries) &&
    entries.every((entry) => isJsonObject(entry) && typeof entry["type"] === "string");
  if (!isRecording) throw invalid(file, "JSON of something else");
  return value as unknown as Recording;
}

function parse(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(file, "no JSON");
  }
  if (!isJsonObject(value)) throw invalid(file, "JSON of something else");
  return value;
}

function invalid(file: string, found: string): TackleboxError {
  return new TackleboxError(
    "RECORDING_INVALID",
    `${file}: ${found} was found, expected a recording of a hook task (format, bundle, record, entries); ` +
      "name a recording, or the id of a task.",
  );
}
