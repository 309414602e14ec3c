import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HookTaskView, OperationTaskView } from "../../src/task/task-view.ts";
import { terminalStatuses, type TaskStatus } from "../../src/task/task-event.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { legal } from "../task/legal-transitions.ts";

const page = readFileSync(new URL("../../docs/reference/task-states.md", import.meta.url), "utf8");
const statuses = Object.keys(legal) as TaskStatus[];

/** Cells of the rows of a section's table, in lines that begin with code. */
function rowsOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const codeIn = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map((found) => found[1] as string);

const statusesIn = (cell: string | undefined): string[] =>
  codeIn(cell).filter((word) => (statuses as string[]).includes(word));

const hookCode = `export async function run(ctx) {
  await ctx.registerCheckpoints([{ id: "ready", message: "Waiting for Notes" }, { id: "movies", message: "Creating Movies" }]);
  await ctx.emitCheckpoint("ready", "Notes is up");
  await ctx.awaitCheckpointRetry("movies", "The database is busy", [{ label: "Status", value: 503 }]);
  await ctx.emitCheckpoint("movies");
}`;

describe("the page of task states", () => {
  let box: Box;
  let hook: HookTaskView;
  let operation: OperationTaskView;

  beforeAll(async () => {
    box = await openBox();
    const { script, ...request } = installRequest([
      {
        scriptContent: hookCode,
        id: "setup",
        description: "Setting up Notes",
        retries: 1,
        labels: { tier: "media" },
        annotations: { runbook: "Create the library by hand" },
        inputs: [
          {
            type: "question",
            id: "library_name",
            question: { question: "Library name", type: "text", key: "library_name", default: "Movies" },
          },
        ],
      },
    ]);
    const prepared = await box.tacklebox.prepare({
      ...request,
      script,
      appName: "notes",
      labels: { requestedBy: "store" },
    });
    const running = box.tacklebox.runToEnd(prepared, new AbortController().signal);
    const asked = await box.untilHook("setup", "AWAITING_INPUT");
    await box.tacklebox.answer(asked.id, {});
    await box.untilHook("setup", "AWAITING_RETRY");
    hook = (await box.tacklebox.getTask(asked.id)) as HookTaskView;
    operation = (await box.tacklebox.getTask(prepared.record.id)) as OperationTaskView;
    await box.tacklebox.retry(asked.id);
    await running;
  });
  afterAll(async () => await box.close());

  test("names every state once, and which of them are ends", () => {
    const rows = rowsOf("States");
    expect(rows.flatMap(([state]) => codeIn(state))).toEqual(statuses);
    expect(rows.filter(([, end]) => end === "yes").flatMap(([state]) => codeIn(state))).toEqual([
      ...terminalStatuses,
    ]);
  });

  test("has the transitions that may happen, and no other", () => {
    const rows = rowsOf("Transitions").map(([from, to]) => [codeIn(from)[0], statusesIn(to).toSorted()]);
    expect(rows).toEqual(
      statuses.filter((from) => legal[from].length > 0).map((from) => [from, legal[from].toSorted()]),
    );
  });

  test("prints views as a real run gives them", () => {
    const printed = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(
      (found) => JSON.parse(found[1] as string) as unknown,
    );
    expect(printed).toEqual(withoutChance([hook, operation]));
  });
});

/** The same views with ids, times and durations that do not change from run to run. */
function withoutChance(views: unknown[]): unknown {
  const ids = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `tsk_0mhx2k3q${ids.size + 1}`);
    return ids.get(id) as string;
  };
  const sha256 = "5d41402abc4b2a76b9719d911017c592ae1b5d4cf9b1c3e0f2d7a8b9c0d1e2f3";
  const fixed: Record<string, unknown> = {
    durationMs: 310,
    bundleSha256: sha256,
    sourceSha256: "9b2c1f0e8d7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c",
    revision: 8,
  };
  return JSON.parse(
    JSON.stringify(views, (key, value: unknown) => {
      if (Object.hasOwn(fixed, key)) return fixed[key];
      if (typeof value !== "string") return value;
      if (/^\d{4}-\d\d-\d\dT/.test(value)) return "2026-01-01T08:00:00.000Z";
      return value.startsWith("tsk_") ? nameOf(value) : value;
    }),
  );
}
