import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireUnchanged } from "../../src/install/bundle-store.ts";
import type { Recording } from "../../src/install/recording.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { requireKnownFormat } from "../../src/journal/journal-format.ts";
import { replayAttempt } from "../../src/runtime/replay-attempt.ts";
import { resolveSandboxLimits } from "../../src/runtime/sandbox-limits.ts";
import { createSandboxPool, type SandboxPool } from "../../src/runtime/sandbox-pool.ts";
import { readRecordings } from "./recordings.ts";

type AttemptStart = Extract<JournalEntry, { type: "attempt-started" }>;

/** The entries of each attempt, with what it was started with. */
function attemptsOf({ entries }: Recording): { start: AttemptStart; entries: JournalEntry[] }[] {
  const starts = entries.flatMap((entry, index) =>
    entry.type === "attempt-started" ? [{ start: entry, index }] : [],
  );
  return starts.map(({ start, index }, nth) => ({
    start,
    entries: entries.slice(index, starts[nth + 1]?.index),
  }));
}

const completions = (entries: readonly JournalEntry[]) =>
  entries.filter((entry) => entry.type === "effect-completed");

/** Each call that was recorded, in the order made. */
function callsOf(entries: readonly JournalEntry[]): [seq: number, name: string][] {
  const calls = entries.flatMap((entry): [number, string][] =>
    entry.type === "effect-started" || entry.type === "effect-completed" ? [[entry.seq, entry.name]] : [],
  );
  return [...new Map(calls)].toSorted(([a], [b]) => a - b);
}

/** How the hook itself ended the attempt. */
function endOf(entries: readonly JournalEntry[]): object | undefined {
  for (const entry of entries) {
    if (entry.type !== "task") continue;
    if (entry.event.type === "attempt-completed") return { kind: "completed" };
    if (entry.event.type !== "attempt-failed") continue;
    return { kind: "failed", message: entry.event.error.title };
  }
  return undefined;
}

/**
 * What an earlier version has recorded must be what this one does with it, for ever: a hook that sleeps over an update
 * is brought back by the new code.
 */
describe("recordings of the example catalog", () => {
  let pool: SandboxPool;
  beforeAll(() => {
    pool = createSandboxPool({ limits: resolveSandboxLimits() });
  });
  afterAll(() => pool.close());

  const recordings = readRecordings();

  it("are there for every hook that does something", () => {
    expect(recordings.length).toBeGreaterThan(12);
  });

  const attempts = recordings.flatMap(({ name, recording }) =>
    attemptsOf(recording).map(({ start, entries }) => ({
      name,
      attempt: start.attempt,
      start,
      entries,
      recording,
    })),
  );

  it.each(attempts)(
    "$name, attempt $attempt: the same calls, results in the same order, the same end",
    async ({ start, entries, recording: { bundle, record } }) => {
      requireKnownFormat(record.id, start);
      const { calls, delivered, end } = await replayAttempt({
        bundle: requireUnchanged(bundle, start.bundleSha256),
        entrypoint: record.hook.entrypoint,
        recorded: entries,
        pool,
        timeoutMs: 20_000,
        signal: new AbortController().signal,
      });
      const ended =
        end.kind === "failed" && end.failure.by === "guest"
          ? { kind: "failed", message: end.failure.error.message }
          : end;
      const awaited = new Set(calls.filter(({ reply }) => reply).map(({ seq }) => seq));
      const order = completions(entries).flatMap(({ seq }) => (awaited.has(seq) ? [seq] : []));
      // A hook that ends without awaiting its last call does not get that result; live neither.
      const notDelivered = order.slice(delivered.length);
      expect(notDelivered.length).toBeLessThanOrEqual(1);
      expect(notDelivered.filter((seq) => seq !== calls.at(-1)?.seq)).toEqual([]);
      expect({ calls: calls.map(({ seq, name }) => [seq, name]), delivered, end: ended }).toEqual({
        calls: callsOf(entries),
        delivered: order.slice(0, delivered.length),
        end: endOf(entries),
      });
    },
  );
});
