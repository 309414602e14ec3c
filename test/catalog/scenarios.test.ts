import { describe, expect, it } from "vitest";
import { scenarios, type ExpectedHook } from "../../catalog-example/_simulated/scenarios.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { playScenario } from "./play-scenario.ts";

describe("the example catalog, in the real sandbox", () => {
  it.each(scenarios)("$app $operation: $title", async (scenario) => {
    await playScenario(scenario, async ({ status, prepared, box, seenBefore }) => {
      const operation = await box.tacklebox.getTask(prepared.record.id);
      const hooks = await box.tacklebox.getHookTasks(prepared.record.id);
      expect({ status, outcome: operation.kind === "operation" && operation.outcome }).toEqual({
        status: scenario.expected.status,
        outcome: scenario.expected.outcome,
      });
      expect(scenario.expected.hooks.map(({ id }) => toFound(id, hooks))).toEqual(
        scenario.expected.hooks.map(toExpected),
      );
      const requests = box.nas.requests(scenario.app).slice(seenBefore);
      expect(
        requests.filter(({ starting }) => !starting).map(({ method, path }) => `${method} ${path}`),
      ).toEqual(scenario.expected.requests);
    });
  });
});

function toFound(id: string, hooks: HookTaskView[]) {
  const hook = hooks.find((view) => view.hookId === id);
  const withStatus = (status: string): string[] =>
    (hook?.checkpoints ?? [])
      .filter((checkpoint) => checkpoint.status === status)
      .map((checkpoint) => checkpoint.id);
  return {
    id,
    status: hook?.status ?? "NOT_RUN",
    completed: withStatus("completed"),
    skipped: withStatus("skipped"),
    attempts: hook?.attempt ?? 0,
    error: hook?.status === "COMPLETED" ? hook.error : null,
  };
}

function toExpected({ id, status, completed, skipped = [], attempts }: ExpectedHook) {
  return {
    id,
    status,
    completed,
    skipped,
    attempts: attempts ?? (status === "NOT_RUN" ? 0 : 1),
    error: null,
  };
}
