import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scenarios } from "../../catalog-example/_simulated/scenarios.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { Recording } from "../../src/install/recording.ts";
import { journalFormat, type JournalEntry } from "../../src/journal/entry.ts";
import { isJsonObject } from "../../src/json.ts";
import { playScenario, type PlayedScenario } from "../catalog/play-scenario.ts";
import { recordingsFolder, recordingText } from "./recordings.ts";

/**
 * `npm run record`: plays the scenarios of the example catalog and writes what their hooks did, for this version of
 * tacklebox. Recordings that are there stay as they are: they must replay for ever. Those of a version that is not yet
 * released may be removed and made anew.
 */
const folder = join(recordingsFolder, packageJson.version);
await mkdir(folder, { recursive: true });
const taken = new Set(await readdir(folder));
/** What was recorded of each hook so far; the same calls and results a second time show nothing new. */
const known = new Map<string, Set<string>>();
for (const scenario of scenarios) {
  const recordings = await playScenario(scenario, recordingsOf);
  for (const recording of recordings) {
    const name = nameOf(recording);
    if (name === null) continue;
    if (taken.has(name)) {
      console.log(`kept  ${name}`);
      continue;
    }
    await writeFile(join(folder, name), recordingText(recording));
    console.log(`made  ${name}`);
  }
}

async function recordingsOf({ prepared, box }: PlayedScenario): Promise<Recording[]> {
  const tasks = prepared.record.steps.flatMap((step) =>
    step.kind === "hook" && step.task !== null ? [step.task] : [],
  );
  const recordings = await Promise.all(
    tasks.map(async (record): Promise<Recording[]> => {
      const bundle = prepared.bundles.find(({ sha256 }) => sha256 === record.bundleSha256);
      const entries = await box.tacklebox.getJournal(record.id);
      const hasBegun = entries.some((entry) => entry.type === "attempt-started");
      return bundle === undefined || !hasBegun ? [] : [{ format: journalFormat, bundle, record, entries }];
    }),
  );
  return recordings.flat();
}

/** A hook that does one thing in one scenario and another in the next has a recording of each; null: that one is there. */
function nameOf({ record, entries }: Recording): string | null {
  const name = `${record.appName}-${record.hook.id}`;
  const shapes = known.get(name) ?? new Set();
  known.set(name, shapes);
  const shape = entries.flatMap(shapeOf).join("\n");
  if (shapes.has(shape)) return null;
  shapes.add(shape);
  return shapes.size === 1 ? `${name}.json` : `${name}-${shapes.size}.json`;
}

/** How often an app is polled, and what is said of that, is chance. */
function shapeOf(entry: JournalEntry): string[] {
  if (entry.type === "effect-started") return [`${entry.seq} ${entry.name}`];
  if (entry.type === "attempt-started") return [entry.type];
  if (entry.type !== "effect-completed") return [];
  const { outcome } = entry;
  const value = outcome.ok && isJsonObject(outcome.value) ? outcome.value["status"] : outcome.ok;
  return [`${entry.seq} ${entry.name} ${JSON.stringify(value)}`];
}
