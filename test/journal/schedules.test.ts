import { describe, expect, it } from "vitest";
import { createRandom } from "../support/random.ts";
import { recordedCompletions, runModelledAttempt, type AttemptRun } from "./modelled-attempt.ts";

/** Each seed is a hook, an order of completions, and a place at which the process is killed. */
const schedules = 5000;

interface Explored {
  cut: number;
  live: AttemptRun;
  resumed: AttemptRun;
  replayed: AttemptRun;
}

function explore(seed: number): Explored {
  const random = createRandom(seed);
  const live = runModelledAttempt(seed, [], random);
  const cut = random.below(live.journal.length + 1);
  const resumed = runModelledAttempt(seed, live.journal.slice(0, cut), random);
  const replayed = runModelledAttempt(seed, resumed.journal, random);
  return { cut, live, resumed, replayed };
}

/** Explores all schedules and lists those that break the rule. */
function seedsThatBreak(rule: (explored: Explored) => boolean): number[] {
  return Array.from({ length: schedules }, (_, seed) => seed).filter((seed) => !rule(explore(seed)));
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

describe(`any schedule of calls and completions, cut anywhere (${schedules} seeds)`, () => {
  it("covers cuts in every part: nothing kept, something left over, everything kept", () => {
    const seen = Array.from({ length: 500 }, (_, seed) => explore(seed));
    expect(seen.some(({ cut }) => cut === 0)).toBe(true);
    expect(seen.some(({ cut, live }) => cut === live.journal.length)).toBe(true);
    expect(seen.some(({ resumed }) => resumed.delivered.some((one) => one.endsWith('INTERRUPTED"')))).toBe(
      true,
    );
    expect(Math.max(...seen.map(({ live }) => live.journal.length))).toBeGreaterThan(20);
  });

  it("replays every call, and is never stuck", () => {
    const clean = ({ live, resumed, replayed }: Explored): boolean =>
      [live, resumed, replayed].every(({ faults }) => faults.length === 0);
    expect(seedsThatBreak(clean)).toEqual([]);
  });

  it("tells the hook the recorded completions first and in recorded order", () => {
    const inOrder = ({ cut, live, resumed }: Explored): boolean => {
      const recorded = recordedCompletions(live.journal.slice(0, cut));
      return same(resumed.delivered.slice(0, recorded.length), recorded);
    };
    expect(seedsThatBreak(inOrder)).toEqual([]);
  });

  it("tells it the new ones after them, in the order in which they are kept", () => {
    const inOrder = ({ live, resumed }: Explored): boolean =>
      same(live.delivered, recordedCompletions(live.journal)) &&
      same(resumed.delivered, recordedCompletions(resumed.journal));
    expect(seedsThatBreak(inOrder)).toEqual([]);
  });

  it("performs nothing that is finished again, and what may happen once only once", () => {
    const once = ({ cut, live, resumed }: Explored): boolean => {
      const kept = live.journal.slice(0, cut);
      return kept.every(
        (entry) =>
          (entry.type !== "effect-completed" &&
            !(entry.type === "effect-started" && entry.name === "once")) ||
          !resumed.performed.includes(entry.seq),
      );
    };
    expect(seedsThatBreak(once)).toEqual([]);
  });

  it("replays an attempt that ended without doing or writing anything", () => {
    const silent = ({ resumed, replayed }: Explored): boolean =>
      replayed.performed.length === 0 &&
      same(replayed.journal, resumed.journal) &&
      same(replayed.delivered, resumed.delivered);
    expect(seedsThatBreak(silent)).toEqual([]);
  });
});
