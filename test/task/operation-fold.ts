import type { JournalEntry } from "../../src/journal/entry.ts";
import type { OperationEvent } from "../../src/task/operation-event.ts";
import {
  foldOperationEntry,
  initialOperationState,
  type OperationState,
} from "../../src/task/operation-task.ts";
import { installRecord } from "../install/operation-record.ts";
import { hookRecord } from "./hook-task-fold.ts";

/** An install with a hook that runs and one that does not. */
export const record = installRecord({
  values: {},
  directories: [],
  steps: [
    { kind: "hook", title: "Check", hookId: "check", reason: "it runs", task: hookRecord({ id: "check" }) },
    { kind: "hook", title: "Off", hookId: "off", reason: "switched off", task: null },
    { kind: "app", title: "Create the app", method: "app.create" },
    { kind: "running", title: "Wait until the app runs" },
  ],
});

/** The state after these events. */
export function after(events: OperationEvent[], from = initialOperationState(record)): OperationState {
  return events
    .map((event): JournalEntry => ({ type: "operation", at: 2000, event }))
    .reduce(foldOperationEntry, from);
}
