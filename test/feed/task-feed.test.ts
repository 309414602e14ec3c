import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Datastore } from "../../src/datastore/datastore.ts";
import { createTaskFeed, type TaskFeed } from "../../src/feed/task-feed.ts";
import { installRequest, openBox, type Box } from "../support/box.ts";
import { testDatastores, type TestDatastore } from "../support/test-datastores.ts";

const pglite = testDatastores.find(({ kind }) => kind === "pglite") as (typeof testDatastores)[number];

describe("what is handed out of a task", () => {
  let store: TestDatastore;
  let box: Box;
  let feed: TaskFeed | null = null;
  let id: string;
  /** Each read resolves when this does, with one title after another. */
  let mayRead = Promise.resolve();
  let reads = 0;

  const open = async (freshMs: number): Promise<TaskFeed> => {
    feed = await createTaskFeed({
      datastore: box.datastore as Datastore,
      reader: {
        getTask: async (each) => {
          reads += 1;
          const title = `read ${reads}`;
          const view = await box.tacklebox.getTask(each);
          await mayRead;
          return { ...view, title };
        },
        getHookTasks: async (each) => await box.tacklebox.getHookTasks(each),
      },
      freshMs,
      onTrouble: (text) => box.troubles.push(text),
    });
    reads = 0;
    return feed;
  };

  beforeEach(async () => {
    store = await pglite.create();
    // Nothing works on tasks here: they change when the test says so.
    box = await openBox({ datastoreUrl: store.url });
    id = await box.tacklebox.submit(
      installRequest([{ scriptContent: "export async function run() {}" }], { appName: "still" }),
    );
  });
  afterEach(async () => {
    mayRead = Promise.resolve();
    await feed?.close();
    await box.close();
    await store.remove();
  });

  it("is what was read last while something newer is being read, and the newer one from then on", async () => {
    const followed = await open(1_000_000);
    const first = await followed.snapshot(id);
    const gate = Promise.withResolvers<void>();
    mayRead = gate.promise;
    const refreshed = followed.refresh(id);
    expect(await followed.snapshot(id)).toBe(first);
    gate.resolve();
    await refreshed;
    const second = await followed.snapshot(id);
    expect(second.view.title).not.toBe(first.view.title);
    expect(second.tag).not.toBe(first.tag);
  });

  it("is never older than allowed: then it is read again, once for all who ask", async () => {
    const followed = await open(0);
    const first = await followed.snapshot(id);
    const gate = Promise.withResolvers<void>();
    mayRead = gate.promise;
    const asked = [followed.snapshot(id), followed.snapshot(id), followed.snapshot(id)];
    gate.resolve();
    const titles = (await Promise.all(asked)).map(({ view }) => view.title);
    expect(new Set(titles).size).toBe(1);
    expect(titles[0]).not.toBe(first.view.title);
  });

  it("is nothing for a task that is not there", async () => {
    const followed = await open(1000);
    await expect(followed.snapshot("tsk_none")).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
    await expect(followed.snapshot("tsk_none")).rejects.toMatchObject({ code: "TASK_UNKNOWN" });
  });
});
