import type { Scenario } from "../../catalog-example/_simulated/scenarios.ts";
import type { Death, WriteSeen } from "./worker-protocol.ts";

/**
 * All places to kill at, over the scenarios of a suite: for each write to a journal the worker before it, the worker after
 * it, and the hook's sandbox. Several scenarios begin alike: a write to the same place of the same hook's journal that says
 * the same counts once, and so does what an operation's own journal says of a step, whatever the app.
 */
export class PlannedDeaths {
  private readonly known = new Set<string>();

  /** Those a scenario adds, given the writes of an undisturbed run. */
  add(scenario: Scenario, writes: readonly WriteSeen[]): Death[] {
    return writes.flatMap((write): Death[] => {
      const { journal, entry, labels } = write;
      const isOperation = journal === scenario.operation;
      const place = isOperation ? journal : `${scenario.app} ${journal} ${entry}`;
      const key = `${place}: ${labels.join(", ")}`;
      if (this.known.has(key)) return [];
      this.known.add(key);
      // No sandbox is at work while an operation writes.
      const kinds = isOperation ? workerKinds : [...workerKinds, "sandbox" as const];
      return kinds.map((kill) => ({ journal, entry, kill }));
    });
  }
}

const workerKinds = ["worker-before", "worker-after"] as const;
