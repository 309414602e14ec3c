import type { Job } from "bullmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createViewPublisher, type ViewPublisher } from "../../src/queue/view-publisher.ts";
import type { TaskView } from "../../src/task/task-view.ts";

const view = (revision: number): TaskView => ({ id: "tsk_1", revision }) as TaskView;

describe("the view of a task in its job", () => {
  let stored: number[];
  let troubles: string[];
  let store: (view: TaskView) => Promise<void>;
  let publisher: ViewPublisher;

  beforeEach(() => {
    vi.useFakeTimers();
    stored = [];
    troubles = [];
    store = (kept) => Promise.resolve(void stored.push(kept.revision));
    const job = { updateProgress: (kept: TaskView) => store(kept) } as unknown as Job;
    publisher = createViewPublisher(job, (text) => troubles.push(text));
  });
  afterEach(() => vi.useRealTimers());

  it("is stored soon, and only the latest of views that come together", async () => {
    publisher.publish(view(1));
    publisher.publish(view(2));
    expect(stored).toEqual([]);
    await vi.advanceTimersByTimeAsync(50);
    publisher.publish(view(3));
    await vi.advanceTimersByTimeAsync(50);
    expect(stored).toEqual([2, 3]);
  });

  it("is stored at once by flush, and not a second time after it", async () => {
    publisher.publish(view(1));
    await publisher.flush();
    expect(stored).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(stored).toEqual([1]);
  });

  it("is written once at a time; what comes meanwhile is stored after it, before flush is done", async () => {
    const first = Promise.withResolvers<void>();
    const write = store;
    store = async (kept) => {
      if (kept.revision === 1) await first.promise;
      await write(kept);
    };
    publisher.publish(view(1));
    const flushed = publisher.flush();
    publisher.publish(view(2));
    publisher.publish(view(3));
    first.resolve();
    await flushed;
    expect(stored).toEqual([1, 3]);
  });

  it("may fail to be stored without harm: somebody is told", async () => {
    store = () => Promise.reject(new Error("gone"));
    publisher.publish(view(1));
    await publisher.flush();
    expect(troubles).toEqual(["task tsk_1: its view could not be stored: gone"]);
  });
});
