import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios, type Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import { createRandom } from "../support/random.ts";
import type { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import { runScenario, type HookOutcome, type Outcome, type Run, type Shots } from "./run-scenario.ts";
import type { Death } from "./worker-protocol.ts";

/** POST and un-awaited calls; a wait at a checkpoint and automatic retries; a timer; PUT and DELETE in an upgrade. */
const shown = ["bookshelf install", "sync install", "mediabox upgrade", "gateway upgrade"];

const chosen: Scenario[] = shown.map((name) => {
  const found = scenarios.find(({ app, operation }) => `${app} ${operation}` === name);
  if (found === undefined) throw new Error(`the example catalog has no scenario ${name}`);
  return found;
});

/**
 * Kills at each write take an hour on a small machine. Without CRASH_EVERY=1 each datastore takes one in 32 of them, not
 * the same ones as the others; 32, so that the three ways to kill take turns.
 */
const everyNth = Number(process.env["CRASH_EVERY"] ?? 32);
/** Runs with kills at random moments, by datastore. */
const randomRuns = Number(process.env["CRASH_RANDOM"] ?? 3);
const seed = Number(process.env["CRASH_SEED"] ?? 1);

const kinds = ["worker-before", "worker-after", "sandbox"] as const;

export function describeCrashes(subject: (typeof testDatastores)[number], offset: number): void {
  describe.skipIf(!subject.available)(`crashes on ${subject.kind}`, () => {
    let lab: CrashLab;
    const references = new Map<Scenario, { run: Run; tookMs: number }>();

    beforeAll(async () => {
      lab = await CrashLab.open(subject);
      await lab.ensureWorker();
    });
    afterAll(() => lab?.close());

    const undisturbed = async (scenario: Scenario): Promise<{ run: Run; tookMs: number }> => {
      const known = references.get(scenario);
      if (known !== undefined) return known;
      const begunAt = performance.now();
      const run = await runScenario(lab, scenario);
      const reference = { run, tookMs: performance.now() - begunAt };
      expect(run.kills).toBe(0);
      references.set(scenario, reference);
      return reference;
    };

    it.each(chosen)(
      "$app $operation ends the same when the worker or its sandbox is killed at a write to a journal",
      async (scenario) => {
        const { run: reference } = await undisturbed(scenario);
        expect(reference.outcome.status).toBe("COMPLETED");
        const deaths = deathsWithin(reference.writes).filter(
          (_, index) => index % everyNth === (offset * 11) % everyNth,
        );
        let fired = 0;
        for (const death of deaths) {
          const run = await runScenario(lab, scenario, { death });
          expectSame(run, reference, `killed ${death.kill} at write ${death.atWrite}`);
          fired += run.kills;
        }
        // Entries are not always written together in the same way, so the last writes may not come about.
        expect(fired).toBeGreaterThan(deaths.length / 2);
      },
      3_600_000,
    );

    it(`ends the same when it is killed at ${randomRuns} random moments, seed ${seed}`, async () => {
      const random = createRandom(seed + offset * 1000);
      let kills = 0;
      for (let index = 0; index < randomRuns; index += 1) {
        const scenario = chosen[index % chosen.length] as Scenario;
        const { run: reference, tookMs } = await undisturbed(scenario);
        const shots: Shots = {
          afterMs: Array.from({ length: 1 + random.below(3) }, () => random.below(Math.ceil(tookMs))),
          target: random.pick(["worker", "worker", "sandbox"]),
        };
        const run = await runScenario(lab, scenario, { shots });
        expectSame(run, reference, `${scenario.app}: ${JSON.stringify(shots)}`);
        kills += run.kills;
      }
      expect(kills).toBeGreaterThan(0);
    }, 3_600_000);
  });
}

function deathsWithin(writes: number): Death[] {
  return Array.from({ length: writes }, (_, index) =>
    kinds.map((kill) => ({ atWrite: index + 1, kill })),
  ).flat();
}

/**
 * The same in all that people and the app see. The one difference allowed: a request that must not happen twice and was
 * cut off is not sent again, its hook learns that and fails, and its next attempt - automatic, or after the user's
 * click on Retry - begins from the top.
 */
function expectSame(run: Run, reference: Run, where: string): void {
  if (run.interrupted.length === 0) {
    expect(run.retried, where).toEqual([]);
    expect(run.outcome, where).toEqual(reference.outcome);
    return;
  }
  const { outcome } = run;
  expect(run.interrupted.length, where).toBeLessThanOrEqual(run.kills);
  expect(withoutHooks(outcome), where).toEqual(withoutHooks(reference.outcome));
  for (const [index, hook] of outcome.hooks.entries()) {
    const expected = reference.outcome.hooks[index] as HookOutcome;
    if (!run.interrupted.includes(hook.id)) expect(hook, where).toEqual(expected);
    expect(toEnd(hook), where).toEqual(toEnd(expected));
    expect(hook.attempts, where).toBeLessThanOrEqual(expected.attempts + run.kills);
  }
  // Each attempt may send a request as often as the one that was not disturbed.
  const attempts = Math.max(...outcome.hooks.map((hook) => hook.attempts));
  for (const request of new Set(outcome.once)) {
    const most = countOf(request, reference.outcome) * attempts;
    expect(countOf(request, outcome), `${where}: ${request}`).toBeLessThanOrEqual(most);
  }
}

function countOf(request: string, outcome: Outcome): number {
  return outcome.once.filter((seen) => seen === request).length;
}

function withoutHooks({ status, outcome, steps, nas }: Outcome) {
  return { status, outcome, steps, nas };
}

function toEnd({ id, status, progress, checkpoints }: HookOutcome) {
  const ends = checkpoints.map((checkpoint) => checkpoint.split(":")[0]);
  return { id, status, progress, checkpoints: ends };
}
