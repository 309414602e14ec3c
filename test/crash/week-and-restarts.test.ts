import { afterEach, describe, expect, it } from "vitest";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import type { HookTaskView } from "../../src/task/task-view.ts";
import { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import { WorkerGoneError } from "./crash-worker.ts";
import { isPutAway, lossesIn, startHook, type StartedHook } from "./started-hook.ts";

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;
/** Seconds; the most a hook may have. What it waits beyond the end of its wait does not count. */
const timeout = 86_400;

const asks = `ctx.log("before");
  ctx.log(await ctx.awaitCheckpointRetry("c", "no"));`;
const question = {
  type: "question",
  id: "name",
  question: { question: "Name", type: "text", key: "name", required: true },
};

for (const subject of testDatastores) {
  describe.skipIf(!subject.available)(`a week and three restarts, on ${subject.kind}`, () => {
    let lab: CrashLab;
    afterEach(() => lab.close());

    const restart = async (): Promise<void> => {
      await lab.worker?.kill9();
      await lab.ensureWorker();
    };
    const completed = async (hook: StartedHook): Promise<HookTaskView> => {
      const view = await hook.untilView(({ status }) => status === "COMPLETED");
      expect(view.attempt).toBe(1);
      expect(lossesIn(await hook.journal())).toEqual([]);
      return view;
    };

    it("leave every hook that was put away at its line", async () => {
      let polls = 0;
      const app: AppBehaviour = () => ({ status: (polls += 1) < 3 ? 503 : 200 });
      lab = await CrashLab.open(subject, { behaviours: { polls: app } });
      await lab.ensureWorker();
      const polling8h = `ctx.log((await ctx.waitForApp("/up", { initialDelayMs: ${8 * hourMs}, maxDelayMs: ${8 * hourMs} })).status);`;
      const [retried, skipped, answered, sleeping, polling] = await Promise.all([
        startHook(lab, { name: "retried", port: 8201, timeout, code: asks }),
        startHook(lab, { name: "skipped", port: 8202, timeout, code: asks }),
        startHook(lab, {
          name: "answered",
          port: 8203,
          timeout,
          inputs: [question],
          code: 'ctx.log(ctx.getInput("name"));',
        }),
        startHook(lab, {
          name: "sleeps",
          port: 8204,
          timeout,
          code: `await ctx.sleep(${20 * hourMs}); ctx.log("woke");`,
        }),
        startHook(lab, {
          name: "polls",
          port: 8205,
          timeout,
          code: polling8h,
        }),
      ]);
      for (const hook of [retried, skipped, sleeping, polling]) await hook.untilJournal(isPutAway);
      await answered.untilView(({ status }) => status === "AWAITING_INPUT");
      expect(polls).toBe(1);

      await restart();
      await restart();
      await lab.worker?.kill9();
      await lab.setClock({ wallMs: weekMs, steadyMs: weekMs });
      await lab.ensureWorker();

      const slept = await completed(sleeping);
      expect(slept.durationMs).toBeGreaterThanOrEqual(20 * hourMs);
      expect(slept.durationMs).toBeLessThan(20 * hourMs + 60_000);
      expect(await sleeping.lines()).toEqual(["woke"]);
      await polling.untilJournal((journal) => isPutAway(journal) && polls === 2);
      // The second pause began after the week.
      await lab.worker?.kill9();
      await lab.setClock({ wallMs: weekMs + 8 * hourMs, steadyMs: weekMs + 8 * hourMs });
      await lab.ensureWorker();
      await completed(polling);
      expect([polls, await polling.lines()]).toEqual([3, ["200"]]);

      for (const hook of [retried, skipped])
        expect(await hook.view()).toMatchObject({ status: "AWAITING_RETRY" });
      await lab.call("retry", retried.taskId);
      await lab.call("skip", skipped.taskId);
      await lab.call("answer", answered.taskId, { name: "Movies" });
      for (const hook of [retried, skipped, answered]) await completed(hook);
      expect(await retried.lines()).toEqual(["before", "retry"]);
      expect(await skipped.lines()).toEqual(["before", "skip"]);
      expect(await answered.lines()).toEqual(["Movies"]);
    });

    it("lose no click that was taken, and apply none twice, also while the worker is killed", async () => {
      lab = await CrashLab.open(subject);
      await lab.ensureWorker();
      const [twice, early] = await Promise.all([
        startHook(lab, { name: "twice", port: 8201, timeout, code: asks }),
        startHook(lab, { name: "early", port: 8202, timeout, code: asks }),
      ]);
      for (const hook of [twice, early]) await hook.untilJournal(isPutAway);

      const clicks = Promise.allSettled([lab.call("retry", twice.taskId), lab.call("retry", twice.taskId)]);
      await lab.worker?.kill9();
      const wasTaken = (await clicks).some(({ status }) => status === "fulfilled");
      // Where people can click while no worker lives, they do.
      const wasEarly = await lab.call("skip", early.taskId).then(
        () => true,
        (error: unknown) => !(error instanceof WorkerGoneError),
      );
      await lab.setClock({ wallMs: weekMs, steadyMs: weekMs });
      await lab.ensureWorker();
      if (!wasTaken) await lab.call("retry", twice.taskId).catch(() => {});
      if (!wasEarly) await lab.call("skip", early.taskId);
      for (const hook of [twice, early]) await completed(hook);
      expect(await twice.lines()).toEqual(["before", "retry"]);
      expect(await early.lines()).toEqual(["before", "skip"]);
    });
  });
}
