import { expect, it } from "vitest";
import { runJanitor } from "../../src/install/janitor.ts";
import { createManualClock } from "../support/manual-clock.ts";

it("works every ten minutes, one round after the other, until it is stopped", async () => {
  const clock = createManualClock();
  const stop = new AbortController();
  let rounds = 0;
  const round = Promise.withResolvers<void>();
  const work = async (): Promise<void> => {
    rounds += 1;
    if (rounds === 2) await round.promise;
  };
  const ended = runJanitor({ clock, work, signal: stop.signal });
  clock.advance(599_999);
  expect(rounds).toBe(0);
  clock.advance(1);
  await clock.untilSleeping(1);
  expect(rounds).toBe(1);
  clock.advance(600_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect([rounds, clock.sleepers()]).toEqual([2, 0]);
  round.resolve();
  await clock.untilSleeping(1);
  stop.abort();
  await ended;
  expect([rounds, clock.sleepers()]).toEqual([2, 0]);
});

it("does not begin when it is stopped already", async () => {
  const work = (): Promise<void> => Promise.reject(new Error("worked"));
  await runJanitor({ clock: createManualClock(), work, signal: AbortSignal.abort() });
});
