import { Client } from "pg";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { testDatastoreOptions, testDatastores } from "../support/test-datastores.ts";
import { describeBullContract } from "./bull-contract.ts";
import { describeStoreContract } from "./contract.ts";

for (const subject of testDatastores.filter(({ kind }) => kind === "postgres")) {
  describeStoreContract(subject);
  describeBullContract(subject);

  describe.skipIf(!subject.available)("two who wake the same job on postgres", () => {
    it("leave it to the worker that has taken it in between", async () => {
      const { url, remove } = await subject.create();
      const store = await openDatastore(url, testDatastoreOptions);
      const queue = store.bull.queue("woken twice");
      const first = new Client({ connectionString: url });
      await first.connect();
      onTestFinished(async () => {
        await Promise.all([first.end(), queue.close()]);
        await store.close();
        await remove();
      });
      const job = await queue.add("parked", {}, { delay: 3_600_000 });

      // The first wakes it and a worker takes it, all in one transaction, so that the second comes to stand in between.
      await first.query("begin");
      await first.query("select bullmq.promote($1, $2)", [queue.name, job.id]);
      const second = store.bull.promote(job);
      await vi.waitUntil(async () => {
        const { rows } = await first.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        return rows.length > 0;
      });
      await first.query("select * from bullmq.move_to_active($1, 'mine', 60000, 0, 'worker', null, null)", [
        queue.name,
      ]);
      await first.query("commit");

      expect(await second).toBe(false);
      expect(await job.getState()).toBe("active");
    });
  });
}
