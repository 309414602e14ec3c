import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { createRandom } from "../support/random.ts";
import { recordedCompletions, runModelledAttempt, type AttemptRun } from "./modelled-attempt.ts";

/** Each seed is a hook, an order of completions, and a place at which the process is killed. */
const schedules = 5000;

interface Explored {
  /** What was kept when the process was killed. */
  kept: readonly JournalEntry[];
  live: AttemptRun;
  resumed: AttemptRun;
  replayed: AttemptRun;
}

function explore(seed: number): Explored {
  const random = createRandom(seed);
  const live = runModelledAttempt(seed, [], random);
  const kept = live.journal.slice(0, random.below(live.journal.length + 1));
  const resumed = runModelledAttempt(seed, kept, random);
  const replayed = runModelledAttempt(seed, resumed.journal, random);
  return { kept, live, resumed, replayed };
}

/** Explores all schedules and lists those that break the rule. */
function seedsThatBreak(rule: (explored: Explored) => boolean): number[] {
  return Array.from({ length: schedules }, (_, seed) => seed).filter((seed) => !rule(explore(seed)));
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Told all of these, or those before its end. */
const wasTold = ({ delivered, hookEnded }: AttemptRun, completions: readonly string[]): boolean =>
  same(delivered.slice(0, completions.length), completions.slice(0, delivered.length)) &&
  (hookEnded || delivered.length >= completions.length);

/** Given up by the hook, or left behind at its end. */
function notDone(journal: readonly JournalEntry[], name: "once" | "repeatable"): number[] {
  const done = journal.flatMap((entry) => (entry.type === "effect-completed" ? [entry.seq] : []));
  return journal.flatMap((entry) =>
    entry.type === "effect-started" && entry.name === name && !done.includes(entry.seq) ? [entry.seq] : [],
  );
}

describe(`any schedule of calls and completions, cut anywhere (${schedules} seeds)`, () => {
  it("covers cuts in every part, calls that are given up, and hooks that end before their calls do", () => {
    const seen = Array.from({ length: 500 }, (_, seed) => explore(seed));
    expect(seen.some(({ kept }) => kept.length === 0)).toBe(true);
    expect(seen.some(({ kept, live }) => kept.length === live.journal.length)).toBe(true);
    expect(seen.some(({ resumed }) => resumed.delivered.some((one) => one.endsWith('INTERRUPTED"')))).toBe(
      true,
    );
    expect(Math.max(...seen.map(({ live }) => live.journal.length))).toBeGreaterThan(20);
    const { true: ended = [], false: open = [] } = Object.groupBy(seen, ({ live }) => `${live.hookEnded}`);
    expect(Math.min(ended.length, open.length)).toBeGreaterThan(50);
    expect(seen.some(({ live }) => live.givenUp.length > 0)).toBe(true);
    const unheard = ({ live }: Explored): number =>
      recordedCompletions(live.journal).length - live.delivered.length;
    expect(ended.filter((explored) => unheard(explored) > 0).length).toBeGreaterThan(10);
  });

  it("replays every call, and is never stuck", () => {
    const clean = ({ live, resumed, replayed }: Explored): boolean =>
      [live, resumed, replayed].every(({ faults }) => faults.length === 0);
    expect(seedsThatBreak(clean)).toEqual([]);
  });

  it("tells the hook the recorded completions first and in recorded order", () => {
    const inOrder = ({ kept, resumed }: Explored): boolean => wasTold(resumed, recordedCompletions(kept));
    expect(seedsThatBreak(inOrder)).toEqual([]);
  });

  it("tells it the new ones after them, in the order in which they are kept", () => {
    const inOrder = ({ live, resumed }: Explored): boolean =>
      [live, resumed].every((run) => {
        const kept = recordedCompletions(run.journal);
        return wasTold(run, kept) && run.delivered.length <= kept.length;
      });
    expect(seedsThatBreak(inOrder)).toEqual([]);
  });

  it("performs nothing that is finished again, and what may happen once only once", () => {
    const once = ({ kept, resumed }: Explored): boolean =>
      kept.every(
        (entry) =>
          (entry.type !== "effect-completed" &&
            !(entry.type === "effect-started" && entry.name === "once")) ||
          !resumed.performed.includes(entry.seq),
      );
    expect(seedsThatBreak(once)).toEqual([]);
  });

  it("carries out, also after the hook's end, what it began and did not give up", () => {
    const carriedOut = ({ live, resumed, replayed }: Explored): boolean =>
      [live, resumed, replayed].every(({ journal, givenUp }) =>
        notDone(journal, "once").every((seq) => givenUp.includes(seq)),
      );
    expect(seedsThatBreak(carriedOut)).toEqual([]);
  });

  it("replays an attempt that ended: told the same, doing and writing nothing but for what was given up", () => {
    const silent = ({ resumed, replayed }: Explored): boolean => {
      const added = replayed.journal.slice(resumed.journal.length);
      const toldMore = replayed.delivered
        .slice(resumed.delivered.length)
        .map((one) => Number.parseInt(one, 10));
      const again = new Set([...notDone(resumed.journal, "once"), ...notDone(resumed.journal, "repeatable")]);
      return (
        same(replayed.delivered.slice(0, resumed.delivered.length), resumed.delivered) &&
        replayed.hookEnded === resumed.hookEnded &&
        same(replayed.journal.slice(0, resumed.journal.length), resumed.journal) &&
        [...replayed.performed, ...toldMore].every((seq) => again.has(seq)) &&
        added.every((entry) => "seq" in entry && again.has(entry.seq))
      );
    };
    expect(seedsThatBreak(silent)).toEqual([]);
  });
});
