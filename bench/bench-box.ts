import type { Queue, Worker } from "bullmq";
import { systemClock } from "../src/clock.ts";
import { createTacklebox, type Tacklebox, type TackleboxOptions } from "../src/create-tacklebox.ts";
import type { BullFactory, Datastore } from "../src/datastore/datastore.ts";
import type { OperationRequest } from "../src/install/prepare-operation.ts";
import type { TaskObserver } from "../src/install/runtime.ts";
import { createSimulatedNas } from "../src/nas/create-simulated-nas.ts";
import { hooksQueue } from "../src/queue/queue-names.ts";
import type { HookTaskView, OperationTaskView } from "../src/task/task-view.ts";

/** When the parts of the latest operation happened, in milliseconds of `performance.now()`. */
export interface Marks {
  submitted: number;
  /** The hook's job was about to be added to the queue. */
  queued: number;
  /** The hook's first ctx call reached the host. */
  firstCall: number;
  /** Its completion was in the journal. */
  firstKept: number;
  done: number;
}

/** A whole tacklebox on a simulated NAS that hurries, and a bare BullMQ queue beside it. */
export interface BenchBox {
  tacklebox: Tacklebox;
  /** Runs one operation to its end. */
  run(request: OperationRequest): Promise<Marks>;
  /** Operations that have completed so far. */
  operations(): number;
  /** Resolves when so many operations, counted from the making of the box, have completed. */
  completed(count: number): Promise<void>;
  /** Resolves when so many hooks wait for Retry. */
  waiting(count: number): Promise<void>;
  /** Milliseconds from the adding of a BullMQ job to its processor, which does nothing. */
  noop(): Promise<number>;
  close(): Promise<void>;
}

export type HookListener = TaskObserver["hookChanged"];

/** `listen` hears of every change of a hook. */
export async function openBenchBox(
  datastore: Datastore,
  options: Partial<TackleboxOptions> = {},
  listen: HookListener = () => {},
): Promise<BenchBox> {
  const marks = noMarks();
  const counts = createCounts();
  const nas = await createSimulatedNas({ stepMs: 0, readyAfterMs: 0 });
  const noops = await createNoops(datastore);
  const tacklebox = createTacklebox({
    nas,
    datastore: { ...datastore, bull: tapAdd(datastore.bull, () => (marks.queued = performance.now())) },
    // The hooks' clock is first read when the first call of a hook is stamped.
    hookClock: {
      ...systemClock,
      now: () => {
        marks.firstCall ||= performance.now();
        return Date.now();
      },
    },
    observer: {
      hookChanged: (view, entries) => {
        if (entries.some(({ type }) => type === "effect-completed")) marks.firstKept ||= performance.now();
        listen(view, entries);
        counts.see(view);
      },
      operationChanged: (view) => {
        if (view.status === "COMPLETED") marks.done = performance.now();
        counts.see(view);
      },
    },
    onTrouble: (text) => process.stderr.write(`  trouble: ${text}\n`),
    ...options,
  });
  return {
    tacklebox,
    run: async (request) => {
      await tacklebox.warm();
      Object.assign(marks, noMarks(), { submitted: performance.now() });
      const done = counts.completed(counts.operations() + 1);
      await tacklebox.submit(request);
      await done;
      const result = { ...marks };
      if (request.hooksOnly !== true) await nas.deleteApp(request.appName ?? "");
      return result;
    },
    operations: () => counts.operations(),
    completed: (count) => counts.completed(count),
    waiting: (count) => counts.waiting(count),
    noop: noops.run,
    close: async () => {
      await tacklebox.close();
      await noops.close();
      await nas.close();
    },
  };
}

const noMarks = (): Marks => ({ submitted: 0, queued: 0, firstCall: 0, firstKept: 0, done: 0 });

/** The same factory; `onAdd` hears of each job added to the queue of hooks. */
function tapAdd(bull: BullFactory, onAdd: () => void): BullFactory {
  return {
    ...bull,
    queue: <Data, Result>(name: string, options = {}): Queue<Data, Result> => {
      const queue = bull.queue<Data, Result>(name, options);
      if (name !== hooksQueue) return queue;
      const add = queue.add.bind(queue);
      queue.add = (...args) => {
        onAdd();
        return add(...args);
      };
      return queue;
    },
  };
}

interface Counts {
  see(view: HookTaskView | OperationTaskView): void;
  operations(): number;
  completed(count: number): Promise<void>;
  waiting(count: number): Promise<void>;
}

/** Counts views without keeping them; an operation that does not complete is an error of the bench. */
function createCounts(): Counts {
  const totals = { completed: 0, waiting: 0 };
  const watchers = new Set<{ look: () => void; fail: (error: Error) => void }>();
  const reach = async (name: keyof typeof totals, count: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (totals[name] >= count) resolve();
    };
    const watcher = { look, fail: reject };
    watchers.add(watcher);
    look();
    await promise.finally(() => watchers.delete(watcher));
  };
  const see = (view: HookTaskView | OperationTaskView): void => {
    if (view.kind === "hook") {
      if (view.status === "AWAITING_RETRY" && view.checkpoints.length > 0) totals.waiting += 1;
    } else if (view.status === "COMPLETED") totals.completed += 1;
    else if (view.error !== null) {
      for (const { fail } of watchers) fail(new Error(view.error.detail));
    }
    for (const { look } of watchers) look();
  };
  return {
    see,
    operations: () => totals.completed,
    completed: (count) => reach("completed", count),
    waiting: (count) => reach("waiting", count),
  };
}

interface Noops {
  run(): Promise<number>;
  close(): Promise<void>;
}

async function createNoops(datastore: Datastore): Promise<Noops> {
  let onJob = (): void => {};
  const queue = datastore.bull.queue("bench-noop");
  const worker: Worker = datastore.bull.worker("bench-noop", () => {
    onJob();
    return Promise.resolve(null);
  });
  await worker.waitUntilReady();
  return {
    run: async () => {
      const taken = Promise.withResolvers<number>();
      const startedAt = performance.now();
      onJob = () => taken.resolve(performance.now() - startedAt);
      await queue.add("noop", { id: "noop" }, { removeOnComplete: true });
      return await taken.promise;
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
