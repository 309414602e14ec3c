import { Job } from "bullmq";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { installRequest, openBox } from "../support/box.ts";
import { testDatastores } from "../support/test-datastores.ts";

const sleeps = {
  id: "sleeps",
  scriptContent: "export async function run(ctx) { await ctx.sleep(9000); }",
};

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`the lease of an operation on ${kind}`, () => {
    afterEach(() => vi.restoreAllMocks());

    it("ends with its wait for a hook, which is no trouble though leases are renewed before that is answered", async () => {
      const store = await create();
      const box = await openBox({ datastoreUrl: store.url, tacklebox: { leaseMs: 1200 } });
      onTestFinished(async () => {
        await box.close();
        await store.remove();
      });
      const bull = box.datastore?.bull;
      if (bull === undefined) throw new Error("the box has no datastore");
      const renewed = vi.spyOn(bull, "renewLease");
      const answered = Promise.withResolvers<boolean>();
      const { moveToWaitingChildren } = Job.prototype;
      vi.spyOn(Job.prototype, "moveToWaitingChildren").mockImplementation(async function (
        this: Job,
        ...args
      ) {
        const waits = await moveToWaitingChildren.apply(this, args);
        // That of the hook's own job is held meanwhile.
        const before = renewed.mock.calls.length;
        await vi.waitUntil(() => renewed.mock.calls.length >= before + 4, { timeout: 8000 });
        answered.resolve(waits);
        return waits;
      });
      await box.tacklebox.start();
      const id = await box.tacklebox.submit(installRequest([sleeps]));
      expect(await answered.promise).toBe(true);
      await box.tacklebox.cancel(id);
      await box.untilOperation(id, "CANCELLED");
      expect(box.troubles).toEqual([]);
    });
  });
}
