import { afterEach, describe, expect, it } from "vitest";
import type { AppBehaviour } from "../../src/nas/simulated/app-behaviour.ts";
import { testDatastores } from "../support/test-datastores.ts";
import { CrashLab } from "./crash-lab.ts";
import { isPutAway, lossesIn, restLeftOf, startHook, type StartedHook } from "./started-hook.ts";

const hourMs = 3_600_000;

/** Answers `/slow` late; is up at its third request. */
function createApp(): { app: AppBehaviour; polls(): number } {
  let polls = 0;
  const app: AppBehaviour = ({ path }) => {
    if (path === "/slow") return { status: 200, delayMs: 5000 };
    polls += 1;
    return { status: polls < 3 ? 503 : 200 };
  };
  return { app, polls: () => polls };
}

const hooks = {
  rests: "await ctx.sleep(6000);",
  polls: 'await ctx.waitForApp("/up", { initialDelayMs: 2500, maxDelayMs: 2500, retries: 3 });',
  // A request under way keeps it from being put away.
  stays: `const begun = Date.now();
    await Promise.all([ctx.sleep(4000), fetch(ctx.baseUrl + "/slow")]);
    ctx.log("took", Date.now() - begun);`,
  expires: "await ctx.sleep(600000);",
  asks: 'ctx.log(await ctx.awaitCheckpointRetry("c", "no"));',
};

for (const subject of testDatastores) {
  describe.skipIf(!subject.available)(`a clock that is set, on ${subject.kind}`, () => {
    let lab: CrashLab;
    afterEach(() => lab.close());
    const open = async (): Promise<{ polls(): number }> => {
      const { app, polls } = createApp();
      const behaviours = { rests: app, polls: app, stays: app };
      const tacklebox = { soleWorker: false, leaseMs: 2000, restAfterMs: 200, parkAfterMs: 20 };
      lab = await CrashLab.open(subject, { tacklebox, behaviours });
      await lab.ensureWorker();
      return { polls };
    };
    const start = (name: keyof typeof hooks, port: number, timeout = 60): Promise<StartedHook> =>
      startHook(lab, { name, port, timeout, code: hooks[name] });

    it.each([
      ["ahead", hourMs],
      ["back", -hourMs],
    ])(
      "by an hour, %s, under hooks at work and put away, changes nothing for them",
      async (_where, wallMs) => {
        const { polls } = await open();
        const [asks, expires, rests, polling] = await Promise.all([
          start("asks", 8101),
          start("expires", 8102, 4),
          start("rests", 8103),
          start("polls", 8104),
        ]);
        for (const hook of [asks, expires, rests, polling]) await hook.untilJournal(isPutAway);
        const stays = await start("stays", 8105);
        await stays.untilJournal((journal) => journal.some((entry) => entry.type === "effect-started"));
        const leftMs = restLeftOf(await rests.journal());
        const setAt = performance.now();
        await lab.setClock({ wallMs, steadyMs: 0 });

        const rested = await rests.untilView(({ status }) => status === "COMPLETED");
        expect(performance.now() - setAt).toBeGreaterThanOrEqual(leftMs);
        const polled = await polling.untilView(({ status }) => status === "COMPLETED");
        expect(polls()).toBe(3);
        const stayed = await stays.untilView(({ status }) => status === "COMPLETED");
        const expired = await expires.untilView(({ status }) => status === "AWAITING_RETRY");
        expect(expired.error?.code).toBe("HOOK_TIMEOUT");
        for (const view of [rested, polled, stayed, expired]) {
          expect(view).toMatchObject({ attempt: 1 });
          expect(view.durationMs).toBeGreaterThanOrEqual(4000);
          expect(view.durationMs).toBeLessThan(60_000);
        }
        for (const hook of [rests, polling, stays, expires])
          expect(lossesIn(await hook.journal())).toEqual([]);
        const took = (await stays.lines()).join();
        expect(Number(took.replace("took ", ""))).toBeGreaterThanOrEqual(4000);
        expect(Number(took.replace("took ", ""))).toBeLessThan(60_000);

        expect(await asks.view()).toMatchObject({ status: "AWAITING_RETRY" });
        await lab.call("retry", asks.taskId);
        await asks.untilView(({ status }) => status === "COMPLETED");
        expect(await asks.lines()).toEqual(["retry"]);
      },
    );

    it.each([
      ["ahead", hourMs],
      ["back", -hourMs],
    ])("by an hour, %s, while no worker lives, ends no wait early and none late", async (_where, wallMs) => {
      await open();
      const rests = await start("rests", 8103);
      const expires = await start("expires", 8102, 4);
      for (const hook of [rests, expires]) await hook.untilJournal(isPutAway);
      const leftMs = restLeftOf(await rests.journal());
      const setAt = performance.now();
      await lab.worker?.kill9();
      await lab.setClock({ wallMs, steadyMs: 0 });
      await lab.ensureWorker();
      const rested = await rests.untilView(({ status }) => status === "COMPLETED");
      expect(performance.now() - setAt).toBeGreaterThanOrEqual(leftMs);
      const expired = await expires.untilView(({ status }) => status === "AWAITING_RETRY");
      expect(expired.error?.code).toBe("HOOK_TIMEOUT");
      for (const view of [rested, expired]) expect(view.durationMs).toBeLessThan(60_000);
    });
  });
}
