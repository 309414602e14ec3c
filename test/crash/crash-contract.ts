import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios, type Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import { createRandom } from "../support/random.ts";
import type { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import { PlannedDeaths } from "./planned-deaths.ts";
import { runScenario, type HookOutcome, type Outcome, type Run, type Shots } from "./run-scenario.ts";

/**
 * Kills at each write take a while on a small machine. Without CRASH_EVERY=1 each datastore takes one in so many of them, not
 * the same ones as the others; with CRASH_PART those from there on.
 */
const everyNth = Number(process.env["CRASH_EVERY"] ?? 40);
const part = process.env["CRASH_PART"];
/** Runs with kills at random moments, by datastore. */
const randomRuns = Number(process.env["CRASH_RANDOM"] ?? 3);
const seed = Number(process.env["CRASH_SEED"] ?? 1);
/** For whole runs, and for a machine that does much else. */
const hours = 6;
const minutes = 5;

export function describeCrashes(subject: (typeof testDatastores)[number], offset: number): void {
  describe.skipIf(!subject.available)(`crashes on ${subject.kind}`, () => {
    const suite = new CrashSuite(subject);
    const planned = new PlannedDeaths();
    let count = part === undefined ? offset * 11 : -Number(part);

    beforeAll(() => suite.open(), minutes * 60_000);
    afterAll(() => suite.close(), minutes * 60_000);

    it.each(scenarios)(
      "$app $operation ends the same when the worker or a sandbox is killed at a write to a journal: $title",
      async (scenario) => {
        const { run: reference } = await suite.undisturbed(scenario);
        expect(reference.outcome.status).toBe("COMPLETED");
        const deaths = planned.add(scenario, reference.writes).filter(() => count++ % everyNth === 0);
        for (const death of deaths) {
          await suite.try(death.kill, `${scenario.app}, ${JSON.stringify(death)}`, {
            run: () => runScenario(suite.lab, scenario, { death }),
            comesAbout: true,
            check: (run) => {
              expectSame(run, reference);
              expect(run.kills).toBeLessThanOrEqual(1);
            },
          });
        }
        expect(suite.takeFailures()).toEqual([]);
        // A poll more or less, a hook put away or not: a few of the writes do not come about in any of a few runs.
        expect(suite.takeUnmet()).toBeLessThanOrEqual(Math.max(1, deaths.length / 10));
      },
      hours * 3_600_000,
    );

    it.skipIf(randomRuns === 0)(
      `ends the same when it is killed at ${randomRuns} random moments, seed ${seed}`,
      async () => {
        const random = createRandom(seed + offset * 1000);
        let kills = 0;
        // A run may be over before its moment comes; of a few runs that may be all, so further ones are made then.
        const most = randomRuns * 10;
        for (let index = 0; index < randomRuns || (kills === 0 && index < most); index += 1) {
          const scenario = scenarios[index % scenarios.length] as Scenario;
          const { run: reference, tookMs } = await suite.undisturbed(scenario);
          const shots: Shots = {
            afterMs: Array.from({ length: 1 + random.below(3) }, () => random.below(Math.ceil(tookMs))),
            target: random.pick(["worker", "worker", "sandbox"]),
          };
          await suite.try("at random", `${scenario.app}, run ${index}, ${JSON.stringify(shots)}`, {
            run: () => runScenario(suite.lab, scenario, { shots }),
            check: (run) => {
              expectSame(run, reference);
              kills += run.kills;
            },
          });
        }
        expect(suite.takeFailures()).toEqual([]);
        expect(kills).toBeGreaterThan(0);
      },
      hours * 3_600_000,
    );
  });
}

interface Trial {
  run: () => Promise<Run>;
  /** A run in which nobody was killed is done again. */
  comesAbout?: boolean;
  check: (run: Run) => void;
}

interface Counts {
  runs: number;
  kills: number;
  interrupted: number;
  slow: number;
}

/** A lab, what its scenarios come to undisturbed, and a count of what was tried. */
class CrashSuite {
  private readonly subject: (typeof testDatastores)[number];
  private readonly references = new Map<Scenario, { run: Run; tookMs: number }>();
  private readonly tally = new Map<string, Counts>();
  private failures: string[] = [];
  /** Runs whose kill did not come about. */
  private unmet = 0;
  private opened: CrashLab | null = null;

  constructor(subject: (typeof testDatastores)[number]) {
    this.subject = subject;
  }

  get lab(): CrashLab {
    if (this.opened === null) throw new Error("the lab is not open");
    return this.opened;
  }

  async open(): Promise<void> {
    this.opened = await CrashLab.open(this.subject);
    await this.opened.ensureWorker();
  }

  async close(): Promise<void> {
    if (everyNth < 20) console.log(`crashes on ${this.subject.kind}: ${this.tallyText()}`);
    await this.opened?.close();
  }

  async undisturbed(scenario: Scenario): Promise<{ run: Run; tookMs: number }> {
    const known = this.references.get(scenario);
    if (known !== undefined) return known;
    const begunAt = performance.now();
    const run = await runScenario(this.lab, scenario);
    const reference = { run, tookMs: performance.now() - begunAt };
    expect(run).toMatchObject({ kills: 0, timedOut: [] });
    this.references.set(scenario, reference);
    return reference;
  }

  /** A run that fails is noted, and the next one finds a fresh lab. */
  async try(kind: string, where: string, { run, comesAbout = false, check }: Trial): Promise<void> {
    const counted = this.tally.get(kind) ?? { runs: 0, kills: 0, interrupted: 0, slow: 0 };
    this.tally.set(kind, counted);
    counted.runs += 1;
    try {
      let done = await run();
      // Then what the hook sees is its own limit, rightly, and not what is looked for here.
      for (let tries = 1; done.timedOut.length > 0 && tries < 4; tries += 1) {
        counted.slow += 1;
        done = await run();
      }
      for (let tries = 1; comesAbout && done.kills === 0 && tries < 3; tries += 1) {
        check(done);
        done = await run();
      }
      check(done);
      if (done.kills === 0) this.unmet += 1;
      counted.kills += done.kills;
      counted.interrupted += done.interrupted.length;
    } catch (error) {
      const failure = `${where}: ${explain(error)}`;
      this.failures.push(failure);
      if (everyNth < 20) console.log(`crashes on ${this.subject.kind}: FAILED ${failure}`);
      await this.opened?.close();
      await this.open();
    }
  }

  takeUnmet(): number {
    const { unmet } = this;
    this.unmet = 0;
    return unmet;
  }

  takeFailures(): string[] {
    return this.failures.splice(0);
  }

  private tallyText(): string {
    const parts = [...this.tally].map(
      ([kind, { runs, kills, interrupted, slow }]) =>
        `${kind}: ${runs} runs, ${kills} kills, ${interrupted} requests cut off, ${slow} done again for slowness`,
    );
    return parts.join("; ");
  }
}

/** The message, and for a comparison the lines that differ. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { actual, expected } = error as { actual?: unknown; expected?: unknown };
  const [found, wanted] = [actual, expected].map(toLines) as [string[], string[]];
  const isNew = (lines: string[]) => (line: string, index: number) =>
    lines[index] !== line && !lines.includes(line);
  const differing = [
    ...found.filter(isNew(wanted)).map((line) => `found    ${line}`),
    ...wanted.filter(isNew(found)).map((line) => `expected ${line}`),
  ];
  return [error.message, ...differing, ...(differing.length === 0 ? found : [])].join("\n  ");
}

function toLines(value: unknown): string[] {
  return (JSON.stringify(value, null, 1) ?? "").split("\n");
}

/**
 * The same in all that people and the app see. The one difference allowed: a request that must not happen twice and was
 * cut off is not sent again, its hook learns that and fails, and its next attempt - automatic, or after the user's
 * click on Retry - begins from the top.
 */
function expectSame(run: Run, reference: Run): void {
  if (run.interrupted.length === 0) {
    expect(run.retried).toEqual([]);
    expect(run.outcome).toEqual(reference.outcome);
    return;
  }
  const { outcome } = run;
  expect(run.interrupted.length).toBeLessThanOrEqual(run.kills);
  expect(withoutHooks(outcome)).toEqual(withoutHooks(reference.outcome));
  for (const [index, hook] of outcome.hooks.entries()) {
    const expected = reference.outcome.hooks[index] as HookOutcome;
    if (!run.interrupted.includes(hook.id)) expect(hook).toEqual(expected);
    expect(toEnd(hook)).toEqual(toEnd(expected));
    expect(hook.attempts).toBeLessThanOrEqual(expected.attempts + run.kills);
  }
  // Each attempt may send a request as often as the one that was not disturbed.
  const attempts = Math.max(...outcome.hooks.map((hook) => hook.attempts));
  for (const request of new Set(outcome.once)) {
    const most = countOf(request, reference.outcome) * attempts;
    expect(countOf(request, outcome), request).toBeLessThanOrEqual(most);
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
