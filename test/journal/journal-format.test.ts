import { expect, it } from "vitest";
import { journalFormat } from "../../src/journal/entry.ts";
import { requireKnownFormat } from "../../src/journal/journal-format.ts";
import { attemptStarted } from "../task/hook-task-fold.ts";

it("takes an attempt of this format, and refuses every other with what to do", () => {
  expect(() => requireKnownFormat("tsk_1", attemptStarted(3))).not.toThrow();
  for (const [format, shown] of [
    [journalFormat + 1, String(journalFormat + 1)],
    ["1", '"1"'],
    [undefined, "none"],
  ] as const) {
    expect(() => requireKnownFormat("tsk_1", { ...attemptStarted(3), format: format as 1 })).toThrow(
      `Journal of task tsk_1: attempt 3 has format ${shown}, expected 1 or ${journalFormat}; use the tacklebox that wrote it, or retry the hook from the beginning.`,
    );
  }
});
