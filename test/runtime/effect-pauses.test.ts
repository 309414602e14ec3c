import { expect, it } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { createEffectPauses } from "../../src/runtime/effect-pauses.ts";
import { createPendingEffects } from "../../src/runtime/pending-effects.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { attemptStarted } from "../task/hook-task-fold.ts";

/** One effect with number 7 that pauses in an attempt of that format; what is kept, and whether the hook rests. */
function pausing(start: JournalEntry = attemptStarted()) {
  const clock = createManualClock();
  const pending = createPendingEffects();
  const kept: JournalEntry[] = [];
  const rests: boolean[] = [];
  const restsNow = (): boolean => pending.restsOn(clock.monotonic() + 1000) !== null;
  const signal = pending.add(7, { checkpointId: null, dueAt: null, outlivesHook: false });
  const pauses = createEffectPauses({
    attempt: { clock, restAfterMs: 1000, recorded: [start] },
    pending,
    journal: {
      stamp: () => clock.now(),
      moment: () => ({ at: clock.now() }),
      keep: (entry, onKept) => {
        kept.push(entry);
        onKept();
      },
      note: () => {},
      afterKept: (go: () => void) => go(),
      flushed: () => Promise.resolve(),
      close: () => {},
    },
    resting: { look: () => {}, wake: () => rests.push(restsNow()), setStalled: () => {}, close: () => {} },
    onPause: () => rests.push(restsNow()),
  });
  return { clock, pending, kept, rests, pauses, effect: { seq: 7, signal } };
}

it("a long pause is kept before it begins, and the hook rests for as long as it lasts", async () => {
  const { clock, kept, rests, pauses, effect } = pausing();
  const pause = pauses.pause(effect, 1500, { n: 3 });
  expect(kept).toEqual([{ type: "effect-paused", seq: 7, at: clock.now(), ms: 1500, state: { n: 3 } }]);
  await clock.untilSleeping(1);
  clock.advance(1500);
  await pause;
  expect(rests).toEqual([true, false]);
});

it.each([
  ["a short pause", 999, attemptStarted()],
  [
    "a pause in an attempt of a format without such entries",
    5000,
    { ...attemptStarted(), format: 1 as const },
  ],
])("%s is waited out and not kept", async (_what, ms, start) => {
  const { clock, kept, rests, pauses, effect } = pausing(start);
  const pause = pauses.pause(effect, ms, 1);
  await clock.untilSleeping(1);
  clock.advance(ms);
  await pause;
  expect([kept, rests]).toEqual([[], []]);
});

it.each([
  ["what is left of it", -600, 900],
  ["nothing when it is over", -600_000, 0],
  ["never longer than it was to last, when the machine's clock was set back", 3_600_000, 1500],
])("a pause that is gone on with lasts for %s", async (_what, startedIn, leftMs) => {
  const { clock, kept, pauses, effect } = pausing();
  const at = clock.now() + startedIn;
  const pause = pauses.goOn(effect, { type: "effect-paused", seq: 7, at, ms: 1500, state: 1 });
  const before = clock.monotonic();
  await clock.runUntil(pause);
  expect(clock.monotonic() - before).toBe(leftMs);
  expect(kept).toEqual([]);
});

it("a pause ends when the effect is given up", async () => {
  const { pending, pauses, effect, clock } = pausing();
  const pause = pauses.pause(effect, 1500, 1);
  await clock.untilSleeping(1);
  pending.drop(7);
  await expect(pause).rejects.toThrow("given up");
});
