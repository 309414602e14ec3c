import { DelayedError, WaitingChildrenError, type Job, type QueueEvents, type Worker } from "bullmq";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { BullFactory, Datastore } from "../../src/datastore/datastore.ts";
import { openDatastore } from "../../src/datastore/open-datastore.ts";
import { changeDelay } from "../../src/queue/change-delay.ts";
import { takeBackJobs } from "../../src/queue/take-back-jobs.ts";
import { testDatastoreOptions, type TestDatastore } from "../support/test-datastores.ts";
import type { ContractSubject } from "./contract.ts";

const yearMs = 365 * 86_400_000;

/** What the scheduler builds on: BullMQ does the same on every datastore. */
export function describeBullContract({ kind, available, create }: ContractSubject): void {
  describe.skipIf(!available)(`BullMQ on ${kind}`, () => {
    let place: TestDatastore;
    let store: Datastore;

    beforeAll(async () => {
      place = await create();
      store = await openDatastore(place.url, testDatastoreOptions);
    });
    afterAll(async () => {
      await store?.close();
      await place?.remove();
    });

    it("processes a job and tells its result, its progress and its log", async () => {
      const { queue, events, worker } = await open(store.bull, "plain", async (job) => {
        await job.updateProgress({ done: 1 });
        await job.log("first row");
        await job.log("second row");
        return { sum: (job.data as { n: number }).n + 1 };
      });
      const progress = once(events, "progress");
      const job = await queue.add("add one", { n: 41 });
      expect(await job.waitUntilFinished(events)).toEqual({ sum: 42 });
      expect(await progress).toMatchObject({ jobId: job.id, data: { done: 1 } });
      expect(await queue.getJobLogs(job.id ?? "")).toEqual({ logs: ["first row", "second row"], count: 2 });
      expect(worker.concurrency).toBe(1);
    });

    it("parks a job without keeping its slot, and wakes it by promote", async () => {
      const { queue, events } = await open(store.bull, "parked", async (job, token) => {
        if (job.name === "other") return "other done";
        const { answer } = job.data as { answer?: string };
        if (answer !== undefined) return `answered ${answer}`;
        await job.moveToDelayed(Date.now() + yearMs, token);
        throw new DelayedError();
      });
      const parked = once(events, "delayed");
      const job = await queue.add("asks", {});
      await parked;
      const other = await queue.add("other", {});
      expect(await other.waitUntilFinished(events)).toBe("other done");
      expect(await job.getState()).toBe("delayed");
      await job.updateData({ answer: "yes" });
      await job.promote();
      expect(await job.waitUntilFinished(events)).toBe("answered yes");
    });

    it("gives the job of a dead worker to another in time, though the clock was set back since", async () => {
      const leaseMs = 500;
      const lease = { lockDuration: leaseMs, stalledInterval: 100, maxStalledCount: 9 };
      const queue = store.bull.queue("set-back");
      const job = await queue.add("held", {});
      const wallNow = Date.now.bind(Date);
      const ahead = vi.spyOn(Date, "now").mockImplementation(() => wallNow() + 3_600_000);
      const dead = store.bull.worker("set-back", null, lease);
      await dead.startStalledCheckTimer();
      expect((await dead.getNextJob("dead"))?.id).toBe(job.id);
      await dead.close(true);
      ahead.mockRestore();

      await store.bull.mendLeases(leaseMs);
      const done = Promise.withResolvers<string | undefined>();
      const worker = store.bull.worker("set-back", async ({ id }) => done.resolve(id), lease);
      expect(await done.promise).toBe(job.id);
      await worker.close();
      await queue.close();
    });

    it("makes a delayed job due at once, and says so to the first who asks", async () => {
      const { queue, events } = await open(store.bull, "promoted", async () => "done");
      const job = await queue.add("later", {}, { delay: yearMs });
      const answers = await Promise.all([1, 2, 3].map(() => store.bull.promote(job)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await job.waitUntilFinished(events)).toBe("done");
      expect(await store.bull.promote(job)).toBe(false);
      await queue.remove(job.id ?? "");
      expect(await store.bull.promote(job)).toBe(false);
    });

    it("leaves a job at work alone, though its worker puts it away as BullMQ answers", async () => {
      const queue = store.bull.queue("at work");
      const worker = store.bull.worker(queue.name, null, { lockDuration: 3_600_000, autorun: false });
      onTestFinished(() => worker.close().then(() => queue.close()));
      for (const ask of [(job: Job) => store.bull.promote(job), (job: Job) => changeDelay(job, 1)]) {
        const job = await queue.add("held", {});
        const held = await worker.getNextJob("mine");
        const thenPutAway =
          <Args extends unknown[]>(command: (...args: Args) => Promise<void>) =>
          (...args: Args): Promise<void> =>
            command(...args).finally(() => held.moveToDelayed(Date.now() + yearMs, "mine"));
        job.promote = thenPutAway(job.promote.bind(job));
        job.changeDelay = thenPutAway(job.changeDelay.bind(job));
        expect(await ask(job)).not.toBe(true);
        expect(await job.getState()).toMatch(/^(active|delayed)$/);
      }
    });

    it("renews a lease that has ended as long as nobody else has the job", async () => {
      const queue = store.bull.queue("leases");
      const short = { lockDuration: 1, stalledInterval: 1, maxStalledCount: 9, autorun: false };
      const [mine, other] = [1, 2].map(() => store.bull.worker("leases", null, short)) as [Worker, Worker];
      onTestFinished(() => Promise.all([mine.close(), other.close()]).then(() => queue.close()));
      const untilEnded = async (): Promise<void> => {
        const endedAt = performance.now() + 3;
        while (performance.now() < endedAt) await store.bull.ping();
      };
      await queue.add("held", {});
      const job = await mine.getNextJob("mine");
      expect(await store.bull.renewLease(job, "mine", 1)).toBe(true);
      await untilEnded();
      expect(await store.bull.renewLease(job, "mine", 3_600_000)).toBe(true);
      // One look marks it, the next would take it away.
      for (let look = 0; look < 3; look += 1) {
        await untilEnded();
        await other.backend.moveStalledJobsToWait();
      }
      expect(await job.getState()).toBe("active");

      expect(await store.bull.renewLease(job, "mine", 1)).toBe(true);
      await vi.waitUntil(async () => {
        await other.backend.moveStalledJobsToWait();
        return (await job.getState()) === "waiting";
      });
      expect(await store.bull.renewLease(job, "mine", 1)).toBe(false);
      const taken = await other.getNextJob("other");
      expect(taken.id).toBe(job.id);
      await untilEnded();
      expect(await store.bull.renewLease(job, "mine", 1)).toBe(false);
      expect(await store.bull.renewLease(taken, "other", 3_600_000)).toBe(true);
      await taken.moveToCompleted("done", "other", false);
      expect(await store.bull.renewLease(taken, "other", 1)).toBe(false);
    });

    it("runs a parent again when the child it waits for is done", async () => {
      const { queue, events } = await open(store.bull, "family", (job, token) => step(queue, job, token));
      const parent = await queue.add("parent", { step: "first" });
      expect(await parent.waitUntilFinished(events)).toEqual(["child result"]);
    });

    it("adds a parent and its children in one go", async () => {
      const { queue, events } = await open(store.bull, "flow", async (job) =>
        job.name === "child" ? "child result" : Object.values(await job.getChildrenValues()),
      );
      const flow = store.bull.flow();
      onTestFinished(() => flow.close());
      const children = [{ name: "child", queueName: queue.name }];
      const { job } = await flow.add({ name: "parent", queueName: queue.name, children });
      expect(await job.waitUntilFinished(events)).toEqual(["child result"]);
    });

    it("tells a job's failure", async () => {
      const { queue, events } = await open(store.bull, "failing", () => Promise.reject(new Error("no luck")));
      const job = await queue.add("fails", {});
      await expect(job.waitUntilFinished(events)).rejects.toThrow("no luck");
    });

    it("gives the jobs of a worker that is gone back to the queue at once, whatever their locks say", async () => {
      const queue = store.bull.queue("taken back");
      const dead = store.bull.worker("taken back", null, { lockDuration: 3_600_000, autorun: false });
      onTestFinished(() => dead.close().then(() => queue.close()));
      const names = ["first", "second", "third"];
      for (const name of names) await queue.add(name, {});
      for (const name of names.slice(0, 2)) {
        expect(await dead.getNextJob(`token of ${name}`)).toMatchObject({ name });
      }
      expect(await takeBackJobs(queue)).toBe(2);
      expect(await takeBackJobs(queue)).toBe(0);

      const processed: string[] = [];
      const allDone = Promise.withResolvers<void>();
      const worker = store.bull.worker("taken back", (job) => Promise.resolve(job.name));
      worker.on("completed", ({ name }) => {
        processed.push(name);
        if (processed.length === names.length) allDone.resolve();
      });
      onTestFinished(() => worker.close());
      await allDone.promise;
      expect(processed.toSorted()).toEqual(names);
    });

    it("lets another worker take up the jobs of one that is gone, once its lock has ended", async () => {
      const queue = store.bull.queue("stalled");
      const dead = store.bull.worker("stalled", null, { lockDuration: 100, autorun: false });
      onTestFinished(() => dead.close().then(() => queue.close()));
      await queue.add("left", {});
      expect(await dead.getNextJob("token")).toMatchObject({ name: "left" });
      const processed = Promise.withResolvers<string>();
      const worker = store.bull.worker("stalled", (job) => Promise.resolve(processed.resolve(job.name)), {
        stalledInterval: 100,
        maxStalledCount: 1000,
      });
      onTestFinished(() => worker.close());
      expect(await processed.promise).toBe("left");
    });

    it("wakes an idle worker at once, also by jobs that come while it goes idle", async () => {
      const { queue, events } = await open(store.bull, "bursts", (job) => Promise.resolve(job.name));
      const startedAt = performance.now();
      for (let round = 0; round < 30; round += 1) {
        const job = await queue.add(`job ${round}`, {});
        expect(await job.waitUntilFinished(events)).toBe(`job ${round}`);
      }
      // A missed notification costs the ten seconds that BullMQ blocks.
      expect(performance.now() - startedAt).toBeLessThan(9000);
    });
  });
}

async function step(queue: ReturnType<BullFactory["queue"]>, job: Job, token?: string): Promise<unknown> {
  if (job.name === "child") return "child result";
  if ((job.data as { step: string }).step === "first") {
    await queue.add("child", {}, { parent: { id: job.id ?? "", queue: job.queueQualifiedName } });
    await job.updateData({ step: "second" });
    if (await job.moveToWaitingChildren(token ?? "")) throw new WaitingChildrenError();
  }
  return Object.values(await job.getChildrenValues());
}

interface Opened {
  queue: ReturnType<BullFactory["queue"]>;
  events: QueueEvents;
  worker: Worker;
}

async function open(
  bull: BullFactory,
  name: string,
  processor: (job: Job, token?: string) => Promise<unknown>,
): Promise<Opened> {
  const queue = bull.queue(name);
  const events = await bull.events(name);
  const worker = bull.worker(name, processor);
  onTestFinished(async () => {
    await worker.close();
    await events.close();
    await queue.close();
  });
  return { queue, events, worker };
}

function once(events: QueueEvents, name: "progress" | "delayed"): Promise<unknown> {
  return new Promise((resolve) => events.once(name, (message: unknown) => resolve(message)));
}
