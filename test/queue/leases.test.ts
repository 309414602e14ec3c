import { Job, Queue } from "bullmq";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { BullFactory } from "../../src/datastore/datastore.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores } from "../support/test-datastores.ts";

/** Stays at work until it is cancelled. */
const stays = {
  id: "stays",
  scriptContent: "export async function run(ctx) { await ctx.sleep(3_600_000); }",
};
const quick = { id: "quick", scriptContent: "export async function run(ctx) { ctx.log('here'); }" };

const { moveToWaitingChildren } = Job.prototype;

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`the lease of an operation on ${kind}`, () => {
    afterEach(() => vi.restoreAllMocks());

    /** `renewed` resolves when the lease of that job has been renewed so often from now on, or was not to be had. */
    const open = async (): Promise<{ box: Box; renewed(id: string, times?: number): Promise<void> }> => {
      const store = await create();
      const tacklebox = { leaseMs: 4000, restAfterMs: 7_200_000 };
      const box = await openBox({ datastoreUrl: store.url, tacklebox });
      onTestFinished(async () => {
        await box.close();
        await store.remove();
      });
      const bull = box.datastore?.bull as BullFactory;
      const renewLease = bull.renewLease.bind(bull);
      const listeners = new Set<(id: string) => void>();
      vi.spyOn(bull, "renewLease").mockImplementation(async (job, ...args) => {
        const isRenewed = await renewLease(job, ...args);
        for (const listener of listeners) listener(job.id ?? "");
        return isRenewed;
      });
      const renewed = async (wanted: string, times = 1): Promise<void> => {
        const { promise, resolve } = Promise.withResolvers<void>();
        let left = times;
        listeners.add((id) => {
          if (id === wanted) left -= 1;
          if (left === 0) resolve();
        });
        await promise;
      };
      await box.tacklebox.start();
      return { box, renewed };
    };

    it("ends with its wait for a hook, which is no trouble though leases are renewed before that is answered", async () => {
      const { box, renewed } = await open();
      const answered = Promise.withResolvers<boolean>();
      vi.spyOn(Job.prototype, "moveToWaitingChildren").mockImplementation(async function (
        this: Job,
        ...args
      ) {
        const waits = await moveToWaitingChildren.apply(this, args);
        // That of the hook's own job is held meanwhile.
        await renewed((await box.untilHook("stays", "IN_PROGRESS")).id, 2);
        answered.resolve(waits);
        return waits;
      });
      const id = await box.tacklebox.submit(installRequest([stays]));
      expect(await answered.promise).toBe(true);
      await box.tacklebox.cancel(id);
      await box.untilOperation(id, "CANCELLED");
      expect(box.troubles).toEqual([]);
    });

    it("is held on when the hook has ended before", async () => {
      const { box, renewed } = await open();
      const waits: boolean[] = [];
      const takings = new Set<number>();
      vi.spyOn(Job.prototype, "moveToWaitingChildren").mockImplementation(async function (
        this: Job,
        ...args
      ) {
        await vi.waitUntil(async () => (await this.getDependenciesCount()).unprocessed === 0, 20_000);
        const isWaiting = await moveToWaitingChildren.apply(this, args);
        waits.push(isWaiting);
        takings.add(this.attemptsStarted);
        return isWaiting;
      });
      // Its next hook is queued while its lease is held.
      const { add } = Queue.prototype;
      vi.spyOn(Queue.prototype, "add").mockImplementation(async function (this: Queue, ...args) {
        if (waits.length === 1) await renewed(id);
        return await add.apply(this, args);
      });
      const id: string = await box.tacklebox.submit(installRequest([quick, { ...quick, id: "second" }]));
      await box.untilOperation(id, "COMPLETED");
      expect(waits[0]).toBe(false);
      // Nobody had to take it up again.
      expect([...takings]).toEqual([1]);
      expect(box.troubles).toEqual([]);
    });
  });
}
