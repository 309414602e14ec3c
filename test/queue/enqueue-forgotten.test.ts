import type { Job, Queue } from "bullmq";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { createMemoryStores } from "../../src/datastore/memory-stores.ts";
import { createDesk } from "../../src/install/desk.ts";
import { storeOperation } from "../../src/install/store-operation.ts";
import { putJson } from "../../src/install/stored-json.ts";
import { openTaskJournal } from "../../src/install/task-journal.ts";
import { enqueueForgotten } from "../../src/queue/enqueue-forgotten.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

const hook = { id: "quick", scriptContent: 'export async function run(ctx) { ctx.log("done"); }' };

for (const { kind, available, create } of testDatastores) {
  describe.skipIf(!available)(`an install that was kept and not queued on ${kind}`, () => {
    let store: TestDatastore | null = null;
    let box: Box | null = null;
    afterEach(async () => {
      await box?.close();
      await store?.remove();
    });

    /** Keeps an install, as a process does that is killed before it has put it into the queue. */
    async function keep(): Promise<{ opened: Box; id: string }> {
      store = await create();
      const opened = await openBox({ datastoreUrl: store.url });
      box = opened;
      const prepared = await opened.tacklebox.prepare(installRequest([hook]));
      const { documents } = opened.datastore as Datastore;
      await storeOperation({ documents, desk: createDesk(documents, systemClock) }, prepared);
      return { opened, id: prepared.record.id };
    }

    it("is queued by the next worker that starts, once, and runs to its end", async () => {
      const { opened, id } = await keep();
      await opened.tacklebox.start();
      await opened.untilOperation(id, "COMPLETED");
      expect(await opened.tacklebox.listOperations()).toHaveLength(1);
    });
  });
}

it("one that has begun without a job is left alone, and so is one that has a job", async () => {
  const { documents, journals } = createMemoryStores();
  for (const id of ["begun", "queued", "forgotten"]) await putJson(documents, "operations", id, { id });
  const journal = await openTaskJournal(journals, "begun", () => {});
  await journal.append([{ type: "operation", at: 1, event: { type: "step-started", index: 0 } }]);
  const getJob = async (id: string) => (id === "queued" ? ({ id } as Job) : undefined);
  const enqueued: string[] = [];
  await enqueueForgotten({ documents, journals }, { getJob: getJob as Queue["getJob"] }, async ({ id }) => {
    enqueued.push(id);
  });
  expect(enqueued).toEqual(["forgotten"]);
});
