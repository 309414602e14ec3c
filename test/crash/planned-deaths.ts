import type { Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import type { Death, WriteSeen } from "./worker-protocol.ts";

/**
 * All places to kill at, over the scenarios of a suite: for each write to a journal the worker before it, the worker after
 * it, and the hook's sandbox. Several scenarios begin alike: the n-th write of its kind to the same hook's journal counts
 * once, and so does what an operation's own journal says of a step, whatever the app.
 */
export class PlannedDeaths {
  private readonly known = new Set<string>();

  /** Those a scenario adds, given the writes of an undisturbed run. */
  add(scenario: Scenario, writes: readonly WriteSeen[]): Death[] {
    const counts = new Map<string, number>();
    const nthOf = (journal: string, label: string): number => {
      const nth = (counts.get(`${journal}: ${label}`) ?? 0) + 1;
      counts.set(`${journal}: ${label}`, nth);
      return nth;
    };
    return writes.flatMap(({ journal, labels }): Death[] => {
      const nths = labels.map((one) => nthOf(journal, one));
      const [label = "", nth = 1] = [labels[0], nths[0]];
      const isOperation = journal === scenario.operation;
      const key = isOperation ? `${journal}: ${label}` : `${scenario.app} ${journal}: ${label} ${nth}`;
      if (this.known.has(key)) return [];
      this.known.add(key);
      // No sandbox is at work while an operation writes.
      const kinds = isOperation ? workerKinds : [...workerKinds, "sandbox" as const];
      return kinds.map((kill) => ({ journal, label, nth, kill }));
    });
  }
}

const workerKinds = ["worker-before", "worker-after"] as const;
