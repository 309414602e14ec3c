import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRecording, type Recording } from "../../src/install/recording.ts";

export const recordingsFolder = join(import.meta.dirname, "recordings");

/** All recordings that are committed, each with its path below the folder. */
export function readRecordings(): { name: string; recording: Recording }[] {
  return readdirSync(recordingsFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => ({
      name,
      recording: parseRecording(readFileSync(join(recordingsFolder, name), "utf8"), name),
    }));
}

/** A recording's file: one entry a line, so that people can read it and versions can be compared. */
export function recordingText({ format, bundle, record, entries }: Recording): string {
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  return `{\n  "format": ${format},\n  "bundle": ${JSON.stringify(bundle)},\n  "record": ${JSON.stringify(record)},\n  "entries": [\n${lines}\n  ]\n}\n`;
}
