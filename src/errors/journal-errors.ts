import { entry, type CatalogueEntry } from "./catalogue-entry.ts";

/** What can go wrong where journals, tasks and keys are kept. */
export const journalErrors = {
  // --- record: src/journal, src/datastore
  JOURNAL_FENCED: entry(
    "environment",
    "Another worker owns the task",
    "Nothing to do: the other worker goes on.",
  ),
  JOURNAL_CORRUPT: entry(
    "internal",
    "Journal cannot be read",
    "Restore the datastore, or retry the task afresh.",
  ),
  REPLAY_MISMATCH: entry("fail-hook", "Hook did not repeat its steps", "Retry the hook from the beginning."),
  JOURNAL_FORMAT: entry(
    "environment",
    "Journal written by another version",
    "Use the tacklebox that wrote it, or retry the hook from the beginning.",
  ),
  BUNDLE_CHANGED: entry(
    "internal",
    "Stored hook is not the one that began",
    "Restore the datastore, or retry the hook fresh.",
  ),
  RECORDING_INVALID: entry(
    "request",
    "Not a recording",
    "Name the file of a recording, or the id of a task.",
  ),
  DATASTORE_URL: entry(
    "request",
    "Datastore URL not understood",
    "Use pglite:<dir>, redis://host:port or postgres://host/db.",
  ),
  DATASTORE_FOLDER: entry(
    "environment",
    "Folder cannot hold a datastore",
    "Choose a new or empty folder that can be written, or one tacklebox made.",
  ),
  DATASTORE_LOCKED: entry(
    "environment",
    "Datastore folder is in use",
    "Stop the other tacklebox, or choose another folder.",
  ),
  DATASTORE_UNREACHABLE: entry(
    "environment",
    "Datastore cannot be reached",
    "Check that it runs and that the URL is right.",
  ),
  DATASTORE_FULL: entry(
    "environment",
    "Datastore has no room left",
    "Free space on its disk, or give it more memory; tasks wait and go on.",
  ),
  DATASTORE_NEWER: entry(
    "environment",
    "Datastore is newer than this tacklebox",
    "Use the version of tacklebox that wrote it, or a later one.",
  ),
  DATASTORE_KEY: entry(
    "environment",
    "Datastore key missing or wrong",
    "Give the key the data was written with.",
  ),
} as const satisfies Record<string, CatalogueEntry>;
